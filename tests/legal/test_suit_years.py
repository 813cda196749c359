"""How long somebody may be sued: worked examples by state, and properties against an oracle of its own."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.legal.limitation import rules_of
from collections_app.legal.suit_years import DebtAge, SuitRule, last_day, limitation_date
from collections_app.limits.figures import LimitBook, shipped_limits

TODAY = dt.date(2026, 11, 20)
BOOK = LimitBook(shipped_limits())


def sue_by(service_on, *states, paid=(), due_on=None, today=TODAY):
    rules = rules_of(BOOK, states, practice_id=1, on=today)
    return limitation_date(DebtAge(service_on, due_on, tuple(paid)), rules, today)


@pytest.mark.parametrize(
    ("state", "on"),
    [
        ("NY", dt.date(2025, 3, 10)),  # medical debt: 3 years, not the 6 of a contract
        ("AR", dt.date(2024, 3, 10)),  # medical services: 2 years
        ("AL", dt.date(2025, 3, 10)),  # an open account: 3 of 6
        ("TX", dt.date(2026, 3, 10)),
        ("PA", dt.date(2026, 3, 10)),
        ("IL", dt.date(2027, 3, 10)),  # an open account: 5 of 10
        ("NJ", dt.date(2028, 3, 10)),
        ("MA", dt.date(2028, 3, 10)),
        ("WY", dt.date(2025, 3, 10)),  # nobody has looked it up: the shortest that is common
    ],
)
def test_a_visit_of_march_10_2022_by_the_shortest_rule_of_a_state(state: str, on: dt.date) -> None:
    assert sue_by(dt.date(2022, 3, 10), state).on == on


def test_of_the_state_of_the_patient_and_of_the_practice_the_shorter_counts() -> None:
    found = sue_by(dt.date(2022, 3, 10), "NJ", "NY")
    assert (found.on, found.state, found.is_barred) == (dt.date(2025, 3, 10), "NY", True)
    assert found.why == "3 years for medical debt (NY), to Mar 10, 2025"


def test_nobody_knows_where_they_live() -> None:
    assert sue_by(dt.date(2022, 3, 10)).on == dt.date(2025, 3, 10)


def test_the_anniversary_is_the_last_day() -> None:
    service = dt.date(2023, 11, 20)
    assert not sue_by(service, "NY", today=dt.date(2026, 11, 20)).is_barred
    assert sue_by(service, "NY", today=dt.date(2026, 11, 21)).is_barred


def test_a_visit_of_a_leap_day_ends_on_february_28() -> None:
    assert sue_by(dt.date(2024, 2, 29), "NY").on == dt.date(2027, 2, 28)
    assert sue_by(dt.date(2024, 2, 29), "PA").on == dt.date(2028, 2, 29)


def test_a_payment_begins_the_time_anew_only_where_the_state_says_so() -> None:
    paid = [dt.date(2024, 6, 1)]
    assert sue_by(dt.date(2022, 3, 10), "CA", paid=paid).on == dt.date(2028, 6, 1)
    assert sue_by(dt.date(2022, 3, 10), "DC", paid=paid).on == dt.date(2025, 3, 10)
    assert sue_by(dt.date(2022, 3, 10), "NY", paid=paid).on == dt.date(2025, 3, 10)


def test_a_payment_after_the_time_ran_out_revives_nothing() -> None:
    late = [dt.date(2026, 3, 11)]
    assert sue_by(dt.date(2022, 3, 10), "CA", paid=late).on == dt.date(2026, 3, 10)
    assert sue_by(dt.date(2022, 3, 10), "CA", paid=[dt.date(2026, 3, 10)]).on == dt.date(2030, 3, 10)


def test_the_day_to_pay_counts_where_the_owner_says_so() -> None:
    age = DebtAge(dt.date(2022, 3, 10), due_on=dt.date(2022, 6, 1))
    assert last_day(age, SuitRule("NJ", "suit_years_written", 6, from_service=False)) == dt.date(2028, 6, 1)
    assert last_day(age, SuitRule("NJ", "suit_years_written", 6)) == dt.date(2028, 3, 10)


DAYS = st.dates(dt.date(2012, 1, 1), dt.date(2030, 12, 31))
RULES = st.builds(
    SuitRule, state=st.sampled_from(["NY", "NJ", "CA"]), kind=st.just("suit_years_open"), years=st.integers(1, 10),
    restarts=st.booleans(), from_service=st.booleans(),
)  # fmt: skip
AGES = st.builds(
    DebtAge, service_on=DAYS, due_on=st.none() | DAYS, paid_on=st.lists(DAYS, max_size=6).map(tuple)
)  # fmt: skip


def _years_later(day: dt.date, years: int) -> dt.date:
    is_leap_day = (day.month, day.day) == (2, 29)
    year = day.year + years
    fits = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return dt.date(year, 2, 28) if is_leap_day and not fits else dt.date(year, day.month, day.day)


def _oracle(age: DebtAge, rule: SuitRule) -> dt.date:
    """Step by step: as long as a payment lies between the beginning and the end, the end moves."""
    begin = age.service_on
    if not rule.from_service and age.due_on and age.due_on > begin:
        begin = age.due_on
    end = _years_later(begin, rule.years)
    moved = rule.restarts
    while moved:
        ends = [_years_later(paid, rule.years) for paid in age.paid_on if begin <= paid <= end]
        moved = any(one > end for one in ends)
        end = max([end, *ends])
    return end


@given(age=AGES, rules=st.lists(RULES, min_size=1, max_size=5), today=DAYS)
def test_the_earliest_of_all_rules_stands(age: DebtAge, rules: list[SuitRule], today: dt.date) -> None:
    found = limitation_date(age, rules, today)
    assert found.on == min(_oracle(age, one) for one in rules)
    assert found.is_barred == (today > found.on)


@given(age=AGES, rules=st.lists(RULES, min_size=1, max_size=5), paid=DAYS)
def test_a_payment_never_shortens_it(age: DebtAge, rules: list[SuitRule], paid: dt.date) -> None:
    with_it = DebtAge(age.service_on, age.due_on, (*age.paid_on, paid))
    assert limitation_date(with_it, rules, TODAY).on >= limitation_date(age, rules, TODAY).on


@given(age=AGES, rules=st.lists(RULES, min_size=1, max_size=4), more=RULES)
def test_another_law_that_may_count_never_lengthens_it(age: DebtAge, rules: list[SuitRule], more: SuitRule) -> None:
    assert limitation_date(age, [*rules, more], TODAY).on <= limitation_date(age, rules, TODAY).on
