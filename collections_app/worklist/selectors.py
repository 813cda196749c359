"""Questions to the worklist: my day, lists with filters, the same call, why an item is next."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.ledger.models import Posting
from claims.payers.deadlines import Deadline
from collections_app.worklist import context, details, project, scoring, windows
from collections_app.worklist.leases import access_item, holding, who_holds_what
from collections_app.worklist.models import CallWindow, Lane, SavedFilter, WorkAction, WorkItem
from collections_app.worklist.queue import offerable
from collections_app.worklist.queue_models import Lease
from collections_app.worklist.scoring import Score

if TYPE_CHECKING:
    from arwork.staff.models import User

__all__ = [
    "LaneTotal", "MyDay", "access_item", "actions_of", "escalated", "holding", "mine", "my_day",
    "next_opening", "saved_filters", "same_call", "visible", "who_holds_what", "why", "whys",
]  # fmt: skip


@dataclass(frozen=True)
class LaneTotal:
    """One lane of today: how many, how much, and what it is expected to bring."""

    lane: Lane
    count: int = 0
    amount: Decimal = ZERO
    expected: Decimal = ZERO
    first_deadline_on: dt.date | None = None


@dataclass(frozen=True)
class MyDay:
    """What is due, waiting and done for one person."""

    lanes: list[LaneTotal]
    must_do: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    next_wake_on: dt.date | None = None
    escalated: int = 0
    done_today: int = 0
    done_yesterday: int = 0
    done_week: int = 0
    promised_today: Decimal = ZERO
    collected_today: Decimal = ZERO

    @property
    def due(self) -> int:
        """Items to work today."""
        return sum(lane.count for lane in self.lanes)


def visible(actor: "User") -> QuerySet[WorkItem]:
    """Open items of the actor's practices."""
    return WorkItem.objects.filter(state=WorkItem.State.OPEN, practice__in=practice_ids(actor))


def mine(actor: "User") -> Q:
    """What the desk offers somebody: their own items and those of nobody."""
    return Q(owner=actor) | Q(owner=None)


def my_day(*, actor: "User", today: dt.date, now: dt.datetime) -> MyDay:
    """Counts and sums of the actor's day. Five queries, whatever is open."""
    require(actor, Capability.WORK_ITEMS)
    rows = visible(actor).filter(mine(actor))
    waiting = rows.filter(~offerable(today)).aggregate(
        count=Count("pk", filter=Q(escalated_at=None)),
        first=Min("next_on", filter=Q(escalated_at=None, next_on__gt=today)),
        escalated=Count("escalated_at"),
    )
    done = _done(actor, today)
    return MyDay(
        lanes=_lanes(rows.filter(offerable(today))),
        must_do=_must_do(rows.filter(offerable(today), lane=Lane.MUST_DO)),
        waiting=waiting["count"],
        next_wake_on=waiting["first"],
        escalated=waiting["escalated"],
        done_today=done["today"],
        done_yesterday=done["yesterday"],
        done_week=done["week"],
        promised_today=done["promised"] or ZERO,
        collected_today=_collected(actor, today),
    )


def same_call(*, actor: "User", item_id: int, today: dt.date, now: dt.datetime, limit: int = 50) -> list[WorkItem]:
    """Other due claims of the same payer and practice that one call can settle, the best first.

    Nothing that somebody else holds, nor of a household that somebody else works on. Four queries.
    """
    item = access_item(actor, item_id)
    if item.payer_id is None:
        return []
    others = Lease.objects.filter(expires_at__gt=now).exclude(holder=actor)
    rows = (
        visible(actor)
        .filter(mine(actor), offerable(today), payer=item.payer_id, practice=item.practice_id)
        .exclude(pk=item.pk)
        .exclude(kind="remit_exception")  # all others that have a payer have a claim
        .exclude(Exists(others.filter(item=OuterRef("pk"))))
        .exclude(Exists(others.filter(household=OuterRef("account"))))
        .select_related("claim__patient__person")
        .prefetch_related("payer", "lease")
    )
    return list(rows.order_by("lane", "-rank", "pk")[:limit])


def why(*, item: WorkItem, today: dt.date, now: dt.datetime) -> tuple[Score, list[Deadline]]:
    """The score of an item in words with its parts, and its deadlines with their reasoning."""
    around = context.of_item(item, today=today, now=now)
    score = scoring.score(project.facts_of(item, around), today=today)
    if item.claim_id is None:
        return score, []
    claim = details.of_claims([item.claim_id])[item.claim_id]
    scope = around.scope(practice_id=item.practice_id, payer_id=item.payer_id, plan_id=claim.plan_id)
    return score, list(project.deadlines_for(item, claim, scope, around))


