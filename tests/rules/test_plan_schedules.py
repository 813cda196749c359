"""Schedules of payment plans: due days, amounts to the cent, Truth in Lending, affordability and policy."""

import datetime as dt
from decimal import Decimal
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.plans.affordability import Means, affordable
from collections_app.plans.lending import lending_box, position
from collections_app.plans.policy import (
    PolicyRow,
    StateLaw,
    bands,
    breaches,
    policy_for,
    shipped_policies,
    unknown_income,
)
from collections_app.plans.schedule import (
    BadPlan,
    PlanTerms,
    a_month,
    due_days,
    installments,
    months_of,
    per_installment,
)
from collections_app.plans.suggestions import offers
from collections_app.plans.words import read_back

D, Day = Decimal, dt.date
TODAY = Day(2026, 11, 20)


def days(frequency, first, many, **of):
    return list(islice(due_days(frequency, first, **of), many))


FIRST, NO_LAW = Day(2026, 12, 5), StateLaw()


def plan(total="500.00", each="100.00", *, frequency="monthly", first=FIRST, **of):
    return PlanTerms(D(total), frequency, first, each=D(each) if each else None, **of)


def test_a_day_that_a_month_lacks_is_its_last_one_and_the_next_month_has_its_own_again():
    assert days("monthly", Day(2027, 1, 31), 4) == [
        Day(2027, 1, 31), Day(2027, 2, 28), Day(2027, 3, 31), Day(2027, 4, 30),
    ]  # fmt: skip


def test_a_leap_year_has_its_29_february():
    assert days("monthly", Day(2027, 12, 31), 3)[2] == Day(2028, 2, 29)
    assert days("monthly", Day(2028, 2, 29), 13)[12] == Day(2029, 2, 28)
    assert days("monthly", Day(2028, 2, 29), 13, payday=31)[1] == Day(2028, 3, 31)


def test_due_days_follow_paydays_every_second_week_over_the_end_of_the_year():
    assert days("biweekly", Day(2026, 12, 11), 3) == [Day(2026, 12, 11), Day(2026, 12, 25), Day(2027, 1, 8)]
    assert days("weekly", Day(2026, 12, 25), 2) == [Day(2026, 12, 25), Day(2027, 1, 1)]


def test_twice_a_month_is_the_15th_and_the_last_day():
    found = days("semimonthly", Day(2027, 1, 15), 5, payday=15, second_payday=31)
    assert found == [Day(2027, 1, 15), Day(2027, 1, 31), Day(2027, 2, 15), Day(2027, 2, 28), Day(2027, 3, 15)]


def test_twice_a_month_without_paydays_is_half_a_month_apart():
    assert days("semimonthly", Day(2027, 1, 5), 4) == [
        Day(2027, 1, 5), Day(2027, 1, 20), Day(2027, 2, 5), Day(2027, 2, 20),
    ]  # fmt: skip


def test_the_last_installment_is_what_remains():
    rows = installments(plan("470.01", "100.00", down_payment=D("70.00"), down_due_on=TODAY))
    assert [(row.number, row.due_on, row.amount) for row in rows] == [
        (0, TODAY, D("70.00")),
        (1, Day(2026, 12, 5), D("100.00")),
        (2, Day(2027, 1, 5), D("100.00")),
        (3, Day(2027, 2, 5), D("100.00")),
        (4, Day(2027, 3, 5), D("100.00")),
        (5, Day(2027, 4, 5), D("0.01")),
    ]


def test_by_count_the_first_are_a_cent_larger():
    rows = installments(plan("100.00", None, count=3))
    assert [row.amount for row in rows] == [D("33.34"), D("33.33"), D("33.33")]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"each": None}, "each"),
        ({"each": "0.00"}, "each"),
        ({"each": "1.00", "total": "1000.00"}, "each"),
        ({"down_payment": D("500.00")}, "down"),
        ({"down_payment": D("-1.00")}, "down"),
        ({"down_payment": D("1.00"), "down_due_on": Day(2027, 1, 1)}, "down"),
        ({"frequency": "hourly"}, "frequency"),
        ({"each": None, "count": 0}, "count"),
        ({"payday": 32}, "payday"),
    ],
)
def test_terms_that_no_plan_can_have_name_the_field(terms, field):
    with pytest.raises(BadPlan) as caught:
        installments(plan(**terms))
    assert caught.value.facts["field"] == field


CENTS = st.integers(1, 10_000_00).map(lambda cents: D(cents) / 100)


