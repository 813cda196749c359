"""Windows that close within two weeks and those that were missed: which, why, whose, how much (RULES 9.2)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from arwork.lib.money import ZERO
from arwork.staff.models import User
from arwork.web.exports import Column, Kind, Sheet
from claims.payers.rules import RULE_KINDS
from collections_app.worklist import window_counts
from collections_app.worklist.models import WorkItem
from collections_app.worklist.window_models import MissedWindow


@dataclass(frozen=True, slots=True)
class WindowsAsked:
    """Of which practices, and whose where that is one person's; windows missed with a last day in the period."""

    practice_ids: Sequence[int]
    since: dt.date
    until: dt.date
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class MissedSum:
    """Windows missed for one reason, or of one person."""

    label: str
    count: int
    amount: Decimal


def closing(asked: WindowsAsked, *, today: dt.date) -> QuerySet[WorkItem]:
    """Work whose window closes within two weeks, the nearest first: a supervisor sees it from then on."""
    rows = WorkItem.objects.filter(window_counts.closing(today), practice__in=asked.practice_ids)
    if asked.owner_id is not None:
        rows = rows.filter(owner=asked.owner_id)
    return rows.select_related("claim", "account", "payer", "owner").order_by("deadline_on", "-amount", "pk")


def missed(asked: WindowsAsked) -> QuerySet[MissedWindow]:
    """Windows that closed unkept in the period, the last first. What was nobody's then is of whoever has it now."""
    rows = MissedWindow.objects.filter(
        practice__in=asked.practice_ids, closed_on__gte=asked.since, closed_on__lte=asked.until
    )
    if asked.owner_id is not None:
        rows = rows.filter(Q(owner=asked.owner_id) | Q(owner=None, item__owner=asked.owner_id))
    return rows.select_related("item__claim", "item__account", "item__payer", "owner").order_by("-closed_on", "-pk")


def total_of(rows: QuerySet[MissedWindow] | QuerySet[WorkItem]) -> Decimal:
    return rows.order_by().aggregate(total=Sum("amount"))["total"] or ZERO


def by_reason(rows: QuerySet[MissedWindow]) -> list[MissedSum]:
    """The most dollars first. One query."""
    return [MissedSum(MissedWindow.Why(why).label, count, total) for why, count, total in _grouped(rows, "why")]


def by_owner(rows: QuerySet[MissedWindow]) -> list[MissedSum]:
    """Whose work it was when it closed, the most dollars first. Two queries."""
    sums = _grouped(rows, "owner_id")
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=[owner for owner, *_ in sums if owner])}
    return [MissedSum(names.get(owner, "nobody's"), count, total) for owner, count, total in sums]


def _grouped(rows: QuerySet[MissedWindow], field: str) -> list[tuple[Any, int, Decimal]]:
    grouped = rows.order_by().values_list(field).annotate(count=Count("pk"), total=Sum("amount"))
    return sorted(grouped, key=lambda row: (-row[2], -row[1]))


def window_label(kind: str) -> str:
    """The window as the payer's rule is called."""
    return RULE_KINDS[kind].label if kind in RULE_KINDS else kind


def missed_sheet(rows: Iterable[MissedWindow], *, asked: WindowsAsked) -> Sheet:
    """One row a window."""
    columns = [
        Column("Claim"),
        Column("Payer", width=32),
        Column("Kind of work"),
        Column("Window", width=28),
        Column("Last day", Kind.DATE),
        Column("At stake", Kind.MONEY),
        Column("Why", width=28),
        Column("Whose"),
        Column("Touches", Kind.NUMBER),
        Column("Now"),
    ]
    values = (
        (
            row.item.number, row.item.payer.name if row.item.payer else "", row.item.get_kind_display(),
            window_label(row.kind), row.closed_on, row.amount, row.get_why_display(),
            str(row.owner) if row.owner else "nobody's", row.touches, row.item.get_state_display(),
        )
        for row in rows
    )  # fmt: skip
    return Sheet("Missed windows", columns, values, notes=(f"Last days from {asked.since} to {asked.until}",))


def closing_sheet(rows: Iterable[WorkItem], *, today: dt.date) -> Sheet:
    """One row an item."""
    columns = [
        Column("Claim"),
        Column("Payer", width=32),
        Column("Kind of work"),
        Column("Window", width=28),
        Column("Last day", Kind.DATE),
        Column("Days left", Kind.NUMBER),
        Column("At stake", Kind.MONEY),
        Column("Whose"),
        Column("Touches", Kind.NUMBER),
        Column("Next on", Kind.DATE),
    ]
    values = (
        (
            row.number, row.payer.name if row.payer else "", row.get_kind_display(),
            window_label(row.deadline_kind), row.deadline_on, days_left(row, today), row.amount,
            str(row.owner) if row.owner else "nobody's", row.touches, row.next_on,
        )
        for row in rows
    )  # fmt: skip
    return Sheet("Closing", columns, values, notes=(f"Windows that close within two weeks of {today}",))


def days_left(item: WorkItem, today: dt.date) -> int:
    return (item.deadline_on - today).days if item.deadline_on else 0
