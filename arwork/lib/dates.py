"""Calendar arithmetic: US federal holidays and business days. Pure; every function takes its day."""

import datetime as dt
from functools import cache

SATURDAY = 5
#: No books reach back further; sums of days before it leave the calendar.
EARLIEST = dt.date(1900, 1, 1)


def add_years(day: dt.date, years: int) -> dt.date:
    """The same day `years` later; 29 February falls back to 28 February (Medicare's own rule for filing)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def is_business_day(day: dt.date) -> bool:
    """True unless `day` is a Saturday, a Sunday or an observed federal holiday (5 USC 6103)."""
    return day.weekday() < SATURDAY and day not in federal_holidays(day.year)


def next_business_day(day: dt.date) -> dt.date:
    """`day` itself when it is a business day, else the first one after it."""
    while not is_business_day(day):
        day += dt.timedelta(days=1)
    return day


def previous_business_day(day: dt.date) -> dt.date:
    """`day` itself when it is a business day, else the last one before it."""
    while not is_business_day(day):
        day -= dt.timedelta(days=1)
    return day


def add_business_days(day: dt.date, count: int) -> dt.date:
    """The `count`-th business day after `day`, which is not counted itself: one after a Saturday is Monday.

    A count of 0 is `next_business_day(day)`. Raises `ValueError` for a negative count.
    """
    if count < 0:
        raise ValueError("count of business days is negative")
    if count == 0:
        return next_business_day(day)
    for _ in range(count):
        day = next_business_day(day + dt.timedelta(days=1))
    return day


@cache
def federal_holidays(year: int) -> frozenset[dt.date]:
    """Days observed in `year`: eleven holidays; a Saturday moves to Friday, a Sunday to Monday."""
    fixed = [(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)]
    days = [_observed(dt.date(year, month, day)) for month, day in fixed]
    days.append(_observed(dt.date(year + 1, 1, 1)))
    days += [
        _nth_weekday(year, 1, 0, 3),
        _nth_weekday(year, 2, 0, 3),
        _last_monday(year, 5),
        _nth_weekday(year, 9, 0, 1),
        _nth_weekday(year, 10, 0, 2),
        _nth_weekday(year, 11, 3, 4),
    ]
    return frozenset(day for day in days if day.year == year)


def _observed(day: dt.date) -> dt.date:
    return day + dt.timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_monday(year: int, month: int) -> dt.date:
    last = dt.date(year, month + 1, 1) - dt.timedelta(days=1)
    return last - dt.timedelta(days=last.weekday())
