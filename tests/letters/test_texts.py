"""What a letter says comes from the text in force on its day; a text names nothing that its kind does not know."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.errors import Forbidden, NotFound
from arwork.staff.models import AuditEvent
from claims.practices.models import Practice
from collections_app.letters import shipped, text_changes
from collections_app.letters.facts import frozen, thawed
from collections_app.letters.kinds import all_kinds
from collections_app.letters.merging import BadText, MissingFact, check_text, fill, named_in
from collections_app.letters.overlays import paragraphs_for, state_paragraphs
from collections_app.letters.text_changes import TextDraft, differences
from collections_app.letters.texts import in_force, shipped_texts
from collections_app.letters.words import day_words, language_of, money_words
from tests import cast
from tests.cast import NOW, TODAY

NOV_1, DEC_1 = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
KINDS = pytest.mark.parametrize("kind", shipped.KINDS, ids=lambda kind: kind.code)


def draft(body: str = "Dear {addressee},\n\n{words}", **facts: Any) -> TextDraft:
    told = {"kind": "plain", "language": "en", "subject": "{topic}", "valid_from": DEC_1, "source": "Office, Nov 20"}
    return TextDraft(**{**told, "body": body, **facts})


@KINDS
def test_every_kind_ships_a_text_in_both_languages_that_it_would_take(kind: Any) -> None:
    texts = {text.language: text for text in shipped_texts(kind)}
    assert set(texts) == {"en", "es"}
    for text in texts.values():
        check_text(kind, text.subject, text.body)
    names = {language: named_in(text.body) for language, text in texts.items()}
    assert names["en"] == names["es"], "both languages tell the same facts"


@KINDS
def test_no_shipped_text_breaks_lines_as_its_file_does(kind: Any) -> None:
    for text in shipped_texts(kind):
        long = [line for line in text.body.split("\n") if line.endswith((" a", " the", " de", " la", " you", " que"))]
        assert not long


def test_a_text_names_only_what_its_kind_knows() -> None:
    with pytest.raises(BadText, match=r"\{balnce\}") as caught:
        check_text(shipped.PLAIN, "{topic}", "{words}\n\nYou owe {balnce}.")
    assert caught.value.facts["field"] == "body"
    with pytest.raises(BadText, match=r"\[itemization\]"):
        check_text(shipped.PLAIN, "{topic}", "{words}\n\n[itemization]")
    with pytest.raises(BadText, match="brace"):
        check_text(shipped.PLAIN, "{topic}", "{words} {Addressee}")
    with pytest.raises(BadText, match="words"):
        check_text(shipped.PLAIN, "  ", "{words}")


def test_what_the_law_asks_for_can_not_be_edited_away() -> None:
    [english, _] = shipped_texts(shipped.VALIDATION)
    for lost in ("[dispute_form]", "[itemization]"):
        with pytest.raises(BadText, match="put it back"):
            check_text(shipped.VALIDATION, english.subject, english.body.replace(lost, ""))


def test_a_paragraph_is_there_only_where_its_fact_is_known() -> None:
    text = "Paid on {paid_on}.\n\n{?amount} It was {amount}."
    facts = {"paid_on": NOV_1}
    assert len(fill(shipped.PAID_IN_FULL, text, facts, language="en")) == 1
    both = fill(shipped.PAID_IN_FULL, text, facts | {"amount": Decimal("85.00")}, language="es")
    assert [one["lines"][0][0]["text"] for one in both] == ["Paid on 1 de noviembre de 2026.", "It was $85.00."]


def test_words_with_signs_of_a_text_stay_words() -> None:
    facts = {"words": "# Not a heading\n\n- no item **not bold** {balance} [itemization]", "topic": "x"}
    elements = fill(shipped.PLAIN, "{words}", facts, language="en")
    assert [one["kind"] for one in elements] == ["paragraph", "paragraph"]
    assert elements[1]["lines"] == [[{"text": "- no item **not bold** {balance} [itemization]", "bold": False}]]


def test_a_fact_made_of_asterisks_is_not_bold() -> None:
    [one] = fill(
        shipped.PLAIN, "So **{topic}** is {addressee}.", {"topic": "a**b", "addressee": "**x**"}, language="en"
    )
    assert [(run["text"], run["bold"]) for run in one["lines"][0]] == [
        ("So ", False), ("a**b", True), (" is **x**.", False),
    ]  # fmt: skip


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_a_fact_holds_reaches_the_page_as_it_is(topic: str, name: str) -> None:
    if not topic.strip() or not name.strip():
        return
    elements = fill(shipped.PLAIN, "A {topic} B {addressee} C", {"topic": topic, "addressee": name}, language="en")
    assert [run["text"] for one in elements for line in one["lines"] for run in line] == [f"A {topic} B {name} C"]


def test_a_missing_fact_is_named() -> None:
    with pytest.raises(MissingFact, match="subject") as caught:
        fill(shipped.PLAIN, "{topic}", {}, language="en")
    assert caught.value.facts == {"field": "topic"}
    with pytest.raises(MissingFact, match="amount now"):
        fill(
            shipped.VALIDATION,
            "[itemization]",
            dict(shipped.VALIDATION.sample or {}) | {"amount_now": None},
            language="en",
        )


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.dates(), st.decimals(-9999, 9999, places=2)),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    )
)
def test_facts_come_back_as_they_were_kept(value: Any) -> None:
    assert thawed(frozen(value)) == value


def test_no_float_is_a_fact() -> None:
    with pytest.raises(TypeError):
        frozen({"amount": 1.5})


def test_amounts_and_days_in_both_languages() -> None:
    assert money_words(Decimal("-1240.5"), "en") == "-$1,240.50"
    assert (day_words(NOV_1, "en"), day_words(NOV_1, "es")) == ("November 1, 2026", "1 de noviembre de 2026")
    assert [language_of(code).value for code in ("es", "ES-MX", "fr", "")] == ["es", "es", "en", "en"]


def test_what_a_state_wants_said_begins_on_its_day() -> None:
    assert len(paragraphs_for("validation_notice", state="CA", language="es", on=TODAY)) == 1
    assert paragraphs_for("validation_notice", state="CO", language="en", on=dt.date(2017, 8, 8)) == []
    assert paragraphs_for("plain", state="CA", language="en", on=TODAY) == []
    assert {one.kind for one in state_paragraphs()} <= {kind.code for kind in all_kinds()}


def test_differences_are_told_word_by_word() -> None:
    parts = differences("You owe 5 now.", "You owe 6 now.")
    assert [(part.how, part.words.strip()) for part in parts] == [
        ("same", "You owe"), ("gone", "5"), ("new", "6"), ("same", "now."),
    ]  # fmt: skip


@pytest.fixture
def practice() -> Practice:
    return cast.make_practice()


def held(practice: Practice, on: dt.date, *, state: str = "NY") -> str:
    return in_force("plain", practice_id=practice.pk, language="en", state=state, on=on).version


@pytest.mark.django_db
def test_the_text_of_its_day_holds(practice: Practice) -> None:
    ada = cast.make_ada(practice)
    first = text_changes.add_text(draft(practice_id=practice.pk), actor=ada, now=NOW)
    second = text_changes.add_text(
        draft(body="{words}", valid_from=dt.date(2027, 1, 1), practice_id=practice.pk), actor=ada, now=NOW
    )
    first.refresh_from_db()
    assert first.valid_to == dt.date(2026, 12, 31)
    days = (dt.date(2026, 11, 30), DEC_1, dt.date(2026, 12, 31), dt.date(2027, 1, 1))
    assert [held(practice, day) for day in days] == [
        "shipped, from the first day", f"no. {first.pk}, 2026-12-01", f"no. {first.pk}, 2026-12-01",
        f"no. {second.pk}, 2027-01-01",
    ]  # fmt: skip
    other = cast.make_practice(name="Cedar", npi="1881018299")
    assert held(other, DEC_1) == "shipped, from the first day"


@pytest.mark.django_db
def test_a_text_of_a_state_comes_before_one_of_all(practice: Practice) -> None:
    oona = cast.make_oona(practice)
    everywhere = text_changes.add_text(draft(practice_id=practice.pk), actor=oona, now=NOW)
    of_ca = text_changes.add_text(draft(state="CA"), actor=oona, now=NOW)
    assert held(practice, DEC_1, state="CA") == f"no. {of_ca.pk}, 2026-12-01"
    assert held(practice, DEC_1, state="NY") == f"no. {everywhere.pk}, 2026-12-01"


@pytest.mark.django_db
def test_ending_a_text_lets_the_shipped_one_speak_again(practice: Practice) -> None:
    ada = cast.make_ada(practice)
    text = text_changes.add_text(draft(valid_from=NOV_1, practice_id=practice.pk), actor=ada, now=NOW)
    assert text_changes.end_text(text.pk, actor=ada, today=TODAY, now=NOW) == dt.date(2026, 11, 19)
    assert held(practice, TODAY) == "shipped, from the first day"
    planned = text_changes.add_text(draft(practice_id=practice.pk), actor=ada, now=NOW)
    assert text_changes.end_text(planned.pk, actor=ada, today=TODAY, now=NOW) is None
    deeds = set(AuditEvent.objects.filter(subject="letter_text").values_list("action", flat=True))
    assert deeds == {"letter_text_added", "letter_text_ended", "letter_text_withdrawn"}


@pytest.mark.django_db
def test_who_may_change_a_text(practice: Practice) -> None:
    ada, cedar = cast.make_ada(practice), cast.make_practice(name="Cedar", npi="1881018299")
    with pytest.raises(Forbidden):
        text_changes.add_text(draft(), actor=ada, now=NOW)
    with pytest.raises(text_changes.BadLetterText, match="among yours"):
        text_changes.add_text(draft(practice_id=cedar.pk), actor=ada, now=NOW)
    with pytest.raises(Forbidden):
        text_changes.add_text(draft(practice_id=practice.pk), actor=cast.make_sol(practice), now=NOW)
    cleo = cast.make_user(username="cleo", role="admin", practices=[cedar])
    theirs = text_changes.add_text(draft(practice_id=cedar.pk), actor=cleo, now=NOW)
    with pytest.raises(NotFound):
        text_changes.text_of(theirs.pk, actor=ada)


@pytest.mark.django_db
def test_a_text_is_seen_with_what_changes_before_it_is_saved(practice: Practice, client: Client) -> None:
    client.force_login(cast.make_ada(practice))
    address = "/letters/texts/plain/en/new"
    entered = {
        "subject": "{topic}", "body": "Hello {addressee},\n\n{words}", "practice_id": practice.pk,
        "valid_from": "2026-12-01", "source": "Office", "step": "preview",
    }  # fmt: skip
    seen = client.post(address, entered).content.decode()
    assert re.search(r"<ins\s*>Hello </ins>", seen)
    assert "data:image/png;base64," in seen
    refused = client.post(address, entered | {"body": "{words} {nothing}"})
    assert refused.status_code == 422
    assert "{nothing}" in refused.content.decode().replace("&#x27;", "'")
    assert client.post(address, entered | {"step": "save"}).status_code == 302
    page = client.get("/letters/texts").content.decode()
    assert "2026-12-01" in page
    text = text_changes.LetterText.objects.get()
    assert re.search(r"<ins\s*>Hello </ins>", client.get(f"/letters/texts/{text.pk}").content.decode())
    assert client.get("/letters/texts/validation_notice/es").status_code == 200
    assert client.post(f"/letters/texts/{text.pk}/end").status_code == 302
