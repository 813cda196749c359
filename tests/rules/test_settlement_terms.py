"""The arithmetic of settlements: what money keeps, and what comes off, to the cent. Oracles count in whole cents."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.settlements.terms import (
    BadSettlement,
    CountedMoney,
    DuePayment,
    MoneyStands,
    comes_off,
    discount_percent,
    ensure_sensible,
    match,
    offer_of,
    payments,
    shares,
)

D = Decimal
DEC_1 = dt.date(2026, 12, 1)
DAY = dt.timedelta(days=1)


def cents(number: int) -> Decimal:
    return D(number).scaleb(-2)


def test_30_percent_off_500_dollars_leaves_350():
    assert offer_of(D("500.00"), D(30)) == D("350.00")
    assert discount_percent(D("500.00"), D("350.00")) == D("30.00")


def test_three_payments_of_100_dollars_give_the_odd_cent_to_the_first():
    days = [DEC_1, DEC_1 + 30 * DAY, DEC_1 + 60 * DAY]
    assert [amount for _, amount in payments(D("100.00"), days)] == [D("33.34"), D("33.33"), D("33.33")]


@pytest.mark.parametrize(
    ("offer", "days", "words"),
    [
        ("0.00", [DEC_1], "above zero"),
        ("500.00", [DEC_1], "below what is owed"),
        ("350.00", [], "by when"),
        ("350.00", [DEC_1, DEC_1], "later day"),
        ("350.00", [DEC_1 - 20 * DAY], "is past"),
        ("350.00", [DEC_1 + n * DAY for n in range(4)], "At most 3"),
        ("0.02", [DEC_1, DEC_1 + DAY, DEC_1 + 2 * DAY], "more payments than cents"),
    ],
)
def test_what_makes_no_settlement_says_why(offer, days, words):
    with pytest.raises(BadSettlement, match=words):
        ensure_sensible(D("500.00"), D(offer), days, today=DEC_1 - 10 * DAY, most=3)


owed_visits = st.dictionaries(st.integers(1, 99), st.integers(2, 500_000), min_size=1, max_size=6)


@given(owed_visits, st.data())
def test_shares_sum_to_the_offer_and_none_is_more_than_its_visit_owes(owed, data):
    total = sum(owed.values())
    offer = data.draw(st.integers(1, total - 1))
    found = shares(cents(offer), {pk: cents(amount) for pk, amount in owed.items()})
    assert sum(int(share * 100) for share in found.values()) == offer
    assert all(0 <= int(found[pk] * 100) <= amount for pk, amount in owed.items())


@given(owed_visits, st.data())
def test_what_was_received_and_what_comes_off_are_what_was_owed_visit_by_visit(owed, data):
    """Money falls on the visits in any way; nothing else moves. Paid + written off = owed, to the cent."""
    offer = data.draw(st.integers(1, sum(owed.values()) - 1))
    received = {pk: data.draw(st.integers(0, amount)) for pk, amount in owed.items()}
    found = comes_off(
        {pk: cents(amount) for pk, amount in owed.items()},
        {pk: cents(amount) for pk, amount in received.items()},
        {pk: cents(amount - received[pk]) for pk, amount in owed.items()},
        offer=cents(offer),
    )
    if sum(received.values()) < offer:
        assert found == {}
    else:
        for pk, amount in owed.items():
            assert received[pk] + int(found.get(pk, D(0)) * 100) == amount


@given(owed_visits, st.data())
def test_whatever_else_moved_no_more_comes_off_than_is_open_or_was_agreed(owed, data):
    received = {pk: data.draw(st.integers(-100, amount + 100)) for pk, amount in owed.items()}
    open_now = {pk: data.draw(st.integers(0, 2 * amount)) for pk, amount in owed.items()}
    found = comes_off(
        {pk: cents(amount) for pk, amount in owed.items()},
        {pk: cents(amount) for pk, amount in received.items()},
        {pk: cents(amount) for pk, amount in open_now.items()},
        offer=D("0.01"),
    )
    for pk, amount in found.items():
        assert D(0) < amount <= cents(open_now[pk])
        assert amount + cents(received[pk]) <= cents(owed[pk])


def due(on, amount):
    return DuePayment(on, D(amount), on + 7 * DAY)


def stands(money, *, today, open_now="500.00", dues=None):
    rows = [CountedMoney(on, D(amount)) for on, amount in money]
    return match(dues or [due(DEC_1, "350.00")], rows, offer=D("350.00"), open_now=D(open_now), today=today)


def test_it_is_kept_until_its_day_late_within_the_grace_and_missed_the_morning_after():
    assert stands([], today=DEC_1).stands == MoneyStands.KEPT
    found = stands([], today=DEC_1 + DAY)
    assert (found.stands, found.late_since, found.next_amount) == (MoneyStands.LATE, DEC_1, D("350.00"))
    assert stands([], today=DEC_1 + 7 * DAY).stands == MoneyStands.LATE
    assert stands([], today=DEC_1 + 8 * DAY).stands == MoneyStands.MISSED


def test_money_within_the_grace_completes_it_and_money_after_it_does_not():
    assert stands([(DEC_1 + 7 * DAY, "350.00")], today=DEC_1 + 30 * DAY).stands == MoneyStands.COMPLETE
    assert stands([(DEC_1 + 8 * DAY, "350.00")], today=DEC_1 + 8 * DAY).stands == MoneyStands.MISSED


def test_a_cent_less_is_not_all():
    assert stands([(DEC_1, "349.99")], today=DEC_1).stands == MoneyStands.KEPT
    assert stands([(DEC_1, "349.99")], today=DEC_1 + 8 * DAY).stands == MoneyStands.MISSED


def test_money_that_went_back_counts_against_the_day_on_which_it_came():
    money = [(DEC_1, "350.00"), (DEC_1, "-350.00")]
    assert stands(money, today=DEC_1 + 8 * DAY).stands == MoneyStands.MISSED


def test_the_second_payment_is_asked_for_once_the_first_is_there():
    dues = [due(DEC_1, "175.00"), due(DEC_1 + 30 * DAY, "175.00")]
    found = stands([(DEC_1, "200.00")], today=DEC_1 + 8 * DAY, dues=dues)
    assert (found.stands, found.next_due_on, found.next_amount) == (
        MoneyStands.KEPT, DEC_1 + 30 * DAY, D("150.00"),
    )  # fmt: skip


def test_where_a_payer_paid_after_all_nothing_is_left_to_settle():
    assert stands([], today=DEC_1, open_now="0.00").stands == MoneyStands.GONE


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(-400, 400)), max_size=6), st.integers(0, 50))
def test_complete_means_that_every_payment_was_there_in_time(money, day):
    """Against an oracle that replays the days one by one."""
    dues = [due(DEC_1 + 5 * DAY, "2.00"), due(DEC_1 + 20 * DAY, "2.00")]
    rows = [CountedMoney(DEC_1 + n * DAY, cents(amount)) for n, amount in money]
    found = match(dues, rows, offer=D("4.00"), open_now=D("9.00"), today=DEC_1 + day * DAY)
    total = sum(amount for _, amount in money)
    missed = any(
        last < day and sum(amount for n, amount in money if n <= last) < need for last, need in ((12, 200), (27, 400))
    )
    expected = MoneyStands.MISSED if missed else MoneyStands.COMPLETE if total >= 400 else None
    if expected:
        assert found.stands == expected
    else:
        assert found.stands in (MoneyStands.KEPT, MoneyStands.LATE)
