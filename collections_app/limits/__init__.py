"""Limits: figures of law and of practice that decide about the work, each with its dates and its source.

Kept true: no such figure is a constant; on a day the same figure holds for a decision and for the words that explain
it; what an admin enters begins on its day and ends on its day, and the shipped figure speaks again after it.

    limit_kinds  what a limit is: unit, bounds, where rows may differ. Pure
    patient_limits  the limits about patients. Pure
    figures    every limit there is; the shipped rows; which row holds on a day. Pure
    models     what admins entered, for one practice or for all
    selectors  the book of a day (own over shipped), and the list with what is in force
    authority  who settles how much alone, who approves how much, and how long a question may wait
    services   adding a limit, ending one
"""
