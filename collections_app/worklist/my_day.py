"""Somebody's day: what is due, what waits, what was done, and when work that nobody can reach now opens.

Everything open is counted in one pass over the person's items: at ten thousand of them a second pass would cost as
much as the rest of the page.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Case, Count, F, Min, Q, QuerySet, Sum, Value, When, prefetch_related_objects
from django.utils import timezone

from arwork.lib.conditions import condition_column
from arwork.lib.dates import previous_business_day
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.practices.closures import closure_book
from claims.remits.undo import UNDO_WITHIN
from collections_app.contacts import windows
from collections_app.contacts.models import CallWindow
from collections_app.worklist.dispositions import BY_CODE
from collections_app.worklist.lanes import LaneChoice
from collections_app.worklist.models import QueueEntry, Shelf, WorkAction, WorkItem
from collections_app.worklist.queue import offerable, queue_place
from collections_app.worklist.results import own_cash, standing_actions
from collections_app.worklist.selectors import mine, visible

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True)
class LaneTotal:
    """One lane of today: how many, how much, and what it is expected to bring."""

    lane: LaneChoice
    count: int = 0
    amount: Decimal = ZERO
    expected: Decimal = ZERO
    first_deadline_on: dt.date | None = None


@dataclass(frozen=True)
class MyDay:
    """What is due, waiting and done for one person. `windows` counts what is due by call window."""

    lanes: list[LaneTotal]
    must_do: dict[str, int] = field(default_factory=dict)
    windows: dict[int, int] = field(default_factory=dict)
    waiting: int = 0
    next_wake_on: dt.date | None = None
    escalated: int = 0
    done_today: int = 0
    done_before: int = 0
    before_on: dt.date | None = None
    done_week: int = 0
    promised_today: Decimal = ZERO
    collected_today: Decimal = ZERO

    @property
    def due(self) -> int:
        """Items to work today."""
        return sum(lane.count for lane in self.lanes)


class _Group(NamedTuple):
    is_due: bool
    lane: int
    window: int | None
    must_do: str
    items: int
    amount: Decimal
    expected: Decimal
    deadline_on: dt.date | None
    escalated: int
    wakes_on: dt.date | None


def my_day(*, actor: "User", today: dt.date) -> MyDay:
    """Counts and sums of the actor's day. Four queries, whatever is open."""
    require(actor, Capability.WORK_ITEMS)
    groups = _groups(actor, today)
    due, rest = [one for one in groups if one.is_due], [one for one in groups if not one.is_due]
    done = _done(actor, today)
    return MyDay(
        lanes=[_total(lane, [one for one in due if one.lane == lane]) for lane in LaneChoice],
        must_do=dict(_counted((one.must_do, one.items) for one in due if one.must_do)),
        windows=dict(_counted((one.window, one.items) for one in due if one.window is not None)),
        waiting=sum(one.items - one.escalated for one in rest),
        next_wake_on=min((one.wakes_on for one in rest if one.wakes_on), default=None),
        escalated=sum(one.escalated for one in groups),
        done_today=done["today"],
        done_before=done["before"],
        before_on=done["before_on"],
        done_week=done["week"],
        promised_today=done["promised"] or ZERO,
        collected_today=_collected(actor, today),
    )


def next_opening(day: MyDay, *, now: dt.datetime) -> tuple[dt.datetime, int] | None:
    """When nothing can be worked now: the next minute at which something can, and how many items then."""
    openings: Counter[dt.datetime] = Counter()
    for window in CallWindow.objects.filter(pk__in=day.windows):
        if (opens := windows.window_opens_next(window, now)) is not None and opens > now:
            openings[opens] += day.windows[window.pk]
    return min(openings.items()) if openings else None


def first_of_lanes(*, actor: "User", today: dt.date) -> dict[int, WorkItem]:
    """The first item of each lane that the actor would be offered today. A query a lane, and three for names."""
    rows = visible(actor).filter(mine(actor), offerable(today)).order_by("-rank", "pk")
    found = {lane.value: rows.filter(lane=lane).first() for lane in LaneChoice}
    firsts = {lane: item for lane, item in found.items() if item is not None}
    prefetch_related_objects(list(firsts.values()), "payer", "claim", "account")
    return firsts


def _groups(actor: "User", today: dt.date) -> list[_Group]:
    rows = visible(actor).filter(mine(actor)).order_by()
    named = Case(When(hold="", then=F("kind")), default=F("hold"))
    grouped = rows.values_list(
        condition_column(offerable(today)),
        "lane",
        "window",
        Case(When(lane=LaneChoice.MUST_DO, then=named), default=Value("")),
    ).annotate(
        items=Count("pk"),
        amounts=Sum("amount"),
        expecteds=Sum("expected"),
        deadline=Min("deadline_on"),
        escalated=Count("escalated_at"),
        wakes=Min("next_on", filter=Q(escalated_at=None, next_on__gt=today)),
    )
    return [_Group(*row) for row in grouped]


