"""What is said follows the facts; until somebody is verified none of it tells of an account, in either language."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.errors import Forbidden, NotFound
from collections_app.contacts.script_texts import own_texts, script_rows, write_script
from collections_app.contacts.scripts import (
    FIELDS,
    LANGUAGES,
    BadScript,
    ScriptFacts,
    codes_for,
    ensure_sayable,
    language_of,
    passages,
    script_for,
    telling_word,
)
from tests.cast import NOW, TODAY, make_ada, make_ana, make_practice

STANDINGS = st.sampled_from(["open", "verified", "failed", "else", "locked"])
FACTS = st.builds(
    ScriptFacts,
    standing=STANDINGS,
    profile=st.sampled_from(["first_party", "early_out", "third_party"]),
    language=st.sampled_from(["en", "es"]),
    is_inbound=st.booleans(),
    must_tell_recording=st.booleans(),
    is_time_barred=st.booleans(),
    owes=st.booleans(),
)


@given(FACTS)
def test_nothing_tells_of_an_account_before_somebody_is_verified(facts: ScriptFacts) -> None:
    said = script_for(facts, FIELDS)
    text = " ".join(line.words for line in said)
    if facts.standing != "verified":
        assert FIELDS["asked"] not in text
        assert FIELDS["visits"] not in text
        assert not {"explain", "options", "mini_miranda", "time_barred"} & {line.code for line in said}
    if facts.standing in ("failed", "locked"):
        assert [line.code for line in said] == ["refusal"]
        assert FIELDS["practice"] not in text


@given(FACTS)
def test_a_call_about_money_says_who_we_are_exactly_where_an_agency_calls(facts: ScriptFacts) -> None:
    codes = codes_for(facts)
    expected = facts.standing == "verified" and facts.profile == "third_party"
    assert ("mini_miranda" in codes) is expected
    if expected:
        assert codes[0] == "mini_miranda"


def test_the_script_of_a_call_that_goes_out() -> None:
    facts = ScriptFacts(must_tell_recording=True)
    assert codes_for(facts) == ["opening", "recorded", "identity", "voicemail", "third_party"]


def test_the_script_of_a_verified_caller_with_an_old_debt() -> None:
    facts = ScriptFacts(standing="verified", profile="first_party", is_time_barred=True)
    assert codes_for(facts) == ["explain", "options", "time_barred", "closing"]
    assert codes_for(ScriptFacts(standing="verified", profile="first_party", owes=False)) == ["closing"]


def test_it_is_said_in_the_language_of_the_person() -> None:
    said = script_for(ScriptFacts(standing="verified", language=language_of("es")), FIELDS)
    assert said[0].words.startswith("Este es un intento de cobrar una deuda.")
    assert [language_of(code) for code in ("spa", "ES", "en", "vi", "")] == ["es", "es", "en", "en", "en"]


def test_every_shipped_passage_can_be_said_as_it_is() -> None:
    for code, passage in passages().items():
        for language in LANGUAGES:
            ensure_sayable(code, language, passage.texts[language])


def test_a_message_is_limited_content_and_nothing_more() -> None:
    """12 CFR 1006.2(j): the business, a request to reply, whom to ask for, the number."""
    said = script_for(ScriptFacts(), FIELDS)
    message = next(line for line in said if line.code == "voicemail")
    assert message.words == (
        "Hello Gus Guarino. This is Ana Test from Harbor Clinic. Please call me back at (718) 555-0100. "
        "Again: (718) 555-0100. Thank you."
    )
    with pytest.raises(BadScript, match="“bill”"):
        ensure_sayable("voicemail", "en", "This is {agent} about your bill, {callback}.")
    with pytest.raises(BadScript, match="“cuenta”"):
        ensure_sayable("voicemail", "es", "Es sobre su cuenta, {callback}.")


def test_no_message_is_left_by_a_business_whose_name_tells() -> None:
    said = script_for(ScriptFacts(business="Acme Collections"), {**FIELDS, "practice": "Acme Collections"})
    message = next(line for line in said if line.code == "voicemail")
    assert "Acme" not in message.words
    assert "Leave no message" in message.note
    assert telling_word("Harbor Clinic", "en") == ""


@pytest.mark.parametrize(
    ("code", "words", "because"),
    [
        ("voicemail", "Hello {person}, about {asked}.", "can't stand here"),
        ("third_party", "This is {agent} of {practice}.", "can't stand here"),
        ("identity", "{agent.password}", "can't stand here"),
        ("refusal", "Call {callback", "stands alone"),
        ("mini_miranda", "We are from {practice}.", "collect a debt"),
        ("recorded", "Is this all right with you?", "Keep the words"),
        ("nothing", "Hello", "no such passage"),
    ],
)
def test_a_text_that_the_law_forbids_is_refused(code: str, words: str, because: str) -> None:
    with pytest.raises(BadScript, match=because):
        ensure_sayable(code, "en", words)


@pytest.mark.django_db
def test_a_practice_says_it_in_its_own_words_from_a_day_on() -> None:
    practice = make_practice()
    ada = make_ada(practice)
    said = {"actor": ada, "practice_id": practice.pk, "code": "opening", "language": "en", "now": NOW, "today": TODAY}
    write_script(words="Good day, {agent} here. Is {person} there?", from_on=dt.date(2026, 12, 1), **said)
    assert own_texts(practice.pk, TODAY) == {}
    assert own_texts(practice.pk, dt.date(2026, 12, 1)) == {
        ("opening", "en"): "Good day, {agent} here. Is {person} there?"
    }
    write_script(words="", from_on=dt.date(2026, 12, 8), **said)
    assert own_texts(practice.pk, dt.date(2026, 12, 8)) == {}
    with pytest.raises(BadScript, match="later day"):
        write_script(words="Hi", from_on=dt.date(2026, 11, 19), **said)
    with pytest.raises(Forbidden):
        write_script(words="Hi", from_on=TODAY, **said | {"actor": make_ana(practice)})
    elm = make_practice(name="Elm Clinic", npi="1992999999", tin="111111111")
    with pytest.raises(NotFound):
        script_rows(elm.pk, actor=ada, today=TODAY)
    assert len(script_rows(practice.pk, actor=ada, today=TODAY)) == 2 * len(passages())
