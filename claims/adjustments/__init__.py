"""Adjustments by people: what is written off, of which class, by whose authority (RULES 1.4).

Kept true: a class is used only on the buckets that it is for; never more is written off than is open there; what costs
more than one person settles alone is posted only once somebody else has approved it; a write-off on denied money
decides the denial, wholly or in part; what was posted is undone by reversing, with a reason once ten minutes have
passed.

    classes      the classes of adjustments: their ledger account, whom they are for, whose limits count. Pure
    allocation   an amount divided over lines: what is denied first, else the oldest. Pure
    models       one adjustment, from proposal to reversal
    standing     claims as they stand under their locks: what is open in which bucket of which line
    decided      what a write-off decides of denials and underpayments, and taking that back
    services     propose on a claim, a line, an account, or on many at once; undo, reverse
    agreed       what was agreed to before by whoever had the authority: posted by the house, taken back
    granted      what another decision takes off visits (assistance): posted by its authority
    approved     what approval does: posting, reversing, or telling that it was refused
    overtaken    questions about money that is not open any more end
    selectors    the adjustments of a claim or account; what can be written off there and how much posts at once
"""
