"""What the hour makes of a call: by the part of the day where the person lives, from a prior to own history."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.worklist.answer_odds import (
    LEAST,
    MOST,
    NO_ODDS,
    AnswerHistory,
    answer_odds,
    part_of_day,
)

NOON = dt.datetime(2026, 11, 23, 17, 0, tzinfo=dt.UTC)  # noon in New York, 9 am in Los Angeles
EVENING = NOON + dt.timedelta(hours=6)
COUNTS = st.integers(0, 500).flatmap(lambda called: st.tuples(st.integers(0, called), st.just(called)))


@pytest.mark.parametrize(
    ("zones", "name"),
    [
        ("America/New_York", "midday"),
        ("America/Los_Angeles", "morning"),
        ("America/New_York America/Detroit", "midday"),
        ("America/New_York America/Los_Angeles", None),
        ("Pacific/Guam", None),  # three in the morning
    ],
)
def test_the_part_of_the_day_is_that_of_every_zone_or_none(zones, name):
    part = part_of_day(NOON, zones)
    assert (part.name if part else None) == name


def test_without_history_more_answer_in_the_evening_and_the_words_say_when():
    noon = answer_odds(1, part_of_day(NOON, "America/New_York"), {})
    evening = answer_odds(1, part_of_day(EVENING, "America/New_York"), {})
    assert noon.factor < 1 < evening.factor
    assert (noon.hours, evening.hours) == ("11 am to 2 pm", "5 to 9 pm")
    assert evening.history == AnswerHistory()


def test_own_calls_outweigh_the_prior_as_they_grow():
    part = part_of_day(NOON, "America/New_York")
    known = {(1, "midday"): AnswerHistory(60, 100), (2, "midday"): AnswerHistory(0, 100)}
    assert answer_odds(1, part, known).factor > 1 > answer_odds(2, part, known).factor
    assert answer_odds(1, part, known).rate == pytest.approx((60 + 0.28 * 40) / 140)


def test_where_the_hour_is_not_sure_it_changes_nothing():
    assert answer_odds(1, None, {}) == NO_ODDS
    assert NO_ODDS.factor == 1.0


@given(morning=COUNTS, evening=COUNTS)
def test_no_history_turns_an_order_upside_down(morning, evening):
    known = {(1, "morning"): AnswerHistory(*morning), (1, "evening"): AnswerHistory(*evening)}
    for hours in range(0, 13, 3):
        part = part_of_day(NOON - dt.timedelta(hours=3) + dt.timedelta(hours=hours), "America/New_York")
        assert LEAST <= answer_odds(1, part, known).factor <= MOST
