"""When somebody can be called (RULES 10, rule 4)."""

import datetime as dt
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.contacts import call_hours
from collections_app.contacts.call_hours import (
    OpeningHours,
    anywhere,
    candidate_zones,
    is_open_everywhere,
    opens_next_everywhere,
    payer_window,
    zones_of_phone,
    zones_of_zip,
)

patient_window = partial(call_hours.patient_window, opens=dt.time(8), closes=dt.time(21))
ZONES = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "Pacific/Guam",
    "Pacific/Pago_Pago",
]
INSTANTS = st.datetimes(
    min_value=dt.datetime(2024, 1, 1),  # noqa: DTZ001 - made aware below
    max_value=dt.datetime(2030, 12, 31),  # noqa: DTZ001
).map(lambda at: at.replace(tzinfo=dt.UTC))


def eastern(hour, minute=0, day=6, month=7):
    return dt.datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("zip_code", "zones"),
    [
        ("10001", {"America/New_York"}),
        ("10001-1234", {"America/New_York"}),
        ("85004", {"America/Phoenix"}),
        ("86045", {"America/Denver"}),  # Navajo Nation
        ("86040", {"America/Phoenix"}),
        ("37405", {"America/New_York"}),
        ("36867", {"America/Chicago", "America/New_York"}),
        ("99634", {"America/Anchorage"}),
        ("09012", set()),  # military
        ("00000", set()),
        ("", set()),
        ("ABCDE", set()),
    ],
)
def test_zones_of_a_zip(zip_code, zones):
    assert zones_of_zip(zip_code) == zones


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("(602) 555-0100", {"America/Phoenix"}),
        ("+1 212 555 0100", {"America/New_York"}),
        ("850-555-0100", {"America/New_York", "America/Chicago"}),
        ("808 555 0100", {"Pacific/Honolulu"}),
        ("800 555 0100", set()),
        ("555-0100", set()),
        ("", set()),
    ],
)
def test_zones_of_a_number(number, zones):
    assert zones_of_phone(number) == zones


def test_an_arizona_phone_and_a_new_york_address_need_eight_oclock_in_both():
    zones = candidate_zones(places=[("NY", "10001")], phones=["602 555 0100"])
    early = patient_window(eastern(9), zones)
    assert not early.open_now
    assert early.opens_at == eastern(11)  # 8:00 in Phoenix in summer
    assert early.closes_at == eastern(21)
    assert early.words == "Can be called from 11:00"
    assert patient_window(eastern(11), zones).open_now
    assert patient_window(eastern(20, 59), zones).open_now
    late = patient_window(eastern(21), zones)
    assert not late.open_now
    assert late.opens_at == eastern(11, day=7)
    assert late.words == "Can be called from Tue Jul 7, 11:00"
    winter = patient_window(eastern(9, month=1), zones)
    assert winter.opens_at == eastern(10, month=1)


def test_the_words_give_both_clocks_when_there_is_one_place():
    found = patient_window(dt.datetime(2026, 11, 23, 14, tzinfo=dt.UTC), ["Pacific/Honolulu"])
    assert found.words == "Can be called from 13:00 (8:00 in Honolulu)"


def test_somebody_of_whom_nothing_is_known_is_called_when_it_is_lawful_everywhere():
    assert candidate_zones(phones=["800 555 0100"]) == anywhere()
    assert not patient_window(eastern(12), []).open_now  # 6:00 in Honolulu
    assert patient_window(eastern(14), []).open_now
    assert not patient_window(eastern(21), []).open_now


def test_the_first_minute_is_open_and_the_closing_minute_is_not():
    hours = {"opens": dt.time(8), "closes": dt.time(21), "zones": ["America/New_York"]}
    assert is_open_everywhere(eastern(8), **hours)
    assert is_open_everywhere(eastern(20, 59), **hours)
    assert not is_open_everywhere(eastern(21), **hours)
    assert not is_open_everywhere(eastern(7, 59), **hours)
    assert opens_next_everywhere(eastern(21), **hours) == eastern(8, day=7)
    weekdays = {**hours, "weekdays": "12345"}
    assert opens_next_everywhere(eastern(12, day=11), **weekdays) == eastern(8, day=13)


@given(INSTANTS, st.sets(st.sampled_from(ZONES), min_size=1, max_size=5))
def test_no_window_is_open_outside_lawful_hours_anywhere(now, zones):
    lawful = all(8 <= now.astimezone(ZoneInfo(zone)).hour < 21 for zone in zones)
    window = patient_window(now, zones)
    assert window.open_now is lawful
    assert is_open_everywhere(now, opens=dt.time(8), closes=dt.time(21), zones=zones) is lawful
    start = opens_next_everywhere(now, opens=dt.time(8), closes=dt.time(21), zones=zones)
    assert start is not None
    assert (start == now) is lawful
    for at in (start, window.opens_at, window.closes_at and window.closes_at - dt.timedelta(microseconds=1)):
        if at is not None:
            assert at >= now
            assert all(8 <= at.astimezone(ZoneInfo(zone)).hour < 21 for zone in zones)
    if not lawful:
        just_before = start - dt.timedelta(microseconds=1)
        assert not all(8 <= just_before.astimezone(ZoneInfo(zone)).hour < 21 for zone in zones)


def test_a_payer_answers_in_its_hours_on_weekdays():
    hours = [OpeningHours(dt.time(8), dt.time(18), "12345", "America/Chicago")]
    assert payer_window(eastern(9), hours).open_now
    assert not payer_window(eastern(8), hours).open_now
    saturday = payer_window(eastern(12, day=11), hours)
    assert saturday.opens_at == eastern(9, day=13)
    assert saturday.words == "Can be called from Mon Jul 13, 9:00 (8:00 in Chicago)"


def test_a_payer_is_closed_on_thanksgiving():
    hours = [OpeningHours(dt.time(8), dt.time(18), "12345", "America/New_York")]
    closed = payer_window(eastern(12, month=11, day=26), hours)
    assert closed.opens_at == eastern(8, month=11, day=27)
    assert payer_window(eastern(12, month=11, day=26), hours, holidays=True).open_now


def test_a_payer_with_a_lunch_break_has_two_windows_a_day():
    hours = [OpeningHours(dt.time(8), dt.time(12)), OpeningHours(dt.time(13), dt.time(17))]
    assert payer_window(eastern(11), hours).closes_at == eastern(12)
    assert payer_window(eastern(12, 30), hours).opens_at == eastern(13)


def test_hours_past_midnight_and_around_the_clock():
    night = [OpeningHours(dt.time(20), dt.time(2), "1234567")]
    assert payer_window(eastern(1), night).open_now
    assert not payer_window(eastern(3), night).open_now
    always = [OpeningHours(dt.time(0), dt.time(0), "1234567")]
    assert payer_window(eastern(3), always).open_now


def test_a_payer_whose_hours_nobody_entered_counts_as_open():
    assert payer_window(eastern(3), []).open_now


def test_hours_that_never_agree_say_so():
    assert (
        opens_next_everywhere(
            eastern(9), opens=dt.time(8), closes=dt.time(9), zones=["America/New_York", "Pacific/Guam"]
        )
        is None
    )


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="aware"):
        patient_window(dt.datetime(2026, 7, 6, 9), ["America/New_York"])  # noqa: DTZ001
