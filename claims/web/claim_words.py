"""The words of the claim and account pages: postings, buckets and states as people say them."""

from typing import TYPE_CHECKING

from claims.payers.code_words import (
    adjustment_words,
)

if TYPE_CHECKING:
    from claims.ledger.models import Posting

POSTING_KIND_WORDS = {
    "charge": "Charge",
    "payer_payment": "Payer paid",
    "patient_payment": "Patient paid",
    "unapplied": "Unapplied cash",
    "contractual": "Contractual write-off",
    "sequestration": "Sequestration",
    "statutory": "May not be billed",
    "write_off": "Write-off",
    "transfer": "Transferred",
    "refund": "Refund",
    "provider_adjustment": "Provider adjustment",
    "recoupment": "Recoupment",
}
ACCOUNT_WORDS = {
    "PAYER1": "primary payer",
    "PAYER2": "secondary payer",
    "PAYER3": "tertiary payer",
    "PATIENT": "patient",
    "OTHER": "other party",
    "AGENCY": "agency",
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
}
BUCKET_LABELS = {
    "PAYER1": "Primary",
    "PAYER2": "Secondary",
    "PAYER3": "Tertiary",
    "PATIENT": "Patient",
    "OTHER": "Other",
    "AGENCY": "Agency",
}
RELATIONSHIPS = {"18": "self", "01": "spouse", "19": "child", "20": "employee", "21": "unknown", "G8": "other"}
_SUBMISSION_TAGS = {
    "sent": "blue",
    "received": "blue",
    "accepted": "green",
    "rejected": "red",
    "adjudicated": "green",
}


def posting_words(row: "Posting") -> str:
    """What a posting did, in a line."""
    if row.kind == "transfer":
        said = f"Transferred from {_account(row.credit)} to {_account(row.debit)}"
    elif row.kind == "write_off":
        account = row.debit if row.debit.startswith("WO_") else row.credit
        said = f"Write-off, {account.removeprefix('WO_').replace('_', ' ').lower()}"
    else:
        said = POSTING_KIND_WORDS.get(row.kind, row.kind.replace("_", " "))
    if row.reverses_id:
        said = f"Reversed: {said[:1].lower()}{said[1:]}"
    if row.carc:
        said = f"{said}: {adjustment_words(row.group, row.carc)}"
    return said


def movement_words(row: "Posting") -> str:
    """Between which accounts: `cash from primary payer`."""
    return f"{_account(row.debit)} from {_account(row.credit)}"


def submission_tag(state: str) -> str:
    """The color of a submission's state."""
    return _SUBMISSION_TAGS.get(state, "plain")


def _account(account: str) -> str:
    return ACCOUNT_WORDS.get(account) or account.removeprefix("WO_").replace("_", " ").lower()
