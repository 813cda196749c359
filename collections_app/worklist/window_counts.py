"""The windows of what somebody owns, offered today or not: the ladder of RULES 9.2, and what was missed."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Aggregate, Count, F, Min, Q, QuerySet, Sum

from arwork.lib.money import ZERO
from arwork.staff.access import practice_ids
from collections_app.worklist.closed_windows import ENDED_BY_WINDOWS
from collections_app.worklist.deadlines import deadline_label
from collections_app.worklist.models import WorkItem
from collections_app.worklist.window_ladder import ESCALATE_DAYS, RUNGS

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class WindowCount:
    """How many windows close within `days` (0: have closed) that nobody has kept, and what is at stake."""

    days: int
    count: int = 0
    amount: Decimal = ZERO
    first_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """The rungs, the nearest first, each with what the nearer ones hold, and what was missed and is still open."""

    rungs: tuple[WindowCount, ...]
    missed: WindowCount

    @property
    def within_a_week(self) -> int:
        return self.rungs[0].count

    def at(self, days: int) -> WindowCount:
        """The rung of so many days."""
        return next(rung for rung in self.rungs if rung.days == days)

    @property
    def any(self) -> bool:
        return bool(self.rungs[-1].count or self.missed.count)


def closing(today: dt.date, *, days: int = ESCALATE_DAYS) -> Q:
    """Open work with a window that closes within `days` and is still needed."""
    return Q(state=WorkItem.State.OPEN, deadline_on__gte=today, deadline_on__lte=today + dt.timedelta(days=days))


def closed(today: dt.date) -> Q:
    """Open work of which the last window closed unkept."""
    return Q(state=WorkItem.State.OPEN, deadline_on__lt=today, kind__in=ENDED_BY_WINDOWS)


def escalated_window(today: dt.date) -> Q:
    """Open work whose window closes within two weeks and that nothing has kept, until a supervisor has answered for
    that window (RULES 9.2). It stays in its owner's hands, and is over by itself once the window is kept or gone."""
    is_answered = Q(window_answered_on__isnull=False, window_answered_on=F("deadline_on"))
    return closing(today) & Q(escalated_at=None) & ~is_answered


def is_window_escalated(item: WorkItem, today: dt.date) -> bool:
    """The same of one item that is at hand."""
    last = item.deadline_on
    is_near = last is not None and 0 <= (last - today).days <= ESCALATE_DAYS
    is_open = item.state == WorkItem.State.OPEN and item.escalated_at is None
    return is_near and is_open and item.window_answered_on != last


def closing_words(item: WorkItem, today: dt.date) -> str:
    """Why a window brought an item to the supervisors: `appeal window closes in 9 days, nobody has worked on it`."""
    left = (item.deadline_on - today).days if item.deadline_on else 0
    when = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
    touches = f"{item.touches} touch{'es' if item.touches != 1 else ''} did not keep it"
    return (
        f"{deadline_label(item.deadline_kind)} closes {when}, {touches if item.touches else 'nobody has worked on it'}"
    )


def windows_owned(*, actor: "User", today: dt.date) -> WindowCounts:
    """Of what `actor` owns. One query."""
    return _counted(WorkItem.objects.filter(owner=actor, practice__in=practice_ids(actor)), today)


def windows_led(*, actor: "User", today: dt.date) -> WindowCounts:
    """Of everything in the actor's practices: what a supervisor is told from day 14 on. One query."""
    return _counted(WorkItem.objects.filter(practice__in=practice_ids(actor)), today)


def _counted(rows: QuerySet[WorkItem], today: dt.date) -> WindowCounts:
    asked = {days: closing(today, days=days) for days in sorted(RUNGS)} | {0: closed(today)}
    sums: dict[str, Aggregate] = {}
    for days, which in asked.items():
        sums[f"count{days}"] = Count("pk", filter=which)
        sums[f"amount{days}"] = Sum("amount", filter=which)
        sums[f"first{days}"] = Min("deadline_on", filter=which)
    found = rows.filter(state=WorkItem.State.OPEN, deadline_on__isnull=False).aggregate(**sums)
    counts = {
        days: WindowCount(days, found[f"count{days}"], found[f"amount{days}"] or ZERO, found[f"first{days}"])
        for days in asked
    }
    missed = counts.pop(0)
    return WindowCounts(tuple(counts.values()), missed)
