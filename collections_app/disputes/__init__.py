"""Disputes and billing errors as cases, and what the provider is asked by a guest link.

Kept true: nothing is asked for a visit while a dispute of it is open, and nobody lifts that hold by hand; every case
has a day by which it is answered, by our own term or the earlier one of a law; what the patient asked on their page is
answered by the case alone; a link opens nothing without its code, shows what was ticked and nothing else, and is
answered once; what happened to a case is never changed (`DisputeEvent`, append-only).

    states      open, asked, answered, closed: where each leads. Pure
    clocks      by when a dispute is answered; bills above their good-faith estimate. Pure
    models      cases, questions, visits of who is asked, history
    terms       the figures that hold for an account on a day
    holding     the hold of a case, and who may not lift it
    history     keeps each step
    services    opens, takes over, plans, closes and opens again
    shown       what of a bill may be shown, ticked one by one
    asking      asks somebody without a seat here: link and code; ends a question
    guests      the page of who is asked: tries, visit, the one answer
    correcting  the letter with the answer, and the statement that was wrong
    lists       tabs, the report by kind, cases for who looks after them
    selectors   questions of pages and of other slices
    words       words of forms
"""
