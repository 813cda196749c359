"""What a patient may ask about their record: who saw it, and to whom it was disclosed.

Kept true: who saw somebody is answered across claims, accounts, lists, searches and files; a disclosure is told for six
years (45 CFR 164.528), and one entered by mistake is withdrawn with a reason, never erased.

    models     disclosures
    services   records and withdraws them
    selectors  who saw somebody; the accounting of disclosures
"""
