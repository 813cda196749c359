"""Somebody's results: fourteen days of what they did and what came in, their denials, and how those ended."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.denials.models import Denial
from claims.ledger.models import Posting
from collections_app.worklist.models import WorkAction, WorkItem

if TYPE_CHECKING:
    from arwork.staff.models import User

DAYS = 14
#: How far back an outcome of theirs may lie that a denial's end is counted for.
WORKED_WITHIN = dt.timedelta(days=90)
_ENDED_WITHIN = dt.timedelta(days=30)
_REASONS = 6
#: So many outcomes, and nobody needs the words of the queue explained any more: about the first ten minutes.
FIRST_OUTCOMES = 10


@dataclass(frozen=True, slots=True)
class DayResult:
    """One day: outcomes recorded, and cash posted on the guarantor accounts whose work is theirs."""

    on: dt.date
    done: int
    collected: Decimal


@dataclass(frozen=True, slots=True)
class OwnDenials:
    """Open denials whose work is theirs by reason, most money first; and how those ended that they had worked."""

    by_reason: list[tuple[str, int, Decimal]]
    items: int
    amount: Decimal
    won: int
    recovered: Decimal
    lost: int
    lost_amount: Decimal


def fortnight(*, actor: "User", today: dt.date) -> list[DayResult]:
    """The last fourteen days, the oldest first, those without anything too. Two queries."""
    require(actor, Capability.WORK_ITEMS)
    days = [today - dt.timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    since = timezone.make_aware(dt.datetime.combine(days[0], dt.time.min))
    acted = standing_actions(actor).filter(at__gte=since).order_by()
    done = dict(acted.annotate(on=TruncDate("at")).values_list("on").annotate(count=Count("pk")))
    paid = own_cash(actor).filter(posted_on__range=(days[0], today)).order_by()
    collected = dict(paid.values_list("posted_on").annotate(total=Sum("amount")))
    return [DayResult(day, done.get(day, 0), collected.get(day) or ZERO) for day in days]


def own_denials(*, actor: "User", today: dt.date) -> OwnDenials:
    """Three queries, whatever is denied."""
    require(actor, Capability.WORK_ITEMS)
    mine = WorkItem.objects.filter(owner=actor, state=WorkItem.State.OPEN, practice__in=practice_ids(actor))
    rows = Denial.objects.filter(state=Denial.State.OPEN, claim__in=mine.filter(kind="denied").values("claim"))
    total = rows.aggregate(items=Count("claim", distinct=True), amount=Sum("amount"))
    by_reason = rows.order_by().values_list("group", "carc")
    reasons = by_reason.annotate(count=Count("claim", distinct=True), total=Sum("amount")).order_by("-total", "carc")
    worked = WorkItem.objects.filter(actions__by=actor, actions__at__gte=_begin(today - WORKED_WITHIN))
    ended = Denial.objects.filter(
        claim__in=worked.values("claim"), practice__in=practice_ids(actor), closed_on__gte=today - _ENDED_WITHIN
    )
    won, lost = Q(state=Denial.State.RECOVERED), Q(state=Denial.State.ACCEPTED)
    ends = ended.aggregate(
        won=Count("pk", filter=won), recovered=Sum("recovered", filter=won),
        lost=Count("pk", filter=lost), lost_amount=Sum("amount", filter=lost),
    )  # fmt: skip
    return OwnDenials(
        [(f"{group}-{carc}", count, amount) for group, carc, count, amount in reasons[:_REASONS]],
        total["items"],
        total["amount"] or ZERO,
        ends["won"],
        ends["recovered"] or ZERO,
        ends["lost"],
        ends["lost_amount"] or ZERO,
    )


def is_new(*, actor: "User") -> bool:
    """Whether somebody has hardly worked here yet. One query, of a few rows."""
    return WorkAction.objects.filter(by=actor)[:FIRST_OUTCOMES].count() < FIRST_OUTCOMES


def standing_actions(actor: "User") -> QuerySet[WorkAction]:
    """What the actor recorded and did not take back."""
    undone = Exists(WorkAction.objects.filter(reverses=OuterRef("pk")))
    return WorkAction.objects.filter(~undone, by=actor, reverses=None)


def own_cash(actor: "User") -> QuerySet[Posting]:
    """Cash on guarantor accounts whose work is the actor's."""
    accounts_owned = WorkItem.objects.filter(owner=actor, account=OuterRef("claim__account"))
    kinds = ("payer_payment", "patient_payment")
    return Posting.objects.filter(
        Exists(accounts_owned), practice__in=practice_ids(actor), kind__in=kinds, debit="CASH"
    )


def _begin(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
