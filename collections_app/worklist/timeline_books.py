"""What the books saw of a claim, as events in words: sendings, acknowledgments, payments, refusals, money by hand."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Max, Sum

from arwork.lib.money import ZERO, from_cents
from claims.billing.detail import acknowledgment_words
from claims.billing.models import Acknowledgment, Submission
from claims.denials.models import Denial
from claims.ledger.chart import BUCKETS
from claims.ledger.models import Posting
from claims.payers.code_words import (
    adjustment_words,
    carc_words,
    claim_status_words,
    frequency_words,
    is_alert,
    rarc_words,
)
from claims.remits.models import RemitClaim, RemitLine


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, in words.

    `tone` is red, amber, green or "". `step` orders events of one day that have no minute. `lines` are details for
    who wants to see them; `remittance_id` leads to the payment.
    """

    on: dt.date
    kind: str
    words: str
    detail: str = ""
    amount: Decimal | None = None
    at: dt.datetime | None = None
    by: str = ""
    tone: str = ""
    step: int = 0
    lines: tuple[str, ...] = ()
    remittance_id: int | None = None
    is_undone: bool = False
    is_new: bool = False
    by_id: int | None = None


@dataclass(frozen=True, slots=True)
class PaidLine:
    """What a payer said about one service line: paid, allowed, and each reduction in words."""

    line_id: int | None
    code: str
    charge: Decimal
    paid: Decimal
    allowed: Decimal | None
    reductions: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paid:
    """One claim payment of a remittance, decoded. `denied` are the refusals it brought, in words."""

    remittance_id: int
    trace: str
    method: str
    payer: str
    on: dt.date
    at: dt.datetime | None
    status: str
    status_code: str
    state: str
    bucket: str
    charge: Decimal
    paid: Decimal
    patient: Decimal
    icn: str
    reductions: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    lines: tuple[PaidLine, ...] = field(default=())

    @property
    def is_reversal(self) -> bool:
        """The payer took an earlier payment back (CLP02 = 22)."""
        return self.status_code == "22"


_SEQUENCE = {"P": "primary", "S": "secondary", "T": "tertiary"}
_METHODS = {"ACH": "EFT", "CHK": "check", "FWT": "wire", "NON": "no payment", "BOP": "payment at the payer's option"}
_KINDS = {
    "patient_payment": "Patient payment",
    "payer_payment": "Payer payment",
    "unapplied": "Money taken in, not applied yet",
    "contractual": "Contractual write-off",
    "write_off": "Written off",
    "statutory": "Not billable to anybody",
    "transfer": "Moved",
    "refund": "Refund",
    "sequestration": "Sequestration",
}
_NAMES = {
    "PAYER1": "the primary payer",
    "PAYER2": "the secondary payer",
    "PAYER3": "the tertiary payer",
    "PATIENT": "the patient",
    "OTHER": "another party",
    "AGENCY": "the agency",
}


def sendings(claim_id: int) -> list[Event]:
    """Every sending of the claim to a payer."""
    rows = Submission.objects.filter(claim=claim_id).select_related("payer")
    return [
        Event(
            on=row.submitted_on,
            kind="837" if row.is_electronic else "Paper",
            words=f"Sent to {row.payer or 'the payer'}, {frequency_words(row.frequency)}",
            detail="" if row.sequence == "P" else f"as {_SEQUENCE.get(row.sequence, row.sequence)} payer",
            amount=row.charge,
            step=1,
        )
        for row in rows
    ]


def acknowledgments(claim_id: int) -> list[Event]:
    """What came back before adjudication."""
    tones = {"rejected": "red", "accepted": "green", "pending": "amber"}
    return [
        Event(
            on=row.effective_on,
            kind=row.kind,
            words=_capital(acknowledgment_words(row)),
            detail=f"payer claim number {row.icn}" if row.icn else "",
            tone=tones.get(row.verdict, ""),
            step=2,
        )
        for row in Acknowledgment.objects.filter(claim=claim_id)
    ]


def paid_of(claim_id: int) -> list[Paid]:
    """The payments of a claim, oldest first, decoded. Three queries."""
    rows = list(
        RemitClaim.objects.filter(claim=claim_id)
        .select_related("remittance__payer")
        .prefetch_related("lines")
        .order_by("remittance__paid_on", "pk")
    )
    denied: dict[int, list[str]] = defaultdict(list)
    if rows:
        summed = Denial.objects.filter(claim=claim_id).values_list("remit_claim_id", "group", "carc")
        for remit_claim, group, carc, amount in summed.annotate(total=Sum("amount")).order_by("-total", "carc"):
            denied[remit_claim].append(f"${amount:,.2f}: {carc_words(carc)} ({group}-{carc})")
    return [_paid(row, denied[row.pk]) for row in rows]


def payment_event(paid: Paid) -> Event:
    """A claim payment as one event, its lines behind it."""
    how = f"{_METHODS.get(paid.method, paid.method)} {paid.trace}".strip()
    parts = [f"{paid.payer} {how}".strip()]
    if paid.patient:
        parts.append(f"leaves ${paid.patient:,.2f} to the patient")
    if paid.state != RemitClaim.State.POSTED:
        parts.append({"exception": "waits as an exception", "dismissed": "dismissed"}.get(paid.state, "not posted yet"))
    lines = [*paid.reductions, *paid.remarks]
    for line in paid.lines:
        said = "; ".join([*line.reductions, *line.remarks])
        allowed = f", allowed ${line.allowed:,.2f}" if line.allowed is not None else ""
        lines.append(f"{line.code}: charged ${line.charge:,.2f}{allowed}, paid ${line.paid:,.2f}. {said}".strip())
    return Event(
        on=paid.on,
        at=paid.at if paid.at and paid.at.date() == paid.on else None,
        kind="835",
        words=_headline(paid),
        detail=", ".join(parts),
        amount=paid.paid,
        tone="red" if paid.denied or paid.is_reversal else ("green" if paid.paid > 0 else ""),
        step=3,
        lines=tuple(lines),
        remittance_id=paid.remittance_id,
    )


