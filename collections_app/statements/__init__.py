"""Statements: the explained bill of an account, sent in cycles; the first one starts every clock of a visit.

Kept true: what a statement asks for and what it sets apart are together what the ledger says that the patient owes; an
account gets one statement a day of a run, however often a worker dies; what left is frozen under its hash and is never
changed, only declared void and corrected; nobody is asked for what is disputed, up for assistance, or no patient's by
law; a visit's first statement is the earliest that stands, of ours or sent elsewhere.

    cycle      who gets a statement on a day, of which level, and what stops one. Pure
    words      the words of a statement in English and Spanish. Pure
    models     runs, statements, what was left out, first statements
    explained  the explained bill of many accounts, from the postings
    selectors  questions of other slices
"""
