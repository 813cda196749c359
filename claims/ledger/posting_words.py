"""Postings in words, each once: kinds, classes of write-off, accounts. No Django import.

A page that tells one posting speaks in the singular, a report that adds them up in the plural.
"""

from claims.billing.buckets import BUCKETS, Bucket

#: Kind of posting: (one of them, many of them).
_KINDS = {
    "charge": ("Charge", "Charges"),
    "payer_payment": ("Payer paid", "Payer payments"),
    "patient_payment": ("Patient paid", "Patient payments"),
    "unapplied": ("Unapplied cash", "Unapplied cash"),
    "contractual": ("Contractual adjustment", "Contractual adjustments"),
    "sequestration": ("Sequestration", "Sequestration"),
    "statutory": ("Not billable by law", "Not billable by law"),
    "write_off": ("Write-off", "Write-offs"),
    "transfer": ("Transferred", "Transfers between parties"),
    "refund": ("Refund", "Refunds"),
    "provider_adjustment": ("Provider adjustment", "Provider adjustments"),
    "recoupment": ("Recoupment", "Recoupments"),
    "interpractice": ("Received for a sister practice, or by one", "Between sister practices"),
    "opening": ("Brought forward", "Opening balances"),
    "over_short": ("Over or short", "Over and short"),
}
#: Class of a write-off (RULES 1.4).
_WRITE_OFFS = {
    "WO_DENIAL": "denial",
    "WO_TIMELY": "timely filing",
    "WO_ADMIN": "administrative, courtesy",
    "WO_SMALL": "small balance",
    "WO_CHARITY": "charity, financial assistance",
    "WO_DISCOUNT": "uninsured, prompt-pay discount",
    "WO_SETTLEMENT": "settlement",
    "WO_BAD_DEBT": "bad debt",
    "WO_BANKRUPTCY": "bankruptcy",
    "WO_STATUTORY": "not billable by law",
}
_ACCOUNTS = {
    "REVENUE": "revenue",
    "CASH": "cash",
    "UNAPPLIED": "unapplied cash",
    "CONTRACTUAL": "contractual",
    "SEQUESTRATION": "sequestration",
    "REFUND": "refunds",
    "INTEREST": "interest",
    "FORWARD_BALANCE": "forward balance",
    "RECOUPMENT": "recoupment",
    "PROVIDER_ADJUSTMENT": "provider adjustment",
    "INTERPRACTICE": "due from or to a sister practice",
    "OPENING": "the books before",
    "OVER_SHORT": "over and short",
}


def kind_words(kind: str) -> str:
    """One posting of a kind: `Payer paid`."""
    return _KINDS[kind][0]


def kind_total_words(kind: str) -> str:
    """Postings of a kind added up: `Payer payments`."""
    return _KINDS[kind][1]


def write_off_words(account: str) -> str:
    """A write-off with its class: `Write-off: timely filing`."""
    return f"Write-off: {_WRITE_OFFS[account]}"


def account_words(account: str) -> str:
    """An account in the middle of a sentence: `primary payer`, `cash`."""
    if account in BUCKETS:
        return Bucket(account).label.lower()
    return _ACCOUNTS.get(account) or f"write-off, {_WRITE_OFFS[account]}"


def posting_words(kind: str, *, debit: str, credit: str) -> str:
    """What one posting did: `Transferred from primary payer to patient`, `Write-off: small balance`."""
    if kind == "transfer":
        return f"Transferred from {account_words(credit)} to {account_words(debit)}"
    if kind == "write_off":
        return write_off_words(debit if debit in _WRITE_OFFS else credit)
    return kind_words(kind)
