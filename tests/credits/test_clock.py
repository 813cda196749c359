"""The 60-day clock: worked examples with their dates, and properties (42 CFR 401.305, RULES 4.2)."""

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claims.credits.clock import (
    LONGEST_SUSPENSION,
    BadClock,
    ClockStanding,
    OverpaymentDates,
    due_on,
    ensure_possible,
    looks_back_to,
    standing,
)

DAY = dt.timedelta(days=1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


FOUND = day("2026-03-02")


def test_sixty_days_from_the_day_it_was_identified() -> None:
    dates = OverpaymentDates(FOUND)
    assert due_on(dates, 60) == day("2026-05-01")
    assert standing(dates, 60, today=day("2026-05-01")) == ClockStanding.RUNNING
    assert standing(dates, 60, today=day("2026-05-02")) == ClockStanding.PASSED


def test_an_investigation_stops_the_clock_while_it_lasts_and_the_rest_of_the_days_runs_on() -> None:
    begun = OverpaymentDates(FOUND, day("2026-03-12"))
    assert begun.suspended_until == day("2026-08-29")  # 180 days after it was identified
    assert standing(begun, 60, today=day("2026-06-30")) == ClockStanding.SUSPENDED
    ended = OverpaymentDates(FOUND, day("2026-03-12"), day("2026-04-11"))
    assert ended.suspended_days == 30
    assert due_on(ended, 60) == day("2026-05-31")
    assert standing(ended, 60, today=day("2026-04-20")) == ClockStanding.RUNNING


def test_after_a_hundred_and_eighty_days_the_clock_runs_whether_or_not_the_investigation_ended() -> None:
    open_ = OverpaymentDates(FOUND, day("2026-03-12"))
    late = OverpaymentDates(FOUND, day("2026-03-12"), day("2026-11-20"))
    assert due_on(open_, 60) == due_on(late, 60) == day("2026-10-18")
    assert standing(open_, 60, today=day("2026-08-29")) == ClockStanding.RUNNING


def test_what_was_reported_has_no_last_day_any_more() -> None:
    dates = OverpaymentDates(FOUND, reported_on=day("2026-04-01"))
    assert due_on(dates, 60) is None
    assert standing(dates, 60, today=day("2026-12-01")) == ClockStanding.REPORTED


@pytest.mark.parametrize("days", [None, 0])
def test_without_a_figure_there_is_no_clock(days: int | None) -> None:
    assert due_on(OverpaymentDates(FOUND), days) is None
    assert standing(OverpaymentDates(FOUND), days, today=day("2030-01-01")) == ClockStanding.NONE


def test_it_looks_back_six_years() -> None:
    assert looks_back_to(day("2026-03-02")) == day("2020-03-02")
    assert looks_back_to(day("2024-02-29")) == day("2018-02-28")


@pytest.mark.parametrize(
    ("dates", "field"),
    [
        (OverpaymentDates(day("2026-12-01")), "identified_on"),
        (OverpaymentDates(FOUND, investigation_ended_on=day("2026-04-01")), "investigation_started_on"),
        (OverpaymentDates(FOUND, day("2026-03-01")), "investigation_started_on"),
        (OverpaymentDates(FOUND, day("2026-05-02")), "investigation_started_on"),
        (OverpaymentDates(FOUND, day("2026-04-01"), day("2026-03-31")), "investigation_ended_on"),
        (OverpaymentDates(FOUND, reported_on=day("2026-03-01")), "reported_on"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(dates: OverpaymentDates, field: str) -> None:
    with pytest.raises(BadClock) as told:
        ensure_possible(dates, 60, today=day("2026-11-20"))
    assert told.value.facts["field"] == field


DATES = st.dates(day("2025-01-01"), day("2026-12-31"))
AFTER = st.none() | st.integers(0, 400)


@given(found=DATES, begun=AFTER, ended=AFTER, days=st.integers(1, 120))
def test_the_last_day_never_lies_before_the_plain_one_nor_more_than_the_suspension_behind_it(
    found: dt.date, begun: int | None, ended: int | None, days: int
) -> None:
    started = found + begun * DAY if begun is not None else None
    dates = OverpaymentDates(found, started, started + ended * DAY if started and ended is not None else None)
    last = due_on(dates, days)
    assert last
    assert found + days * DAY <= last <= found + days * DAY + LONGEST_SUSPENSION


@given(found=DATES, begun=st.integers(0, 59), shorter=st.integers(0, 300), longer=st.integers(0, 300))
def test_a_longer_investigation_never_shortens_the_clock(found: dt.date, begun: int, shorter: int, longer: int) -> None:
    assume(shorter <= longer)
    started = found + begun * DAY
    first, second = (OverpaymentDates(found, started, started + length * DAY) for length in (shorter, longer))
    assert (due_on(first, 60) or started) <= (due_on(second, 60) or started)


@given(found=DATES, begun=AFTER, today=DATES, days=st.integers(1, 120))
def test_it_is_past_exactly_when_its_last_day_is(found: dt.date, begun: int | None, today: dt.date, days: int) -> None:
    dates = OverpaymentDates(found, found + begun * DAY if begun is not None else None)
    last = due_on(dates, days)
    assert last
    assert (standing(dates, days, today=today) == ClockStanding.PASSED) == (today > last)
