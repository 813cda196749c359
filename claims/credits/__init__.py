"""Credit balances: what is owed back, to whom, why, and until when (RULES 4).

Kept true: a credit is a bucket below zero, or cash that belongs to no claim, and never netted away; its cause is what
the rules say unless a person says otherwise, with a reason; what was recorded of one credit does not speak for the next
in the same place; the 60-day clock starts when the overpayment is identified and is suspended for 180 days at most; the
work about a credit has no other deadline than its clock.

    causes     why a bucket is below zero, by rules over postings
    clock      until when an overpayment is returned: 42 CFR 401.305
    sources    where a credit lies, and how addresses name it
    figures    the dated figures that a slice above keeps, and the work there is
    models     what people recorded of a credit, and its history
    services   the cause and the clock, recorded by people
    selectors  every credit with its cause and its clock
"""
