"""The rules of debits: banking days, paydays, risk, return codes, rates; each with its days and figures."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.ach.banking_days import (
    add_banking_days,
    banking_days_between,
    is_banking_day,
    next_banking_day,
    payday_after,
)
from collections_app.ach.changes import CorrectedAccount, corrected
from collections_app.ach.rates import RATES, ReturnRate, Threshold, rates_on
from collections_app.ach.returns import ReturnFigures, class_of, is_late, kind_of, next_try_on
from collections_app.ach.risk import DebitFacts, RiskFigures, findings, shares_a_name
from collections_app.ach.states import AnswerKind

FIGURES = ReturnFigures(presentments=3, represent_days=180, correct_days=60, unauthorized_days=60, banking_days=2)


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (dt.date(2026, 11, 26), False),  # Thanksgiving
        (dt.date(2026, 11, 27), True),
        (dt.date(2026, 7, 3), True),  # 4 July 2026 is a Saturday: banks are open on the Friday before
        (dt.date(2027, 7, 5), False),  # 4 July 2027 is a Sunday: closed on Monday
        (dt.date(2027, 1, 1), False),
        (dt.date(2027, 12, 31), True),  # 1 January 2028 is a Saturday
        (dt.date(2026, 11, 21), False),
    ],
)
def test_banks_keep_the_calendar_of_the_federal_reserve(day, is_open):
    assert is_banking_day(day) is is_open


@given(day=st.dates(dt.date(2020, 1, 1), dt.date(2035, 1, 1)), count=st.integers(1, 40))
def test_going_forth_and_back_counts_the_same(day, count):
    later = add_banking_days(day, count)
    assert is_banking_day(later)
    assert banking_days_between(day, later) == count
    assert add_banking_days(later, -count) <= next_banking_day(day)


def test_a_payday_is_the_first_or_the_fifteenth_and_never_too_late():
    assert payday_after(dt.date(2026, 11, 25), last=dt.date(2027, 5, 1)) == dt.date(2026, 12, 1)
    assert payday_after(dt.date(2026, 12, 1), last=dt.date(2027, 5, 1)) == dt.date(2026, 12, 15)
    assert payday_after(dt.date(2026, 12, 16), last=dt.date(2027, 5, 1)) == dt.date(2027, 1, 4)  # New Year, a weekend
    assert payday_after(dt.date(2026, 12, 3), last=dt.date(2026, 12, 10)) == dt.date(2026, 12, 10)
    assert payday_after(dt.date(2026, 12, 10), last=dt.date(2026, 12, 10)) is None


@pytest.mark.parametrize(
    ("code", "cls"),
    [
        *((code, "funds") for code in ("R01", "R09")),
        *((code, "account") for code in ("R02", "R03", "R04", "R16", "R20")),
        *((code, "unauthorized") for code in ("R05", "R07", "R10", "R29", "R51")),
        ("R08", "stopped"), ("R11", "incorrect"), ("R99", "other"),
    ],
)  # fmt: skip
def test_a_code_says_what_follows(code, cls):
    assert class_of(code) == cls


def test_what_is_no_return_is_told_apart():
    assert [kind_of(code) for code in ("R01", "C02", "R68", "R74")] == [
        AnswerKind.RETURN, AnswerKind.NOC, AnswerKind.DISHONORED, AnswerKind.CONTESTED,
    ]  # fmt: skip


def test_a_third_presentment_is_the_last_and_180_days_are_the_end():
    first_on = dt.date(2026, 11, 23)

    def again(presentment: int, today: dt.date, code: str = "R01") -> dt.date | None:
        return next_try_on(code, presentment=presentment, first_on=first_on, today=today, figures=FIGURES)

    assert again(1, dt.date(2026, 11, 24)) == dt.date(2026, 12, 1)
    assert again(2, dt.date(2026, 12, 2)) == dt.date(2026, 12, 15)
    assert again(3, dt.date(2026, 12, 16)) is None
    assert again(1, dt.date(2027, 5, 18)) == dt.date(2027, 5, 21)  # day 180 is Saturday 22 May
    assert again(1, dt.date(2027, 5, 21)) is None
    assert again(1, dt.date(2026, 11, 24), "R03") is None


def test_late_is_sixty_days_for_what_was_not_allowed_and_two_banking_days_for_the_rest():
    settled_on = dt.date(2026, 11, 23)
    assert not is_late("R10", settled_on=settled_on, came_on=dt.date(2027, 1, 22), figures=FIGURES)
    assert is_late("R10", settled_on=settled_on, came_on=dt.date(2027, 1, 23), figures=FIGURES)
    assert not is_late("R01", settled_on=settled_on, came_on=dt.date(2026, 11, 25), figures=FIGURES)
    assert is_late("R01", settled_on=settled_on, came_on=dt.date(2026, 11, 27), figures=FIGURES)


@pytest.mark.parametrize(
    ("code", "text", "new"),
    [
        ("C01", "1918171614", CorrectedAccount(account="1918171614")),
        ("C02", "122000247", CorrectedAccount(routing="122000247")),
        ("C03", "122000247   1918171614", CorrectedAccount(routing="122000247", account="1918171614")),
        ("C05", "37", CorrectedAccount(kind="savings")),
        ("C06", f"{'1918171614':17}   27", CorrectedAccount(account="1918171614", kind="checking")),
        ("C07", f"122000247{'1918171614':17}37", CorrectedAccount("122000247", "1918171614", "savings")),
        ("C04", "GUS GUARINO", CorrectedAccount()),
    ],
)
def test_a_notice_says_what_is_new_by_its_layout(code, text, new):
    assert corrected(code, text) == new


def facts(**but) -> DebitFacts:
    told = {
        "amount": Decimal("120.00"), "owed": Decimal("240.00"), "is_confirmed": True, "debits": 0, "other_accounts": 0,
        "unauthorized_before": 0, "holder": "Gus Guarino", "people": ["Gus Guarino"],
    }  # fmt: skip
    return DebitFacts(**(told | but))


@pytest.mark.parametrize(
    ("but", "found"),
    [
        ({}, []),
        ({"is_confirmed": False}, ["unconfirmed"]),
        ({"amount": Decimal("1000.00"), "owed": Decimal("2000.00")}, []),
        ({"amount": Decimal("1000.01"), "owed": Decimal("2000.00")}, ["large"]),
        ({"debits": 2}, []),
        ({"debits": 3}, ["often"]),
        ({"other_accounts": 1}, ["shared"]),
        ({"holder": "Mia Hale"}, ["name"]),
        ({"holder": "M. Guarino-Hale"}, []),
        ({"amount": Decimal("240.01")}, ["owed"]),
        ({"unauthorized_before": 1, "holder": "X"}, ["name", "bad_before"]),
    ],
)
def test_what_is_suspicious_is_found_and_nothing_else(but, found):
    assert findings(facts(**but), RiskFigures(large=Decimal("1000.00"), often=3)) == found


def test_a_name_of_two_letters_proves_nothing():
    assert not shares_a_name("Al Bo", ["Al Hale"])
    assert shares_a_name("GUARINO, GUS", ["Gus Guarino"])


LIMITS = {"unauthorized": Threshold(35, 50), "administrative": Threshold(200, 300), "overall": Threshold(1000, 1500)}


@pytest.mark.parametrize(
    ("returns", "debits", "state"),
    [(0, 0, "good"), (1, 286, "good"), (1, 285, "warning"), (1, 201, "warning"), (1, 200, "over"), (0, 5, "good")],
)
def test_a_rate_is_compared_exactly(returns, debits, state):
    assert ReturnRate("unauthorized", returns, debits, LIMITS["unauthorized"]).state == state


def test_rates_count_the_last_sixty_days_each_by_its_codes():
    day = dt.date(2026, 11, 20)
    first = day - dt.timedelta(days=59)
    sent = {first: 100, first - dt.timedelta(days=1): 5_000, day: 100}
    returned = {
        (day, "R10"): 1, (day, "R11"): 1, (first, "R03"): 4, (day, "R01"): 14,
        (first - dt.timedelta(days=1), "R10"): 50,
    }  # fmt: skip
    found = {one.code: one for one in rates_on(day, days=60, sent=sent, returned=returned, thresholds=LIMITS)}
    assert list(found) == list(RATES)
    assert {code: (one.returns, one.debits) for code, one in found.items()} == {
        "unauthorized": (2, 200), "administrative": (4, 200), "overall": (20, 200),
    }  # fmt: skip
    assert [one.percent for one in found.values()] == [Decimal("1.00"), Decimal("2.00"), Decimal("10.00")]
    assert [one.state for one in found.values()] == ["over", "warning", "warning"]


@given(
    sent=st.dictionaries(st.dates(dt.date(2026, 8, 1), dt.date(2026, 11, 20)), st.integers(1, 50), max_size=20),
    back=st.dictionaries(
        st.tuples(st.dates(dt.date(2026, 8, 1), dt.date(2026, 11, 20)), st.sampled_from(["R01", "R02", "R05", "R11"])),
        st.integers(1, 9),
        max_size=20,
    ),
)
def test_rates_are_what_counting_one_by_one_gives(sent, back):
    day = dt.date(2026, 11, 20)
    listed = [on for on, count in sent.items() for _ in range(count) if 0 <= (day - on).days < 60]
    returned = [code for (on, code), count in back.items() for _ in range(count) if 0 <= (day - on).days < 60]
    found = rates_on(day, days=60, sent=sent, returned=back, thresholds=LIMITS)
    assert [one.debits for one in found] == [len(listed)] * 3
    assert [one.returns for one in found] == [
        sum(code in ("R05", "R11") for code in returned), sum(code == "R02" for code in returned), len(returned),
    ]  # fmt: skip
