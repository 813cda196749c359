"""The chart of accounts: small, closed, and what each kind of posting may move between. No Django import.

A posting moves one positive amount from the account it credits to the account it debits, so nothing can be
unbalanced. Buckets are receivables: a debit means somebody owes more. `KINDS` names, for each kind, the pairs
(debit, credit) that are its natural direction; the opposite direction is allowed too, because takebacks,
negative adjustments and reversals are real (RULES 3.3). A check constraint is generated from this table.
"""

from itertools import product

from claims.billing.buckets import BUCKETS, PATIENT_SIDE, PAYERS

WRITE_OFFS = (
    "WO_DENIAL",
    "WO_TIMELY",
    "WO_ADMIN",
    "WO_SMALL",
    "WO_CHARITY",
    "WO_DISCOUNT",
    "WO_SETTLEMENT",
    "WO_BAD_DEBT",
    "WO_BANKRUPTCY",
    "WO_STATUTORY",
)
# Money of a remittance that belongs to no claim (PLB) waits in one of these.
SUSPENSE = ("FORWARD_BALANCE", "RECOUPMENT", "PROVIDER_ADJUSTMENT")
# Cash that one practice took in for another: due to (credit) there, due from (debit) here; over all of them it is zero.
SISTERS = "INTERPRACTICE"
# What was owed before the books began here comes from OPENING; what counting found more or less goes to OVER_SHORT.
OTHERS = (
    "REVENUE",
    "CASH",
    "UNAPPLIED",
    "CONTRACTUAL",
    "SEQUESTRATION",
    "REFUND",
    "INTEREST",
    SISTERS,
    "OPENING",
    "OVER_SHORT",
)
ACCOUNTS = (*BUCKETS, *OTHERS, *WRITE_OFFS, *SUSPENSE)

KINDS: dict[str, tuple[tuple[str, str], ...]] = {
    "charge": tuple((bucket, "REVENUE") for bucket in BUCKETS),
    "payer_payment": tuple(product(("CASH", "UNAPPLIED", SISTERS), (*PAYERS, "OTHER"))),
    "patient_payment": tuple(product(("CASH", "UNAPPLIED"), PATIENT_SIDE)),
    "unapplied": (("CASH", "UNAPPLIED"),),
    "contractual": tuple(("CONTRACTUAL", bucket) for bucket in (*PAYERS, "OTHER")),
    "sequestration": tuple(("SEQUESTRATION", bucket) for bucket in PAYERS),
    "statutory": tuple(("WO_STATUTORY", bucket) for bucket in BUCKETS),
    "write_off": tuple(product(WRITE_OFFS, BUCKETS)),
    "transfer": tuple((a, b) for a, b in product(BUCKETS, BUCKETS) if a < b),
    "refund": (*((bucket, "REFUND") for bucket in BUCKETS), ("UNAPPLIED", "REFUND"), ("REFUND", "CASH")),
    "provider_adjustment": (("CASH", "INTEREST"), *(("CASH", account) for account in SUSPENSE)),
    "interpractice": (("UNAPPLIED", SISTERS), ("CASH", SISTERS)),
    "recoupment": tuple((bucket, "RECOUPMENT") for bucket in (*PAYERS, "OTHER")),
    "opening": (*((bucket, "OPENING") for bucket in BUCKETS), ("OPENING", "UNAPPLIED")),
    "over_short": (("CASH", "OVER_SHORT"),),
}


def pairs(kind: str) -> frozenset[tuple[str, str]]:
    """Every (debit, credit) that `kind` allows, both directions. Raises KeyError for an unknown kind."""
    natural = KINDS[kind]
    return frozenset(natural) | frozenset((credit, debit) for debit, credit in natural)
