"""The demo: a year of three invented practices, through the ordinary doors. Only its command imports it.

Kept true: the same seed, number and last day give the same books; nobody in it exists.

    seed           loads it, or goes on where a load was cut off
    setting        practices, payers, people, contracts
    places         names and numbers that belong to nobody
    statements     statements that left, one that came back, and a run that waits
    story          what a claim's story is made of
    world          which visits happen, to whom
    answers        how payers answer most of them
    payer_stories  what befalls a few: bundling, replacements, takebacks, coverage found late and the like
    calendar       what is delivered on which day
    files          the X12 files
    envelope       their envelopes
    money          patients pay
    own_rules      what the practices decided about their work themselves
    papers         payer checks on paper: one posted by hand, one half entered
    late_payments  what payers paid too late, and demands for the interest
    lost_denials   denials that were fought for and lost
    write_offs     what was denied and never overturned is given up, by two people; what waits for approval
    letters        a letterhead, a text of one's own, letters in both languages, one taken back
    strategies     one in force with a draft of the next, one that is tried against another
    messages       letters, texts and e-mails of which some fail, and what patients asked on their page
    tracing        people to find: three with leads, and a change-of-address file
    owing          accounts that owe something and that nothing else befell yet
    settlements    less than is owed: offered, waiting for a second person, settled, broken; help that was offered
    plans          payment plans: kept, late, broken this morning, paid, one that waits for a second person
    status_questions  payers asked about claims and coverage, with a night's answers
    appeals        appeals at every stage, and playbooks of their payers
    disputes       disputes at every stage, and a question to try
    routes         ways out of denials that were taken, one of them against the advice
    assistance     applications for assistance: to complete, to decide, approved, denied, presumed
    promises       a promise that heals, and one of which nothing is left to pay
    claim_drafts   outgoing claims that wait for somebody: corrections, one to the next payer
    closures       a closed day of every office
    duplicates     bills that came twice and people who were typed twice; one of each merged
    payer_calls    calls to payers on the clock, and who has which portal log-in
    payments       cards: paid, kept, declined, disputed, given back, paid out, running out, a link that waits
    receipts       a check that came back, one of another account, cash paid ahead, what is moved by hand
    work           collectors work the last days
    contact_gate   a call against the rule, one that came in, a planned rule of the office
    absences       one collector is away, and two stand in
    month_ends     the last two months are closed, one after a month of counting
    refunds        what is owed back, and what became of it
    agencies       an agency, a batch placed there, what it reports, an account called back
    batches        clearinghouses; rejected claims that went out anew, and a file that waits
    bank_debits    a file of debits that went out, what came back, one that is held
    amendments     what was put right about patients, and what a file says otherwise since
    releases       requests for records: to screen, defective, to release, released
    reached        what people allow and told, who speaks for them, callers verified or not, a bankruptcy
    legal          an estate, a visit too old to sue for, a law firm and a referral that waits
    audit          what an auditor looks for: a disclosure, an emergency, a second person, programs
"""
