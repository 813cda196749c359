"""What people move by hand on a claim: who owes, a payment that stood on the wrong line, a claim to be billed again.

Kept true: nothing is edited, all is mirrored and posted anew, dated and with a reason; who did it is shown on the claim
until it is undone; no bucket is left below zero; what no patient may be asked for is never moved to one; the cash of a
remittance stays accounted for wherever its payments stand.

    models            transfers, moved postings, marks to bill again
    transfer_rules    what may be moved to whom for which reason, and what follows from it
    bucket_transfers  who owes: moved between the buckets of a claim or a line, and undone
    many_moves        many claims moved to an agency and back at once
    posting_moves     a payment moved to the line or claim that it was for, whole or in part, and undone
    rebill_marks      a claim to be billed again to a payer that owes, until a submission comes
    selectors         what was moved by hand on a claim, as pages and the desk show it
"""
