"""Practices: whose money it is. Every row of the books belongs to one, and staff see only theirs.

Kept true: one practice stands behind an NPI and a tax number, however files spell its name.

    models     practices
    services   opens and changes them
    selectors  which there are
    closures   days on which an office is closed
    npi        the check digit of a National Provider Identifier (45 CFR 162.406)
"""
