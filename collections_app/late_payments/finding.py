"""Payments that came late, found in sets among what was posted since a day; a payment is looked at as often as asked
and counted once.

The clock runs from the day the payer accepted the claim (277CA), else from the day it was sent. A claim that was
answered before, or for which the payer asked for more, may be no clean claim: it is found with its doubt, and a person
decides.
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
from claims.payers.rules import RuleBook
from claims.remits.models import ProviderAdjustment, RemitClaim, Remittance
from claims.remits.provider_adjustments import INTEREST_AT_CLAIM
from collections_app.late_payments.interest import LatePaid, interest_owed
from collections_app.late_payments.models import LatePayment

BATCH = 500
#: CLP02 of an answer that pays: processed as primary, secondary, tertiary, and the same forwarded.
_PAYS = ("1", "2", "3", "19", "20", "21")


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
    interest: dict[tuple[int, str], Decimal] = field(default_factory=dict)


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
    """What was found and whose payment was taken back or undone since is late no more."""
    rows = LatePayment.objects.filter(state=LatePayment.State.OPEN)
    posted = RemitClaim.objects.filter(pk=OuterRef("remit_claim"), state=RemitClaim.State.POSTED, reversals=None)
    rows.filter(~Exists(posted)).update(state=LatePayment.State.GONE, closed_on=today)


def _facts(rows: Sequence[RemitClaim]) -> _Facts:
    """Five queries."""
    claims, found = {row.claim_id for row in rows}, _Facts()
    sent = Submission.objects.filter(Among("claim", claims)).exclude(state=Submission.State.REJECTED)
    for claim, sequence, on, pk, is_electronic in sent.values_list(
        "claim_id", "sequence", "submitted_on", "pk", "is_electronic"
    ):
        found.sent[claim, sequence].append(_Sent(on, pk, is_electronic))
    told = Acknowledgment.objects.filter(Among("claim", claims), kind__in=("277CA", "277"))
    for claim, kind, verdict, on in told.values_list("claim_id", "kind", "verdict", "effective_on"):
        if kind == "277CA" and verdict == "accepted":
            found.accepted[claim].append(on)
        elif verdict == "pending":
            found.asked[claim].append(on)
    denied = Denial.objects.filter(Among("claim", claims))
    for claim, bucket, on in denied.values_list("claim_id", "bucket", "initial_on"):
        found.denied[claim, bucket].append(on)
    named = ProviderAdjustment.objects.filter(
        Among("remittance", {row.remittance_id for row in rows}), code=INTEREST_AT_CLAIM
    )
    for remittance, number, amount in named.values_list("remittance_id", "reference", "amount"):
        found.interest[remittance, number] = -amount
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
    came = facts.interest.get((row.remittance_id, row.number), ZERO)
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
        confidence=rate.confidence, doubt=_doubt(row, facts, received_on), found_on=today,
    )  # fmt: skip


def _doubt(row: RemitClaim, facts: _Facts, received_on: dt.date) -> str:
    """Why the claim may not have been clean: denied before (no interest where payment follows an appeal, RULES 9.4), or
    the payer asked for more."""
    paid_on = row.remittance.paid_on
    denied = [on for on in facts.denied[row.claim_id or 0, row.bucket] if on < paid_on]
    if denied:
        return f"It was denied first, on {long_day(min(denied))}"
    asked = [on for on in facts.asked[row.claim_id or 0] if received_on <= on < paid_on]
    return f"The payer told of it as pending on {long_day(min(asked))}" if asked else ""
