"""What the practice's own history says: how much of what was at stake came in, and how long calls take.

Computed once a day over the closed items of a year. What was at stake is the amount that was last open, or what came
in if that is more; what came in is the cash posted on the claim (or the guarantor's claims) while the item was open.
"""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from arwork.lib import bulk
from arwork.lib.money import from_cents, in_cents
from claims.ledger.models import Posting
from collections_app.contacts.models import Contact
from collections_app.worklist.facts import age_band
from collections_app.worklist.models import PayerPace, SegmentRate, WorkItem

HISTORY = dt.timedelta(days=365)
_CLEARED = Q(closed_reason="settled in the books")
SegmentKey = tuple[int, str, str, str, str]


def learn_rates(*, today: dt.date) -> dict[str, int]:
    """Rewrite rates and paces from the year before `today`; how many segments and payers are known."""
    segments = _segments(today)
    paces = _paces(today)
    with transaction.atomic():
        SegmentRate.objects.all().delete()
        bulk.insert(SegmentRate, segments)
        PayerPace.objects.all().delete()
        bulk.insert(PayerPace, paces)
    return {"segments": len(segments), "paces": len(paces)}


def _segments(today: dt.date) -> list[SegmentRate]:
    found: dict[SegmentKey, list[int]] = defaultdict(lambda: [0, 0, 0])
    for rows, came in (
        (Q(claim__isnull=False), _cash(claim=OuterRef("claim"))),
        (Q(claim__isnull=True, account__isnull=False), _cash(claim__account=OuterRef("account"))),
    ):
        closed = (
            WorkItem.objects.filter(rows, _CLEARED, state=WorkItem.State.CLOSED, closed_on__gte=today - HISTORY)
            .annotate(came=Coalesce(Subquery(came), Value(0), output_field=BigIntegerField()))
            .values_list(
                "practice_id",
                "kind",
                "payer__payer_class",
                "category",
                "opened_on",
                "aged_from",
                in_cents("amount"),
                "came",
            )  # fmt: skip
        )
        for practice, kind, payer_class, category, opened, aged, cents, cash in closed.iterator(chunk_size=2_000):
            age = age_band((opened - aged).days)
            told = category if kind == "denied" else ""
            row = found[(practice, kind, payer_class or "", told, age)]
            row[0] += 1
            row[1] += max(cents, cash)
            row[2] += max(cash, 0)
    return [
        SegmentRate(
            practice_id=practice,
            kind=kind,
            payer_class=payer_class,
            category=category,
            age_band=age,
            decided=decided,
            at_stake=from_cents(stake),
            recovered=from_cents(won),
            computed_on=today,
        )
        for (practice, kind, payer_class, category, age), (decided, stake, won) in sorted(found.items())
        if stake > 0
    ]


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


def _paces(today: dt.date) -> list[PayerPace]:
    rows = (
        Contact.objects.filter(payer__isnull=False, minutes__gt=0, retold_by=None, at__date__gte=today - HISTORY)
        .order_by()
        .values_list("practice_id", "payer_id")
        .annotate(timed=Count("pk"), minutes=Sum("minutes"))
    )
    return [
        PayerPace(practice_id=practice, payer_id=payer, timed=timed, minutes=minutes, computed_on=today)
        for practice, payer, timed, minutes in rows
    ]
