"""Until when an overpayment is reported and returned, and when an investigation suspends that. Pure.

42 USC 1320a-7k(d) and 42 CFR 401.305 as amended from 2025-01-01 (RULES 4.2). The clock starts on the day on which the
overpayment is *identified*: when somebody knowingly receives or retains it, not when its amount was worked out. A
timely, good-faith investigation of related overpayments suspends it until the investigation ends, at the latest until
180 days after that day; what was left of the days then runs on. It looks back six years. A payer that is not federal
has a clock only where a contract or a rule of the practice says so.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from arwork.lib.errors import DomainError

LONGEST_SUSPENSION = dt.timedelta(days=180)
LOOK_BACK_YEARS = 6


class BadClock(DomainError):
    """Days that can't be of one overpayment."""

    code = "bad_clock"


class ClockStanding(StrEnum):
    """Where the clock of a credit stands."""

    NONE = "none"
    RUNNING = "running"
    SUSPENDED = "suspended"
    PASSED = "passed"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class OverpaymentDates:
    """What is recorded of an overpayment: each day None until it has come."""

    identified_on: dt.date
    investigation_started_on: dt.date | None = None
    investigation_ended_on: dt.date | None = None
    reported_on: dt.date | None = None

    @property
    def suspended_until(self) -> dt.date | None:
        """The last day of the suspension: the end of the investigation, or (while it lasts) the latest there can be."""
        if self.investigation_started_on is None:
            return None
        latest = self.identified_on + LONGEST_SUSPENSION
        return min(self.investigation_ended_on or latest, latest)

    @property
    def suspended_days(self) -> int:
        """Days that do not count, as far as is known."""
        if self.investigation_started_on is None or self.suspended_until is None:
            return 0
        return max((self.suspended_until - self.investigation_started_on).days, 0)


def due_on(dates: OverpaymentDates, days: int | None) -> dt.date | None:
    """The last day to report and return; None without a clock (no figure, or 0) and once it was reported."""
    if not days or dates.reported_on is not None:
        return None
    return dates.identified_on + dt.timedelta(days=days + dates.suspended_days)


def standing(dates: OverpaymentDates, days: int | None, *, today: dt.date) -> ClockStanding:
    """Where the clock stands at `today`."""
    if dates.reported_on is not None:
        return ClockStanding.REPORTED
    last = due_on(dates, days)
    if last is None:
        return ClockStanding.NONE
    started, until = dates.investigation_started_on, dates.suspended_until
    if started is not None and until is not None and started <= today < until and dates.investigation_ended_on is None:
        return ClockStanding.SUSPENDED
    return ClockStanding.PASSED if today > last else ClockStanding.RUNNING


def looks_back_to(identified_on: dt.date) -> dt.date:
    """The first day on which money was received that the rule still asks back (42 CFR 401.305(f))."""
    try:
        return identified_on.replace(year=identified_on.year - LOOK_BACK_YEARS)
    except ValueError:  # February 29
        return identified_on.replace(year=identified_on.year - LOOK_BACK_YEARS, day=28)


def ensure_possible(dates: OverpaymentDates, days: int | None, *, today: dt.date) -> None:
    """Raise `BadClock`, naming the field, for days in a wrong order, to come, or an investigation begun too late."""
    started, ended = dates.investigation_started_on, dates.investigation_ended_on
    for name, day in (
        ("identified_on", dates.identified_on),
        ("investigation_started_on", started),
        ("investigation_ended_on", ended),
        ("reported_on", dates.reported_on),
    ):
        if day is not None and day > today:
            raise BadClock("That day has not come yet.", field=name)
    if started is None:
        if ended is not None:
            raise BadClock("Say first when the investigation began.", field="investigation_started_on")
    else:
        if started < dates.identified_on:
            raise BadClock("An investigation of related overpayments begins when one is identified.",
                           field="investigation_started_on")  # fmt: skip
        if days and started > dates.identified_on + dt.timedelta(days=days):
            raise BadClock(
                f"The {days} days were over before it began: it suspends nothing any more.",
                field="investigation_started_on",
            )
        if ended is not None and ended < started:
            raise BadClock("It ends on the day it began or later.", field="investigation_ended_on")
    if dates.reported_on is not None and dates.reported_on < dates.identified_on:
        raise BadClock("It is reported once it is identified.", field="reported_on")
