"""Collection agencies: what is placed with them, called back, paid and returned (RULES 11, 12.8; FEATURES D43).

Kept true: an account with any closed gate is never placed; what is placed stands in the agency's bucket until it is
paid, given or called back, to the cent, and is owed by the patient since the same day as before; a file that left is
frozen, and names no more than is needed to collect; what an agency reports is taken in once, and only if it ties to
what it remitted; its fee never touches a patient's ledger.

    states      what follows what, and the words for it
    models      agencies with their contract, batches, placements, files and their lines
    gates       whether an account may be placed: every reason, its source and first day. Pure
    gate_facts  what the gates are judged by, in sets
    setup       agencies entered and changed, licenses, fees
    fees        what an agency keeps by its contract. Pure
    layouts     files as they are written and read. Pure
    files_out   files that go to an agency, and their taking
    placing     who may be placed, placing, taking back a batch
    recalling   called back, given back, closed; what should come back, nightly; payments that reached us
    judging     what an agency's file says, before anything is done
    taking_in   what an agency reports, posted and noted; lines that wait
    scorecard   what became of what was placed, by month
    selectors   lists, one agency, one placement, one file
    services    what other slices ask and do
"""
