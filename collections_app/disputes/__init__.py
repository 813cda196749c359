"""Disputes and billing errors as cases, and what the provider is asked by a guest link."""
