"""The windows of appeals: worked dates of RULES 8 and 15, and a property against an oracle that counts days itself."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.dates import federal_holidays
from claims.payers.deadlines import RuleScope
from claims.payers.rules import RuleBook, RuleRow, default_rules
from collections_app.appeals import appeal_clocks as clocks
from collections_app.appeals.appeal_levels import ladder_code, ladder_of, level_of, next_level

BOOK = RuleBook(default_rules())
DAY = dt.timedelta(days=1)


def window(ladder: str, number: int, notice_on: dt.date, received_on: dt.date | None = None) -> clocks.AppealWindow:
    level = level_of(ladder, number)
    assert level is not None
    scope = RuleScope(payer_class="commercial" if ladder == "erisa" else ladder)
    return clocks.window_of(level, notice_on=notice_on, received_on=received_on, scope=scope, rules=BOOK)


def test_a_redetermination_of_march_first_ends_on_a_holiday_that_nobody_plans_on() -> None:
    """RULES 15.17."""
    found = window("medicare", 1, dt.date(2026, 3, 1))
    assert found.last_day == dt.date(2026, 7, 4)
    assert found.internal_day == dt.date(2026, 6, 18)  # March 1 + 120 - 10 is Juneteenth
    assert any("weekend or holiday" in words for words in found.reasoning)


@pytest.mark.parametrize(
    ("ladder", "number", "last_day"),
    [
        ("medicare", 2, dt.date(2026, 9, 2)),  # 180 + 5
        ("medicare", 3, dt.date(2026, 5, 5)),  # 60 + 5
        ("medicare", 4, dt.date(2026, 5, 5)),
        ("medicare", 5, dt.date(2026, 5, 5)),
        ("medicare_advantage", 1, dt.date(2026, 5, 5)),  # 65 from the notice
        ("medicaid_mco", 1, dt.date(2026, 4, 30)),  # 60
        ("medicaid_mco", 2, dt.date(2026, 6, 29)),  # 120
        ("erisa", 1, dt.date(2026, 8, 28)),  # 180
        ("erisa", 3, dt.date(2026, 6, 29)),  # external review: 120 days are never later than four months
        ("tricare", 1, dt.date(2026, 5, 30)),  # 90
        ("workers_comp", 1, dt.date(2026, 4, 30)),
    ],
)
def test_the_windows_of_a_notice_of_march_first(ladder: str, number: int, last_day: dt.date) -> None:
    assert window(ladder, number, dt.date(2026, 3, 1)).last_day == last_day


def test_a_documented_receipt_before_the_presumption_shortens_the_window() -> None:
    assert window("medicare", 1, dt.date(2026, 3, 1), dt.date(2026, 3, 3)).last_day == dt.date(2026, 7, 1)
    assert window("medicare", 1, dt.date(2026, 3, 1), dt.date(2026, 3, 20)).last_day == dt.date(2026, 7, 4)


def test_a_level_without_a_rule_has_no_window_and_says_so() -> None:
    level = level_of("workers_comp", 2)
    assert level is not None
    found = clocks.window_of(
        level, notice_on=dt.date(2026, 3, 1), received_on=None, scope=RuleScope(payer_class="workers_comp"), rules=[]
    )
    assert found.last_day is None
    assert "no rule says" in found.reasoning[0]


def test_mail_to_medicare_counts_when_it_arrives() -> None:
    sent = dt.date(2026, 6, 30)
    assert clocks.counts_as_filed_on("medicare", way="certified", sent_on=sent) == dt.date(2026, 7, 5)
    assert clocks.counts_as_filed_on("medicare", way="portal", sent_on=sent) == sent
    assert clocks.counts_as_filed_on("erisa", way="mail", sent_on=sent) == sent
    assert "closed on Jul 4, 2026" in clocks.late_words(dt.date(2026, 7, 4), dt.date(2026, 7, 5))


@pytest.mark.parametrize(
    ("ladder", "number", "urgent", "due"),
    [
        ("medicare", 1, False, dt.date(2026, 6, 30)),
        ("medicare", 3, False, dt.date(2026, 7, 30)),
        ("medicare", 5, False, None),
        ("erisa", 2, False, dt.date(2026, 5, 31)),
        ("erisa", 1, True, dt.date(2026, 5, 4)),  # 72 hours
        ("erisa", 3, False, dt.date(2026, 6, 15)),  # 45 days
        ("medicaid_mco", 1, False, dt.date(2026, 5, 31)),
    ],
)
def test_when_a_level_is_decided_that_was_received_on_may_first(
    ladder: str, number: int, urgent: bool, due: dt.date | None
) -> None:
    level = level_of(ladder, number)
    assert level is not None
    assert clocks.decision_due(level, since_on=dt.date(2026, 5, 1), payer_days=None, is_urgent=urgent) == due


@pytest.mark.parametrize(
    ("year", "amount", "is_enough"),
    [(2025, "190.00", True), (2025, "189.99", False), (2026, "190.00", False), (2026, "200.00", True)],
)
def test_what_must_be_at_stake_in_a_hearing_goes_by_the_year(year: int, amount: str, is_enough: bool) -> None:
    """RULES 15.18."""
    hearing = level_of("medicare", 3)
    assert hearing is not None
    found = clocks.at_stake(hearing, amount=Decimal(amount), filed_on=dt.date(year, 6, 1))
    assert found is not None
    assert found.is_enough is is_enough
    first = level_of("medicare", 1)
    assert first is not None
    assert clocks.at_stake(first, amount=Decimal(1), filed_on=dt.date(year, 6, 1)) is None


def test_ladders_follow_class_and_funding() -> None:
    assert ladder_code("commercial", "self_funded") == "erisa"
    assert ladder_code("bcbs", "insured") == "commercial"
    assert ladder_code("self_pay") == "other"
    assert [one.name for one in ladder_of("medicare")][:2] == ["Redetermination", "Reconsideration"]
    last = ladder_of("medicare")[-1]
    assert next_level(last) is None


_days = st.dates(dt.date(2025, 1, 1), dt.date(2027, 6, 30))


@given(
    _days, st.integers(1, 400), st.sampled_from(["notice", "notice_receipt"]), st.integers(0, 9) | st.none(),
)  # fmt: skip
def test_windows_by_an_oracle_that_counts_days(
    notice_on: dt.date, days: int, basis: str, came_after: int | None
) -> None:
    received_on = None if came_after is None else notice_on + came_after * DAY
    rule = RuleRow(kind="appeal_1", value=days, basis=basis, payer_class="commercial")
    level = level_of("commercial", 1)
    assert level is not None
    found = clocks.window_of(
        level, notice_on=notice_on, received_on=received_on, scope=RuleScope(payer_class="commercial"), rules=[rule]
    )
    begins = notice_on.toordinal()
    if basis == "notice_receipt":
        begins += 5 if came_after is None else min(came_after, 5)
    assert found.last_day is not None
    assert found.internal_day is not None
    assert found.last_day.toordinal() == begins + days
    assert notice_on <= found.internal_day <= found.last_day
    open_days = [found.internal_day + step * DAY for step in range(1, (found.last_day - found.internal_day).days + 1)]
    is_open = found.internal_day.weekday() < 5 and found.internal_day not in federal_holidays(found.internal_day.year)
    assert is_open or found.internal_day == notice_on
    assert days < 60 or len(open_days) >= 10
