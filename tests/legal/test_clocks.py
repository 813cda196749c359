"""The days of bankruptcies and estates, and what is owed before and after a petition."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.legal.clocks import (
    CourtFigures,
    PetitionLine,
    bankruptcy_clocks,
    estate_clocks,
    proof_until,
    split_at,
)

FIGURES = CourtFigures(proof_days=70, objection_days=60)
FILED = dt.date(2026, 9, 1)


def test_a_petition_of_september_1_asks_for_a_proof_of_claim_by_november_10() -> None:
    meeting = dt.date(2026, 10, 6)
    found = bankruptcy_clocks(FIGURES, chapter="7", filed_on=FILED, meeting_on=meeting, notice_on=None, is_filed=False)
    assert [(one.code, one.on) for one in found] == [
        ("meeting", dt.date(2026, 10, 6)), ("claim", dt.date(2026, 11, 10)), ("objection", dt.date(2026, 12, 5)),
    ]  # fmt: skip
    claim = found[1]
    assert not claim.is_past(dt.date(2026, 11, 10))
    assert claim.is_past(dt.date(2026, 11, 11))


@pytest.mark.parametrize("chapter", ["7", "12", "13", ""])
def test_seventy_days_are_counted_where_the_rules_count_them_or_nobody_knows_the_chapter(chapter: str) -> None:
    assert proof_until(FIGURES, chapter, FILED, None) == dt.date(2026, 11, 10)


def test_in_chapter_11_the_court_says_when_and_until_then_nobody_knows() -> None:
    assert proof_until(FIGURES, "11", FILED, None) is None
    assert proof_until(FIGURES, "11", FILED, dt.date(2026, 12, 15)) == dt.date(2026, 12, 15)


def test_the_notice_of_the_court_comes_before_what_is_counted() -> None:
    assert proof_until(FIGURES, "7", FILED, dt.date(2027, 1, 4)) == dt.date(2027, 1, 4)


def test_what_was_filed_is_not_past() -> None:
    found = bankruptcy_clocks(FIGURES, chapter="7", filed_on=FILED, meeting_on=None, notice_on=None, is_filed=True)
    assert not found[1].is_past(dt.date(2027, 1, 1))


def test_an_estate_is_counted_from_the_death_or_looked_up() -> None:
    ohio = CourtFigures(70, 60, estate_days=180, estate_source="Ohio Rev. Code 2117.06")
    died = dt.date(2026, 5, 1)
    (found,) = estate_clocks(ohio, died_on=died, notice_on=None, is_filed=False)
    assert (found.on, found.source) == (dt.date(2026, 10, 28), "Ohio Rev. Code 2117.06")
    (unknown,) = estate_clocks(FIGURES, died_on=died, notice_on=None, is_filed=False)
    assert (unknown.on, unknown.source) == (None, "look it up at the court of the estate")


def test_services_up_to_the_day_of_the_petition_are_stayed() -> None:
    lines = [
        PetitionLine(1, 11, dt.date(2026, 8, 31), Decimal("100.10")),
        PetitionLine(1, 12, FILED, Decimal("20.05")),
        PetitionLine(2, 21, dt.date(2026, 9, 2), Decimal("75.00")),
    ]
    first, second = split_at(lines, FILED)
    assert (first.before, first.after) == (Decimal("120.15"), Decimal("0.00"))
    assert (second.before, second.after) == (Decimal("0.00"), Decimal("75.00"))


LINES = st.lists(
    st.builds(
        PetitionLine, claim_id=st.integers(1, 5), line_id=st.integers(1, 999),
        service_on=st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
        owed=st.integers(1, 10**7).map(lambda cents: Decimal(cents) / 100),
    ),
    max_size=30,
)  # fmt: skip


@given(lines=LINES, filed_on=st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
def test_both_parts_are_what_is_owed_to_the_cent(lines: list[PetitionLine], filed_on: dt.date) -> None:
    found = split_at(lines, filed_on)
    for one in found:
        mine = [line for line in lines if line.claim_id == one.claim_id]
        assert one.before + one.after == sum(line.owed for line in mine)
        assert one.after == sum(line.owed for line in mine if line.service_on > filed_on)
    assert {one.claim_id for one in found} == {line.claim_id for line in lines}
