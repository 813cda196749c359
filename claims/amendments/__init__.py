"""People corrected by people: names, where they live, how they are reached, who insures them, who answers for them.

Kept true: every change is kept with who made it, on whose word, why, and what stood there before; nothing of that is
ever edited, and taking a change back is another change. What a person confirmed, no file overwrites. Books follow by
postings: what a coverage moves is shown before, and moved by the functions that files use.

    models            changes, and the fields they touched
    subjects          the rows and columns that a change may touch, read and written alike by changes and by undoing
    alias_keys        other names and member ids that mean the same person or coverage
    history           keep a change, notice somebody else's, take one back
    particulars       names, day of birth, sex, language
    contact_points    addresses, phones and e-mail addresses
    coverages         add, correct, end and order a patient's coverages
    coverage_effects  which claims a coverage bears on, what would move there, and moving it
    guarantors        who answers for an account
    suggestions       what files say otherwise: taken, or ours kept
    selectors         the people of an account, and their changes in words
"""
