"""Business days, federal holidays and leap days."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.dates import (
    add_business_days,
    add_years,
    federal_holidays,
    is_business_day,
    next_business_day,
    previous_business_day,
)

DAYS = st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2060, 12, 31))


def test_the_holidays_of_2026_as_observed():
    assert sorted(federal_holidays(2026)) == [
        dt.date(2026, 1, 1),
        dt.date(2026, 1, 19),
        dt.date(2026, 2, 16),
        dt.date(2026, 5, 25),
        dt.date(2026, 6, 19),
        dt.date(2026, 7, 3),  # the 4th is a Saturday
        dt.date(2026, 9, 7),
        dt.date(2026, 10, 12),
        dt.date(2026, 11, 11),
        dt.date(2026, 11, 26),
        dt.date(2026, 12, 25),
    ]


def test_a_new_year_on_saturday_is_observed_in_the_old_year():
    assert dt.date(2021, 12, 31) in federal_holidays(2021)
    assert dt.date(2022, 1, 1) not in federal_holidays(2022)
    assert not is_business_day(dt.date(2021, 12, 31))


def test_each_holiday_has_its_name():
    names = federal_holidays(2026)
    assert names[dt.date(2026, 6, 19)] == "Juneteenth National Independence Day"
    assert names[dt.date(2026, 7, 3)] == "Independence Day (observed)"


@pytest.mark.parametrize("year", range(2021, 2061))
def test_there_are_eleven_holidays_a_year_on_working_days(year):
    beside = 1 if dt.date(year + 1, 1, 1).weekday() == 5 else 0  # the next New Year, observed in this one
    missing = 1 if dt.date(year, 1, 1).weekday() == 5 else 0
    assert len(federal_holidays(year)) == 11 + beside - missing
    assert all(day.weekday() < 5 and day.year == year for day in federal_holidays(year))


def test_juneteenth_is_a_holiday_since_2021():
    assert dt.date(2021, 6, 18) in federal_holidays(2021)  # the 19th was a Saturday
    assert dt.date(2020, 6, 19) not in federal_holidays(2020)


def test_an_inauguration_closes_washington_and_no_other_office():
    assert is_business_day(dt.date(2029, 1, 19))
    assert is_business_day(dt.date(2037, 1, 20))


def test_a_closure_of_the_office_is_no_business_day():
    storm = {dt.date(2026, 1, 26), dt.date(2026, 1, 27)}
    monday = dt.date(2026, 1, 26)
    assert is_business_day(monday)
    assert not is_business_day(monday, closures=storm)
    assert next_business_day(monday, closures=storm) == dt.date(2026, 1, 28)
    assert previous_business_day(monday, closures=storm) == dt.date(2026, 1, 23)
    assert add_business_days(dt.date(2026, 1, 23), 1, closures=storm) == dt.date(2026, 1, 28)
    assert add_business_days(dt.date(2026, 1, 24), 0, closures=storm) == dt.date(2026, 1, 28)


def test_a_leap_day_plus_a_year_is_the_28th():
    assert add_years(dt.date(2024, 2, 29), 1) == dt.date(2025, 2, 28)
    assert add_years(dt.date(2024, 2, 29), 4) == dt.date(2028, 2, 29)


def test_one_business_day_after_a_saturday_is_monday():
    assert add_business_days(dt.date(2026, 11, 21), 1) == dt.date(2026, 11, 23)
    assert add_business_days(dt.date(2026, 11, 20), 1) == dt.date(2026, 11, 23)
    assert add_business_days(dt.date(2026, 11, 25), 1) == dt.date(2026, 11, 27)  # over Thanksgiving
    assert add_business_days(dt.date(2026, 11, 21), 0) == dt.date(2026, 11, 23)


def test_business_days_do_not_count_backwards():
    with pytest.raises(ValueError, match="negative"):
        add_business_days(dt.date(2026, 11, 21), -1)


@given(DAYS)
def test_rolling_lands_on_the_nearest_business_day(day):
    ahead, back = next_business_day(day), previous_business_day(day)
    assert is_business_day(ahead)
    assert is_business_day(back)
    assert back <= day <= ahead
    assert (ahead == day) == is_business_day(day) == (back == day)
    assert not any(is_business_day(back + dt.timedelta(n)) for n in range(1, (ahead - back).days))


@given(DAYS, st.integers(min_value=1, max_value=30))
def test_counting_business_days_counts_each_once(day, count):
    end = add_business_days(day, count)
    between = [day + dt.timedelta(n) for n in range(1, (end - day).days + 1)]
    assert sum(is_business_day(one) for one in between) == count
    assert is_business_day(end)
