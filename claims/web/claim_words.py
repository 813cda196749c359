"""The words of the claim and account pages: postings, buckets and states as people say them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.money import ZERO, from_cents
from claims.payers.code_words import (
    adjustment_words,
    claim_status_words,
    rarc_words,
)

if TYPE_CHECKING:
    from claims.ledger.models import Posting
    from claims.remits.models import RemitClaim, RemitLine

KINDS = {
    "charge": "Charge",
    "payer_payment": "Payer paid",
    "patient_payment": "Patient paid",
    "unapplied": "Unapplied cash",
    "contractual": "Contractual write-off",
    "sequestration": "Sequestration",
    "statutory": "May not be billed",
    "write_off": "Write-off",
    "transfer": "Moved",
    "refund": "Refund",
    "provider_adjustment": "Provider adjustment",
    "recoupment": "Recoupment",
}
ACCOUNTS = {
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
SHORT = {
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


@dataclass(frozen=True)
class Reduction:
    """One adjustment: its code, amount and words."""

    code: str
    amount: Decimal
    words: str


@dataclass(frozen=True)
class PaidLine:
    """One service as a payer answered it."""

    number: int | None
    code: str
    charge: Decimal
    allowed: Decimal
    paid: Decimal
    reductions: list[Reduction]
    remarks: list[tuple[str, str]]


@dataclass(frozen=True)
class Payment:
    """One claim payment in words."""

    row: "RemitClaim"
    status: str
    lines: list[PaidLine]
    reductions: list[Reduction]
    remarks: list[tuple[str, str]]


def posting_words(row: "Posting") -> str:
    """What a posting did, in a line."""
    if row.kind == "transfer":
        said = f"Moved from {_account(row.credit)} to {_account(row.debit)}"
    elif row.kind == "write_off":
        account = row.debit if row.debit.startswith("WO_") else row.credit
        said = f"Write-off, {account.removeprefix('WO_').replace('_', ' ').lower()}"
    else:
        said = KINDS.get(row.kind, row.kind.replace("_", " "))
    if row.reverses_id:
        said = f"Reversed: {said[:1].lower()}{said[1:]}"
    if row.carc:
        said = f"{said}: {adjustment_words(row.group, row.carc)}"
    return said


def movement_words(row: "Posting") -> str:
    """Between which accounts: `cash from primary payer`."""
    return f"{_account(row.debit)} from {_account(row.credit)}"


def submission_tag(state: str) -> str:
    """The colour of a sending's state."""
    return _SUBMISSION_TAGS.get(state, "plain")


def payment_words(row: "RemitClaim") -> Payment:
    """A claim payment decoded; its lines must be prefetched."""
    lines = sorted(row.lines.all(), key=lambda line: line.position)
    return Payment(
        row=row,
        status=claim_status_words(row.status),
        lines=[_line(line) for line in lines],
        reductions=_reductions(row.adjustments),
        remarks=_remarks(row.rarcs),
    )


def _line(line: "RemitLine") -> PaidLine:
    stored = line.adjustments
    # Allowed is what was paid and what was left to the patient or the next payer (RULES 1.6).
    left = sum((from_cents(int(cents)) for group, _, cents, *_ in stored if group == "PR"), ZERO)
    allowed = line.allowed if line.allowed is not None else line.paid + left
    return PaidLine(
        number=line.line.number if line.line else None,
        code=f"{line.code or line.revenue_code} {line.modifiers}".strip(),
        charge=line.charge,
        allowed=allowed,
        paid=line.paid,
        reductions=_reductions(stored),
        remarks=_remarks(line.rarcs),
    )


def _reductions(stored: list[list[object]]) -> list[Reduction]:
    return [
        Reduction(f"{group}-{carc}", from_cents(int(str(cents))), adjustment_words(str(group), str(carc)))
        for group, carc, cents, *_ in stored
    ]


def _remarks(rarcs: str) -> list[tuple[str, str]]:
    return [(code, rarc_words(code)) for code in rarcs.split()]


def _account(account: str) -> str:
    return ACCOUNTS.get(account) or account.removeprefix("WO_").replace("_", " ").lower()
