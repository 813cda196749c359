"""Words of messages: what a reply asks for, what may not be said, numbers of deliveries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.deliveries import words
from collections_app.deliveries.numbers import delivery_named, number_of


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("STOP", "stop"), (" stop. ", "stop"), ("Please stop texting me", "stop"), ("opt-out", "stop"),
        ("UNSUBSCRIBE", "stop"), ("Revoke", "stop"), ("ALTO", "stop"), ("quit!", "stop"),
        ("START", "start"), ("yes", "start"), ("sí", "start"), ("help", "help"), ("Ayuda", "help"),
        ("When did I visit?", ""), ("I paid at the end of May", ""), ("", ""),
    ],
)  # fmt: skip
def test_what_a_reply_asks_for(said: str, asked: str) -> None:
    assert words.asked_by_reply(said) == asked


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("is_text", [True, False])
def test_every_message_says_who_writes_and_how_to_stop(language: str, is_text: bool) -> None:
    sender = words.Sender("Harbor Clinic", "(518) 555-0100", "https://ar.example.org/my-bill/open/x")
    said = words.body_of(sender, language, is_text=is_text, stop_link="https://ar.example.org/stop/y")
    assert "Harbor Clinic" in said
    assert ("STOP" if is_text else "https://ar.example.org/stop/y") in said
    assert words.revealing(words.subject_of(sender, language)) == ""
    assert words.revealing(said.replace("/my-bill/", "/")) == ""


@given(st.integers(min_value=1, max_value=10**12), st.integers(min_value=0, max_value=11), st.integers(0, 9))
def test_a_number_names_its_delivery_and_a_slip_of_one_digit_none(pk: int, place: int, digit: int) -> None:
    number = number_of(pk)
    assert delivery_named(number) == pk
    assert delivery_named(number.lower().replace("-", " ")) == pk
    digits = str(pk)
    place %= len(digits)
    slipped = f"D{digits[:place]}{digit}{digits[place + 1 :]}-{number[-1]}"
    if slipped != number:
        assert delivery_named(slipped) is None
