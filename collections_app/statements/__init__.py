"""Statements: the explained bill of an account, sent in cycles; the first one starts every clock of a visit."""
