"""Payment plans: agreed word for word, matched with what the ledger received, broken when not kept (RULES 13.6, 13.7).

Kept true: installments sum to the cent; what somebody agreed to never changes, other terms are another schedule of the
same plan; an account has one open plan; money counts by the day it was received, oldest installment first, and money
that went back counts against that day; a plan never asks for more than is owed on its visits; new visits join only
when somebody agrees; what leaves the policy is asked of a second person, what a law forbids of nobody. A plan that is
kept leaves calls, dunning and agency, and says so wherever it is asked; a broken one comes first the next morning.

    schedule       due days and amounts of terms. Pure
    affordability  what somebody can pay, from a short sheet or as they say. Pure
    policy         the bands of a practice, the law of a state, and what breaks either. Pure
    lending        when Truth in Lending asks for its box, and what stands in it. Pure
    suggestions    plans to offer. Pure
    matching       money held against a schedule: paid, late, missed, broken. Pure
    words          a schedule in words, to be read and kept, in English and Spanish. Pure
    models         plans, schedules, installments, visits, consents, events, policies
    policies       the rows that hold, entered and ended
    visits         what is owed visit by visit, and what a plan leaves out with the reason
    drafts         a plan before it is kept
    keeping        the append-only rows of what was proposed and agreed
    exceptions     terms that leave the policy, asked of a second person
    services       propose, agree, take back, renegotiate, cancel
    books          plans beside the ledger, in sets
    settling       late, broken, healed and paid by what the ledger received
    autopay        installments taken from a saved card or account, and what follows where that fails
    papers         what patients get in writing
    reminders      messages before a due day
    lists          plans as their pages list them
    selectors      questions of other slices: the plan of an account, accounts that keep one
"""
