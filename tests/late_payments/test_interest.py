"""Interest on late payments: worked examples by law with visible amounts, and what always holds."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.late_payments.interest import LatePaid, interest_owed

D = Decimal
DUE = dt.date(2026, 3, 31)


def late(paid, days, rate, *, allowed_days=30, **more):
    return LatePaid(D(paid), DUE, DUE + dt.timedelta(days=days), rate, allowed_days, **more)


@pytest.mark.parametrize(
    ("state", "paid", "expected"),
    [
        # Medicare, 4.13 % a year, 15 days late: 1,000 x 0.0413 x 15 / 365
        (None, late("1000", 15, 413), "1.70"),
        ("NY", late("2400", 60, 1200), "47.34"),  # 2,400 x 12 % x 60 / 365
        ("NY", late("2400", 0, 1200), "0"),
        ("NY", late("2400", -3, 1200), "0"),
        # California, 15 %: 5,000 x 0.15 x 20 / 365 = 41.10, none came with it: $15 is more than a tenth
        ("CA", late("5000", 20, 1500), "56.10"),
        ("CA", late("5000", 20, 1500, interest_paid=D("41.10")), "41.10"),
        # and where a tenth is more: 100,000 x 0.15 x 30 / 365 = 1,232.88, a tenth 123.29
        ("CA", late("100000", 30, 1500), "1356.17"),
        # D.C., 70 days late: days 31-60 at 1.5 % a month, 61-100 at 2 %: 1,000 x (0.015 + 0.02 x 40 / 30)
        ("DC", late("1000", 70, 1800), "41.67"),
        # and 100 days late: 30 days at 1.5 %, 60 at 2 %, 10 at 2.5 %
        ("DC", late("1000", 100, 1800), "63.33"),
        # Texas: half of 3,000 billed above the contract up to 45 days late, all of it later
        ("TX", late("1000", 45, 1800, charged=D(4000), allowed=D(1000)), "1500.00"),
        ("TX", late("1000", 46, 1800, charged=D(4000), allowed=D(1000)), "3000.00"),
        # from day 91 with 18 % a year on the penalty: 3,000 x 0.18 x 10 / 365 = 14.79
        ("TX", late("1000", 100, 1800, charged=D(4000), allowed=D(1000)), "3014.79"),
        ("TX", late("1000", 20, 1800, charged=D(900_000), allowed=D(1000)), "100000.00"),
        ("TX", late("1000", 60, 1800, charged=D(900_000), allowed=D(1000)), "200000.00"),
    ],
)
def test_what_the_law_of_a_state_makes_of_it(state, paid, expected):
    assert interest_owed(paid, state=state).amount == D(expected)


def test_how_it_was_counted_is_said():
    assert interest_owed(late("2400", 60, 1200), state="NY").words == "60 days at 12 % a year on $2,400.00"
    assert interest_owed(late("2400", 1, 413), state=None).words == "1 day at 4.13 % a year on $2,400.00"
    assert interest_owed(late("1000", 70, 1800), state="DC").words == (
        "30 days at 1.5 % a month, 40 days at 2 % a month on $1,000.00"
    )


@given(cents=st.integers(1, 10**9), days=st.integers(0, 2_000), rate=st.integers(1, 3_000))
def test_plain_interest_is_the_year_share_to_half_a_cent(cents, days, rate):
    owed = interest_owed(late(D(cents) / 100, days, rate), state="NJ").amount
    exact = Fraction(cents, 100) * Fraction(rate, 10_000) * Fraction(days, 365)
    assert abs(Fraction(owed) - exact) <= Fraction(1, 200)


@given(
    state=st.sampled_from(["CA", "DC", "TX", "NY", None]), cents=st.integers(100, 10**8), days=st.integers(0, 400),
    more=st.integers(1, 30),
)  # fmt: skip
def test_later_never_costs_less(state, cents, days, more):
    facts = {"charged": D(cents) / 50, "allowed": D(cents) / 100}
    sooner = interest_owed(late(D(cents) / 100, days, 1500, **facts), state=state).amount
    later = interest_owed(late(D(cents) / 100, days + more, 1500, **facts), state=state).amount
    assert sooner <= later
