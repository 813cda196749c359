"""Settlements: less than what is owed, agreed by whoever may, until a day (RULES 13.9).

Kept true: nobody offers what they may not settle, a second person is asked before it is offered; what is not owed
(Medicaid, QMB), disputed, waits for assistance, is in bankruptcy, kept on a plan or placed with an agency is not
bargained about; what a federal program covers is settled only for somebody's own documented hardship; an account has
one open settlement; nothing comes off before all that was agreed was received, and with what was received it is to the
cent what was owed, visit by visit; a missed day leaves the whole owed; what was settled is not asked for again.

    terms        what is asked of each visit and when, what the money keeps, what comes off. Pure
    models       settlements, their visits, payments and history
    authority    who settles how much alone: by role, age and size of the balance
    obstacles    what stands in the way, with the reason; slices above add theirs
    policies     what holds in each practice, as the set-up shows it
    drafts       a settlement before it is kept
    prompt_pay   the discount of a practice for whoever pays soon, by its dated policy
    keeping      the append-only rows of what was offered
    exceptions   what is beyond somebody's authority, asked of a second person
    services     offer, accept, take back, give up, expire
    books        settlements beside the ledger, in sets
    settling     late, broken, settled by what the ledger received; what comes off, and taking that back
    papers       what patients get in writing
    lists        settlements as their pages list them
    selectors    questions of other slices: the open settlement of an account, what was settled
"""
