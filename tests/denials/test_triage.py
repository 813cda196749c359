"""Verdicts of refused and reduced dollars: worked examples, and that those of a line add up to its adjustments."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.dated_rules import Book
from arwork.lib.money import ZERO, money
from claims.denials.triage import (
    LineStanding,
    PaymentStatus,
    PaymentVerdict,
    answer_status,
    claim_payment_status,
    payment_status,
    sums_by_verdict,
    triage,
)
from claims.remits.adjustment_rules import TreatmentRule, default_treatment_rules, treat
from claims.remits.era import Treatment
from claims.remits.explain import TreatedCut

DAY = dt.date(2026, 10, 5)


def cuts_of(
    cas: str, *rarcs: str, payer_id: int | None = None, own: tuple[TreatmentRule, ...] = ()
) -> list[TreatedCut]:
    """`CO-45 60.00, PR-2 18.00` as the rules of the day treat it."""
    rules = Book((*own, *default_treatment_rules()))
    found = []
    for one in cas.split(", "):
        code, amount = one.split(" ")
        group, carc = code.split("-")
        does = treat(group, carc, on=DAY, payer_id=payer_id, rules=rules, rarcs=rarcs)
        found.append(TreatedCut(group, carc, money(amount), does))
    return found


def told(cas: str, *rarcs: str, paid: str = "0", short: str = "0", **of: object) -> str:
    """What a line is told: its status, then the dollars of each verdict."""
    found = sums_by_verdict(triage(cuts_of(cas, *rarcs, **of), short=money(short)))
    parts = [f"{verdict} {amount}" for verdict, amount in sorted(found.items())]
    return f"{answer_status(money(paid), found)}: {', '.join(parts)}"


@pytest.mark.parametrize(
    ("cas", "rarcs", "paid", "expected"),
    [
        # RULES 2.6: nothing paid, all of it the deductible: a complete answer, no denial
        ("CO-45 60.00, PR-1 180.00", [], "0", "patient share: contractual 60.00, patient share 180.00"),
        ("CO-16 240.00", ["M51"], "0", "denied: denial 240.00"),
        ("CO-197 240.00", [], "0", "denied: denial 240.00"),
        ("CO-45 60.00, PR-2 36.00", [], "144.00", "paid: contractual 60.00, patient share 36.00"),
        ("CO-45 60.00, CO-253 3.60, PR-2 36.00", [], "140.40", "paid: contractual 63.60, patient share 36.00"),
        ("CO-45 60.00, CO-97 80.00", [], "100.00", "paid in part: contractual 60.00, denial 80.00"),
        ("CO-133 240.00", [], "0", "pending: pending 240.00"),
        ("PI-90 40.00", [], "200.00", "underpaid: underpayment 40.00"),
        ("OA-23 192.00, PR-2 48.00", [], "0", "patient share: information 192.00, patient share 48.00"),
        # probably the patient's: a refusal until coverage is verified (RULES 7.2)
        ("PR-27 240.00", [], "0", "denied: denial 240.00"),
        # a QMB member may not be asked: still a share, of which nothing comes (SSA 1902(n)(3)(B))
        ("CO-45 60.00, PR-2 36.00", ["N781"], "144.00", "paid: contractual 60.00, patient share 36.00"),
        ("CO-45 240.00", [], "0", "taken off: contractual 240.00"),
        ("CO-9999 240.00", [], "0", "denied: denial 240.00"),  # nobody knows it: work, never written off unread
        ("ZZ-1 10.00", [], "230.00", "paid in part: denial 10.00"),
        ("CO-45 -60.00, PR-2 -36.00", [], "-144.00", "taken back: contractual -60.00, patient share -36.00"),
        ("CO-197 -240.00", [], "0", "taken back: denial -240.00"),
    ],
)
def test_worked_examples(cas: str, rarcs: list[str], paid: str, expected: str) -> None:
    assert told(cas, *rarcs, paid=paid) == expected


def test_what_the_contract_allows_beyond_is_short_and_not_agreed() -> None:
    """Charged 240.00, allowed 150.00; the contract says 170.00: of the 90.00 taken off 20.00 were never agreed."""
    assert told("CO-45 90.00, PR-2 30.00", paid="120.00", short="20.00") == (
        "underpaid: contractual 70.00, patient share 30.00, underpayment 20.00"
    )
    assert told("CO-45 15.00", paid="225.00", short="20.00") == "underpaid: underpayment 15.00"


def test_a_rule_of_the_payer_from_its_day_on_says_otherwise() -> None:
    own = TreatmentRule(
        Treatment.CONTRACTUAL, group="CO", carc="97", payer_id=7, valid_from=DAY - dt.timedelta(days=9), rule_id=1
    )
    assert told("CO-97 80.00", paid="160.00", payer_id=7, own=(own,)) == "paid: contractual 80.00"
    assert told("CO-97 80.00", paid="160.00", payer_id=8, own=(own,)) == "paid in part: denial 80.00"


_money = st.decimals(min_value=-500, max_value=500, places=2)
_cuts = st.lists(
    st.builds(
        TreatedCut, group=st.sampled_from(["CO", "PR", "OA", "PI", "CR", "??"]),
        carc=st.sampled_from(["1", "16", "23", "45", "97", "133", "253", "X"]), amount=_money,
        treatment=st.sampled_from(Treatment),
    ),
    max_size=8,
)  # fmt: skip


@given(_cuts, st.decimals(min_value=-50, max_value=900, places=2))
def test_the_verdicts_of_a_line_add_up_to_its_adjustments(cuts: list[TreatedCut], short: Decimal) -> None:
    found = triage(cuts, short=short)
    assert sum((one.amount for one in found), ZERO) == sum((one.amount for one in cuts), ZERO)
    assert sum(sums_by_verdict(found).values(), ZERO) == sum((one.amount for one in cuts), ZERO)
    by_code = [(one.group, one.carc) for one in cuts]
    assert list(dict.fromkeys((one.group, one.carc) for one in found)) == list(dict.fromkeys(by_code))
    # of agreed reductions only, and never more than is short
    moved = sum((one.amount for one in found if one.verdict is PaymentVerdict.UNDERPAYMENT), ZERO)
    disputed = sum((one.amount for one in cuts if one.treatment is Treatment.DISPUTABLE), ZERO)
    assert 0 <= moved - disputed <= max(short, ZERO)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (LineStanding(is_answered=False, waiting=money("240")), "not answered"),
        (LineStanding(paid=money("150")), "paid"),
        (LineStanding(paid=money("150"), waiting=money("20")), "paid in part"),  # the next payer has not answered
        (LineStanding(denied=money("240")), "denied"),
        (LineStanding(paid=money("100"), denied=money("140")), "paid in part"),
        (LineStanding(paid=money("100"), short=money("20")), "underpaid"),
        (LineStanding(pending=money("240")), "pending"),
        (LineStanding(patient=money("240")), "patient share"),
        (LineStanding(), "taken off"),
    ],
)
def test_how_a_line_stands(line: LineStanding, expected: str) -> None:
    assert payment_status(line) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("paid, paid", "paid"), ("paid, denied", "paid in part"), ("paid, patient share", "paid"),
        ("denied, patient share", "denied"), ("underpaid, paid", "underpaid"), ("pending, denied", "denied"),
        ("not answered, patient share", "not answered"), ("patient share, taken off", "patient share"),
        ("underpaid, denied", "paid in part"), ("taken back, paid", "taken back"), ("", "not answered"),
    ],
)  # fmt: skip
def test_a_claim_stands_as_its_lines_do(lines: str, expected: str) -> None:
    assert claim_payment_status([PaymentStatus(one) for one in lines.split(", ") if one]) == expected


@given(st.lists(st.sampled_from(PaymentStatus), max_size=5))
def test_the_order_of_the_lines_tells_nothing(lines: list[PaymentStatus]) -> None:
    assert claim_payment_status(lines) == claim_payment_status(lines[::-1])
