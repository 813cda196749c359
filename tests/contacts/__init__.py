"""Whom we may reach, how, and what is said to them."""
