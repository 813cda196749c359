"""Aging buckets (RULES 5.2)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.aging.buckets import (
    AGE_BUCKETS,
    LONG_AGE_BUCKETS,
    NOT_YET_DUE,
    UNDATED,
    Basis,
    age_bucket_dates,
    age_bucket_of,
    age_bucket_on,
    age_days,
)
from collections_app.aging.table_columns import columns, parts_of

DAYS = st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2050, 12, 31))


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (-1, "future"),
        (0, "0-30"),
        (30, "0-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91-120"),
        (120, "91-120"),
        (121, "121+"),
        (4000, "121+"),
        (None, "undated"),
    ],
)
def test_each_day_has_its_bucket(days, code):
    assert age_bucket_of(days).code == code


@given(st.integers(min_value=-4000, max_value=20_000), st.sampled_from([AGE_BUCKETS, LONG_AGE_BUCKETS]))
def test_each_day_is_in_exactly_one_bucket(days, buckets):
    holding = [bucket for bucket in (NOT_YET_DUE, *buckets) if bucket.holds(days)]
    assert holding == [age_bucket_of(days, buckets=buckets)]


@given(DAYS, DAYS, st.sampled_from([AGE_BUCKETS, LONG_AGE_BUCKETS]))
def test_dates_between_the_edges_are_the_bucket(as_of, basis, buckets):
    inside = [
        edge.bucket
        for edge in age_bucket_dates(as_of, buckets=buckets)
        if (edge.earliest is None or edge.earliest <= basis) and (edge.latest is None or basis <= edge.latest)
    ]
    assert inside == [age_bucket_of(age_days(as_of, basis), buckets=buckets)]


def test_an_amount_without_a_date_is_still_shown():
    assert age_bucket_on(dt.date(2026, 11, 21), None) is UNDATED
    assert age_bucket_on(dt.date(2026, 11, 21), dt.date(2026, 11, 22)) is NOT_YET_DUE
    codes = [column.code for column in columns()]
    assert len(set(codes)) == len(codes) == 7


def test_the_buckets_are_the_five_of_every_report_and_the_oldest_may_be_split():
    assert [bucket.label for bucket in AGE_BUCKETS] == ["0-30", "31-60", "61-90", "91-120", "121+"]
    assert [bucket.label for bucket in LONG_AGE_BUCKETS[4:]] == ["121-180", "181-365", "366+"]
    assert parts_of("121+") == ("121-180", "181-365", "366+")


def test_bases_have_names_for_people():
    assert [basis.label for basis in Basis][0] == "date of service"
    assert len({basis.label for basis in Basis}) == 5
