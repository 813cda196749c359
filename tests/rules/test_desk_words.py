"""The sentences of the desk, its letters and its clocks: pure, with worked examples."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.billing.models import Claim
from claims.billing.service_words import service_word
from collections_app.web.desk_clock import clock_strip
from collections_app.worklist.dispositions import ACTIONS, DISPOSITIONS
from collections_app.worklist.headline import DeniedPart, Matter, headline, why_now, written_name
from collections_app.worklist.models import WorkItem
from collections_app.worklist.timeline_books import TimelineEvent
from collections_app.worklist.timeline_summary import folded, summary_of

TODAY = dt.date(2026, 11, 29)
DAY = dt.timedelta(days=1)
DESK_KEYS = set("nctuzgjkZ0123456789")


def make_item(kind: str, **values) -> WorkItem:
    claim = Claim(service_from=dt.date(2026, 12, 14))
    given = {"amount": Decimal("540.00"), "aged_from": TODAY - 60 * DAY, "opened_on": TODAY} | values
    return WorkItem(kind=kind, claim=claim if kind != "patient_balance" else None, **given)


def test_a_letter_means_one_outcome_on_every_desk() -> None:
    labels: dict[str, set[str]] = {}
    for one in DISPOSITIONS:
        if not one.is_legal:
            labels.setdefault(one.key, set()).add(one.label)
    assert "" not in labels
    assert {key: found for key, found in labels.items() if len(found) > 1} == {}
    assert not set(labels) & DESK_KEYS


def test_legal_facts_have_no_letter_and_need_their_day_and_who_told_them() -> None:
    legal = [one for one in DISPOSITIONS if one.is_legal]
    assert {one.holds for one in legal} == {"cease", "attorney", "bankruptcy", "deceased"}
    for one in legal:
        assert one.key == ""
        assert {"happened_on", "spoke_to"} <= {*one.requires}


def test_every_outcome_belongs_to_something_that_can_be_done_with_its_kind() -> None:
    offered = {(one.code, kind) for one in ACTIONS for kind in one.kinds}
    assert {(one.action, kind) for one in DISPOSITIONS for kind in one.kinds} <= offered


@pytest.mark.parametrize(
    ("kind", "matter", "said"),
    [
        (
            "denied",
            Matter("Meridian", "Yorick Rosamund", denied=[DeniedPart(Decimal("540"), "CO", "252", "71046")]),
            "Meridian denied $540.00 of Yorick Rosamund's Dec 14 scan: "
            "attachment missing (CO-252)",
        ),
        ("no_response", Matter("Meridian", "Ada Hobbs", "99214", sent_on=TODAY - 62 * DAY),
         "Meridian has not answered Ada Hobbs' Dec 14 visit, sent 62 days ago"),
        ("underpaid", Matter("Meridian", "Ada Hobbs", "99214", short=Decimal("31.25")),
         "Meridian paid $31.25 too little on Ada Hobbs' Dec 14 visit"),
        ("patient_balance", Matter("Gus Guarino", visits=2, since=dt.date(2026, 6, 13)),
         "Gus Guarino owes $540.00 for 2 visits since Jun 13"),
        ("credit_balance", Matter("Meridian", "Ada Hobbs", "80053"),
         "$540.00 too much was paid on Ada Hobbs' Dec 14 lab test"),
    ],
)  # fmt: skip
def test_a_headline_is_a_sentence(kind: str, matter: Matter, said: str) -> None:
    from claims.payers.code_words import carc_words

    said = said.replace("attachment missing", carc_words("252"))
    assert headline(make_item(kind), matter, today=TODAY) == said


def test_of_several_reasons_the_dearest_is_told_and_the_others_counted() -> None:
    parts = [DeniedPart(Decimal("300"), "CO", "197"), DeniedPart(Decimal("90"), "CO", "197"),
             DeniedPart(Decimal("10"), "CO", "16")]  # fmt: skip
    said = headline(make_item("denied"), Matter("Meridian", "Ada Hobbs", denied=parts), today=TODAY)
    assert said.startswith("Meridian denied $400.00 of")
    assert said.endswith("authorization missing (CO-197), and 1 more reason")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"deadline_on": TODAY + 3 * DAY, "deadline_kind": "appeal_1"}, "The appeal window closes in 3 days, on Dec 2"),
        ({"deadline_on": TODAY, "deadline_kind": "filing"}, "The timely filing closes today"),
        ({"promise_broken_on": TODAY - DAY}, "A promise was broken on Nov 28"),
        ({"next_on": TODAY + 2 * DAY}, "Not due before Dec 1"),
        ({"next_on": TODAY, "woken_by": "payment"}, "A payment arrived"),
        ({"next_on": TODAY - 2 * DAY, "decided_at": dt.datetime(2026, 11, 1, tzinfo=dt.UTC)},
         "Its follow-up is 2 days late"),
        ({"denied_on": TODAY - DAY}, "Denied on Nov 28, nobody has worked on it yet"),
    ],
)  # fmt: skip
def test_why_now_is_said_in_words(values: dict, said: str) -> None:
    assert why_now(make_item("denied", **values), place=0, today=TODAY) == said


@pytest.mark.parametrize(
    ("code", "word"),
    [("71046", "scan"), ("76700", "ultrasound"), ("99214", "visit"), ("80053", "lab test"), ("29881", "procedure"),
     ("J1100", "drug"), ("A0429", "ambulance trip"), ("A6010", "supplies"), ("0450", "service"), ("", "service")],
)  # fmt: skip
def test_a_service_in_a_word(code: str, word: str) -> None:
    assert service_word(code) == word


def test_names_in_capitals_are_written_as_people_write_them() -> None:
    assert [written_name(name) for name in ("MIREYA IVARSON", "Ada McKay")] == ["Mireya Ivarson", "Ada McKay"]


def test_the_clocks_stand_in_order_with_room_for_their_days() -> None:
    strip = clock_strip(
        [("Filed", TODAY - 90 * DAY), ("Denied", TODAY - 30 * DAY), ("Worked", None)],
        today=TODAY, last_day=TODAY + 3 * DAY, label="Last day, appeal window", tone="red",
    )  # fmt: skip
    assert [(mark.label, mark.step, mark.distance) for mark in strip] == [
        ("Filed", 8, "90 days ago"),
        ("Denied", 4, "30 days ago"),
        ("Today", 1, ""),
        ("Last day, appeal window", 0, "in 3 days"),
    ]
    over = clock_strip([], today=TODAY, last_day=TODAY - DAY, label="Last day", tone="")
    assert [(mark.label, mark.tone) for mark in over] == [("Last day passed", "red"), ("Today", "")]


def test_what_only_machines_told_is_one_line_and_what_went_wrong_is_not() -> None:
    told = [
        TimelineEvent(TODAY, "Call", "In process"),
        TimelineEvent(TODAY - 2 * DAY, "277CA", "Accepted", tone="green"),
        TimelineEvent(TODAY - 3 * DAY, "999", "Accepted", tone="green"),
        TimelineEvent(TODAY - 3 * DAY, "837", "Sent to Meridian, original"),
        TimelineEvent(TODAY - 9 * DAY, "277CA", "Rejected", tone="red"),
        TimelineEvent(TODAY - 9 * DAY, "837", "Sent to Meridian, original"),
    ]
    lines = folded(told)
    assert [len(line.events) for line in lines] == [1, 3, 1, 1]
    assert lines[1].words == "Sent to Meridian, original; then 999 accepted, 277CA accepted"


def test_a_long_history_is_told_in_a_sentence_and_a_short_one_is_not() -> None:
    call = TimelineEvent(TODAY, "Call", "Left a message")
    sent = TimelineEvent(TODAY - 90 * DAY, "837", "Sent")
    denied = TimelineEvent(TODAY - 60 * DAY, "835", "Denied", tone="red")
    assert summary_of([call, sent]) == ""
    assert summary_of([*[call] * 6, denied, sent]) == (
        "Since Aug 31, 2026: sent once, denied once, 6 calls, the last on Nov 29: left a message"
    )
    assert summary_of([TimelineEvent(TODAY, "Letter", "Statement")] * 9) == ""  # nothing of it is counted
