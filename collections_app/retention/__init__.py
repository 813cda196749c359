"""Retention: how long what is no part of the books is kept, and deleting it when its term has passed.

Kept true: nothing of the ledger, of claims, people, work or disclosures and nothing of the audit trail is ever deleted
by it; a legal hold stops each run; every run leaves one event in the trail with what went, a dry run leaves none.
Terms are limits (`limits`, dated, an owner's); a received file that was taken in is kept for six years at least.

    kinds     what has a term, and what is kept for good
    services  what the next run would delete, and the run
"""
