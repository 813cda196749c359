"""What speaks against a suit, state by state."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from collections_app.legal.gates import (
    ServiceCheck,
    SuitFacts,
    reasons_against,
    reasons_against_check,
    reasons_against_firm,
)
from collections_app.legal.suit_facts import suit_figures
from collections_app.limits.figures import LimitBook, shipped_limits

TODAY = dt.date(2026, 11, 20)
BOOK = LimitBook(shipped_limits())
NOTHING = SuitFacts(
    owed=Decimal("900.00"), states=frozenset({"NY"}), first_billed_on=dt.date(2026, 3, 2),
    help_offered_on=dt.date(2026, 10, 1),
)  # fmt: skip


def against(facts, *states, today=TODAY):
    return reasons_against(facts, suit_figures(BOOK, states or ("NY",), practice_id=1, on=today), today)


def test_nothing_speaks_against_it() -> None:
    assert against(NOTHING) == []


def test_maryland_sues_for_more_than_500_dollars_only() -> None:
    small = replace(NOTHING, owed=Decimal("500.00"))
    assert against(small) == []
    assert against(small, "MD") == ["$500.00 is owed: nobody is sued for less than $500.01."]
    assert against(replace(NOTHING, owed=Decimal("500.01")), "MD") == []


@pytest.mark.parametrize(
    ("state", "first_day"), [("NJ", dt.date(2026, 6, 30)), ("CA", dt.date(2026, 8, 29)), ("NY", dt.date(2026, 6, 30))]
)
def test_days_from_the_first_statement_of_march_2(state: str, first_day: dt.date) -> None:
    helped = replace(NOTHING, help_offered_on=first_day)
    assert against(helped, state, today=first_day) == []
    (why,) = against(helped, state, today=first_day - dt.timedelta(days=1))
    assert f"not before {first_day:%b} {first_day.day}" in why


def test_of_two_states_the_stricter_counts() -> None:
    helped = replace(NOTHING, help_offered_on=dt.date(2026, 7, 1))
    assert against(helped, "NY", "CA", today=dt.date(2026, 7, 1)) != []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"first_billed_on": None}, "never billed"),
        ({"barred": ["3 years for medical debt (NY), to Mar 10, 2025"]}, "Too old to sue for"),
        ({"holds": ["Bankruptcy"]}, "On hold: bankruptcy."),
        ({"against": ["A payment plan is kept"]}, "A payment plan is kept."),
        ({"help_offered_on": None}, "No help was offered in the last 180 days"),
        ({"help_offered_on": dt.date(2026, 5, 1)}, "No help was offered in the last 180 days"),
        ({"is_referred": True}, "referred to a law firm already"),
        ({"owed": Decimal("249.99")}, "nobody is sued for less than $250.00"),
    ],
)
def test_each_of_these_speaks_against_it(facts: dict, words: str) -> None:
    (why,) = against(replace(NOTHING, **facts))
    assert words in why


def test_military_service_is_looked_up_within_thirty_days_and_nobody_in_service_is_sued() -> None:
    figures = suit_figures(BOOK, ("NY",), practice_id=1, on=TODAY)
    assert reasons_against_check(ServiceCheck("not_active", dt.date(2026, 10, 21)), figures, TODAY) == []
    assert reasons_against_check(ServiceCheck("not_active", dt.date(2026, 10, 20)), figures, TODAY) != []
    assert "50 USC 3931" in reasons_against_check(ServiceCheck("active", TODAY), figures, TODAY)[0]
    assert reasons_against_check(ServiceCheck("unknown", TODAY), figures, TODAY) != []


def test_a_firm_sues_only_where_it_may() -> None:
    assert reasons_against_firm("Holt", ["NY", "NJ"], frozenset({"NY"})) == []
    assert reasons_against_firm("Holt", ["NY"], frozenset({"NY", "CT"})) == ["Holt may not sue in CT."]
