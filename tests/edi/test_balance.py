"""The three-level balance of an 835 (RULES 2.1), each level alone, with amounts in what is said."""

from decimal import Decimal

import pytest

from claims.edi.x12 import read_all
from claims.edi.x12.balance import transaction_imbalance
from claims.edi.x12.records import Clp

from .x12files import claim, remittance


def found(clp: Clp) -> list[tuple[str, str]]:
    return [(problem.code, problem.severity) for problem in clp.problems]


def test_a_sound_remittance_ties_out_at_every_level() -> None:
    [transaction] = read_all(remittance(claim("A"), claim("B"), paid="160"))
    assert [found(clp) for clp in transaction.body] == [[], []]
    assert transaction.problems == ()
    assert transaction.totals.balanced


def test_a_line_that_does_not_add_up_names_the_difference() -> None:
    segments = claim("A")
    segments[2] = "SVC*HC:99213*100*79.50**1"
    [transaction] = read_all(remittance(segments, paid="80"))
    [problem] = transaction.body[0].problems
    assert (problem.code, str(problem.where)) == ("unbalanced_line", "segment 14, SVC03")
    assert "expected 80.00, found 79.50 (difference 0.50)" in problem.message
    assert not transaction.totals.balanced


def test_a_claim_that_does_not_add_up_leaves_its_neighbor_alone() -> None:
    short = [segment.replace("CLP*A*1*100*80", "CLP*A*1*100*70") for segment in claim("A")]
    [transaction] = read_all(remittance(short, claim("B"), paid="150"))
    assert [found(clp) for clp in transaction.body] == [[("unbalanced_claim", "error")], []]
    assert (
        "charge 100.00 less adjustments 20.00, expected 80.00, found 70.00" in transaction.body[0].problems[0].message
    )


def test_claim_level_adjustments_count_for_the_claim_and_not_for_lines() -> None:
    segments = claim("A")
    segments[0] = "CLP*A*1*100*75*20*12*ICNA*11*1"
    segments.insert(1, "CAS*CO*253*5")
    [transaction] = read_all(remittance(segments, paid="75"))
    assert found(transaction.body[0]) == []


def test_patient_responsibility_is_cross_checked_as_a_warning() -> None:
    segments = [segment.replace("*80*20*12", "*80*25*12") for segment in claim("A")]
    [transaction] = read_all(remittance(segments, paid="80"))
    assert found(transaction.body[0]) == [("pr_mismatch", "warning")]
    assert transaction.totals.balanced


def test_a_reversal_balances_with_its_signs_turned() -> None:
    reversal = ["CLP*A*22*-100*-80**12*ICNA*11*1", "NM1*QC*1*DOE*JANE", "SVC*HC:99213*-100*-80**-1", "CAS*PR*2*-20"]
    [transaction] = read_all(remittance(reversal, claim("B"), paid="0"))
    assert [found(clp) for clp in transaction.body] == [[], []]
    assert transaction.totals.balanced
    assert transaction.totals.paid == Decimal("0.00")


@pytest.mark.parametrize(("plb", "paid"), [("WO:X*30", "50"), ("L6:X*-2.50", "82.50"), ("FB:X*100", "-20")])
def test_a_positive_plb_decreases_the_payment_and_a_negative_one_increases_it(plb: str, paid: str) -> None:
    [transaction] = read_all(remittance(claim("A"), paid=paid, plbs=[f"PLB*1*20251231*{plb}"]))
    assert transaction.problems == ()
    assert transaction.totals.balanced


def test_a_payment_that_is_not_the_sum_of_its_claims_says_by_how_much() -> None:
    [transaction] = read_all(remittance(claim("A"), paid="81"))
    [problem] = transaction.problems
    assert (problem.code, str(problem.where)) == ("unbalanced_transaction", "segment 4, BPR02")
    assert "expected 80.00, found 81.00 (difference -1.00)" in problem.message
    assert transaction.body[0].problems == ()
    assert transaction.totals.balanced is False


def test_a_debit_may_be_written_with_either_sign() -> None:
    for bpr02 in (Decimal(-20), Decimal(20)):
        assert not transaction_imbalance(bpr02=bpr02, credit_debit="D", paid=Decimal(80), plb=Decimal(100), segment=4)
    assert transaction_imbalance(bpr02=Decimal(20), credit_debit="C", paid=Decimal(80), plb=Decimal(100), segment=4)


def test_an_unreadable_claim_is_not_accused_of_not_adding_up() -> None:
    [transaction] = read_all(remittance(claim("A", charge="x"), paid="80"))
    assert {problem.code for problem in transaction.body[0].problems} == {"bad_amount"}
    assert transaction.totals.balanced is False
