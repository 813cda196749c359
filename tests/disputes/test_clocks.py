"""By when a dispute is answered, and which bill is far above its estimate: worked examples."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.disputes.clocks import EstimateRule, Term, clocks, estimate_standing
from collections_app.disputes.states import CLOSED, STANDING, may_close, standing_state

RULE = EstimateRule(excess=Decimal("400.00"), days=120, fee=Decimal("25.00"))
BILLED_ON = dt.date(2026, 7, 1)  # 120 days later: October 29
OWN, DC = Term("Our own term", 30, "usual"), Term("Law of DC", 15, "D.C. Code 28-3814")


def test_the_first_clock_to_run_out_comes_first() -> None:
    found = clocks(dt.date(2026, 11, 20), [OWN, DC])
    assert [(one.words, one.due_on) for one in found] == [
        ("Law of DC", dt.date(2026, 12, 5)),
        ("Our own term", dt.date(2026, 12, 20)),
    ]
    assert found[0].days_left(dt.date(2026, 12, 5)) == 0
    assert found[0].days_left(dt.date(2026, 12, 6)) == -1


@pytest.mark.parametrize(
    ("estimate", "billed", "came_on", "why_not"),
    [
        ("600.00", "1000.00", "2026-10-29", ""),  # $400.00 above, on day 120
        ("600.00", "1000.00", "2026-10-30", "120 days from the first bill"),  # day 121
        ("600.01", "1000.00", "2026-10-29", "$399.99 above the estimate"),
        ("600.00", "900.00", "2026-07-02", "$300.00 above the estimate"),
        ("1000.00", "600.00", "2026-07-02", "$0.00 above the estimate"),
    ],
)
def test_a_bill_of_400_dollars_above_its_estimate_within_120_days(
    estimate: str, billed: str, came_on: str, why_not: str
) -> None:
    found = estimate_standing(
        estimate=Decimal(estimate), billed=Decimal(billed), first_billed_on=BILLED_ON,
        received_on=dt.date.fromisoformat(came_on), is_self_pay=True, rule=RULE,
    )  # fmt: skip
    assert found.last_on == dt.date(2026, 10, 29)
    assert bool(found.why_not) == bool(why_not)
    assert why_not in found.why_not


def test_who_has_a_payer_on_the_visit_has_another_rule() -> None:
    found = estimate_standing(
        estimate=Decimal(100), billed=Decimal(900), first_billed_on=None, received_on=BILLED_ON, is_self_pay=False,
        rule=RULE,
    )  # fmt: skip
    assert "uninsured" in found.why_not


def test_before_the_first_bill_no_window_runs() -> None:
    found = estimate_standing(
        estimate=Decimal(100), billed=Decimal(900), first_billed_on=None, received_on=BILLED_ON, is_self_pay=True,
        rule=RULE,
    )  # fmt: skip
    assert (found.why_not, found.last_on) == ("", None)


@given(late=st.integers(0, 400), above=st.integers(-100_000, 100_000))
def test_eligible_is_both_in_time_and_far_above(late: int, above: int) -> None:
    found = estimate_standing(
        estimate=Decimal("2000.00"), billed=Decimal("2000.00") + Decimal(above).scaleb(-2), first_billed_on=BILLED_ON,
        received_on=BILLED_ON + dt.timedelta(days=late), is_self_pay=True, rule=RULE,
    )  # fmt: skip
    assert (not found.why_not) == (late <= 120 and above >= 40_000)


def test_an_awaited_answer_comes_before_one_that_is_here() -> None:
    assert standing_state(is_awaited=True, has_answer=True) == "asked"
    assert standing_state(is_awaited=False, has_answer=True) == "answered"
    assert standing_state(is_awaited=False, has_answer=False) == "open"


def test_what_stands_can_be_closed_and_nothing_else() -> None:
    assert all(may_close(one, to) for one in STANDING for to in CLOSED)
    assert not any(may_close(one, to) for one in CLOSED for to in (*CLOSED, *STANDING))
    assert not any(may_close(one, to) for one in STANDING for to in STANDING)
