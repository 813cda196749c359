"""Statements: the explained bill of an account, sent in cycles; the first one starts every clock of a visit.

Kept true: what a statement asks for and what it sets apart are together what the ledger says that the patient owes; an
account gets one statement a day of a run, however often a worker dies; what left is frozen under its hash and is never
changed, only declared void and corrected; nobody is asked for what is disputed, up for assistance, or no patient's by
law; a visit's first statement is the earliest that stands, of ours or sent elsewhere.

    cycle             who gets a statement on a day, of which level, and what stops one. Pure
    words             the words of a statement in English and Spanish. Pure
    codes             bars and squares that machines read, as SVG. Pure
    sheets            what stands on a statement, as data for its template. Pure
    models            runs, statements, what was left out, first statements
    figures           the figures of a practice on a day
    texts             the paragraphs that a practice may change
    gate              what the contact gate says of statements by mail
    owing             what accounts owe visit by visit, and all that decides about a statement
    explained         the explained bill of many accounts, from the postings
    itemized          every service of visits with all that happened to it
    pay_links         where a statement on paper leads
    settled           visits that were settled
    timing            when the next one is due, where a strategy says so
    choosing          who gets one on a day and who is left out: previews and runs choose alike
    making            renders statements and freezes them
    runs              starts a run, makes it in batches, takes it back
    releasing         lets a run leave and starts the clocks of its visits
    emailing          tells by e-mail who agreed to it
    printing          the print batch and its manifest
    vendor            hands them to the print vendor
    services          one statement: on request, void
    returned          statements among the mail that came back
    first_statements  on which day visits were first billed, and who says so
    selectors         questions of pages and of other slices
"""
