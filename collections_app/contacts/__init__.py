"""Contacts: every call and letter that was made or tried, and whether one may be made now.

Kept true: a call is offered only in hours that are lawful in every zone where the person may be (12 CFR 1006.6(b)(1)),
and no more often than the strictest rule that may apply allows (7-in-7: 12 CFR 1006.14(b)(2)); a hold stops what it
says at once, and one of a person binds all their accounts. A number or an address is used as its owner allowed, from
the moment they forbid it not any more; nothing is said to a caller who was not verified. What people said, were asked
and were told is append-only.

    models      the contact log, holds, call windows
    services    recording a contact, placing and lifting a hold
    selectors   the holds of an account, the last attempt, who is one person
    gate        may somebody be contacted now: facts in, a verdict with its reason and first lawful minute out
    quiet_times  hours in which somebody asked not to be contacted
    cautions    what is to be minded about a debt when somebody is contacted
    debt_facts  what slices above know of debts: too old to sue, discharged, not validated
    open_cases  cases of people that need somebody's next step, of every slice that keeps such
    gate_models  rules of one's own, placements, licences, the verdict kept with each contact
    contact_facts  what bears on contacting somebody: where they may be, what was tried, what stops, in sets
    asking      the gate asked; an attempt recorded with its verdict, under a lock on the person
    standings   why nothing is asked of an account for now, as other slices know it
    rules       which law and which policy is kept where: dated rules, shipped and entered
    rule_entry  the book of a day, and the owner's own rules
    against_the_rule  contacts that were made against the gate's word, for supervisors
    frequency   how often somebody was contacted, and when that is too often (7-in-7, and the states that allow less)
    call_hours  when somebody can be called: payers in their hours, people in lawful hours wherever they may be
    time_zones  the zones in which a person may be, from ZIP codes and phone numbers
    hold_followers  who follows when a hold is placed or lifted
    hold_facts  what is known of a hold by its reason: chapter and court, how they asked, the attorney, the estate
    consent_models  what people allowed and forbade by number and channel
    consent_rules  what their words amount to on a day
    consents    may a number or address be used; giving and withdrawing, with history
    person_models  what people told of themselves, and who speaks for them
    person_facts  what is so about people on a day, in sets
    mailing_address  where people get their mail, for letters, statements and deliveries alike
    person_records  recording that, and ending it
    identity_models  who was on the line, and how they were asked
    identifiers  whether what a caller says is what is on file
    identity    verifying a caller, and for how long it holds
    placements  in whose name accounts are worked, and under which licenses
    contact_points  how the people of an account may be reached, as a page shows it
    call_script  the script of a call, with what is known of its account
    scripts     what is said on the phone, in its order, as the facts have it
    script_texts  a practice's own texts over the shipped ones
    script_models  what a practice says otherwise than the shipped script
    holds_of_money  holds as the books ask for them before money goes to a visit
    windows     call windows as the queue asks for them: open now, or when next
"""