def _total(lane: LaneChoice, groups: list[_Group]) -> LaneTotal:
    return LaneTotal(
        lane,
        count=sum(one.items for one in groups),
        amount=sum((one.amount for one in groups), ZERO),
        expected=sum((one.expected for one in groups), ZERO),
        first_deadline_on=min((one.deadline_on for one in groups if one.deadline_on), default=None),
    )


def _counted(pairs: Iterable[tuple[Any, int]]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for name, count in pairs:
        found[name] += count
    return found


def _day_before(actor: "User", today: dt.date) -> dt.date:
    """The last working day: on a Monday nobody asks what they did on Sunday, nor on a day with every office closed."""
    closed = closure_book().of_all(practice_ids(actor))
    return previous_business_day(today - dt.timedelta(days=1), closures=closed)


def _done(actor: "User", today: dt.date) -> dict[str, Any]:
    midnight, before_on = timezone.make_aware(dt.datetime.combine(today, dt.time.min)), _day_before(actor, today)
    day = dt.timedelta(days=1)
    monday = midnight - day * today.weekday()
    before = timezone.make_aware(dt.datetime.combine(before_on, dt.time.min))
    rows = standing_actions(actor).filter(at__gte=min(monday, before), at__lt=midnight + day)
    found = rows.aggregate(
        today=Count("pk", filter=Q(at__gte=midnight)),
        before=Count("pk", filter=Q(at__gte=before, at__lt=before + day)),
        week=Count("pk", filter=Q(at__gte=monday)),
        promised=Sum("promise__amount", filter=Q(at__gte=midnight)),
    )
    return found | {"before_on": before_on}


def _collected(actor: "User", today: dt.date) -> Decimal:
    """Cash posted today on guarantor accounts whose work is the actor's."""
    return own_cash(actor).filter(posted_on=today).aggregate(total=Sum("amount"))["total"] or ZERO


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """`place` of `due` in the actor's queue today; 0 when the item is not due."""

    place: int
    due: int


def queue_position_of(*, actor: "User", item: WorkItem) -> QueuePosition:
    """How many items go before this one for the actor, and how many are due. One query, of the queue's index alone."""
    where = queue_place(lane=item.lane, is_pinned=item.pinned_at is not None, rank=item.rank)
    before = Q(place__lt=where) | Q(place=where, item__lt=item.pk)
    shelves = Shelf.objects.filter(Q(owner=actor) | Q(owner=None), practice__in=practice_ids(actor))
    found = QueueEntry.objects.filter(shelf__in=shelves).aggregate(
        due=Count("item"), before=Count("item", filter=before), here=Count("item", filter=Q(item=item.pk))
    )
    return QueuePosition(found["before"] + 1 if found["here"] else 0, found["due"])


def last_undoable(*, actor: "User", now: dt.datetime) -> WorkAction | None:
    """The actor's last outcome while it can still be undone, with its item. One query when there is none."""
    action = (
        WorkAction.objects.filter(by=actor, at__gt=now - UNDO_WITHIN, practice__in=practice_ids(actor))
        .prefetch_related("item__claim", "item__account", "undone_by")
        .order_by("-at", "-pk")
        .first()
    )
    if action is None or action.reverses_id or hasattr(action, "undone_by") or action.disposition == "answered":
        return None
    return action


def was_call(action: WorkAction) -> bool:
    """Whether it was recorded on the phone, with what is held for the call; else it was decided from a list."""
    known = BY_CODE.get(action.disposition)
    return known is not None and known.is_attempt


def recorded_at_once(*, actor: "User", action_id: int) -> list[WorkAction]:
    """The action and what the actor recorded with it at the same moment: the claims of one call. Two queries."""
    action = WorkAction.objects.filter(pk=action_id, by=actor, practice__in=practice_ids(actor)).first()
    if action is None:
        return []
    return list(_with(action).select_related("item__claim", "item__account").order_by("pk"))


def recorded_with(action: WorkAction) -> int:
    """How many `recorded_at_once` finds, of an action that is at hand. One query."""
    return _with(action).count()


def _with(action: WorkAction) -> QuerySet[WorkAction]:
    return WorkAction.objects.filter(by=action.by_id, at=action.at, reverses=None, undone_by=None)
