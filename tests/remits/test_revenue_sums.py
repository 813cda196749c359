"""An answer by revenue code alone that sums several billed lines (SVC01 NU)."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.money import ZERO, from_cents, money
from claims.billing.models import Claim, ClaimLine
from claims.billing.service_lines import SentLine
from claims.remits.era import Adjustment, ClaimPayment, ServicePayment
from claims.remits.models import RemitException
from claims.remits.revenue_sums import RevenueAnswer, with_sums
from tests.remits.era import buckets, take
from tests.remits.test_impossible import by_revenue_code, institutional

DAY = dt.date(2026, 9, 14)


def owed_by_line(claim: Claim) -> dict[str, str]:
    rows = ClaimLine.objects.filter(claim=claim).order_by("number")
    return {row.code: f"{row.payer1} {row.patient}" for row in rows}


@pytest.mark.django_db
def test_it_pays_the_lines_of_its_code_that_make_up_its_charge() -> None:
    claim = institutional(("J1885", "0636", "200.00"), ("J2405", "0636", "100.00"), ("99284", "0450", "500.00"))
    take(by_revenue_code(("0636", "300.00", "150.00"), ("0450", "500.00", "400.00")))
    assert buckets(claim) == {}
    assert not RemitException.objects.exists()
    paid = dict.fromkeys(owed_by_line(claim), "0.00 0.00")
    assert owed_by_line(claim) == paid


@pytest.mark.django_db
def test_it_may_sum_some_lines_of_the_code_if_only_these_do() -> None:
    claim = institutional(("A", "0636", "200.00"), ("B", "0636", "100.00"), ("C", "0636", "70.00"))
    take(by_revenue_code(("0636", "270.00", "100.00"), ("0636", "100.00", "100.00")))
    assert buckets(claim) == {}
    assert not RemitException.objects.exists()


@pytest.mark.django_db
def test_where_several_choices_would_do_a_person_is_asked_and_told_the_lines() -> None:
    claim = institutional(("A", "0636", "50.00"), ("B", "0636", "50.00"), ("C", "0636", "50.00"), ("D", "0450", "9.00"))
    take(by_revenue_code(("0636", "100.00", "80.00"), ("0450", "9.00", "9.00")))
    waiting = RemitException.objects.get()
    assert waiting.code == "line_unmatched"
    assert "It may sum some of lines 1, 2, 3: say which." in waiting.detail
    assert buckets(claim) == {"PAYER1": "159.00"}


@pytest.mark.django_db
def test_what_makes_up_no_charge_is_a_question() -> None:
    claim = institutional(("A", "0636", "50.00"), ("B", "0636", "60.00"))
    take(by_revenue_code(("0636", "100.00", "80.00")))
    assert RemitException.objects.get().code == "line_unmatched"
    assert buckets(claim) == {"PAYER1": "110.00"}


@given(st.lists(st.integers(1, 30_000), min_size=2, max_size=6), st.data())
def test_the_parts_add_up_and_balance_line_by_line(charges: list[int], data: st.DataObject) -> None:
    whole = sum(charges)
    lines = [SentLine(pk, pk, "", f"J{pk}", "", from_cents(cents), DAY, "0636") for pk, cents in enumerate(charges, 1)]
    off = data.draw(st.integers(0, whole))
    share = data.draw(st.integers(0, whole - off))
    adjustments = (Adjustment("CO", "45", from_cents(off)), Adjustment("PR", "2", from_cents(share)))
    one = ServicePayment(1, None, from_cents(whole), from_cents(whole - off - share), adjustments)
    made = with_sums(ClaimPayment("1", one.charge, one.paid, lines=(one,)), {1: RevenueAnswer("0636", DAY)}, lines)

    assert [(part.line_id, part.charge) for part in made.lines] == [(line.id, line.charge) for line in lines]
    for part in made.lines:
        amounts = [each.amount for each in part.adjustments]
        assert part.charge - sum(amounts, ZERO) == part.paid
        assert min([part.paid, *amounts]) >= 0
    assert sum((part.paid for part in made.lines), ZERO) == one.paid
    for code in ("45", "2"):
        total = sum((each.amount for part in made.lines for each in part.adjustments if each.carc == code), ZERO)
        assert total == next(each.amount for each in adjustments if each.carc == code)


def test_what_does_not_balance_is_left_as_it_is() -> None:
    one = ServicePayment(1, None, money("100"), money("10"))
    paid = ClaimPayment("1", Decimal(100), Decimal(10), lines=(one,))
    line = SentLine(1, 1, "", "J1", "", money("100"), DAY, "0636")
    assert with_sums(paid, {1: RevenueAnswer("0636", DAY)}, [line]) == paid
