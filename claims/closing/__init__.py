"""Closing: a month of a practice shut, with its reports kept as they were, and its journal given to the general ledger.

Kept true: months close in order and once they are over; every open point is solved or accepted with a reason; what was
frozen is what its digest says; whoever opens a month again is not who asked; debits and credits of a journal are equal.

    models         accepted points, frozen reports, questions to open a month, accounts of the general ledger, exports
    months         months of a calendar
    checks         what has to hold before a month closes: a registry
    month_checks   the checks of the books
    reports        what is kept of a month: a registry, and how it is frozen and compared
    month_reports  the reports of the books
    services       accept a point, close a month
    reopening      open a month again, with a second person
    verify         proof that cash was counted and what was frozen stayed
    selectors      how the months stand
    gl_accounts    the accounts of the general ledger, shipped and a practice's own
    gl_journal     the journal of a month
    gl_exports     exported, and what changed since
"""
