"""Tracing: where somebody may be reached when nobody is, by source and confidence.

Kept true: a person has one search, for all that they owe, and an open one has somebody, a next step and a day; a lead
stands once with all who say so, and one that failed is none again; what is confirmed is written with history and a way
back, and carries no consent (RULES 10.2); nobody is called but by the gate's word, a third party is asked once and told
nothing (12 CFR 1006.10); nobody below a balance is looked for, and a search ends by a rule. A file is taken in once,
its bad lines by name, and can be taken back. The history is append-only.

    reachable   who can't be reached, and who is searched for. Pure
    confidence  how sure a lead is, and why. Pure
    stopping    when a search is over, and what is worth one. Pure
    sources     where leads come from; the checklist of a search. Pure
    lead_values  what a lead says, cleaned and folded. Pure
    trace_csv   files, line by line. Pure
    ncoa        change-of-address files: return codes, moves. Pure
    vendor      files to and from vendors of skip tracing. Pure
    models      searches, leads with their sources, files, the history
    figures     the dated figures of a practice
    facts       how people may be reached and what they owe, in sets
    cases       the rows of a search: opened, told of, ranked, closed
    leads       the rows of leads: put down once, scored, settled
    from_books  leads that our own books know
    writing     a confirmed lead, written to the person
    finding     what a right lead means for its search
    services    what people do about a search and its leads
    trying      calls to leads
    daily       the searches of a day
    files_in    files taken in and back
    files_out   files that go out
    lists       searches as their pages show them
    selectors   questions of other slices: who can't be reached, who was given up
"""
