"""The sliding scale by figures that anybody can check, and by properties with a scale of their own."""

import datetime as dt
from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.assistance.guidelines import guideline_for
from collections_app.assistance.household import BadHousehold, Household, Income, checked, household_of
from collections_app.assistance.policy import (
    AssistancePolicy,
    CoveredVisit,
    decide_visits,
    find,
    percent_of_guideline,
    shipped_policies,
    shown,
)

D = Decimal
BANDS = ((200, 100), (300, 75), (400, 50))
POLICY = AssistancePolicy(bands=BANDS, presumptive=("medicaid",))
LINE = guideline_for("48", on=dt.date(2026, 11, 20))


def yearly(amount):
    return (Income("work", "yearly", D(amount)),)


@pytest.mark.parametrize(
    ("area", "day", "people", "dollars"),
    [
        ("48", "2026-11-20", 1, 15_960),
        ("48", "2026-11-20", 3, 27_320),
        ("48", "2026-11-20", 8, 55_720),
        ("48", "2026-11-20", 10, 67_080),  # two people more at 5,680
        ("AK", "2026-02-01", 3, 34_150),
        ("HI", "2025-12-31", 8, 62_300),
        ("48", "2024-05-05", 2, 20_440),
        ("48", "2027-01-02", 1, 15_960),  # until that year's is known, the latest one
    ],
)
def test_the_guideline_of_a_year_an_area_and_a_household(area, day, people, dollars):
    assert guideline_for(area, on=dt.date.fromisoformat(day)).of(people) == dollars


def test_no_guideline_is_invented():
    with pytest.raises(LookupError):
        guideline_for("48", on=dt.date(2019, 1, 1))


def test_three_people_on_30_000_are_at_109_8_percent():
    assert shown(percent_of_guideline(D(30_000), LINE.of(3))) == "109.8"
    found = find(POLICY, Household(3, yearly(30_000)), LINE, bill=D(400))
    assert found.discount == 100
    assert found.why == "$30,000.00 a year is 109.8 % of the 2026 guideline for 3 people ($27,320): 100 % is taken off."


@pytest.mark.parametrize(
    ("interval", "amount", "a_year"),
    [
        ("weekly", "500.25", "26013.00"),
        ("biweekly", "1000.10", "26002.60"),
        ("semimonthly", "1100.00", "26400.00"),
        ("monthly", "2500.00", "30000.00"),
        ("yearly", "30000.00", "30000.00"),
    ],
)
def test_income_is_compared_by_the_year(interval, amount, a_year):
    assert Household(1, (Income("work", interval, D(amount)),)).a_year == D(a_year)


@pytest.mark.parametrize(
    ("income", "off"),
    [("54640.00", 100), ("54640.01", 75), ("81960.00", 75), ("81960.01", 50), ("109280.00", 50), ("109280.01", 0)],
)
def test_a_band_ends_on_its_cent(income, off):
    assert find(POLICY, Household(3, yearly(income)), LINE, bill=D(400)).discount == off


def test_nobody_is_told_no_before_they_told_of_themselves():
    found = find(POLICY, Household(), LINE, bill=D(1))
    assert (found.discount, found.lacks) == (0, ("how many people live in the household", "what comes in"))


def test_no_income_at_all_is_an_income_of_zero():
    assert find(POLICY, Household(1, ()), LINE, bill=D(1)).discount == 100


def test_a_presumptive_reason_needs_no_income_and_only_where_the_policy_knows_it():
    assert find(POLICY, Household(), LINE, bill=D(1), presumptive="medicaid").discount == 100
    assert find(POLICY, Household(), LINE, bill=D(1), presumptive="homeless").discount == 0


def test_a_bill_that_nobody_can_bear_gets_the_discount_of_medical_indigence():
    policy = AssistancePolicy(bands=BANDS, indigent_percent=25, indigent_discount=40)
    house = Household(3, yearly(120_000))
    assert find(policy, house, LINE, bill=D("30000.00")).discount == 0
    assert find(policy, house, LINE, bill=D("30000.01")).discount == 40
    assert find(policy, Household(3, yearly(60_000)), LINE, bill=D(99_999)).discount == 75  # the scale gives more


def test_assets_above_the_limit_end_it():
    policy = AssistancePolicy(bands=BANDS, assets_most=D(10_000))
    assert find(policy, Household(3, yearly(30_000), D(10_000)), LINE, bill=D(1)).discount == 100
    found = find(policy, Household(3, yearly(30_000), D("10000.01")), LINE, bill=D(1))
    assert (found.discount, found.basis) == (0, "assets")
    assert find(policy, Household(3, yearly(30_000)), LINE, bill=D(1)).lacks == ("what assets there are",)


def test_what_is_left_is_never_more_than_is_generally_billed_where_501r_binds():
    """1,000.00 charged, 600.00 to pay, 50 % off leaves 300.00; at 25 % generally billed, 250.00."""
    policy = AssistancePolicy(bands=BANDS, is_501r=True, agb_percent=D("25"))
    (one,) = decide_visits(policy, 50, [CoveredVisit(1, D(600), D(0), D(1000))])
    assert (one.before, one.due, one.written_off, one.back, one.is_capped) == (D(600), D(250), D(350), D(0), True)
    plain = AssistancePolicy(bands=BANDS, agb_percent=D("25"))
    assert decide_visits(plain, 50, [CoveredVisit(1, D(600), D(0), D(1000))])[0].due == D(300)


