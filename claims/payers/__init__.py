"""Payers: who insures, by which rules, under which contracts, and how to reach them.

Kept true: a figure is never edited, it ends and another begins, each with its source; an admin's rule stands against a
shipped one; an unknown payer is never guessed at but opened unconfirmed.

    models        payers, plans, identifiers, rules, contracts, directory
    services      the verbs of payers, in one place
    directory     payers, identifiers, plans, phones, as admins keep them
    identify      which payer a file means
    known_payers  the shipped directory, and taking over what is known
    payer_merge   two payers become one
    rules         payer rules: kinds, scopes, which applies on a day
    rule_book     the rules in force, read together
    rule_entry    begins and ends rules
    deadlines     how long a claim may be filed, corrected or appealed, and why
    contracts     contracts and fee schedules
    fee_files     fee schedules as payers send them
    fee_places    at which places of service a fee applies
    code_words    CARC, RARC, status and frequency codes in plain words
    hours         opening hours as people say them
    phones        business phone numbers
    selectors     payers, one payer, the rules in force for it
"""
