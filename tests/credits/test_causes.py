"""Why a bucket is below zero: worked examples, a posting a line (RULES 4.1)."""

import datetime as dt

import pytest

from arwork.lib.money import money
from claims.credits.causes import CreditCause, CreditStory, Moved, cause_of, credit_began

AT = dt.datetime(2026, 9, 1, 15, 0, tzinfo=dt.UTC)


def told(*moves: str) -> list[Moved]:
    """`day kind debit credit amount [line] [deposit] [reverses]`, in the order in which they were recorded."""
    rows = []
    for number, words in enumerate(moves, 1):
        day, kind, debit, credit, amount, *rest = words.split()
        line, deposit, reverses = ([int(one) for one in rest] + [1, 0, 0][len(rest) :])[:3]
        on = dt.date(2026, 9, int(day))
        rows.append(
            Moved(
                number, kind, debit, credit, money(amount), line, deposit or None,
                dt.datetime.combine(on, AT.time(), tzinfo=dt.UTC), on, reverses or None,
            )
        )  # fmt: skip
    return rows


CHARGED = "1 charge PAYER1 REVENUE 200.00"
STORIES = {
    "the same payment in two deposits": (
        "duplicate", "PAYER1", "120.00",
        [CHARGED, "9 contractual CONTRACTUAL PAYER1 80.00", "9 payer_payment CASH PAYER1 120.00 1 11",
         "20 payer_payment CASH PAYER1 120.00 1 12"],
    ),
    "both payers paid as if they came first": (
        "both_primary", "PAYER2", "90.00",
        [CHARGED, "9 contractual CONTRACTUAL PAYER1 80.00", "9 payer_payment CASH PAYER1 100.00 1 11",
         "9 transfer PAYER2 PAYER1 20.00", "20 payer_payment CASH PAYER2 110.00 1 12"],
    ),
    "an estimate at the desk was more than the deductible": (
        "patient_overpaid", "PATIENT", "35.00",
        [CHARGED, "2 patient_payment CASH PATIENT 60.00", "9 payer_payment CASH PAYER1 175.00 1 11",
         "9 transfer PATIENT PAYER1 25.00"],
    ),
    "the contract was taken off twice": (
        "contractual", "PAYER1", "60.00",
        [CHARGED, "9 contractual CONTRACTUAL PAYER1 60.00", "9 payer_payment CASH PAYER1 140.00 1 11",
         "20 contractual CONTRACTUAL PAYER1 60.00"],
    ),
    "the charge was voided after it was paid": (
        "unposted_charge", "PAYER1", "200.00",
        [CHARGED, "9 payer_payment CASH PAYER1 200.00 1 11", "20 charge REVENUE PAYER1 200.00"],
    ),
    "a payment to a payer that was never asked": (
        "misposted", "PAYER3", "45.00", [CHARGED, "9 payer_payment CASH PAYER3 45.00 1 11"],
    ),
    "nothing of it says why": (
        "unknown", "PAYER1", "10.00", [CHARGED, "9 payer_payment CASH PAYER1 210.00 1 11"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cause", "bucket", "amount", "moves"), STORIES.values(), ids=STORIES.keys())
def test_the_cause_of_a_credit(cause: str, bucket: str, amount: str, moves: list[str]) -> None:
    assert cause_of(CreditStory(bucket, money(amount), told(*moves))) == cause


def test_what_the_payer_takes_back_comes_first_whatever_else_it_looks_like() -> None:
    moves = told(CHARGED, "9 payer_payment CASH PAYER1 200.00 1 11", "20 payer_payment CASH PAYER1 200.00 1 12")
    assert cause_of(CreditStory("PAYER1", money("200.00"), moves, is_taken_back=True)) == CreditCause.RECOUPMENT


def test_a_duplicate_that_was_reversed_is_none() -> None:
    moves = told(
        CHARGED, "9 payer_payment CASH PAYER1 200.00 1 11", "10 payer_payment CASH PAYER1 200.00 1 12",
        "11 payer_payment PAYER1 CASH 200.00 1 12 3", "12 payer_payment CASH PAYER1 10.00 1 13",
    )  # fmt: skip
    assert cause_of(CreditStory("PAYER1", money("10.00"), moves)) == CreditCause.UNKNOWN


def test_two_copays_of_one_amount_are_no_duplicate_of_a_smaller_credit() -> None:
    moves = told(
        "1 charge PATIENT REVENUE 45.00", "2 patient_payment CASH PATIENT 25.00", "9 patient_payment CASH PATIENT 25.00"
    )
    assert cause_of(CreditStory("PATIENT", money("5.00"), moves)) == CreditCause.PATIENT_OVERPAID


class TestBegan:
    MOVES = (CHARGED, "9 payer_payment CASH PAYER1 200.00 1 11", "20 payer_payment CASH PAYER1 50.00 1 12")

    def test_a_credit_began_when_the_bucket_went_below_zero(self) -> None:
        began = credit_began(told(*self.MOVES), "PAYER1")
        assert began
        assert (began.posting_id, began.at.day) == (3, 20)

    def test_more_of_it_changes_nothing_and_what_comes_after_zero_is_another_one(self) -> None:
        more = told(*self.MOVES, "21 payer_payment CASH PAYER1 5.00 1 13")
        assert credit_began(more, "PAYER1") == credit_began(told(*self.MOVES), "PAYER1")
        again = told(*self.MOVES, "22 charge PAYER1 REVENUE 50.00", "25 payer_payment CASH PAYER1 7.00 1 13")
        began = credit_began(again, "PAYER1")
        assert began
        assert began.at.day == 25

    def test_a_refund_that_was_taken_back_leaves_the_clock_where_it_ran(self) -> None:
        moves = told(*self.MOVES, "22 refund PAYER1 REFUND 50.00", "24 refund REFUND PAYER1 50.00 1 0 4")
        began = credit_began(moves, "PAYER1")
        assert began
        assert began.at.day == 20

    def test_a_refund_that_stands_ends_the_credit(self) -> None:
        assert credit_began(told(*self.MOVES, "22 refund PAYER1 REFUND 50.00"), "PAYER1") is None

    def test_unapplied_cash_is_a_credit_from_the_day_it_came(self) -> None:
        began = credit_began(told("3 unapplied CASH UNAPPLIED 80.00"), "UNAPPLIED")
        assert began
        assert began.at.day == 3
