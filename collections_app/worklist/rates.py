"""What the practice's own history says: how much of what was at stake came in, worked or left alone; how long calls
take; what each payer allows of a charge; at which hours people answer.

Computed once a day over a year. Calls to payers whose clock ran tell their minutes themselves, hold and talk; of the
others those that were logged with each outcome count. Of the items that closed, those that somebody touched teach what
working brings, the others what comes by itself; what was touched again and again and is still open after half a year
counts as lost. What was at stake is the amount that was last open, for an unanswered or denied charge what its payer
would allow of it, or what came in if that is more; what came in is the cash posted on the claim (or the guarantor's
claims) while the item was open. Cases count half after half a year, a quarter after a year.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from arwork.lib import bulk
from arwork.lib.money import from_cents, in_cents
from claims.billing.buckets import PAYERS
from claims.ledger.models import Posting
from claims.remits.models import RemitClaim
from collections_app.contacts.models import Contact
from collections_app.payer_calls.selectors import clocked_minutes, within_a_clocked_call
from collections_app.worklist.answer_hours import learn_answers
from collections_app.worklist.facts import age_band
from collections_app.worklist.models import WorkItem
from collections_app.worklist.rate_models import AnswerRate, PayerPace, SegmentRate
from collections_app.worklist.scoring import CHARGED_KINDS, allowed_share

HISTORY = dt.timedelta(days=365)
#: After so many days a case weighs half.
HALF_LIFE = 180
#: What was touched so often and is still open after so many days has failed.
FAILED_TOUCHES, FAILED_DAYS = 3, 180
_CLEARED = Q(closed_reason="settled in the books")
SegmentKey = tuple[int, str, str, str, str]
_PayerKey = tuple[int, int]


def learn_rates(*, today: dt.date) -> dict[str, int]:
    """Rewrite rates, paces and answers from the year before `today`; how many of each are known."""
    paces = _paces(today)
    segments = _segments(today, paces)
    answers = learn_answers(today=today, since=today - HISTORY, half_life=HALF_LIFE)
    with transaction.atomic():
        SegmentRate.objects.all().delete()
        bulk.insert(SegmentRate, segments)
        PayerPace.objects.all().delete()
        bulk.insert(PayerPace, list(paces.values()))
        AnswerRate.objects.all().delete()
        bulk.insert(AnswerRate, answers)
    return {"segments": len(segments), "paces": len(paces), "answers": len(answers)}


@dataclass(slots=True)
class _Tally:
    """Cases, cents at stake and cents that came, each weighed by its age."""

    cases: float = 0.0
    stake: float = 0.0
    came: float = 0.0

    def add(self, weight: float, stake: int, came: int) -> None:
        self.cases += weight
        self.stake += weight * stake
        self.came += weight * came


def _segments(today: dt.date, paces: Mapping[_PayerKey, PayerPace]) -> list[SegmentRate]:
    worked: dict[SegmentKey, _Tally] = defaultdict(_Tally)
    alone: dict[SegmentKey, _Tally] = defaultdict(_Tally)
    for (
        practice,
        kind,
        payer_class,
        category,
        opened,
        aged,
        cents,
        agreed,
        came,
        payer,
        bucket,
        touches,
        ended,
    ) in _cases(today):
        key = (practice, kind, payer_class or "", category if kind == "denied" else "", age_band((opened - aged).days))
        share = 1.0
        if kind in CHARGED_KINDS and bucket == PAYERS[0]:
            known = paces.get((practice, payer or 0))
            told = (float(known.allowed / known.charged), known.remitted) if known and known.charged else (0.0, 0)
            share = allowed_share(payer_class or "", *told) if agreed is None else agreed / max(cents, 1)
        weight = 0.5 ** ((today - ended).days / HALF_LIFE)
        (worked if touches else alone)[key].add(weight, max(round(cents * share), came), max(came, 0))
    return [
        SegmentRate(
            practice_id=key[0],
            kind=key[1],
            payer_class=key[2],
            category=key[3],
            age_band=key[4],
            decided=round(worked[key].cases),
            at_stake=from_cents(round(worked[key].stake)),
            recovered=from_cents(round(worked[key].came)),
            left_alone=round(alone[key].cases),
            alone_at_stake=from_cents(round(alone[key].stake)),
            came_alone=from_cents(round(alone[key].came)),
            computed_on=today,
        )
        for key in sorted({*worked, *alone})
        if worked[key].stake > 0 or alone[key].stake > 0
    ]


_COLUMNS = (
    "practice_id", "kind", "payer__payer_class", "category", "opened_on", "aged_from", in_cents("amount"),
    in_cents("contract_allowed"),
)  # fmt: skip


def _cases(today: dt.date) -> Iterator[tuple[Any, ...]]:
    """What closed within the year, and what failed without closing."""
    for rows, came in (
        (Q(claim__isnull=False), _cash(claim=OuterRef("claim"))),
        (Q(claim__isnull=True, account__isnull=False), _cash(claim__account=OuterRef("account"))),
    ):
        closed = WorkItem.objects.filter(
            rows, _CLEARED, state=WorkItem.State.CLOSED, closed_on__gte=today - HISTORY
        ).annotate(came=Coalesce(Subquery(came), Value(0), output_field=BigIntegerField()))
        columns = (*_COLUMNS, "came", "payer_id", "bucket", "touches", "closed_on")
        yield from closed.values_list(*columns).iterator(chunk_size=2_000)
    failed = WorkItem.objects.filter(
        Q(claim__isnull=False) | Q(account__isnull=False),
        state=WorkItem.State.OPEN,
        opened_on__lte=today - dt.timedelta(days=FAILED_DAYS),
        quiet_touches__gte=FAILED_TOUCHES,
    ).annotate(came=Value(0))
    told = (*_COLUMNS, "came", "payer_id", "bucket", "touches")
    for row in failed.values_list(*told).iterator(chunk_size=2_000):
        yield (*row, today)


def _cash(**of: OuterRef) -> QuerySet[Posting, Any]:
    """Cents that came in on the claims `of` while the item was open."""
    amount = Case(
        When(debit="CASH", then=F("amount")),
        When(credit="CASH", then=F("amount") * Value(-1)),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    rows = Posting.objects.filter(
        kind__in=("payer_payment", "patient_payment"),
        posted_on__gte=OuterRef("opened_on"),
        posted_on__lte=OuterRef("closed_on"),
        **of,
    )
    # Grouped by a constant: one row, or none.
    return (
        rows.annotate(one=Value(1)).order_by().values("one").annotate(came=Sum(amount, output_field=BigIntegerField()))
    ).values("came")


def _paces(today: dt.date) -> dict[_PayerKey, PayerPace]:
    found: dict[_PayerKey, PayerPace] = {}

    def of(practice: int, payer: int) -> PayerPace:
        fresh = PayerPace(practice_id=practice, payer_id=payer, computed_on=today)
        return found.setdefault((practice, payer), fresh)

    rows = (
        Contact.objects.filter(payer__isnull=False, minutes__gt=0, retold_by=None, at__date__gte=today - HISTORY)
        .exclude(within_a_clocked_call())
        .order_by()
        .values_list("practice_id", "payer_id")
        .annotate(timed=Count("pk"), minutes=Sum("minutes"))
    )
    for practice, payer, timed, minutes in rows:
        pace = of(practice, payer or 0)
        pace.timed, pace.minutes = timed, minutes
    for key, (pieces, minutes) in clocked_minutes(today=today).items():
        pace = of(*key)
        pace.timed, pace.minutes = pace.timed + pieces, pace.minutes + minutes
    for practice, payer, remitted, charged, allowed in _allowed(today):
        pace = of(practice, payer)
        pace.remitted, pace.charged, pace.allowed = remitted, from_cents(charged), from_cents(min(allowed, charged))
    return found


def _allowed(today: dt.date) -> Iterator[tuple[int, int, int, int, int]]:
    """By practice and payer: claims that it paid or left to the patient as first payer, their charges, and what it
    allowed of them (RULES 1.6: what was paid and what is the patient's)."""
    rows = RemitClaim.objects.filter(
        state=RemitClaim.State.POSTED,
        bucket=PAYERS[0],
        charge__gt=0,
        paid__gt=0,
        reverses=None,
        reversals__isnull=True,
        remittance__payer__isnull=False,
        remittance__paid_on__gte=today - HISTORY,
    )
    yield from (
        rows.order_by()
        .values_list("remittance__practice_id", "remittance__payer_id")
        .annotate(
            remitted=Count("pk"),
            charged=Sum(in_cents("charge")),
            allowed=Sum(in_cents("paid")) + Sum(in_cents("patient_responsibility")),
        )
    )
