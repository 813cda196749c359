"""When a promise is kept, broken or beside the point: worked examples, and what holds of all of them (RULES 13.8)."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.promises.rules import PromiseMoney, PromiseStanding, judge, last_day_to_keep

MONDAY, FRIDAY = dt.date(2026, 11, 16), dt.date(2026, 11, 20)


def money(amount="90.00", *, received="0.00", late="0.00", owed="0.00", asked=None):
    parts = (amount, received, late, owed, amount if asked is None else asked)
    return PromiseMoney(*(Decimal(part) for part in parts))


@pytest.mark.parametrize(
    ("due", "grace", "last"),
    [
        (MONDAY, 2, dt.date(2026, 11, 18)),
        (FRIDAY, 2, dt.date(2026, 11, 24)),  # no mail comes on Saturday and Sunday
        (dt.date(2026, 11, 21), 2, dt.date(2026, 11, 24)),  # promised for a Saturday
        (dt.date(2026, 11, 21), 0, dt.date(2026, 11, 23)),
        (dt.date(2026, 11, 24), 2, dt.date(2026, 11, 27)),  # over Thanksgiving
        (dt.date(2026, 12, 24), 2, dt.date(2026, 12, 29)),  # over Christmas and a weekend
    ],
)
def test_grace_is_counted_in_business_days(due, grace, last):
    assert last_day_to_keep(due, grace) == last


@pytest.mark.parametrize(
    ("before", "found", "is_over", "after", "asked"),
    [
        ("open", money(owed="90.00"), False, "open", "90.00"),
        ("open", money(received="40.00", owed="50.00"), False, "partly", "90.00"),
        ("open", money(received="90.00"), False, "kept", "90.00"),
        ("open", money(owed="90.00"), True, "broken", "90.00"),
        ("partly", money(received="40.00", owed="50.00"), True, "broken", "90.00"),
        # A day that was opened late finds the money of after grace already there: it was broken all the same.
        ("open", money(late="90.00"), True, "broken", "90.00"),
        # A payer took 30.00 back, the patient paid the other 60.00: all that was owed.
        ("open", money(received="60.00"), False, "kept", "60.00"),
        ("open", money(received="40.00", owed="20.00"), True, "broken", "60.00"),
        # All of it went back to the payer, or was written off.
        ("open", money(), False, "gone", "0.00"),
        ("open", money(), True, "gone", "0.00"),
        ("gone", money(owed="90.00"), False, "open", "90.00"),  # the payer's correction made it theirs again in time
        ("gone", money(owed="90.00"), True, "gone", "90.00"),
        # A broken one heals by money of its time alone; what was written off since does not keep it.
        ("broken", money(received="90.00"), True, "kept", "90.00"),
        ("broken", money(received="89.99"), True, "broken", "90.00"),
        ("broken", money(late="90.00"), True, "broken", "90.00"),
        ("broken", money(), True, "broken", "90.00"),
        ("broken", money(received="60.00", asked="60.00"), True, "kept", "60.00"),
        # A kept one that asked for 60.00 is not broken by what the patient came to owe since.
        ("kept", money(received="60.00", owed="200.00", asked="60.00"), True, "kept", "60.00"),
        ("kept", money(owed="90.00"), False, "kept", "90.00"),  # its money went back: its day decides
        ("kept", money(owed="90.00"), True, "broken", "90.00"),
    ],
)
def test_worked_examples(before, found, is_over, after, asked):
    verdict = judge(PromiseStanding(before), found, is_over=is_over)
    assert (verdict.standing, verdict.asked) == (after, Decimal(asked))


CENTS = st.integers(0, 50_000).map(lambda cents: Decimal(cents) / 100)
AMOUNTS = st.integers(1, 50_000).map(lambda cents: Decimal(cents) / 100)
STANDING = st.sampled_from([PromiseStanding.OPEN, PromiseStanding.PARTLY])


@given(STANDING, AMOUNTS, CENTS, CENTS, CENTS, st.booleans())
def test_none_asks_for_more_than_was_promised_or_owed(before, amount, received, late, owed, is_over):
    verdict = judge(before, PromiseMoney(amount, received, late, owed, amount), is_over=is_over)
    assert verdict.asked <= amount
    assert verdict.asked <= received + late + owed
    assert (verdict.standing == "gone") == (verdict.asked == 0)


@given(STANDING, AMOUNTS, AMOUNTS, CENTS, st.booleans())
def test_paying_all_that_is_owed_keeps_it_however_much_was_promised(before, amount, received, asked, is_over):
    nothing = Decimal("0.00")
    verdict = judge(before, PromiseMoney(amount, received, nothing, nothing, asked), is_over=is_over)
    assert verdict.standing == "kept"


@given(STANDING, AMOUNTS, CENTS, CENTS, CENTS)
def test_what_is_over_is_settled_and_only_what_was_owed_can_break(before, amount, received, late, owed):
    verdict = judge(before, PromiseMoney(amount, received, late, owed, amount), is_over=True)
    assert verdict.standing in ("kept", "broken", "gone")
    if verdict.standing == "broken":
        assert received < verdict.asked
        assert owed + late > 0


@given(AMOUNTS, CENTS, CENTS, CENTS, CENTS)
def test_the_order_in_which_money_of_its_time_is_entered_makes_no_difference(amount, received, more, late, owed):
    """Found broken and healed, or seen for the first time with all its money there: the same in the end."""
    first = judge(PromiseStanding.OPEN, PromiseMoney(amount, received, late, owed + more, amount), is_over=True)
    late_entry = PromiseMoney(amount, received + more, late, owed, first.asked)
    healed = judge(first.standing, late_entry, is_over=True)
    at_once = judge(PromiseStanding.OPEN, PromiseMoney(amount, received + more, late, owed, amount), is_over=True)
    assert healed.standing == at_once.standing


@given(AMOUNTS, CENTS, CENTS, st.booleans())
def test_judging_twice_is_judging_once(amount, received, owed, is_over):
    nothing = Decimal("0.00")
    first = judge(PromiseStanding.OPEN, PromiseMoney(amount, received, nothing, owed, amount), is_over=is_over)
    again = judge(first.standing, PromiseMoney(amount, received, nothing, owed, first.asked), is_over=is_over)
    assert again == first
