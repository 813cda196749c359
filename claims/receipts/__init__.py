"""Patient money as people hold it: a receipt for each check, cash or money order, what it paid, what became of it.

Kept true: a receipt's postings are named by it, so that what it did can be mirrored to the cent whatever happened
since; money goes to what the patient owes and never to a payer's bucket, nor to a visit that is disputed or for which
assistance was asked; what is received once counts once, wherever it is moved; unapplied cash is never applied twice.

    models        receipts, the postings each made, unapplied cash applied
    allocation    which visits an amount pays: the oldest first, or as a person says
    kept_out      visits to which no money goes while the work holds them
    paid_first    visits that an agreement is about: money goes to them before older ones
    recording     a receipt recorded: shown before, numbered, posted once
    corrections   a receipt taken back (returned by the bank, or entered wrongly) or moved to another account
    unapplied     unapplied cash of patients applied to visits, one account or all that owe, and undone
    selectors     receipts and unapplied cash, as pages ask for them
"""
