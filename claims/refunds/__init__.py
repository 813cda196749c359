"""Refunds: money that goes back to patients and payers (RULES 4).

Kept true: nothing is returned that is no credit, and no credit twice; nobody approves what they asked; each step posts
once and is mirrored where it is taken back; what the payer takes back itself is not returned beside it, and where it
was already, that is said; what went out has a number, a day and a file with its hash.

    states      which state follows which
    unclaimed   when a check is stale, and when its money goes to a state
    nacha       refunds as an ACH file
    models      refunds, the runs they go out in, the account they are paid from
    payees      who gets it, and where they live
    postings    what a refund does to the books
    requests    asking, approving, taking back
    approval    what the answer of the second person does
    runs        checks and ACH files; cleared, voided, unclaimed
    takebacks   a payer's takeback ends an open refund
    selectors   lists, one refund, what nobody cashed
"""
