"""ACH: authorizations of bank debits, the files that carry them to the bank, returns and corrections (RULES 13.1-13.3)."""
