"""Aging: how old what is owed is, by whom, and on which basis (RULES 5).

Kept true: each day lies in one bucket; credits and unapplied cash are shown, never netted; the table ties out to the
ledger; a past day's aging is the same whenever it is asked for; a figure that is behind the books says so.

    models         summaries, snapshots, state
    buckets        the age buckets and bases
    table_columns  the columns of the table
    breakdowns     the ways to cut it: payer, plan, practice, responsibility
    tables         add up, fold, order, tie out
    current_aging  exact, from the receivables
    selectors      the aging as of any day
    rows           the receivables behind a figure
    summaries      computed ahead for the page
    snapshots      what each day leaves behind, and the trend
    verification   the nightly proof
"""
