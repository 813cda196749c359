"""The claim on one sheet: each line with what was charged, allowed, paid and adjusted, and who owes the rest."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim, ClaimLine
from claims.denials.models import Underpayment
from claims.ledger.models import Posting
from claims.remits.explain import ExplainedPayment

_PAYMENTS = ("payer_payment", "patient_payment")
_ADJUSTMENTS = ("contractual", "sequestration", "statutory", "write_off")
_BUCKETS = (
    ("payer1", "Primary"),
    ("payer2", "Secondary"),
    ("payer3", "Tertiary"),
    ("patient", "Patient"),
    ("other", "Other"),
    ("agency", "Agency"),
)


@dataclass(frozen=True, slots=True)
class ClaimSheetLine:
    """One service line. `allowed` is None until a payer adjudicated it; `owes` names who owes how much now.

    `short` is what the payer paid too little, and `contract` what was agreed; None where no contract prices the line.
    """

    number: int
    on: dt.date
    code: str
    modifiers: str
    units: Decimal
    charge: Decimal
    allowed: Decimal | None
    paid: Decimal
    adjusted: Decimal
    owes: tuple[tuple[str, Decimal], ...]
    contract: Decimal | None = None
    short: Decimal = ZERO
    line_id: int = 0


@dataclass(frozen=True, slots=True)
class ClaimSheet:
    """The lines of a claim and their totals. `in_no_receipt` is what the patient had paid by the bill (AMT*F5) beyond
    the `patient_paid` of the books."""

    lines: Sequence[ClaimSheetLine]
    charge: Decimal
    paid: Decimal
    adjusted: Decimal
    owes: tuple[tuple[str, Decimal], ...]
    patient_paid: Decimal = ZERO
    in_no_receipt: Decimal = ZERO

    @property
    def balance(self) -> Decimal:
        """What all owe together."""
        return sum((amount for _, amount in self.owes), ZERO)

    @property
    def short(self) -> Decimal:
        """What the payer paid too little on all lines."""
        return sum((line.short for line in self.lines), ZERO)


def claim_sheet_of(claim: Claim, payments: Sequence[ExplainedPayment], *, is_underpaid: bool = False) -> ClaimSheet:
    """The sheet of a claim with its payments, oldest first. Two queries; one more for what was paid below contract."""
    paid, adjusted, of_patient = _sums(claim.pk)
    short = _short(claim.pk) if is_underpaid else {}
    allowed = _allowed(payments)
    lines = [
        ClaimSheetLine(
            number=row.number,
            on=row.service_from,
            code=row.code or row.revenue_code,
            modifiers=row.modifiers,
            units=row.units.normalize() + 0,
            charge=row.charge,
            allowed=allowed.get(row.pk),
            paid=paid.get(row.pk, ZERO),
            adjusted=adjusted.get(row.pk, ZERO),
            owes=tuple((label, amount) for name, label in _BUCKETS if (amount := getattr(row, name))),
            contract=short[row.pk].expected or None if row.pk in short else None,
            short=short[row.pk].amount if row.pk in short else ZERO,
            line_id=row.pk,
        )
        for row in ClaimLine.objects.filter(claim=claim.pk).order_by("number")
    ]
    lines = [line for line in lines if line.number or line.charge or line.paid or line.adjusted or line.owes]
    return ClaimSheet(
        lines=lines,
        charge=sum((line.charge for line in lines), ZERO),
        paid=sum((line.paid for line in lines), ZERO),
        adjusted=sum((line.adjusted for line in lines), ZERO),
        owes=_together(lines),
        patient_paid=of_patient,
        in_no_receipt=max((claim.patient_paid or ZERO) - of_patient, ZERO),
    )


def _sums(claim_id: int) -> tuple[dict[int, Decimal], dict[int, Decimal], Decimal]:
    """Paid and adjusted by line: what reduced a bucket, less what was reversed; and what the patient paid of it all."""
    paid: dict[int, Decimal] = {}
    adjusted: dict[int, Decimal] = {}
    of_patient = ZERO
    rows = Posting.objects.filter(claim=claim_id, kind__in=(*_PAYMENTS, *_ADJUSTMENTS), line__isnull=False)
    for line, kind, credit, amount in (
        rows.order_by().values_list("line_id", "kind", "credit").annotate(total=Sum("amount"))
    ):
        into = paid if kind in _PAYMENTS else adjusted
        change = amount if credit in BUCKETS else -amount
        into[line] = into.get(line, ZERO) + change
        of_patient += change if kind == "patient_payment" else ZERO
    return paid, adjusted, of_patient


def _short(claim_id: int) -> dict[int, Underpayment]:
    """What is open below contract, by line."""
    states = (Underpayment.State.OPEN, Underpayment.State.DISPUTED)
    return {row.line_id: row for row in Underpayment.objects.filter(claim=claim_id, state__in=states).order_by("pk")}


def _allowed(payments: Sequence[ExplainedPayment]) -> dict[int, Decimal]:
    """What the first payer that adjudicated a line allowed; a later correction has the last word."""
    found: dict[int, Decimal] = {}
    buckets: dict[int, str] = {}
    for paid in payments:
        if paid.is_reversal:
            continue
        of_lines: dict[int, Decimal] = {}
        for line in paid.lines:  # a payer may answer one line in several parts
            if line.line_id is not None and buckets.setdefault(line.line_id, paid.row.bucket) == paid.row.bucket:
                of_lines[line.line_id] = of_lines.get(line.line_id, ZERO) + line.allowed
        found |= of_lines
    return found


def _together(lines: Sequence[ClaimSheetLine]) -> tuple[tuple[str, Decimal], ...]:
    totals: dict[str, Decimal] = {}
    for line in lines:
        for label, amount in line.owes:
            totals[label] = totals.get(label, ZERO) + amount
    return tuple((label, totals[label]) for _, label in _BUCKETS if label in totals)
