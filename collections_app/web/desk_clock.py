"""The clocks of an item as one strip: what happened when, today, and the last day."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

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
