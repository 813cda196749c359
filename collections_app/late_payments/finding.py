"""Payments that came late, found in sets among what was posted since a day; a payment is looked at as often as asked
and counted once.

The clock runs from the day the payer accepted the claim (277CA), else from the day it was sent. A claim that was
answered before, or for which the payer asked for more, may be no clean claim: it is found with its doubt, and a person
decides. So is one whose interest may have come with the deposit as a whole (PLB L6 that names no claim).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from arwork.lib.bulk import Among
from arwork.lib.dates import long_day
from arwork.lib.money import ZERO
from claims.billing.buckets import SEQUENCES
from claims.billing.models import Acknowledgment, Submission
from claims.denials.models import Denial
from claims.payers.deadlines import ClaimDates, RuleScope, deadline_of, governing_state, prompt_pay_binds
from claims.payers.rule_book import rule_book
from claims.payers.rules import RuleBook, RuleRow
from claims.remits.models import ProviderAdjustment, RemitClaim, Remittance
from claims.remits.provider_adjustments import INTEREST_AT_CLAIM
from collections_app.late_payments.interest import LatePaid, interest_owed
from collections_app.late_payments.models import LatePayment

BATCH = 500
#: CLP02 of an answer that pays: processed as primary, secondary, tertiary, and the same forwarded.
_PAYS = ("1", "2", "3", "19", "20", "21")
_ANSWERS = (*_PAYS, "4")
#: STC01-1 of a claim that waits for something of ours: the clock of a clean claim stands still (R: requests).
_ASKS = ("P3", "P4", "RQ")
_L6 = "L6"
#: Its rate was published for a half year only: later it is told as not verified (RULES 9.4, 16).
_RATE_KNOWN = dt.date(2026, 6, 30)


class _Sent(NamedTuple):
    on: dt.date
    pk: int
    is_electronic: bool


@dataclass(slots=True)
class _Facts:
    """What is known of the claims of a batch, by claim."""

    sent: dict[tuple[int, str], list[_Sent]] = field(default_factory=lambda: defaultdict(list))
    accepted: dict[int, list[dt.date]] = field(default_factory=lambda: defaultdict(list))
    asked: dict[int, list[dt.date]] = field(default_factory=lambda: defaultdict(list))
    denied: dict[tuple[int, str], list[dt.date]] = field(default_factory=lambda: defaultdict(list))
    answered: dict[tuple[int, str], list[dt.date]] = field(default_factory=lambda: defaultdict(list))
    interest: dict[tuple[int, str], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    untold: set[int] = field(default_factory=set)


def find_late_payments(*, since: dt.date, today: dt.date) -> int:
    """Find what was posted since a day and had come late; withdraw what was found and does not stand any more. Returns
    how many were found. A dozen queries for each 500 payments."""
    _withdraw(today=today)
    book, found = rule_book(), 0
    last = 0
    while rows := list(_payments(since).filter(pk__gt=last)[:BATCH]):
        last = rows[-1].pk
        facts = _facts(rows)
        late = list(filter(None, (_late(row, facts, book, today) for row in rows)))
        found += len(LatePayment.objects.bulk_create(late, ignore_conflicts=True))
    return found


def _payments(since: dt.date) -> "QuerySet[RemitClaim]":
    known = LatePayment.objects.filter(remit_claim=OuterRef("pk"))
    rows = RemitClaim.objects.filter(
        remittance__posted_on__gte=since, remittance__source=Remittance.Source.FILE, state=RemitClaim.State.POSTED,
        claim__isnull=False, paid__gt=0, status__in=_PAYS, bucket__startswith="PAYER", reverses=None, reversals=None,
    )  # fmt: skip
    covers = [f"claim__coverage{rank}__{what}" for rank in (1, 2, 3) for what in ("payer", "plan")]
    return rows.filter(~Exists(known)).select_related("remittance", "claim__practice", *covers).order_by("pk")


def _withdraw(*, today: dt.date) -> None:
    """What was found and whose payment was taken back or undone since is late no more; posted again, it is."""
    stands = Exists(standing_payments().filter(pk=OuterRef("remit_claim")))
    rows = LatePayment.objects.all()
    rows.filter(~stands, state=LatePayment.State.OPEN).update(state=LatePayment.State.GONE, closed_on=today)
    rows.filter(stands, state=LatePayment.State.GONE).update(state=LatePayment.State.OPEN, closed_on=None)


def standing_payments() -> "QuerySet[RemitClaim]":
    """Claim payments that are posted and that nothing has reversed."""
    return RemitClaim.objects.filter(state=RemitClaim.State.POSTED, reversals=None)


def _facts(rows: Sequence[RemitClaim]) -> _Facts:
    """Six queries."""
    claims, found = {row.claim_id for row in rows}, _Facts()
    sent = Submission.objects.filter(Among("claim", claims)).exclude(state=Submission.State.REJECTED)
    for claim, sequence, on, pk, is_electronic in sent.values_list(
        "claim_id", "sequence", "submitted_on", "pk", "is_electronic"
    ):
        found.sent[claim, sequence].append(_Sent(on, pk, is_electronic))
    told = Acknowledgment.objects.filter(Among("claim", claims), kind__in=("277CA", "277"))
    for claim, kind, verdict, code, on in told.values_list("claim_id", "kind", "verdict", "category", "effective_on"):
        if kind == "277CA" and verdict == "accepted":
            found.accepted[claim].append(on)
        elif code in _ASKS or code.startswith("R"):
            found.asked[claim].append(on)
    denied = Denial.objects.filter(Among("claim", claims))
    for claim, bucket, on in denied.values_list("claim_id", "bucket", "initial_on"):
        found.denied[claim, bucket].append(on)
    answers = RemitClaim.objects.filter(Among("claim", claims), state=RemitClaim.State.POSTED, status__in=_ANSWERS)
    for claim, bucket, on in answers.values_list("claim_id", "bucket", "remittance__paid_on"):
        found.answered[claim or 0, bucket].append(on)
    named = ProviderAdjustment.objects.filter(
        Among("remittance", {row.remittance_id for row in rows}), code__in=(INTEREST_AT_CLAIM, _L6)
    )
    numbers = {(row.remittance_id, one) for row in rows for one in (row.number, row.icn) if one}
    for remittance, code, number, amount in named.values_list("remittance_id", "code", "reference", "amount"):
        if (remittance, number) in numbers:
            found.interest[remittance, number] -= amount
        elif code == _L6:
            found.untold.add(remittance)
    return found


def _late(row: RemitClaim, facts: _Facts, book: RuleBook, today: dt.date) -> LatePayment | None:
    """The late payment that an answer is, if it is one."""
    claim, rank = row.claim, row.bucket.removeprefix("PAYER")
    cover = getattr(claim, f"coverage{rank}", None) if claim else None
    paid_on = row.remittance.paid_on
    if claim is None or cover is None:
        return None
    payer, funding = cover.payer, cover.plan.funding if cover.plan else ""
    sent = [one for one in facts.sent[claim.pk, SEQUENCES[row.bucket]] if one.on <= paid_on]
    if not sent or not prompt_pay_binds(payer_class=payer.payer_class, funding=funding):
        return None
    last = max(sent)
    accepted = min((on for on in facts.accepted[claim.pk] if last.on <= on <= paid_on), default=None)
    state = governing_state(payer=payer.state, practice=claim.practice.state)
    scope = RuleScope(payer.payer_class, payer.pk, cover.plan_id, claim.practice_id, state)
    kind = "promptpay_electronic" if last.is_electronic else "promptpay_paper"
    dates = ClaimDates(submitted_on=last.on, received_on=accepted)
    due = deadline_of(kind, dates, scope=scope, rules=book, on=last.on)
    if due is None or paid_on <= due.last_day:
        return None
    rate = scope.pick(book, "promptpay_interest", on=due.last_day)
    if rate is None:
        return None
    received_on = accepted or last.on
    came = sum((facts.interest[row.remittance_id, one] for one in {row.number, row.icn} if one), ZERO)
    late = LatePaid(
        row.paid, due.last_day, paid_on, rate.value, (due.last_day - received_on).days, charged=row.charge,
        allowed=row.paid + row.patient_responsibility, interest_paid=came,
    )  # fmt: skip
    owed = interest_owed(late, state=None if payer.payer_class == "medicare" else state)
    if owed.amount <= came:
        return None
    return LatePayment(
        practice_id=claim.practice_id, claim=claim, remit_claim=row, payer=payer, received_on=received_on,
        is_proven=accepted is not None, due_on=due.last_day, paid_on=paid_on, paid=row.paid, rate=rate.value,
        interest=owed.amount, interest_paid=came, counted=owed.words[:200], source=rate.source,
        confidence=rate.confidence, doubt=_doubt(row, facts, received_on, rate), found_on=today,
    )  # fmt: skip


def _doubt(row: RemitClaim, facts: _Facts, received_on: dt.date, rate: RuleRow) -> str:
    """Why the claim may not have been clean, or the sum not right: denied before (no interest where payment follows an
    appeal, RULES 9.4), answered before, held for something of ours, interest that names no claim, an old rate."""
    paid_on, of_payer = row.remittance.paid_on, (row.claim_id or 0, row.bucket)
    if denied := [on for on in facts.denied[of_payer] if on < paid_on]:
        return f"It was denied first, on {long_day(min(denied))}"
    if before := [on for on in facts.answered[of_payer] if on < paid_on]:
        return f"It was answered first on {long_day(min(before))}"
    if asked := [on for on in facts.asked[row.claim_id or 0] if received_on <= on < paid_on]:
        return f"The payer asked for more on {long_day(min(asked))}"
    if row.remittance_id in facts.untold:
        return "Interest came with this deposit and names no claim (PLB L6)"
    is_shipped = rate.rule_id is None
    if is_shipped and rate.payer_class == "medicare" and paid_on > _RATE_KNOWN:
        return f"The rate is not verified since {long_day(_RATE_KNOWN)}"
    return ""
