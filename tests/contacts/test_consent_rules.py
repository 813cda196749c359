"""What the words of a person amount to: the later word counts, nothing but consent opens a text or a robot's call."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.contacts.consent_rules import ConsentWord, consent_channel, standing_on

MAR_2, MAR_9, MAR_16 = dt.date(2026, 3, 2), dt.date(2026, 3, 9), dt.date(2026, 3, 16)


def said(channel: str, is_given: bool, on: dt.date, order: int = 1, **more: object) -> ConsentWord:  # noqa: FBT001
    return ConsentWord(channel, is_given, on, order, **more)  # type: ignore[arg-type]


def test_nobody_is_texted_who_never_agreed_and_anybody_is_called_by_hand() -> None:
    assert not standing_on([], "text", MAR_9).allows()
    assert not standing_on([], "auto", MAR_9).allows()
    assert not standing_on([], "email", MAR_9).allows()
    assert standing_on([], "manual", MAR_9).allows()


def test_consent_holds_from_its_day_until_it_is_withdrawn() -> None:
    words = [said("text", True, MAR_2), said("text", False, MAR_16, 2)]
    assert [standing_on(words, "text", day).allows() for day in (dt.date(2026, 3, 1), MAR_2, MAR_9, MAR_16)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_a_paper_found_later_does_not_undo_what_was_said_after_it() -> None:
    """Withdrawn on March 9; a form signed on March 2 is entered afterwards."""
    words = [said("text", False, MAR_9, 1), said("text", True, MAR_2, 2)]
    assert standing_on(words, "text", MAR_16).is_revoked


def test_revoke_all_ends_every_channel_and_later_consent_is_for_one() -> None:
    words = [said("text", True, MAR_2, 1), said("", False, MAR_9, 2), said("email", True, MAR_16, 3)]
    assert not standing_on(words, "manual", MAR_16).allows()
    assert not standing_on(words, "text", MAR_16).allows()
    assert standing_on(words, "email", MAR_16).allows()


def test_consent_expires_after_its_last_day() -> None:
    words = [said("auto", True, MAR_2, expires_on=MAR_9)]
    assert standing_on(words, "auto", MAR_9).allows()
    assert standing_on(words, "auto", dt.date(2026, 3, 10)).is_expired


def test_where_an_opt_in_is_needed_spoken_consent_is_not_enough() -> None:
    assert not standing_on([said("text", True, MAR_2)], "text", MAR_9).allows(needs_opt_in=True)
    assert standing_on([said("text", True, MAR_2, is_opt_in=True)], "text", MAR_9).allows(needs_opt_in=True)


@pytest.mark.parametrize(("asked", "means"), [("phone", "manual"), ("sms", "text"), ("email", "email"), ("fax", "")])
def test_channels_of_the_log_are_channels_of_consent(asked: str, means: str) -> None:
    assert consent_channel(asked) == means


DAYS = st.dates(MAR_2, MAR_16)
WORDS = st.lists(st.tuples(st.sampled_from(["", "text", "auto", "manual", "email"]), st.booleans(), DAYS), max_size=12)


@given(words=WORDS, channel=st.sampled_from(["text", "auto", "manual", "email"]), on=DAYS)
def test_the_last_word_of_the_latest_day_decides(words: list, channel: str, on: dt.date) -> None:
    """The oracle walks the days one by one and remembers the last thing it heard."""
    heard: bool | None = None
    day = MAR_2
    while day <= on:
        for about, is_given, said_on in words:
            if said_on == day and about in ("", channel):
                heard = is_given
        day += dt.timedelta(days=1)
    expected = heard is not False if channel == "manual" else heard is True
    rows = [ConsentWord(about, is_given, day, order) for order, (about, is_given, day) in enumerate(words)]
    assert standing_on(rows, channel, on).allows() == expected
