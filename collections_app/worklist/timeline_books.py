"""What the books saw of a claim, as events in words: submissions, acknowledgments, payments, denials, money by hand."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max, Sum

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS, ordinal
from claims.billing.claim_detail import acknowledgment_words
from claims.billing.models import Acknowledgment, Submission
from claims.denials.models import Denial
from claims.ledger.models import Posting
from claims.ledger.posting_words import posting_words
from claims.ledger.visits import PatientShare, patient_share, shares_in_words
from claims.payers.code_words import (
    adjustment_words,
    frequency_words,
)
from claims.remits.explain import ExplainedLine, ExplainedPayment, payments_of_claims
from claims.remits.models import RemitClaim


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One thing that happened, in words.

    `tone` is red, amber, green or "". `step` orders events of one day that have no minute. `lines` are details for
    who wants to see them; `remittance_id` leads to the payment, `letter_id` to the letter.
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
    letter_id: int | None = None


def submission_events(claim_id: int) -> list[TimelineEvent]:
    """Every submission of the claim to a payer."""
    rows = Submission.objects.filter(claim=claim_id).select_related("payer")
    return [
        TimelineEvent(
            on=row.submitted_on,
            kind="837" if row.is_electronic else "Paper",
            words=f"Sent to {row.payer or 'the payer'}, {frequency_words(row.frequency)}",
            detail="" if row.sequence == "P" else f"as {ordinal(row.sequence)} payer",
            amount=row.charge,
            step=1,
        )
        for row in rows
    ]


def acknowledgment_events(claim_id: int) -> list[TimelineEvent]:
    """What came back before adjudication."""
    tones = {"rejected": "red", "accepted": "green", "pending": "amber"}
    return [
        TimelineEvent(
            on=row.effective_on,
            kind=row.kind,
            words=_capital(acknowledgment_words(row)),
            detail=f"payer claim number {row.icn}" if row.icn else "",
            tone=tones.get(row.verdict, ""),
            step=2,
        )
        for row in Acknowledgment.objects.filter(claim=claim_id)
    ]


@dataclass(frozen=True, slots=True)
class Answers:
    """What payers answered to a claim: its payments, the oldest first, and every denial it ever had."""

    payments: Sequence[ExplainedPayment] = ()
    denials: Sequence[Denial] = ()


def answers_to(claim_id: int) -> Answers:
    """The payments and denials of a claim. Four queries."""
    denials = list(Denial.objects.filter(claim=claim_id))
    return Answers(payments_of_claims([claim_id], denials=denials)[claim_id], denials)


def payment_event(paid: ExplainedPayment) -> TimelineEvent:
    """A claim payment as one event, its lines behind it."""
    row = paid.row
    parts = [f"{paid.payer} {paid.method} {row.remittance.trace}".strip()]
    if row.patient_responsibility:
        parts.append(f"leaves ${row.patient_responsibility:,.2f} to the patient")
    if row.state != RemitClaim.State.POSTED:
        parts.append({"exception": "waits as an exception", "dismissed": "dismissed"}.get(row.state, "not posted yet"))
    return TimelineEvent(
        on=paid.paid_on,
        at=row.posted_at if row.posted_at and row.posted_at.date() == paid.paid_on else None,
        kind="835",
        words=_headline(paid),
        detail=", ".join(parts),
        amount=row.paid,
        tone="red" if paid.denied or paid.is_reversal else ("green" if row.paid > 0 else ""),
        step=3,
        lines=(*_reasons(paid), *(_line(line) for line in paid.lines)),
        remittance_id=row.remittance_id,
    )


def closed_denial_events(denials: Iterable[Denial]) -> list[TimelineEvent]:
    """Those of the denials that were overturned, accepted or taken back."""
    words = {"recovered": "Denial recovered", "accepted": "Denial accepted", "reversed": "Denial reversed"}
    return [
        TimelineEvent(
            on=row.closed_on,
            kind="Denial",
            words=f"{words.get(row.state, 'Denial closed')}: {adjustment_words(row.group, row.carc)}",
            amount=row.recovered or None,
            tone="green" if row.state == Denial.State.RECOVERED else "",
            step=4,
        )
        for row in denials
        if row.closed_on
    ]


def manual_posting_events(claim_ids: Sequence[int], *, account_id: int | None = None) -> list[TimelineEvent]:
    """Money that no remittance brought: patients' payments, write-offs, refunds; one event a day and kind."""
    rows = Posting.objects.filter(remit_claim_id=None).exclude(kind="charge")
    grouped = ("posted_on", "kind", "debit", "credit")
    found = _summed(rows.filter(claim__in=claim_ids), grouped) if claim_ids else []
    if account_id:
        found += _summed(rows.filter(claim=None, account=account_id), grouped)
    return [
        TimelineEvent(
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


def patient_responsibility_events(claim_ids: Sequence[int]) -> list[TimelineEvent]:
    """What became the patient's to pay, and why, one event a claim and day."""
    rows = Posting.objects.filter(claim__in=claim_ids, kind__in=("transfer", "charge"), debit="PATIENT")
    summed: dict[tuple[dt.date, str], dict[PatientShare, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    columns = ("posted_on", "claim__number", "group", "carc", "credit")
    for on, number, group, carc, origin, amount in rows.order_by().values_list(*columns).annotate(total=Sum("amount")):
        summed[on, number][patient_share(group, carc, origin=origin)] += amount
    return [
        TimelineEvent(
            on=on,
            kind="Share",
            words=f"Patient responsibility on claim {number}",
            detail=shares_in_words(sorted(why.items(), key=lambda one: one[0].order)),
            amount=sum(why.values(), ZERO),
            step=3,
        )
        for (on, number), why in summed.items()
    ]


def _line(line: ExplainedLine) -> str:
    stated = f" (the payer says ${line.says_otherwise:,.2f})" if line.says_otherwise is not None else ""
    figures = f"charged ${line.charge:,.2f}, allowed ${line.allowed:,.2f}{stated}, paid ${line.paid:,.2f}."
    return f"{line.service}: {figures} {'; '.join(_reasons(line))}".strip()


def _reasons(said: ExplainedPayment | ExplainedLine) -> list[str]:
    """The adjustments with their amounts, and the remarks that deny or ask for something."""
    cuts = [f"${one.amount:,.2f} {one.words}" for one in said.adjustments]
    return cuts + [f"{one.words} ({one.code})" for one in said.remarks if not one.is_alert]


def _headline(paid: ExplainedPayment) -> str:
    if paid.is_reversal:
        return "Payment reversed, correction to follow"
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
    words = posting_words(kind, debit=debit, credit=credit)
    return f"{words}, reversed" if debit in BUCKETS and credit not in BUCKETS else words
