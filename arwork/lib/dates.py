"""Calendar arithmetic: business days and US federal holidays; days in words. Pure; every function takes its day.

What closes everybody is law and comes from the `holidays` package. What closes one office (a storm, the day after
Thanksgiving) is given as `closures` by whoever knows the office; nobody works on either.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from functools import cache

import holidays

SATURDAY = 5
#: No books reach back further; sums of days before it leave the calendar.
EARLIEST = dt.date(1900, 1, 1)
Closures = Collection[dt.date]


def short_day(day: dt.date) -> str:
    """`Nov 2`, for a sentence."""
    return f"{day:%b} {day.day}"


def long_day(day: dt.date) -> str:
    """`Nov 2, 2026`."""
    return f"{short_day(day)}, {day.year}"


def day_seen_from(day: dt.date, today: dt.date) -> str:
    """`Nov 2`, with the year where it is not this one."""
    return short_day(day) if day.year == today.year else long_day(day)


def add_years(day: dt.date, years: int) -> dt.date:
    """The same day `years` later; 29 February falls back to 28 February (Medicare's own rule for filing)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def is_business_day(day: dt.date, *, closures: Closures = ()) -> bool:
    """True unless `day` is a Saturday, a Sunday, an observed federal holiday (5 USC 6103) or one of `closures`."""
    return day.weekday() < SATURDAY and day not in federal_holidays(day.year) and day not in closures


def next_business_day(day: dt.date, *, closures: Closures = ()) -> dt.date:
    """`day` itself when it is a business day, else the first one after it."""
    while not is_business_day(day, closures=closures):
        day += dt.timedelta(days=1)
    return day


def previous_business_day(day: dt.date, *, closures: Closures = ()) -> dt.date:
    """`day` itself when it is a business day, else the last one before it."""
    while not is_business_day(day, closures=closures):
        day -= dt.timedelta(days=1)
    return day


def add_business_days(day: dt.date, count: int, *, closures: Closures = ()) -> dt.date:
    """The `count`-th business day after `day`, which is not counted itself: one after a Saturday is Monday.

    A count of 0 is `next_business_day(day)`. Raises `ValueError` for a negative count.
    """
    if count < 0:
        raise ValueError("count of business days is negative")
    if count == 0:
        return next_business_day(day, closures=closures)
    for _ in range(count):
        day = next_business_day(day + dt.timedelta(days=1), closures=closures)
    return day


@cache
def federal_holidays(year: int) -> Mapping[dt.date, str]:
    """The holidays that are observed on working days of `year`, by day, in order, each with its name.

    One on a Saturday is observed on Friday, one on a Sunday on Monday. None are known after 2100.
    """
    found = holidays.country_holidays("US", years=year, observed=True, language="en_US")
    return {day: found[day] for day in sorted(found) if day.weekday() < SATURDAY}
