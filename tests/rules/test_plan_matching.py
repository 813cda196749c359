"""Money held against a schedule: oldest first, grace in business days, money that went back; an oracle of its own."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.dates import add_business_days
from collections_app.plans.matching import DueInstallment, ReceivedOn, ReturnedMoney, match

D, Day = Decimal, dt.date
GRACE = 5


def due(number, on, amount="100.00", closures=()):
    return DueInstallment(number, on, D(amount), add_business_days(on, GRACE, closures=closures))


DUES = [due(1, Day(2026, 12, 1)), due(2, Day(2027, 1, 4)), due(3, Day(2027, 2, 1))]


def matched(*money, today, owed="300.00", **of):
    rows = [ReceivedOn(on, D(amount)) for on, amount in money]
    return match(DUES, rows, owed=D(owed), today=today, **of)


def stands(found):
    return [row.standing.value for row in found.rows]


def test_a_plan_nobody_owes_on_yet_is_current_and_says_what_is_next():
    found = matched(today=Day(2026, 11, 20))
    assert (found.standing, found.remaining, found.following.due_on) == ("current", D(300), Day(2026, 12, 1))
    assert stands(found) == ["due", "due", "due"]


def test_partial_money_keeps_an_installment_open_and_extra_pays_the_next():
    found = matched((Day(2026, 12, 1), "40.00"), today=Day(2026, 12, 2), owed="260.00")
    assert stands(found) == ["late", "due", "due"]
    assert (found.late_amount, found.following.missing) == (D("60.00"), D("60.00"))
    found = matched((Day(2026, 12, 1), "150.00"), today=Day(2026, 12, 2), owed="150.00")
    assert stands(found) == ["paid", "partly", "due"]
    assert found.following.missing == D("50.00")


def test_grace_is_five_business_days_and_closed_days_are_none():
    assert DUES[0].last_day == Day(2026, 12, 8)  # a Tuesday to the next Tuesday
    assert matched(today=Day(2026, 12, 8)).standing == "current"
    assert matched(today=Day(2026, 12, 9)).standing == "broken"
    over_christmas = due(1, Day(2026, 12, 21), closures={Day(2026, 12, 24), Day(2026, 12, 28)})
    assert over_christmas.last_day == Day(
        2026, 12, 31
    )  # 22, 23, 29, 30, 31: closed on the 24th and 28th, the 25th a holiday


def test_money_of_the_last_day_keeps_it_and_of_the_day_after_does_not():
    kept = matched((Day(2026, 12, 8), "100.00"), today=Day(2026, 12, 20), owed="200.00")
    assert kept.standing == "current"
    late = matched((Day(2026, 12, 9), "100.00"), today=Day(2026, 12, 20), owed="200.00")
    assert late.standing == "broken"


def test_two_may_be_missed_where_the_policy_says_so():
    assert matched(today=Day(2026, 12, 9), broken_after=2).standing == "current"
    assert matched(today=Day(2027, 1, 12), broken_after=2).standing == "broken"  # due 4 January, grace to the 11th


def test_what_is_no_longer_owed_comes_off_the_end():
    found = matched((Day(2026, 12, 1), "100.00"), today=Day(2026, 12, 2), owed="30.00")
    assert [(row.asked, row.standing.value) for row in found.rows] == [
        (D("100.00"), "paid"), (D("30.00"), "due"), (D("0.00"), "off"),
    ]  # fmt: skip
    assert found.remaining == D("30.00")


def test_paid_and_gone():
    assert matched((Day(2026, 12, 1), "300.00"), today=Day(2026, 12, 2), owed="0.00").standing == "paid"
    assert matched(today=Day(2026, 12, 2), owed="0.00").standing == "gone"


def test_money_that_went_back_unmatches_and_breaks_without_a_second_grace():
    money = [(Day(2026, 12, 1), "100.00"), (Day(2026, 12, 1), "-100.00")]
    back = [ReturnedMoney(Day(2026, 12, 1), D("100.00"), Day(2026, 12, 3))]
    today = Day(2026, 12, 3)
    assert matched(*money, today=today).standing == "current"  # entered wrongly: the grace runs on
    found = matched(*money, today=today, returned=back)
    assert (found.standing, stands(found)) == ("broken", ["missed", "due", "due"])
    again = matched(*money, (Day(2026, 12, 4), "100.00"), today=Day(2026, 12, 4), returned=back, owed="200.00")
    assert again.standing == "current"


def test_a_return_of_long_ago_takes_no_grace_from_later_installments():
    money = [(Day(2026, 12, 1), "0.00"), (Day(2026, 12, 4), "100.00")]
    back = [ReturnedMoney(Day(2026, 12, 1), D("100.00"), Day(2026, 12, 3))]
    assert matched(*money, today=Day(2027, 1, 5), returned=back, owed="200.00").standing == "current"


AMOUNT = st.integers(-150_00, 150_00)
DAYS = st.dates(Day(2026, 11, 20), Day(2027, 4, 30))


@st.composite
def stories(draw):
    first = draw(DAYS)
    dues, on = [], first
    for number in range(1, draw(st.integers(1, 8)) + 1):
        dues.append(due(number, on, str(D(draw(st.integers(1, 120_00))) / 100)))
        on += dt.timedelta(days=draw(st.integers(7, 31)))
    money = draw(st.lists(st.tuples(DAYS, AMOUNT), max_size=10))
    owed = draw(st.integers(0, 1_000_00))
    return dues, money, owed, draw(DAYS), draw(st.integers(1, 3))


def oracle(dues, money, owed, today, broken_after):
    """Cent by cent: each cent received pays the oldest cent that is asked for."""

    def got(day):
        return max(sum(cents for on, cents in money if on <= day), 0)

    cents = [number for number, one in enumerate(dues) for _ in range(int(one.amount * 100))]
    asked = cents[: min(len(cents), got(today) + owed)]
    paid = asked[: got(today)]
    missed = 0
    for number, one in enumerate(dues):
        mine = [index for index, owner in enumerate(asked) if owner == number]
        if mine and today > one.last_day and got(one.last_day) <= mine[-1]:
            missed += 1
    open_cents = len(asked) - len(paid)
    if not open_cents:
        standing = "paid" if got(today) else "gone"
    else:
        standing = "broken" if missed >= broken_after else "current"
    paid_by = [paid.count(number) for number in range(len(dues))]
    return standing, open_cents, paid_by, missed


@given(stories())
def test_matching_agrees_with_counting_cents(story):
    dues, money, owed, today, broken_after = story
    found = match(
        dues, [ReceivedOn(on, D(cents) / 100) for on, cents in money], owed=D(owed) / 100, today=today,
        broken_after=broken_after,
    )  # fmt: skip
    standing, open_cents, paid_by, missed = oracle(dues, money, owed, today, broken_after)
    assert (found.standing.value, int(found.remaining * 100), found.missed) == (standing, open_cents, missed)
    assert [int(row.paid * 100) for row in found.rows] == paid_by
    assert all(row.paid <= row.asked <= row.amount for row in found.rows)


@given(stories(), st.integers(1, 90))
def test_without_new_money_a_broken_plan_stays_broken(story, later):
    dues, money, owed, today, broken_after = story
    known = [(on, cents) for on, cents in money if on <= today]
    rows = [ReceivedOn(on, D(cents) / 100) for on, cents in known]
    of = {"owed": D(owed) / 100, "broken_after": broken_after}
    if match(dues, rows, today=today, **of).standing == "broken":
        assert match(dues, rows, today=today + dt.timedelta(days=later), **of).standing == "broken"