def test_what_was_paid_beyond_the_part_left_goes_back_where_501r_binds():
    """500.00 to pay, 200.00 of it paid: 75 % off leaves 125.00, so 300.00 comes off and 75.00 goes back."""
    policy = AssistancePolicy(bands=BANDS, is_501r=True)
    (one,) = decide_visits(policy, 75, [CoveredVisit(1, D(300), D(200), D(900))])
    assert (one.before, one.due, one.written_off, one.back) == (D(500), D(125), D(300), D(75))
    plain = AssistancePolicy(bands=BANDS)
    (other,) = decide_visits(plain, 75, [CoveredVisit(1, D(300), D(200), D(900))])
    assert (other.before, other.due, other.written_off, other.back) == (D(300), D(75), D(225), D(0))


@pytest.mark.parametrize(("paid", "back"), [("4.99", "0"), ("5.00", "5.00")])
def test_less_than_five_dollars_stay(paid, back):
    policy = AssistancePolicy(bands=BANDS, is_501r=True)
    (one,) = decide_visits(policy, 100, [CoveredVisit(1, D(0), D(paid), D(100))])
    assert one.back == D(back)


def test_a_visit_that_is_not_covered_stays_as_it_is():
    (one,) = decide_visits(POLICY, 100, [CoveredVisit(1, D(80), D(0), D(100), "too old")])
    assert (one.due, one.covered, one.left_out) == (D(80), D(0), "too old")


def test_the_shipped_policy_helps_most_where_income_is_least():
    (row,) = shipped_policies()
    assert [off for _, off in row.bands] == [100, 75, 50]


def test_a_household_comes_back_as_it_was_kept():
    house = checked(3, [Income("work", "biweekly", D("1000.10"))], D("12.00"))
    assert household_of(house.as_kept()) == house
    assert household_of(Household().as_kept()) == Household()
    with pytest.raises(BadHousehold):
        checked(0, None, None)
    with pytest.raises(BadHousehold):
        checked(1, [Income("work", "monthly", D(-1))], None)


cents = st.integers(0, 5_000_000).map(lambda value: D(value) / 100)
scales = st.builds(
    lambda ends, offs: tuple(zip(sorted(ends), sorted(offs, reverse=True), strict=False)),
    st.sets(st.integers(1, 999), min_size=1, max_size=5),
    st.sets(st.integers(1, 100), min_size=1, max_size=5),
)


def oracle(bands, a_year, line):
    """The scale once more, without division: a band holds while 100 x income <= percent x guideline."""
    off = 0
    for up_to, gives in reversed(bands):
        if a_year * 100 <= line * up_to:
            off = gives
    return off


@given(scales, st.integers(1, 20), cents, cents)
def test_more_income_never_gets_more(bands, people, one, other):
    policy = AssistancePolicy(bands=bands, indigent_percent=30, indigent_discount=35)
    less, more = sorted((one, other))
    found = [find(policy, Household(people, yearly(income)), LINE, bill=D(9_000)) for income in (less, more)]
    assert found[0].discount >= found[1].discount
    plain = AssistancePolicy(bands=bands)
    assert find(plain, Household(people, yearly(one)), LINE, bill=D(0)).discount == oracle(
        bands, one, D(15_960) + 5_680 * (people - 1)
    )


visits = st.lists(
    st.builds(
        lambda owed, paid, extra, out: (owed, paid, owed + paid + extra, out), cents, cents, cents,
        st.sampled_from(["", "", "", "no"]),
    ),
    max_size=6,
)  # fmt: skip


@given(visits, st.integers(0, 100), st.booleans(), st.integers(1, 100))
def test_every_cent_is_somewhere_and_nothing_is_taken_twice(rows, off, is_501r, agb):
    policy = AssistancePolicy(bands=BANDS, is_501r=is_501r, agb_percent=D(agb))
    seen = [CoveredVisit(pk, owed, paid, gross, out) for pk, (owed, paid, gross, out) in enumerate(rows)]
    found = decide_visits(policy, off, seen)
    returned = sum((one.back for one in found), D(0))
    assert returned == 0 or returned >= 5
    for visit, one in zip(seen, found, strict=True):
        assert one.written_off <= visit.owed
        assert one.back <= visit.paid
        assert one.due >= 0
        assert all(amount == amount.quantize(D("0.01")) for amount in (one.due, one.written_off, one.back))
        if visit.left_out:
            assert (one.covered, one.due) == (0, visit.owed)
            continue
        whole = visit.owed + (visit.paid if is_501r else 0)
        assert one.covered + one.due == whole
        wanted = (whole * off / 100).quantize(D("0.01"), ROUND_CEILING)
        if is_501r and off:
            wanted = max(wanted, whole - (visit.gross * agb / 100).quantize(D("0.01"), "ROUND_FLOOR"))
        assert one.covered == wanted or (returned == 0 and one.covered == min(wanted, visit.owed))
