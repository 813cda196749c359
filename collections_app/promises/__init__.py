"""Promises to pay: kept or broken by what the ledger received (RULES 13.8).

Kept true: money of the last day of grace still keeps a promise; money that went back unkeeps it; a broken promise is
first in the queue next morning.

    models     promises
    services   make, withdraw, settle
    selectors  the promises of an account
"""
