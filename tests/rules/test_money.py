"""Money is exact: dollars and cents in, the same dollars and cents out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.money import NotMoney, from_cents, money, round_money, split, to_cents

CENTS = st.integers(min_value=-(10**13), max_value=10**13)


@given(CENTS)
def test_cents_survive_the_round_trip(cents):
    assert to_cents(from_cents(cents)) == cents
    assert from_cents(cents).as_tuple().exponent == -2


@given(CENTS)
def test_a_printed_amount_reads_back_as_itself(cents):
    assert money(str(from_cents(cents))) == from_cents(cents)


@pytest.mark.parametrize(
    "value", [1.1, 0.25, 100.0, float("nan"), True, "1.005", "1e-3", "abc", "", "NaN", "Infinity", None, "1,000.00"]
)
def test_what_is_not_dollars_and_cents_is_refused(value):
    with pytest.raises(NotMoney):
        money(value)


def test_an_absurd_amount_is_refused():
    with pytest.raises(NotMoney):
        money("10000000000000.00")
    with pytest.raises(NotMoney):
        money(Decimal("1e40"))


def test_a_thousand_dollars_is_a_thousand_dollars():
    assert money("1000") == Decimal("1000.00")
    assert str(money("1000")) == "1000.00"
    assert str(money("-0.00")) == "0.00"


def test_a_computed_amount_rounds_half_up():
    assert round_money(Decimal("2.345")) == Decimal("2.35")
    assert round_money(Decimal("-2.345")) == Decimal("-2.35")


@given(CENTS, st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=12))
def test_a_split_loses_no_cent_and_never_strays_by_more_than_one(cents, weights):
    total = from_cents(cents)
    parts = split(total, weights)
    assert sum(parts) == total
    assert len(parts) == len(weights)
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        share = total * weight / whole if whole else total / len(weights)
        assert abs(part - share) < Decimal("0.0101")
        assert part == 0 or (part > 0) == (total > 0)


@given(
    st.integers(min_value=1, max_value=10**9), st.lists(st.integers(min_value=1, max_value=99), min_size=1, max_size=8)
)
def test_a_split_of_the_opposite_amount_is_the_opposite_split(cents, weights):
    total = from_cents(cents)
    assert split(-total, weights) == [-part for part in split(total, weights)]


@given(
    st.integers(min_value=0, max_value=10**15 - 1),
    st.lists(st.decimals(min_value=0, max_value=10**6, places=2), min_size=1, max_size=40),
)
def test_a_split_by_amounts_of_money_adds_up(cents, weights):
    total = from_cents(cents)
    assert sum(split(total, weights)) == total


def test_a_dollar_in_three_gives_the_odd_cent_to_the_first():
    assert split(Decimal("1.00"), [1, 1, 1]) == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]


def test_weights_that_say_nothing_split_evenly():
    assert split(Decimal("0.03"), [0, 0]) == [Decimal("0.02"), Decimal("0.01")]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_a_split_needs_weights(weights):
    with pytest.raises(ValueError, match="weights"):
        split(Decimal("1.00"), weights)