def settled_denials(claim_id: int) -> list[Event]:
    """Refusals that were overturned, accepted or taken back."""
    rows = Denial.objects.filter(claim=claim_id, closed_on__isnull=False)
    words = {"recovered": "Denial recovered", "accepted": "Denial accepted", "reversed": "Denial taken back"}
    return [
        Event(
            on=row.closed_on,
            kind="Denial",
            words=f"{words.get(row.state, 'Denial closed')}: {carc_words(row.carc)} ({row.group}-{row.carc})",
            amount=row.recovered or None,
            tone="green" if row.state == Denial.State.RECOVERED else "",
            step=4,
        )
        for row in rows
        if row.closed_on
    ]


def postings_by_hand(claim_ids: Sequence[int], *, account_id: int | None = None) -> list[Event]:
    """Money that no remittance brought: patients' payments, write-offs, refunds; one event a day and kind."""
    rows = Posting.objects.filter(remit_claim_id=None).exclude(kind="charge")
    grouped = ("posted_on", "kind", "debit", "credit")
    found = _summed(rows.filter(claim__in=claim_ids), grouped) if claim_ids else []
    if account_id:
        found += _summed(rows.filter(claim=None, account=account_id), grouped)
    return [
        Event(
            on=on,
            at=known if known.date() == on else None,
            kind="Ledger",
            words=_moved(kind, debit, credit),
            amount=amount,
            tone="green" if "payment" in kind and credit in BUCKETS else "",
            step=5,
        )
        for on, kind, debit, credit, amount, known in found
    ]


def left_to_patient(claim_ids: Sequence[int]) -> list[Event]:
    """What became the patient's to pay, and why, one event a claim and day."""
    rows = Posting.objects.filter(claim__in=claim_ids, kind__in=("transfer", "charge"), debit="PATIENT")
    summed: dict[tuple[dt.date, str], list[tuple[str, Decimal]]] = defaultdict(list)
    for on, number, carc, amount in (
        rows.order_by().values_list("posted_on", "claim__number", "carc").annotate(total=Sum("amount"))
    ):
        summed[on, number].append((carc, amount))
    return [
        Event(
            on=on,
            kind="Share",
            words=f"Left to the patient of claim {number}",
            detail=", ".join(f"{carc_words(carc) if carc else 'no insurance'} ${amount:,.2f}" for carc, amount in why),
            amount=sum((amount for _, amount in why), ZERO),
            step=3,
        )
        for (on, number), why in summed.items()
    ]


def _paid(row: RemitClaim, denied: Iterable[str]) -> Paid:
    remittance = row.remittance
    lines = sorted(row.lines.all(), key=lambda line: line.position)
    return Paid(
        remittance_id=remittance.pk,
        trace=remittance.trace,
        method=remittance.method,
        payer=str(remittance.payer or remittance.payer_name),
        on=remittance.paid_on,
        at=row.posted_at,
        status=claim_status_words(row.status),
        status_code=row.status,
        state=row.state,
        bucket=row.bucket,
        charge=row.charge,
        paid=row.paid,
        patient=row.patient_responsibility,
        icn=row.icn,
        reductions=_reductions(row.adjustments),
        remarks=_remarks(row.rarcs),
        denied=tuple(denied),
        lines=tuple(_line(line) for line in lines),
    )


def _line(line: RemitLine) -> PaidLine:
    adjusted = [(group, int(cents)) for group, _, cents, *_ in line.adjustments]
    share = sum(cents for group, cents in adjusted if group == "PR")
    allowed = line.allowed if line.allowed is not None else line.paid + from_cents(share)
    return PaidLine(
        line_id=line.line_id,
        code=f"{line.code or line.revenue_code} {line.modifiers}".strip(),
        charge=line.charge,
        paid=line.paid,
        allowed=allowed,
        reductions=_reductions(line.adjustments),
        remarks=_remarks(line.rarcs),
    )


def _reductions(stored: Iterable[Sequence[object]]) -> tuple[str, ...]:
    return tuple(
        f"${from_cents(int(str(cents))):,.2f} {adjustment_words(str(group), str(carc))}"
        for group, carc, cents, *_ in stored
    )


def _remarks(stored: str) -> tuple[str, ...]:
    return tuple(f"{rarc_words(code)} ({code})" for code in stored.split() if not is_alert(code))


def _headline(paid: Paid) -> str:
    if paid.is_reversal:
        return "Payment taken back, correction to follow"
    if paid.denied:
        return f"Denied {'; '.join(paid.denied)}"
    return _capital(paid.status)


def _capital(words: str) -> str:
    """With a capital letter; codes further on keep theirs."""
    return f"{words[:1].upper()}{words[1:]}"


def _summed(rows: object, grouped: tuple[str, ...]) -> list[tuple]:
    found = rows.order_by().values_list(*grouped)  # type: ignore[attr-defined]
    return list(found.annotate(total=Sum("amount"), known=Max("created_at")))


def _moved(kind: str, debit: str, credit: str) -> str:
    words = _KINDS.get(kind, kind.replace("_", " ").capitalize())
    if kind == "transfer":
        return f"{words} from {_NAMES.get(credit, credit)} to {_NAMES.get(debit, debit)}"
    if debit in BUCKETS and credit not in BUCKETS:
        return f"{words}, taken back"
    return words
