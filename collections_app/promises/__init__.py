"""Promises to pay: kept or broken by what the ledger received (RULES 13.8).

Kept true: money counts by the day it was received, so what is entered late still keeps a promise, or heals one that was
found broken; money that went back unkeeps it; none asks for more than is owed; what a payer owes again or nobody owes
any more breaks none. A broken promise is first in the queue as soon as it is found broken.

    rules      kept, broken or beside the point; the last day that keeps one
    models     promises
    services   make, withdraw, settle
    selectors  the promises of an account
"""
