"""People: patients, guarantors, their accounts and coverage, and how to find them again.

Kept true: somebody is found again by keyed digests, never by a readable copy; one guarantor account at a practice
stands for everything one person answers for; what a file says of a person adds to what is known and erases nothing.

    models           persons, accounts, patients, coverages, addresses, phones
    services         find people and coverage, open those not known yet
    match_keys       the keyed digests
    party_drafts     people and coverage as a file names them
    contact_details  addresses and phones that claims bring along
    reach            whether the numbers of a guarantor may be shown now, as the work says
    phone_numbers    wrong numbers, and numbers that were found
    name_index       words of names as they are misspelled
    search_query     what the words in the search box mean
    selectors        accounts, guarantor accounts, who is meant
"""
