"""Appeals: a denial is carried through its levels, with what was sent kept as it left (RULES 8).

Kept true: an open appeal has an owner, a next step and a day; a denial stands in one open appeal at a time; its window
comes from the payer's dated rules and shows its reasoning; what was sent is one PDF, frozen with its hash, way and
proof, and never changes; only money of the payer that denied it wins an appeal by itself; a decision against us opens
the next level from its own day.

    appeal_levels   who decides at which level, by kind of payer. Pure
    appeal_clocks   by when it is filed, decided and asked after; what must be at stake. Pure
    checklists      what goes along, by category of denial. Pure
    appeal_texts    the letter and the argument for each category, as kinds of letters
    models          cases, what they answer and enclose, packets, sendings, runs, playbooks
    playbooks       how payers are appealed to, from a day on
    case_files      what the books know about many cases at once
    packet_parts    letter, remittance page, claim page, proof, as elements
    packet          one PDF of them and of what was brought
    services        opens a case, the next level; takes over, plans, withdraws
    enclosing       what goes along, what the letter says; ready to send
    sending         a packet leaves, is received, is decided
    following       a later payment closes a case as won
    runs            packets for many denials of one cause, in the background
    outcomes        how appeals end, by payer, category and letter
    lists           the lists by where they stand, and what the windows of claims owe to appeals
"""
