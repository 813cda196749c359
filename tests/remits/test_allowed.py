"""The allowed amount by worked examples: posting, pages and underpayments take it from one function (RULES 1.6)."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.dated_rules import Book
from arwork.lib.money import money
from claims.remits.adjustment_rules import default_treatment_rules, treat
from claims.remits.era import (
    Adjustment,
    ClaimPayment,
    OpenClaim,
    OpenLine,
    ServicePayment,
    Treatment,
    allowed_amount,
)
from claims.remits.explain import allowed
from claims.remits.posting_plan import plan_posting

RULES = Book(default_treatment_rules())
QMB = ("N781",)


def treated(group: str, carc: str, rarcs: tuple[str, ...]) -> Treatment:
    return treat(group, carc, on=dt.date(2026, 10, 5), payer_id=None, rules=RULES, rarcs=rarcs)


def said(*codes: str) -> tuple[Adjustment, ...]:
    """`CO-45 85.55` as records."""
    return tuple(Adjustment(code[:2], code[3:].split()[0], money(code.split()[1])) for code in codes)


def line(charge: str, paid: str, *codes: str, place: int = 1, rarcs: tuple[str, ...] = ()) -> ServicePayment:
    return ServicePayment(place, place, money(charge), money(paid), said(*codes), rarcs)


def claim_of(*lines: ServicePayment, status: str = "1", codes: tuple[str, ...] = ()) -> ClaimPayment:
    adjustments = said(*codes)
    taken = sum((one.amount for one in adjustments), Decimal(0))
    return ClaimPayment(
        status, sum((one.charge for one in lines), Decimal(0)),
        sum((one.paid for one in lines), Decimal(0)) - taken, adjustments, lines,
    )  # fmt: skip


STORIES = {
    # Medicare: fee schedule, sequestration of 2 % of what it pays, 20 % coinsurance. Sequestered money was allowed.
    "sequestration": (line("145.00", "46.61", "CO-45 85.55", "CO-253 0.95", "PR-2 11.89"), "59.45"),
    "deductible": (line("240.00", "0", "CO-45 90.00", "PR-1 150.00"), "150.00"),
    "denied": (line("240.00", "0", "CO-50 240.00"), "0.00"),
    "priced and denied": (line("240.00", "0", "CO-45 90.00", "CO-197 150.00"), "0.00"),
    "denied in part": (line("240.00", "100.00", "CO-45 90.00", "PR-2 30.00", "CO-197 20.00"), "130.00"),
    "disputed by nobody's contract": (line("240.00", "100.00", "PI-45 140.00"), "240.00"),
    "QMB": (line("145.00", "46.61", "CO-45 85.55", "CO-253 0.95", "PR-2 11.89", rarcs=QMB), "59.45"),
    "incentive": (line("100.00", "67.40", "CO-45 20.00", "CO-253 1.60", "PR-2 16.00", "CO-144 -5.00"), "85.00"),
    # What the payers before it took care of is no price of this payer: it took nothing off.
    "secondary": (line("145.00", "11.89", "OA-23 133.11"), "145.00"),
    "secondary with its own price": (line("145.00", "8.89", "OA-23 133.11", "CO-45 3.00"), "142.00"),
    "secondary that denies": (line("145.00", "0", "OA-23 133.11", "CO-50 11.89"), "0.00"),
    "reversal": (line("-145.00", "-46.61", "CO-45 -85.55", "CO-253 -0.95", "PR-2 -11.89"), "-59.45"),
    "reversal of a denial": (line("-240.00", "0", "CO-50 -240.00"), "0.00"),
}


@pytest.mark.parametrize("name", STORIES)
def test_the_allowed_amount_of_a_line(name: str) -> None:
    one, expected = STORIES[name]
    status = "22" if name.startswith("reversal") else "2" if name.startswith("secondary") else "1"
    assert allowed(claim_of(one, status=status), treated) == [money(expected)]


@pytest.mark.parametrize("name", [name for name in STORIES if not name.startswith("reversal")])
def test_posting_allows_what_the_pages_show(name: str) -> None:
    one, expected = STORIES[name]
    bucket, status = ("PAYER2", "2") if name.startswith("secondary") else ("PAYER1", "1")
    owed = OpenClaim(bucket, (OpenLine(1, 1, one.charge, {bucket: one.charge}),))
    result = plan_posting(claim_of(one, status=status), owed, treat=treated).results[1]
    assert (result.allowed, result.is_priced) == (money(expected), "denie" not in name)


def test_sequestration_alone_tells_the_allowed_amount_from_paid_and_share() -> None:
    one, expected = STORIES["sequestration"]
    share = sum((cut.amount for cut in one.adjustments if cut.group == "PR"), Decimal(0))
    assert money(expected) - (one.paid + share) == money("0.95")


def test_what_is_said_of_the_whole_claim_is_brought_down_to_its_lines() -> None:
    both = claim_of(line("100.00", "100.00"), line("300.00", "300.00", place=2), codes=("CO-45 80.00",))
    assert allowed(both, treated) == [money("80.00"), money("240.00")]


def test_a_claim_level_that_merely_repeats_its_lines_counts_once() -> None:
    one = line("240.00", "150.00", "CO-45 90.00")
    repeated = ClaimPayment("1", one.charge, one.paid, said("CO-45 90.00"), (one,))
    assert allowed(repeated, treated) == [money("150.00")]


def test_a_payment_without_lines_allows_for_the_claim() -> None:
    whole = ClaimPayment("1", money("400.00"), money("250.00"), said("CO-45 100.00", "PR-1 50.00"))
    assert allowed(whole, treated) == [money("300.00")]


def test_an_admins_rule_decides_what_is_a_price() -> None:
    amounts = [(money("90.00"), Treatment.CONTRACTUAL), (money("10.00"), Treatment.DISPUTABLE)]
    assert allowed_amount(money("240.00"), amounts) == money("150.00")
    assert allowed_amount(money("240.00"), [(amount, Treatment.CONTRACTUAL) for amount, _ in amounts]) == money(
        "140.00"
    )


@pytest.mark.parametrize("group", ["CO", "OA"])
@pytest.mark.parametrize("sign", [1, -1])
def test_services_paid_as_one_were_allowed_what_was_paid_for_both(group, sign):
    """30 and 50 billed, 60 paid under one of them, 20 is the price: no service was allowed less than nothing."""
    status = "1" if sign > 0 else "22"
    bearer = line(f"{30 * sign}", f"{60 * sign}", f"{group}-94 {-50 * sign}", f"CO-45 {20 * sign}")
    moved = line(f"{50 * sign}", "0", f"CO-97 {50 * sign}", place=2)

    amounts = allowed(claim_of(bearer, moved, status=status), treated)

    assert sum(amounts) == money(f"{60 * sign}")
    assert all(amount * sign > 0 for amount in amounts)
