"""Strategies: which steps an account takes, when and why, by version."""
