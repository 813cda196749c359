"""Requests for records by attorneys, insurers, courts and patients: checked, released, logged (RULES 12.3-12.8).

Kept true: nothing leaves before a form was screened and found valid, and the verdict is asked again on the day it
leaves; what was read off a form, what left and by what right is append-only; a revocation stops every request that
rests on it at once; only the visits of the patient who is meant leave, and only what was asked; the accounting of
disclosures names exactly what the law counts; a requester stands in the directory once.

    authorization  the checklists of each right, and what is wrong with a form. Pure
    rules          clocks, fees, which disclosures count, by what a requester is known once. Pure
    models         requesters, requests, screenings, revocations, letters, releases
    figures        the figures of a practice on a day
    directory      requesters entered and changed
    services       a request taken in, screened, extended, planned, closed; an authorization revoked
    contents       what we make from the books for a packet
    packet         a packet of records as one PDF
    papers         letters to requesters: what the form lacks, the invoice, a refusal
    releasing      records leave; an attorney is named
    words          what requesters and ways are called, for forms
    selectors      questions of pages and of other slices
"""
