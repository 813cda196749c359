"""The clocks of section 501(r)(6), and of states: from when extraordinary collection actions may begin. Pure.

From the first bill after the care run 120 days without any such action and 240 days in which an application counts; a
written notice that names the actions and a day goes out 30 days before the first (26 CFR 1.501(r)-6(c)(2)-(4)). Where
several visits are collected together, the 120 days run from the latest of their first bills (c)(3)(ii). An application
stops them until it is decided (c)(8).
"""

import datetime as dt
from dataclasses import dataclass

from arwork.lib.dates import long_day


@dataclass(frozen=True, slots=True)
class ClockFigures:
    """Days, as the limits of the day have them for a practice and a state. `state_days` binds whoever the practice is
    (0: nothing), `wait_days`, `notice_days` and `period_days` where 501(r) does."""

    is_501r: bool = False
    wait_days: int = 120
    notice_days: int = 30
    period_days: int = 240
    state: str = ""
    state_days: int = 0


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What is known of an account: on which days its visits were first billed (None: not yet), on which day the notice
    left and which day it names, and since when an application is open."""

    billed_on: tuple[dt.date | None, ...] = ()
    noticed_on: dt.date | None = None
    notice_names: dt.date | None = None
    applied_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ClockDay:
    """One clock for people: what it is, the day on which it ends, and how many days there are until then (below zero:
    over)."""

    label: str
    on: dt.date | None
    days: int | None = None
    is_over: bool = False


def wait_ends_on(billed_on: dt.date, days: int) -> dt.date:
    """The first day on which something may begin: the day of the bill is day 0, so on day 120 it may."""
    return billed_on + dt.timedelta(days=days)


def period_ends_on(billed_on: dt.date, days: int) -> dt.date:
    """The last day on which an application counts: day 240 from the bill."""
    return billed_on + dt.timedelta(days=days)


def latest_bill(facts: ClockFacts) -> dt.date | None:
    """The latest of the first bills; None where a visit has had none, for then its clock has not begun."""
    if not facts.billed_on or None in facts.billed_on:
        return None
    return max(day for day in facts.billed_on if day is not None)


def gate(facts: ClockFacts, figures: ClockFigures, *, today: dt.date) -> str:
    """Why no extraordinary collection action may begin today, as a sentence with the first day where one is known;
    empty where nothing here stops it."""
    if facts.applied_on is not None:
        return f"Assistance was applied for on {long_day(facts.applied_on)}: nothing begins until it is decided."
    if not (figures.is_501r or figures.state_days):
        return ""
    billed = latest_bill(facts)
    if billed is None:
        return "A visit has had no first statement yet: the days before collection actions have not begun."
    if figures.state_days and today < (day := wait_ends_on(billed, figures.state_days)):
        return f"{figures.state} asks for {figures.state_days} days from the first bill: not before {long_day(day)}."
    return _federal(facts, figures, billed, today) if figures.is_501r else ""


def _federal(facts: ClockFacts, figures: ClockFigures, billed: dt.date, today: dt.date) -> str:
    day = wait_ends_on(billed, figures.wait_days)
    if today < day:
        return f"501(r): {figures.wait_days} days from the latest first bill. Not before {long_day(day)}."
    if facts.noticed_on is None:
        return f"501(r): the {figures.notice_days}-day notice of the actions has not been sent."
    named = max(facts.noticed_on + dt.timedelta(days=figures.notice_days), facts.notice_names or dt.date.min)
    if today < named:
        return f"501(r): the notice of {long_day(facts.noticed_on)} runs. Not before {long_day(named)}."
    return ""


def marks(facts: ClockFacts, figures: ClockFigures, *, today: dt.date) -> list[ClockDay]:
    """The clocks as a strip: first bill, day 120, the notice, day 240."""
    billed = latest_bill(facts)
    known = [day for day in facts.billed_on if day is not None]
    found = [ClockDay("First bill" if len(known) < 2 else "Latest first bill", billed or max(known, default=None))]
    if billed is None:
        return found
    wait = max(figures.wait_days if figures.is_501r else 0, figures.state_days)
    if wait:
        found.append(_mark(f"Day {wait}: collection actions at the earliest", wait_ends_on(billed, wait), today))
    if figures.is_501r:
        noticed = facts.noticed_on
        if noticed is None:
            found.append(ClockDay(f"{figures.notice_days}-day notice: not sent", None))
        else:
            runs = max(noticed + dt.timedelta(days=figures.notice_days), facts.notice_names or dt.date.min)
            found.append(_mark(f"{figures.notice_days}-day notice ends", runs, today))
        found.append(_mark(
            f"Day {figures.period_days}: last day to apply", period_ends_on(billed, figures.period_days), today
        ))  # fmt: skip
    return found


def _mark(label: str, on: dt.date, today: dt.date) -> ClockDay:
    days = (on - today).days
    return ClockDay(label, on, days, is_over=days < 0)
