"""Who can't be reached, how sure a lead is, and when a search is over: worked examples with visible days, and
properties held against an oracle of their own."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.tracing.confidence import SUREST, LeadWeights, SourceWord, confidence
from collections_app.tracing.lead_values import BadLead, clean, shown
from collections_app.tracing.reachable import (
    PatienceFigures,
    TriedCall,
    WaysToReach,
    why_searched,
    why_unreachable,
)
from collections_app.tracing.sources import ORIGINS, checklist
from collections_app.tracing.stopping import SearchFacts, StopFigures, why_over

ON = dt.date(2026, 11, 20)
PATIENCE = PatienceFigures(calls=6, days=30)
WEIGHTS = LeadWeights({"ncoa": 85, "web": 30, "relative": 60, "vendor": 60}, half_life=365, failure=40)
D = Decimal


def ago(days: int) -> dt.date:
    return ON - dt.timedelta(days=days)


def calls(*rows: tuple[int, str]) -> list[TriedCall]:
    return [TriedCall(ago(days), ending) for days, ending in rows]


@pytest.mark.parametrize(
    ("ways", "why"),
    [
        (WaysToReach(has_address=False), "no_way"),
        (WaysToReach(has_address=True), ""),
        (WaysToReach(has_address=False, endings=("0142",)), ""),
        # six calls over thirty days on the only number
        (WaysToReach(True, ("0142",), calls(*[(30 - 5 * n, "0142") for n in range(6)])), "unanswered"),
        (WaysToReach(True, ("0142",), calls(*[(29 - 5 * n, "0142") for n in range(6)])), ""),  # over 29 days
        (WaysToReach(True, ("0142",), calls(*[(30, "0142")] * 5)), ""),  # five calls
        # the second number was never called
        (WaysToReach(True, ("0142", "0177"), calls(*[(30, "0142")] * 9)), ""),
        (WaysToReach(True, ("0142", "0177"), calls(*[(30, "0142")] * 8, (1, "0177"))), "unanswered"),
        # a call of which nobody noted the number may have been to the other one
        (WaysToReach(True, ("0142", "0177"), calls(*[(30, "0142")] * 8, (1, ""))), "unanswered"),
    ],
)
def test_who_cannot_be_reached(ways, why):
    assert why_unreachable(ways, PATIENCE, on=ON) == why


def test_mail_that_came_back_is_searched_for_though_a_number_is_left():
    ways = WaysToReach(has_address=False, endings=("0142",), came_back=True)
    assert (why_unreachable(ways, PATIENCE, on=ON), why_searched(ways, PATIENCE, on=ON)) == ("", "no_mail")
    moved = WaysToReach(has_address=True, endings=("0142",), came_back=True)  # another address is good
    assert why_searched(moved, PATIENCE, on=ON) == ""


def score(*words: SourceWord, failures: int = 0, is_confirmed: bool = False) -> int:
    return confidence(words, WEIGHTS, failures=failures, on=ON, is_confirmed=is_confirmed).score


def test_confidence_worked_out():
    ncoa, web = SourceWord("ncoa", ON), SourceWord("web", ON)
    assert score(ncoa) == 85
    assert score(web) == 30
    assert score(ncoa, web) == 89  # 1 - 0.15 * 0.70 = 0.895
    assert score(SourceWord("web", ago(365))) == 15  # half after a year
    assert score(SourceWord("web", ago(730))) == 7  # a quarter after two
    assert score(SourceWord("vendor", ON, 50)) == 30  # half of 60
    assert score(ncoa, failures=1) == 51  # 0.85 * 0.6
    assert score(ncoa, failures=3) == 18  # 0.85 * 0.216
    assert score(ncoa, SourceWord("ncoa", ago(10))) == 85  # the same source once
    assert score(ncoa, web, SourceWord("relative", ON)) == SUREST  # 0.958 is cut off: nobody confirmed it
    assert score(web, failures=5, is_confirmed=True) == 100
    assert score() == 0


def test_confidence_says_why():
    found = confidence(
        [SourceWord("web", dt.date(2026, 5, 1)), SourceWord("vendor", ON, 80)], WEIGHTS, failures=2, on=ON
    )
    assert found.reasons == (
        "a skip tracing file, Nov 20 2026, 80 of 100 by its own word",
        "a web search, May 1 2026",
        "2 independent sources agree",
        "tried 2 times without reaching anybody",
    )


words = st.builds(
    SourceWord,
    code=st.sampled_from(sorted(ORIGINS)),
    said_on=st.dates(dt.date(2020, 1, 1), dt.date(2027, 12, 31)),
    score=st.none() | st.integers(-10, 200),
)
figures = st.builds(
    LeadWeights,
    weights=st.fixed_dictionaries({code: st.integers(0, 95) for code in ORIGINS}),
    half_life=st.integers(1, 2000),
    failure=st.integers(1, 100),
)


@given(st.lists(words, max_size=6), figures, st.integers(0, 20))
def test_a_confidence_is_a_percentage(rows, weights, failures):
    assert 0 <= confidence(rows, weights, failures=failures, on=ON).score <= SUREST


@given(st.lists(words, max_size=6), figures, st.integers(0, 20))
def test_a_failure_never_raises_it(rows, weights, failures):
    before = confidence(rows, weights, failures=failures, on=ON).score
    assert confidence(rows, weights, failures=failures + 1, on=ON).score <= before


@given(st.lists(words, max_size=6), words, figures, st.integers(0, 20))
def test_another_word_never_lowers_it(rows, more, weights, failures):
    before = confidence(rows, weights, failures=failures, on=ON).score
    assert confidence([*rows, more], weights, failures=failures, on=ON).score >= before


@given(words, figures, st.integers(0, 3000))
def test_a_word_never_gains_with_age(word, weights, days):
    later = confidence([word], weights, failures=0, on=ON + dt.timedelta(days=days)).score
    assert later <= confidence([word], weights, failures=0, on=ON).score


@given(st.lists(words, max_size=6, unique_by=lambda one: one.code), figures)
def test_a_confidence_is_what_is_left_of_the_doubt(rows, weights):
    """The oracle, in floats and in another order: one less the product of the doubts."""
    doubt = 1.0
    for one in reversed(rows):
        sure = weights.weights[one.code] / 100 * (1 if one.score is None else max(0, min(one.score, 100)) / 100)
        halves, rest = divmod(max((ON - one.said_on).days, 0), weights.half_life)
        doubt *= 1 - sure * (1 - rest / weights.half_life / 2) * 0.5 ** min(halves, 1000)
    found = confidence(rows, weights, failures=0, on=ON).score
    assert abs(found - min(100 * (1 - doubt), SUREST)) <= 1


STOP = StopFigures(tries=12, days=120, quiet_days=30, share=10, least=D("25.00"))


def facts(**changed):
    standing = {
        "opened_on": ago(40), "lead_on": ago(10), "tries": 3, "leads_left": 1, "balance": D("240.00"),
        "spent": D("1.00"),
    }  # fmt: skip
    return SearchFacts(**(standing | changed))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, ""),
        ({"tries": 12}, "tries"),
        ({"tries": 11}, ""),
        ({"opened_on": ago(120)}, "days"),
        ({"leads_left": 0}, ""),  # the last lead came ten days ago
        ({"leads_left": 0, "lead_on": ago(30)}, "no_lead"),
        ({"leads_left": 1, "lead_on": ago(30)}, ""),
        ({"spent": D("24.00")}, ""),  # ten percent of $240.00
        ({"spent": D("24.01")}, "cost"),
        ({"balance": D("24.99")}, "small"),
        ({"balance": D("0.00"), "spent": D("0.00")}, "small"),
    ],
)
def test_when_a_search_is_over(changed, code):
    end = why_over(facts(**changed), STOP, on=ON)
    assert (end.code if end else "") == code


def test_the_end_of_a_search_is_said_in_words():
    end = why_over(facts(spent=D("30.00")), STOP, on=ON)
    assert end is not None
    assert end.words == "$30.00 was spent, more than 10% of $240.00"


def test_two_spellings_of_a_lead_are_one():
    assert clean("phone", {"number": "614.555.0142"}).value == clean("phone", {"number": "+1 (614) 555-0142"}).value
    home = {"line1": "9 Mill Rd.", "line2": "", "city": "Johnstown", "state": "oh", "zip": "43031"}
    same = {**home, "line1": "9  MILL RD", "zip": "43031-1234"}
    assert clean("address", home).value == clean("address", same).value
    assert shown("address", clean("address", home).parts) == "9 Mill Rd., Johnstown, OH 43031"
    assert shown("relative", clean("relative", {"name": "Nora", "number": "6145550177"}).parts) == (
        "Nora, (614) 555-0177"
    )


@pytest.mark.parametrize(
    ("kind", "parts", "field"),
    [
        ("phone", {"number": "911"}, "number"),
        ("address", {"line1": "1 A St", "city": "X", "state": "ZZ", "zip": "43031"}, "state"),
        ("address", {"line1": "1 A St", "city": "X", "state": "OH", "zip": "4303"}, "zip"),
        ("address", {"line1": "", "city": "X", "state": "OH", "zip": "43031"}, "line1"),
        ("email", {"address": "nobody"}, "address"),
        ("employer", {"name": " "}, "name"),
        ("relative", {"name": "Nora", "number": ""}, "number"),
        ("pager", {}, "kind"),
    ],
)
def test_what_is_no_lead_names_its_field(kind, parts, field):
    with pytest.raises(BadLead) as refused:
        clean(kind, parts)
    assert refused.value.facts["field"] == field


def test_the_checklist_says_where_nobody_looked():
    steps = {one.origin.code: (one.is_done, one.gave_lead) for one in checklist({"books"}, ["web"])}
    assert steps["books"] == (True, True)
    assert steps["web"] == (True, False)
    assert steps["ncoa"] == (False, False)
    assert "patient" not in steps
