"""The worklist: one open piece of work per claim or guarantor account, each with its next action and its reason.

A projection of the books plus what people decided (DESIGN 6). Kept true: nothing that owes is without an item, an
owner or a place in the queue; an item is held by one person, and a guarantor account by one holder; lanes outrank
scores; only what can be worked now is handed out; nothing is left without a disposition, a next action and a date;
whatever was recorded is taken back by reversing, within ten minutes.

From books to items
    kinds            the kinds of work, each with its words
    models           items, actions, queue entries, leases, saved lists, rates, drafts
    from_books       what the books show of claims, accounts and exceptions: one row each, read in sets
    takebacks        what payers take back: the notice to be answered, whether the payer has to answer first
    credit_work      the last day that a recorded clock leaves; which item is about a credit
    facts            what only the items that change need to know: dates, submissions, promises, rules
    answers_sent     what people sent to payers, for whoever asks what brought an outcome
    first_calls      when a patient may first be called: the clock of each visit starts with its first statement
    project          from the signal to the item: deadline, score, lane, review day, what starts anew
    refresh          opens, changes and closes items in sets, after an event and every night
    status_work      what payers say of claims moves the work on them
    strategy_calls   calls that a strategy asks for make their items workable
    failed_payments  payments that failed bring their account back the same day
    orphans          what owes and has no item: found every few minutes and taken up
    rule_changes     what a change of a payer rule moves: shown before it is saved, carried out after
    denied_claims    what is denied of a claim: the unit of work
    deadlines        the windows that bind a piece of payer-side work, and what keeps them
    window_ladder    the last day does not slip: what comes next while a window is still needed
    window_models    what was done about each notice, and which windows were missed
    notices          what an outcome did about each denial that was known then
    closed_windows   what a window that closed leaves: another way, and little of the chance
    merged_items     work on what was merged opens again as it was, once that is taken back
    missed_windows   windows that closed unkept are written down: why, whose, how much

Which is next
    kinds            the kinds of work, once, with their words
    lanes            appointments, must-do, scored, small balances
    scoring          dollars that the next touch wins for a minute of it, times what waiting costs
    score_words      a score in words: its factors, and one line of why
    history          what `rates` learned, as the score takes it
    rates            what the practice's own history says: worked, left alone, minutes, what payers allow
    answer_times     a follow-up interval held against how soon payers answered
    contact_rule_effects  whom a change of a contact rule moves: shown before it is saved
    backtest         a figure held against one's own history before it is published
    item_score       an item's score, lane and the day to look again, from its own columns
    rate_models      what `rates` learned, as rows
    answer_odds      what the hour makes of a call to a person
    answer_hours     at which hours people answer, from the practice's own calls
    queue            which items can be handed out today, in order
    absence_models   who is away, who stands in, how much somebody works in a day
    cover            who is offered the work of whoever is away; it comes back by itself
    absences         entered, changed, ended; the queue follows at once and every morning
    loads            minutes of work beside what people work in a day, and sharing more out by that
    skips            giving an item back without an outcome, and why; what supervisors see of it
    gate_steps      what is handed out leads to nobody who may not be contacted now
    standings_of_books  why nobody is asked for an account yet, as the books show it
    leases           one item to one person for a while; one holder per guarantor account
    assign           unowned work to collectors
    denial_story     what happened to one denial, the latest first
    workflow         where the work on something stands, from what people recorded alone
    why              why one item is where it is, in words
    headline         what an item is about, and why now, in a sentence each
    recommendation   the one thing to do first about an item
    chosen_routes    a route that was chosen as the next step of its item; what was learned of denials

At the desk
    services         the verbs of the worklist, in one place for pages, endpoints and tasks
    selectors        what somebody sees, the same call
    claim_sheet      a claim on one sheet: charged, allowed, paid, adjusted, who owes the rest
    callcard         what a payer's representative will ask for
    patient_account  who answers, what the patient owes for each visit and why, whom to call at which number until when
    plan_work        what payment plans make of the work: a plan that is kept leaves the queue, a broken one is first
    call_sheet       payer by payer what one call could settle now, the best first
    payer_calls      one call about several claims: which, what was logged of them, why each was denied
    timeline         everything that happened, the newest first
    timeline_summary  a long history at a glance: folded, and in a sentence
    timeline_books   what the books saw, as events in words
    timeline_letters  letters that we made, as events
    timeline_messages  what went to a patient, and what the patient did on their page
    dispositions     the outcomes a collector can record, and what each sets in motion
    outcome_rules    how a practice follows outcomes up and which it hides, from a day on
    outcome_rule_models  the rows of these rules
    answers          what a person enters on leaving an item, and whether it is complete
    next_action      what comes next, and when
    write_offs       write-offs proposed from the work, and what their answers make of the items
    approval_story   what whoever approves has to know of a claim or account
    first_steps      the first thing to do about work that nobody has touched
    actions          leaving an item, and undo
    proposals        what an outcome would bring, before it is logged
    withdrawn_calls  a call that was logged and never made
    item_events      what programs are told of items
    consequences     the contact, promise or hold that an outcome brings about
    drafts           what was typed and not logged yet

Lists and people
    list_filters     what the words of a filter mean
    lists            open work that passes a filter, sorted, a page at a time
    search           what the search box finds of the work
    saved_lists      worklists of one's own: kept, worked item by item, published, withdrawn
    batch            many items of one cause, one decision
    window_counts    the windows of what somebody owns, by how soon they close
    my_day           somebody's day: due, waiting, done
    results          fourteen days of done and collected, one's denials and how they ended
    supervising      snooze, escalate and answer, reassign, pin, and taking that back
    team             who has how much, who holds what
"""
