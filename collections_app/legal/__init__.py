"""Legal: how long somebody may be sued, bankruptcies and estates with their clocks, and referrals to law firms.

Kept true: nobody is sued, or told that they may be, for a debt that is too old where any law that may count says so; a
bankruptcy stops everything in the minute its hold is placed, and what a court discharged is never asked for again; the
money before and after a petition is divided to the cent; an account goes to a law firm only while nothing speaks
against it, after a second person agreed, with one frozen package; every open case has an owner, a next step and a day,
or stands on a supervisor's list.

    suit_years   the years of states, and the earliest last day to sue. Pure
    limitation   the same of visits, in sets
    lists        visits too old to sue for, or soon
    validation   validation notices: sent, disputable until, due
    gate_facts   what the contact gate is told of debts
    clocks       the days of bankruptcies and estates; what is owed before and after a petition. Pure
    cases        bankruptcies and estates, step by step
    gates        what speaks against a suit, as sentences. Pure
    others       what other slices know that speaks against one
    suit_facts   accounts weighed for a suit, in sets; those against which nothing speaks
    referrals    law firms; asking, sending, following and recalling a referral
    package      the PDF that goes to the firm
    assigning    giving a case that nobody follows to somebody
    history      what happened to cases and referrals
    models       cases, discharged visits, law firms, referrals, their events
    selectors    the lists, one case with its clocks, who owns what
"""
