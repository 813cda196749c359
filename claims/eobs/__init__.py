"""EOBs by hand: what a payer's check says on paper or in a PDF, entered by a person line by line.

Kept true: nothing of an entry moves money before it ties to the cent; it posts by the engine that posts an 835, as the
same rows, and is matched, judged and undone as one; two people at one entry never overwrite each other; what was typed
is kept, right or wrong; a check that is here already is never booked twice.

    entry_rules    reads what was typed: amounts, codes, what a line proposes, what is wrong at which cell. Pure
    models         EOBs with what was entered so far
    drafts         opens one, saves it halfway, adds and removes claims, discards it
    entered_facts  the claims that an entry means, with their lines and what is open
    posting        an entry that ties becomes a remittance, and posts
    taking_back    a posted entry is taken back as a whole, and entered anew
    selectors      the list, one EOB
"""
