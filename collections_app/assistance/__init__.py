"""Financial assistance: from asking to decision, and what follows (26 CFR 1.501(r)-4 to -6, RULES 11.1, 11.3).

Kept true: an account has one open application, and nothing is asked of the account until somebody has decided it; more
income never gets more off; what was shown is what is posted, to the cent, visit by visit, and never more than the
patient was to pay; where 501(r) binds nobody eligible pays more than is generally billed, and what they paid beyond
their part goes back; a policy is never overwritten; nobody who is Medicaid's or a QMB is billed. What patients told of
their household is encrypted.

    guidelines    the poverty guidelines by year and area. Pure
    household     people, income by source and interval, assets. Pure
    policy        the sliding scale: who gets what, and what it does to each visit. Pure
    clocks        120, 30 and 240 days: when collection actions may begin. Pure
    models        policies, applications, their visits and documents, their history
    policies      the rows that hold, entered and ended, and whom one speaks for
    visits        what is owed and paid visit by visit, and why one is not covered
    keeping       history, trail and hold of an application
    services      apply, tell more, the checklist, withdraw
    decisions     drafted, decided, asked of a second person, taken back
    granted       charity posted, money asked back, the letter; and all of it undone
    later_visits  visits that came after a decision and within its validity
    papers        what patients get in writing, and the notice before collection actions
    never_billed  Medicaid's patients and QMBs of whom something is asked all the same
    days          days that passed: what was missing, decisions that end
    listening     who hears that it was decided
    lists         applications as their pages list them
    selectors     questions of other slices: who applied, what stops a collection action
"""
