"""The last day does not slip: what comes next while a window is still needed, and what keeps it. Pure.

The ladder has rungs at 60, 30, 14 and 7 days before the last day (RULES 9.2). A day that lies beyond the internal date
is brought forward to it, and once that has passed to the next rung. Within the last seven days only what keeps the
window is proposed; when no working day is left after today, nothing else may be logged unless the loss is confirmed in
words. A snooze is the person's own day: it is shortened only if the window closes before it.
"""

import datetime as dt
from dataclasses import dataclass, replace

from arwork.lib.dates import Closures, add_business_days, previous_business_day, short_day

#: Days before the last day on which a window that is still needed is looked at (RULES 9.2).
RUNGS = (60, 30, 14, 7)
#: From here on a supervisor sees it as well.
ESCALATE_DAYS = 14
#: From here on only what keeps the window is proposed.
LAST_DAYS = 7
#: What keeps a window, by its kind: the code of a next action.
_KEEPS = {
    "corrected": "fix_and_send",
    "records": "send_records",
    "filing": "fix_and_send",
    "filing_secondary": "send_to_next",
}
#: Every next action that keeps some window.
KEEPING = frozenset({*_KEEPS.values(), "send_appeal", "resend"})


@dataclass(frozen=True, slots=True)
class NeededWindow:
    """The nearest window that the work still has to keep. `label` is its name in words; `can_be_lost` is false where
    the claim went out in time and only its arrival is not proven. `closures` are the days on which our office is
    closed."""

    kind: str
    label: str
    internal_due: dt.date
    last_day: dt.date
    can_be_lost: bool = True
    closures: frozenset[dt.date] = frozenset()

    @property
    def last_working_day(self) -> dt.date:
        """The last day on which somebody is here to keep it."""
        return previous_business_day(self.last_day, closures=self.closures)

    @property
    def keeping(self) -> str:
        """The next action that keeps it."""
        return "send_appeal" if self.kind.startswith("appeal") else _KEEPS.get(self.kind, "work_denial")

    def is_closed(self, today: dt.date) -> bool:
        return self.last_day < today

    def is_last_chance(self, today: dt.date) -> bool:
        """Whether no working day is left after this one."""
        return not self.is_closed(today) and self._tomorrow(today) > self.last_working_day

    def _tomorrow(self, today: dt.date) -> dt.date:
        return add_business_days(today, 1, closures=self.closures)

    def is_in_last_days(self, today: dt.date) -> bool:
        return not self.is_closed(today) and (self.last_day - today).days <= LAST_DAYS

    def next_look(self, today: dt.date) -> dt.date:
        """The day by which it is looked at again: the internal date, then the rungs, then the next working day while
        there is one, then today."""
        tomorrow, closed = self._tomorrow(today), self.closures
        days = [previous_business_day(self.last_day - dt.timedelta(days=rung), closures=closed) for rung in RUNGS]
        ahead = [day for day in (self.internal_due, *days) if day >= max(tomorrow, self.internal_due)]
        day = min(ahead, default=tomorrow)
        return day if day <= self.last_working_day else today

    @property
    def closes(self) -> str:
        """`the appeal window closes on Nov 26`."""
        return f"the {self.label} closes on {short_day(self.last_day)}"


@dataclass(frozen=True, slots=True)
class AskedStep:
    """What an outcome proposes by itself. `is_decided_elsewhere`: a supervisor decides, whatever it is."""

    next_action: str
    due_on: dt.date
    because: str
    is_snooze: bool = False
    is_decided_elsewhere: bool = False
    loses: str = ""


def keep_window(window: NeededWindow, asked: AskedStep, today: dt.date, *, given_up: str = "") -> AskedStep:
    """The step within an open window. `given_up` is why somebody lets it go on its last day, in their words."""
    if window.is_last_chance(today) and window.can_be_lost and not asked.is_decided_elsewhere and given_up:
        return replace(asked, next_action="save_late", because=f"{window.closes}, given up: {given_up}")
    if window.is_last_chance(today) and not window.can_be_lost:
        return asked
    step = _shortened(window, asked, today) if asked.is_snooze else _brought_forward(window, asked, today)
    if not window.can_be_lost or asked.is_decided_elsewhere:
        return step
    if window.is_last_chance(today):
        return replace(step, next_action=window.keeping, due_on=today, loses=_loss(window, today))
    if window.is_in_last_days(today) and step.next_action != window.keeping:
        more = "only what keeps it is proposed" if step.because != asked.because else f"{window.closes}: this keeps it"
        return replace(step, next_action=window.keeping, because=f"{step.because}; {more}")
    return step


def received_by(
    due: dt.date, because: str, last_day: dt.date, today: dt.date, *, closures: Closures = ()
) -> tuple[dt.date, str]:
    """When an appeal to a payer that counts its receipt is asked after: while it can still be sent again (42 CFR
    405.942(a), RULES 8.3)."""
    last = previous_business_day(last_day, closures=closures)
    if last_day < today or due <= last:
        return due, because
    sooner = max(min(add_business_days(today, 3, closures=closures), last), today)
    return sooner, f"{because}; it counts on the day it is received, at the latest {short_day(last_day)}"


def _shortened(window: NeededWindow, asked: AskedStep, today: dt.date) -> AskedStep:
    """The day of a snooze is the person's own; it ends sooner only where the window closes before it."""
    until = asked.due_on
    if until <= window.last_working_day:
        return asked
    look = window.next_look(today)
    because = f"asleep until {short_day(look)}, not {short_day(until)}: {window.closes} and nothing has kept it"
    return replace(asked, due_on=look, because=because)


def _brought_forward(window: NeededWindow, asked: AskedStep, today: dt.date) -> AskedStep:
    look = window.next_look(today)
    if asked.due_on <= look:
        return asked
    return replace(asked, due_on=look, because=f"{asked.because}; brought forward, {window.closes}")


def _loss(window: NeededWindow, today: dt.date) -> str:
    when = "today" if window.last_day == today else f"on {short_day(window.last_day)}, with no working day before"
    return f"The {window.label} closes {when} and this does not keep it."
