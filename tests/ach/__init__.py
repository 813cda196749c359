"""Bank debits."""