@given(
    total=CENTS, down=st.integers(0, 99), each=CENTS, first=st.dates(Day(2020, 1, 1), Day(2080, 12, 31)),
    frequency=st.sampled_from(["weekly", "biweekly", "semimonthly", "monthly"]), many=st.integers(0, 40),
)  # fmt: skip
def test_installments_sum_to_the_cent_and_due_days_only_go_forward(total, down, each, first, frequency, many):
    down_payment = D(int(total * 100) * down // 100) / 100
    terms = PlanTerms(
        total, frequency, first, each=None if many else each, count=many or None, down_payment=down_payment,
        down_due_on=first,
    )  # fmt: skip
    try:
        rows = installments(terms)
    except BadPlan:
        return
    cents = [int(row.amount * 100) for row in rows]
    assert sum(cents) == int(total * 100)
    assert min(cents) > 0
    regular = [row for row in rows if row.number]
    assert [row.number for row in regular] == list(range(1, len(regular) + 1))
    gaps = [(later.due_on - row.due_on).days for row, later in zip(regular, regular[1:], strict=False)]
    least, most = {"weekly": (7, 7), "biweekly": (14, 14), "semimonthly": (13, 18), "monthly": (28, 31)}[frequency]
    assert all(least <= gap <= most for gap in gaps[1:])
    amounts = {row.amount for row in regular[:-1]}
    assert len(amounts) <= (2 if many else 1)


def test_twelve_monthly_installments_take_twelve_months_and_one_takes_one():
    assert months_of(installments(plan("1200.00", "100.00", first=Day(2027, 1, 31)))) == 12
    assert months_of(installments(plan("100.00", "100.00"))) == 1
    assert months_of(installments(plan("2600.00", "100.00", frequency="biweekly", first=Day(2026, 12, 11)))) == 12


def test_an_installment_a_month_and_back():
    assert a_month(D("50.00"), "biweekly") == D("108.34")  # 26 a year, rounded up
    assert per_installment(D("108.34"), "biweekly") == D("50.00")
    assert a_month(D("50.00"), "weekly") == D("216.67")


def test_four_installments_are_exempt_and_five_ask_for_truth_in_lending():
    four, five = installments(plan("400.00")), installments(plan("500.00"))
    assert position(four, "disclosed") == "exempt"
    assert position(five, "disclosed") == "disclosed"
    assert position(five, "workout") == "workout"


def test_the_down_payment_is_none_of_the_installments():
    four = installments(plan("500.00", "100.00", down_payment=D("100.00"), down_due_on=TODAY))
    assert len(four) == 5
    assert position(four, "disclosed") == "exempt"


def test_the_box_says_that_nothing_is_charged():
    box = lending_box(installments(plan("550.00", "100.00", down_payment=D("25.00"), down_due_on=TODAY)))
    assert (box.apr, box.finance_charge, box.late_charge) == (0, 0, 0)
    assert (box.amount_financed, box.total_of_payments, box.down_payment) == (D("525.00"), D("525.00"), D("25.00"))
    assert [(row.count, row.amount) for row in box.payments] == [(5, D("100.00")), (1, D("25.00"))]


def test_half_of_what_is_left_is_suggested_in_round_amounts():
    means = Means(income=D("2400.00"), expenses={"housing": D("1200.00"), "food": D("613.00"), "debts": D("300.00")})
    found = affordable(means, share_percent=50, income_percent=None)
    assert found.monthly == D("140.00")  # half of 287.00 is 143.50
    assert found.because == "50 % of the $287.00 a month that are left to them"


def test_who_has_less_than_they_need_is_suggested_nothing():
    found = affordable(
        Means(income=D("900.00"), expenses={"housing": D("1000.00")}), share_percent=50, income_percent=5
    )
    assert found.monthly == 0


def test_new_york_caps_a_plan_at_five_percent_of_income():
    found = affordable(Means(income=D("2000.00"), stated=D("300.00")), share_percent=50, income_percent=5)
    assert (found.monthly, found.is_capped) == (D("100.00"), True)
    assert affordable(Means(stated=D("300.00")), share_percent=50, income_percent=5).monthly == D("300.00")


POLICY = PolicyRow(
    balance_from=D(0), minimum=D("25.00"), longest_months=12, grace_days=5, consequence="call", position="disclosed"
)


def broken(terms, law=NO_LAW, policy=POLICY, income=None):
    return [(one.words, one.is_law) for one in breaches(terms, installments(terms), policy, law, income=income)]


def test_what_leaves_the_policy_is_said_and_what_a_law_forbids_is_no_matter_of_asking():
    assert broken(plan("300.00", "25.00")) == []
    assert broken(plan("300.00", "20.00")) == [
        ("$20.00 a month is less than the smallest installment, $25.00.", False),
        ("15 months are longer than the 12 of the policy.", False),
    ]
    colorado = StateLaw("CO", income_percent=4, longest_months=36)
    assert broken(plan("3700.00", "100.00"), colorado, income=D("2000.00")) == [
        ("CO caps a plan at 4 % of income: $80.00 a month.", True),
        ("CO ends a plan after 36 months; 37 would be longer.", True),
        ("37 months are longer than the 12 of the policy.", False),
    ]
    assert unknown_income(colorado, None).startswith("CO caps a plan at 4 %")
    assert unknown_income(colorado, D(1)) == unknown_income(StateLaw(), None) == ""


def test_a_balance_below_the_smallest_installment_is_paid_in_one():
    assert broken(plan("18.00", "18.00")) == []


def test_a_down_payment_of_the_policy_is_rounded_up():
    policy = PolicyRow(
        balance_from=D(0), minimum=D(25), longest_months=12, grace_days=5, consequence="call", position="disclosed",
        down_percent=10,
    )  # fmt: skip
    assert policy.down_of(D("333.33")) == D("33.34")
    assert broken(plan("333.33", "50.00"), policy=policy) == [("The policy asks for a down payment of $33.34.", False)]


def test_bands_go_by_what_is_owed_and_a_practice_s_own_comes_before_the_shared():
    own = PolicyRow(
        balance_from=D("500.00"), minimum=D("40.00"), longest_months=10, grace_days=3, consequence="review",
        position="workout", practice_id=7, valid_from=Day(2026, 1, 1), rule_id=1, source="board",
    )  # fmt: skip
    rows = [*shipped_policies(), own]
    assert policy_for(rows, D("499.99"), on=TODAY, practice_id=7).longest_months == 6
    assert policy_for(rows, D("500.00"), on=TODAY, practice_id=7) == own
    assert policy_for(rows, D("500.00"), on=TODAY, practice_id=8).longest_months == 12
    assert policy_for(rows, D("500.00"), on=Day(2025, 12, 31), practice_id=7).longest_months == 12
    assert [row.balance_from for row in bands(rows, on=TODAY, practice_id=7)] == [0, 500, 2000, 5000]


def test_offers_begin_with_what_they_can_pay():
    able = affordable(Means(stated=D("60.00")), share_percent=50, income_percent=None)
    found = offers(D("600.00"), able=able, policy=POLICY, law=StateLaw(), income=None, first_due_on=Day(2026, 12, 5))
    assert [(one.label, one.each, one.count, list(one.breaches)) for one in found] == [
        ("What they can pay", D("60.00"), 10, []),
        ("Done sooner", D("120.00"), 5, []),
        ("Smallest installment", D("50.00"), 12, []),
    ]


def test_what_they_can_pay_stands_first_even_where_it_leaves_the_policy():
    able = affordable(Means(stated=D("20.00")), share_percent=50, income_percent=None)
    found = offers(D("600.00"), able=able, policy=POLICY, law=StateLaw(), income=None, first_due_on=Day(2026, 12, 5))
    assert found[0].each == D("20.00")
    assert [one.words for one in found[0].breaches]
    assert all(not one.breaches for one in found[1:])


@given(
    balance=st.integers(1_00, 20_000_00).map(lambda cents: D(cents) / 100),
    stated=st.none() | st.integers(0, 500_00).map(lambda cents: D(cents) / 100),
    frequency=st.sampled_from(["weekly", "biweekly", "semimonthly", "monthly"]),
)
def test_every_offer_pays_the_balance_and_all_but_the_first_keep_the_policy(balance, stated, frequency):
    able = affordable(Means(stated=stated), share_percent=50, income_percent=None)
    policy = policy_for(shipped_policies(), balance, on=TODAY, practice_id=1)
    found = offers(
        balance, able=able, policy=policy, law=StateLaw(), income=None, first_due_on=Day(2026, 12, 5),
        frequency=frequency,
    )  # fmt: skip
    assert all(sum(row.amount for row in one.rows) == balance for one in found)
    assert not [one for one in found[1:] if one.breaches]


def test_what_is_read_names_every_amount_and_day_in_both_languages():
    rows = installments(plan("525.00", "100.00", down_payment=D("25.00"), down_due_on=TODAY))
    of = {"practice": "Harbor Clinic", "frequency": "monthly", "position": "disclosed", "grace_days": 5}
    english, spanish = " ".join(read_back(rows, **of)), " ".join(read_back(rows, **of, language="es"))
    for text in (english, spanish):
        assert all(one in text for one in ("$525.00", "$25.00", "$100.00", "$500.00", "Harbor Clinic"))
    assert (
        "5 payments of $100.00 are due every month, the first on December 5, 2026, the last on April 5, 2027" in english
    )
    assert "5 pagos de $100.00 vencen cada mes, el primero el 5 de diciembre de 2026" in spanish
    assert "Annual percentage rate 0 %" in english
    assert "Tasa de porcentaje anual 0 %" in spanish
