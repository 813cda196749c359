"""The clocks of an item as one strip: what happened when, today, and the last day."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils import timezone

from collections_app.worklist.deadlines import deadline_label
from collections_app.worklist.first_calls import what_broke

if TYPE_CHECKING:
    from collections_app.worklist.models import WorkItem
    from collections_app.worklist.patient_account import AccountSheet

#: How much room a stretch of days takes, in steps: the longest has the last one.
STEPS = 8


@dataclass(frozen=True, slots=True)
class ClockMark:
    """One day on the strip. `step` is the room until the next mark; `tone` red or amber where it presses."""

    label: str
    on: dt.date
    tone: str = ""
    is_today: bool = False
    is_ahead: bool = False
    step: int = 1
    distance: str = ""

    @property
    def css(self) -> str:
        """Its classes: how much room, how it presses, where it stands."""
        where = "is-today" if self.is_today else "is-ahead" if self.is_ahead else ""
        return " ".join(one for one in (f"room-{self.step}", self.tone and f"tone-{self.tone}", where) if one)


def clock_strip(
    past: Iterable[tuple[str, dt.date | None]],
    *,
    today: dt.date,
    last_day: dt.date | None,
    label: str = "last day",
    tone: str = "",
) -> list[ClockMark]:
    """The marks in order of their days; what has no day is left out, and of one day the first label stays."""
    marks = [ClockMark("Today", today, is_today=True)]
    if last_day is not None:
        is_over = last_day < today
        marks.append(ClockMark(f"{label} passed" if is_over else label, last_day, tone="red" if is_over else tone))
    marks += [ClockMark(words, on) for words, on in past if on is not None]
    days: dict[dt.date, ClockMark] = {}
    for mark in marks:
        days.setdefault(mark.on, mark)
    ordered = [days[on] for on in sorted(days)]
    gaps = [(after.on - mark.on).days for mark, after in zip(ordered, ordered[1:], strict=False)]
    longest = max(gaps, default=1)
    steps = [max(1, round(gap / longest * STEPS)) for gap in gaps]
    return [
        replace(mark, step=step, is_ahead=mark.on > today, distance=_distance(mark.on, today))
        for mark, step in zip(ordered, [*steps, 0], strict=True)
    ]


def _distance(day: dt.date, today: dt.date) -> str:
    days = (day - today).days
    if days == 0:
        return ""
    count = f"{abs(days)} day{'s' if abs(days) != 1 else ''}"
    return f"in {count}" if days > 0 else f"{count} ago"


def strip_of(item: "WorkItem", sheet: "AccountSheet | None", *, today: dt.date, tone: str) -> list[ClockMark]:
    """The strip of an item: what happened when, today, the last day; of a patient's account by its `sheet`."""
    claim = item.claim
    past: list[tuple[str, dt.date | None]] = []
    if sheet is not None:
        past = [
            ("Owed since", min((visit.since for visit in sheet.visits), default=None)),
            ("Last tried", timezone.localdate(sheet.last_attempt.at) if sheet.last_attempt else None),
            (f"{what_broke(item.category).capitalize()} broken", item.promise_broken_on),
            ("May be called", sheet.pause.until if sheet.pause else None),
        ]
    elif claim is not None:
        denied = "Denied" if item.kind == "denied" else "Paid short" if item.kind == "underpaid" else "Answered"
        past = [
            ("Service", claim.service_from if claim.first_billed_on is None else None),
            ("Filed", claim.first_billed_on),
            (denied, item.denied_on),
            ("Worked", timezone.localdate(item.last_worked_at) if item.last_worked_at else None),
        ]
    elif item.exception is not None:
        past = [("Paid", item.exception.remittance.paid_on)]
    label = deadline_label(item.deadline_kind) or "last day"
    return clock_strip(
        past, today=today, last_day=item.deadline_on or item.overpayment_due_on,
        label=f"Last day, {label}" if item.deadline_on else "Return by", tone=tone,
    )  # fmt: skip
