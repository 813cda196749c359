"""Payments: taking money from patients by card or bank account, and what became of it; no card number reaches us."""
