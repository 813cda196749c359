"""The clock of a call, what calls teach of a payer, and what is refused as a password: without a database."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collections_app.payer_calls.call_clock import CallClock, Stage
from collections_app.payer_calls.passwords import carries_password, looks_like_password
from collections_app.payer_calls.statistics import ClockedCall, call_statistics, hour_words

NOON = dt.datetime(2026, 12, 1, 17, tzinfo=dt.UTC)


def test_hold_and_talk_are_counted_apart() -> None:
    clock = CallClock(Stage.HOLD, NOON)
    clock = clock.turned(Stage.TALK, now=NOON + dt.timedelta(minutes=18))
    clock = clock.turned(Stage.HOLD, now=NOON + dt.timedelta(minutes=20))
    clock = clock.turned(Stage.ENDED, now=NOON + dt.timedelta(minutes=25))
    assert (clock.hold_seconds, clock.talk_seconds, clock.is_whole) == (23 * 60, 2 * 60, True)
    assert clock.at(NOON + dt.timedelta(hours=9)) == clock, "what has ended does not run"


def test_the_same_button_twice_changes_nothing() -> None:
    clock = CallClock(Stage.HOLD, NOON)
    assert clock.turned(Stage.HOLD, now=NOON + dt.timedelta(minutes=3)) == clock


def test_a_clock_that_nobody_stopped_counts_three_hours_and_teaches_nothing() -> None:
    clock = CallClock(Stage.TALK, NOON).turned(Stage.ENDED, now=NOON + dt.timedelta(hours=20))
    assert (clock.talk_seconds, clock.is_whole) == (3 * 3600, False)


stages = st.lists(st.tuples(st.sampled_from([Stage.HOLD, Stage.TALK]), st.integers(0, 7000)), max_size=12)


@settings(max_examples=60)
@given(stages)
def test_whatever_is_pressed_both_parts_are_the_whole_time(story: list[tuple[Stage, int]]) -> None:
    clock, now, spent = CallClock(Stage.HOLD, NOON), NOON, {Stage.HOLD: 0, Stage.TALK: 0}
    stage, forgotten, unbroken = Stage.HOLD, False, 0
    for pressed, seconds in story:
        now += dt.timedelta(seconds=seconds)
        spent[stage] += seconds
        unbroken += seconds
        if pressed != stage:
            forgotten, unbroken = forgotten or unbroken > 3 * 3600, 0
        stage = pressed
        clock = clock.turned(pressed, now=now)
    clock = clock.turned(Stage.ENDED, now=now)
    forgotten = forgotten or unbroken > 3 * 3600
    assert clock.is_whole is not forgotten
    if not forgotten:
        assert (clock.hold_seconds, clock.talk_seconds) == (spent[Stage.HOLD], spent[Stage.TALK])


def calls(hour: int, *holds: int, talk: int = 300, claims: int = 2) -> list[ClockedCall]:
    return [ClockedCall(hour, minutes * 60, talk, claims) for minutes in holds]


def test_the_best_hour_is_the_one_with_the_shortest_median_wait() -> None:
    found = call_statistics([*calls(9, 40, 38, 45, 41, 90), *calls(15, 12, 8, 9, 30, 10)])
    assert [(one.words, one.hold_minutes, one.calls) for one in found.hours] == [("9 am", 41.0, 5), ("3 pm", 10.0, 5)]
    assert found.best is not None
    assert found.best.words == "3 pm"
    assert found.answered == 10
    assert not found.is_small
    assert found.claim_minutes == 2.5
    assert found.minutes_for(4, hour=15) == 20.0, "one wait of 10, four claims of 2.5"


def test_few_calls_are_said_to_be_few_and_have_no_best_hour() -> None:
    found = call_statistics([*calls(9, 40, 38), *calls(15, 2)])
    assert found.is_small
    assert found.best is None
    assert found.hold_at(15) == 38.0, "one lucky call is no hour's figure"


def test_a_call_that_nobody_answered_is_counted_apart() -> None:
    found = call_statistics([*calls(9, 10, 12, 14, 11, 13), *calls(9, 90, talk=0, claims=0)])
    assert (found.answered, found.unanswered, found.hold_minutes) == (5, 1, 12.0)
    assert call_statistics([]).answered == 0
    assert [hour_words(hour) for hour in (0, 11, 12, 23)] == ["12 am", "11 am", "12 pm", "11 pm"]


@pytest.mark.parametrize(
    "text", ["pw: x", "Password is Harbor", "PIN=4711", "Availity2024", "harbor#2024", "code, pass code: 12"]
)
def test_what_looks_like_a_password_is_refused(text: str) -> None:
    assert looks_like_password(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dana Ruiz", "front desk, ext. 4711", "billing@harborclinic.example", "Availity", "PROVIDER12345",
        "ask Sol; password reset through IT", "group 00123 at https://apps.availity.com/Web2024x", "the pin board",
    ],
)  # fmt: skip
def test_names_and_numbers_are_taken(text: str) -> None:
    assert not looks_like_password(text)


def test_an_address_brings_no_password_along() -> None:
    assert carries_password("https://ana:secret@portal.example/")
    assert carries_password("https://portal.example/login?user=ana&pwd=x")
    assert not carries_password("https://portal.example/login?org=12")