def whys(*, items: Iterable[WorkItem], today: dt.date, now: dt.datetime) -> dict[int, str]:
    """One line of why for each of some items (a page of a list). A handful of queries."""
    rows = list(items)
    around = context.load(today=today, now=now, payer_ids={item.payer_id for item in rows if item.payer_id})
    return {item.pk: scoring.score(project.facts_of(item, around), today=today).why for item in rows}


def next_opening(*, actor: "User", today: dt.date, now: dt.datetime) -> tuple[dt.datetime, int] | None:
    """When nothing can be worked now: the next minute at which something can, and how many items then."""
    rows = visible(actor).filter(mine(actor), offerable(today), window__isnull=False)
    counted = rows.values("window").annotate(count=Count("pk")).values_list("window", "count")
    counts = dict(counted.order_by())
    openings: dict[dt.datetime, int] = {}
    for window in CallWindow.objects.filter(pk__in=counts):
        if (opens := windows.opens_next(window, now)) is not None and opens > now:
            openings[opens] = openings.get(opens, 0) + counts[window.pk]
    return min(openings.items()) if openings else None


def actions_of(*, actor: "User", item: WorkItem) -> QuerySet[WorkAction]:
    """What was recorded on an item, the newest first."""
    rows = WorkAction.objects.filter(item=item, practice__in=practice_ids(actor))
    return rows.select_related("by", "contact", "promise", "undone_by").order_by("-pk")


def escalated(*, actor: "User") -> QuerySet[WorkItem]:
    """Items that wait for a supervisor's answer, the oldest first."""
    require(actor, Capability.ASSIGN_WORK)
    rows = visible(actor).exclude(escalated_at=None)
    return rows.select_related(
        "claim__patient__person", "account__guarantor", "payer", "owner", "escalated_by"
    ).order_by("escalated_at", "pk")


def saved_filters(*, actor: "User") -> QuerySet[SavedFilter]:
    """The lists a person comes back to."""
    return SavedFilter.objects.filter(user=actor)


def _lanes(rows: QuerySet[WorkItem]) -> list[LaneTotal]:
    found = {
        lane: LaneTotal(Lane(lane), count, amount or ZERO, expected or ZERO, first)
        for lane, count, amount, expected, first in rows.order_by()
        .values_list("lane")
        .annotate(Count("pk"), Sum("amount"), Sum("expected"), Min("deadline_on"))
    }
    return [found.get(lane.value, LaneTotal(lane)) for lane in Lane]


def _must_do(rows: QuerySet[WorkItem]) -> dict[str, int]:
    counted = rows.order_by().values_list("hold", "kind").annotate(count=Count("pk"))
    found: dict[str, int] = {}
    for hold, kind, count in counted:
        name = hold or kind
        found[name] = found.get(name, 0) + count
    return found


def _done(actor: "User", today: dt.date) -> dict[str, Any]:
    midnight = timezone.make_aware(dt.datetime.combine(today, dt.time.min))
    day = dt.timedelta(days=1)
    monday = midnight - day * today.weekday()
    rows = WorkAction.objects.filter(by=actor, at__gte=min(monday, midnight - day), at__lt=midnight + day).filter(
        ~Exists(WorkAction.objects.filter(reverses=OuterRef("pk"))), reverses=None
    )
    return rows.aggregate(
        today=Count("pk", filter=Q(at__gte=midnight)),
        yesterday=Count("pk", filter=Q(at__gte=midnight - day, at__lt=midnight)),
        week=Count("pk", filter=Q(at__gte=monday)),
        promised=Sum("promise__amount", filter=Q(at__gte=midnight)),
    )


def _collected(actor: "User", today: dt.date) -> Decimal:
    """Cash posted today on households whose work is the actor's."""
    households = WorkItem.objects.filter(owner=actor, account=OuterRef("claim__account"))
    rows = Posting.objects.filter(
        Exists(households),
        practice__in=practice_ids(actor),
        posted_on=today,
        kind__in=("payer_payment", "patient_payment"),
        debit="CASH",
    )
    return rows.aggregate(total=Sum("amount"))["total"] or ZERO
