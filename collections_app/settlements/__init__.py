"""Settlements: less than what is owed, agreed by whoever may, until a day."""
