"""The days on which banks move money: the calendar of the Federal Reserve. Pure; every function takes its day.

It differs from that of federal offices in one thing: a holiday that falls on a Saturday closes no bank on the Friday
before it (Federal Reserve Financial Services, holiday schedule). One on a Sunday closes the Monday after.
"""

import datetime as dt
from functools import cache

import holidays

_SATURDAY, _SUNDAY = 5, 6


def is_banking_day(day: dt.date) -> bool:
    """True unless it is a Saturday, a Sunday, or a holiday of the Federal Reserve."""
    return day.weekday() < _SATURDAY and day not in _closed(day.year)


def next_banking_day(day: dt.date) -> dt.date:
    """`day` itself when banks move money on it, else the first such day after it."""
    while not is_banking_day(day):
        day += dt.timedelta(days=1)
    return day


def add_banking_days(day: dt.date, count: int) -> dt.date:
    """The `count`-th banking day after `day`, or before it where `count` is negative; `day` is not counted itself."""
    step = dt.timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_banking_day(day):
            day += step
    return day


def banking_days_between(first: dt.date, last: dt.date) -> int:
    """How many banking days lie after `first`, up to `last` and with it; 0 where it is not later."""
    count, day = 0, first
    while day < last:
        day += dt.timedelta(days=1)
        count += is_banking_day(day)
    return count


def payday_after(day: dt.date, *, last: dt.date) -> dt.date | None:
    """The first banking day after `day` on which people are usually paid (the 1st or the 15th), not after `last`.

    Where no payday is left until `last` it is the last banking day until then; None where even that is past.
    """
    tried = day + dt.timedelta(days=1)
    while tried <= last:
        if tried.day in (1, 15) and (found := next_banking_day(tried)) <= last:
            return found
        tried += dt.timedelta(days=1)
    found = last if is_banking_day(last) else add_banking_days(last, -1)
    return found if found > day else None


@cache
def _closed(year: int) -> frozenset[dt.date]:
    days = holidays.country_holidays("US", years=[year - 1, year, year + 1], observed=False)
    moved = {day + dt.timedelta(days=1) if day.weekday() == _SUNDAY else day for day in days}
    return frozenset(day for day in moved if day.year == year and day.weekday() < _SATURDAY)
