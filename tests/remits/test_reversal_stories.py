"""Worked stories of RULES 15: what a payer reverses, corrects and recovers."""

import datetime as dt
from itertools import permutations

import pytest

from arwork.lib.money import money
from claims.denials.models import Denial
from claims.ledger.selectors import account_totals
from claims.payers.models import Payer
from claims.remits.models import RemitException, Remittance
from claims.remits.selectors import tie_out
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db


def test_a_reversal_after_the_patient_paid_leaves_the_patient_a_credit_and_the_claim_waiting() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))
    line = claim.lines.get()
    from claims.ledger import services as ledger

    ledger.post(
        [cast.move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount="30.00", on=cast.TODAY)],
        now=cast.NOW,
    )

    take(
        Era(
            [
                Clp(
                    "H1",
                    [Svc("-240.00", "-120.00", [("CO-45", "-90.00"), ("PR-2", "-30.00")])],
                    status="22",
                ),
            ],
            trace="EFT2",
            paid_on=dt.date(2026, 10, 12),
        )
    )

    assert buckets(claim) == {"PAYER1": "240.00", "PATIENT": "-30.00"}
    assert claim.awaiting_correction_since == cast.TODAY


def test_the_correction_may_come_in_another_file_a_week_later() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))
    reversal = Clp("H1", [Svc("-240.00", "-120.00", [("CO-45", "-90.00"), ("PR-2", "-30.00")])], status="22")
    take(Era([reversal], trace="EFT2", paid_on=dt.date(2026, 10, 12)))

    take(
        Era(
            [Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])],
            trace="EFT3",
            paid_on=dt.date(2026, 10, 19),
        )
    )

    assert buckets(claim) == {}
    assert claim.awaiting_correction_since is None
    assert [tie_out(row.pk).is_tied for row in Remittance.objects.all()] == [True] * 3


def test_a_correction_that_comes_before_its_reversal_waits_and_then_posts_by_itself() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))
    correction = Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])
    reversal = Clp("H1", [Svc("-240.00", "-120.00", [("CO-45", "-90.00"), ("PR-2", "-30.00")])], status="22")

    first = take(Era([correction], trace="EFT3", paid_on=dt.date(2026, 10, 19)))
    assert (first.status, RemitException.objects.get().code) == ("partly", "over_credit")
    assert buckets(claim) == {"PATIENT": "30.00"}
    take(Era([reversal], trace="EFT2", paid_on=dt.date(2026, 10, 12)))

    assert buckets(claim) == {}
    assert claim.awaiting_correction_since is None
    assert RemitException.objects.get().resolution == "retry"
    assert {row.state for row in Remittance.objects.all()} == {"posted"}
    assert [tie_out(row.pk).unapplied for row in Remittance.objects.all()] == [money(0)] * 3


@pytest.mark.parametrize("first", ["reversal", "correction"])
def test_reversal_and_correction_in_one_file_end_the_same_in_either_order(first: str) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))
    reversal = Clp("H1", [Svc("-240.00", "-120.00", [("CO-45", "-90.00"), ("PR-2", "-30.00")])], status="22")
    correction = Clp("H1", [Svc("240.00", "100.00", [("CO-45", "90.00"), ("PR-1", "50.00")])])

    both = [reversal, correction] if first == "reversal" else [correction, reversal]
    summary = take(Era(both, trace="EFT2", paid_on=dt.date(2026, 10, 12)))

    assert (summary.status, buckets(claim)) == ("posted", {"PATIENT": "50.00"})
    assert claim.awaiting_correction_since is None


def test_a_takeback_in_advance_that_is_recovered_later_balances_to_zero() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    other = cast.make_claim(number="H2", lines=["500.00"])
    take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])]))

    reversal = Clp("H1", [Svc("-240.00", "-150.00", [("CO-45", "-90.00")])], status="22")
    take(Era([reversal], plb=[("WO:H1", "-150.00")], trace="EFT2", paid_on=dt.date(2026, 10, 12)))
    assert account_totals([claim.practice_id])["RECOUPMENT"] == money("-150.00")
    paid = Clp("H2", [Svc("500.00", "400.00", [("CO-45", "100.00")])], icn="I2")
    take(Era([paid], plb=[("WO:H1", "150.00")], trace="EFT3", paid_on=dt.date(2026, 10, 19)))

    totals = account_totals([claim.practice_id])
    assert (totals["RECOUPMENT"], totals["CASH"]) == (money(0), money("400.00"))
    assert (buckets(claim), buckets(other)) == ({"PAYER1": "240.00"}, {})


def test_a_reversal_reverses_what_its_own_payer_paid_not_the_same_money_of_the_next() -> None:
    """Both payers left 100.00 to the one behind them; the first takes its answer back under a new control number."""
    claim = cast.make_claim(number="H1", lines=["100.00"], payers=[cast.make_payer(), second_payer()])
    take(Era([Clp("H1", [Svc("100.00", "0", [("PR-1", "100.00")])], icn="P1")]))
    left = Clp("H1", [Svc("100.00", "0", [("PR-1", "100.00")])], status="2", icn="S1")
    take(Era([left], trace="EFT2", payer="Second", payer_id="SEC"))
    assert buckets(claim) == {"PATIENT": "100.00"}

    reversal = Clp("H1", [Svc("-100.00", "0", [("PR-1", "-100.00")])], status="22", icn="P2")
    take(Era([reversal], trace="EFT3", paid_on=dt.date(2026, 10, 12)))

    assert buckets(claim) == {"PAYER1": "100.00", "PAYER2": "-100.00", "PATIENT": "100.00"}


def test_a_reversal_of_a_deductible_does_not_reverse_a_status_without_money() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "0", [("CO-45", "90.00"), ("PR-1", "150.00")])])]))
    take(Era([Clp("H1", [Svc("240.00", "0", [("OA-101", "240.00")])], status="25")], trace="EFT2"))

    reversal = Clp("H1", [Svc("-240.00", "0", [("CO-45", "-90.00"), ("PR-1", "-150.00")])], status="22")
    take(Era([reversal], trace="EFT3", paid_on=dt.date(2026, 10, 12)))

    assert buckets(claim) == {"PAYER1": "240.00"}


def test_what_the_next_payer_says_is_no_correction_of_the_first() -> None:
    """It paid before the reversal and answers once more after it; the claim waits until the first one speaks."""
    claim = cast.make_claim(number="H1", lines=["100.00"], payers=[cast.make_payer(), second_payer()])
    take(Era([Clp("H1", [Svc("100.00", "64.00", [("CO-45", "20.00"), ("PR-2", "16.00")])], icn="P1")]))
    paid = Clp("H1", [Svc("100.00", "16.00", [("OA-23", "84.00")])], status="2", icn="S1")
    take(Era([paid], trace="EFT2", payer="Second", payer_id="SEC"))
    reversal = Clp("H1", [Svc("-100.00", "-64.00", [("CO-45", "-20.00"), ("PR-2", "-16.00")])], status="22", icn="P1")
    take(Era([reversal], trace="EFT3", paid_on=dt.date(2026, 10, 12)))
    assert buckets(claim) == {"PAYER1": "100.00", "PAYER2": "-16.00"}
    assert claim.awaiting_correction_since == cast.TODAY

    again = Clp("H1", [Svc("100.00", "0", [("OA-23", "84.00"), ("CO-18", "16.00")])], status="2", icn="S2")
    take(Era([again], trace="EFT4", payer="Second", payer_id="SEC", paid_on=dt.date(2026, 10, 14)))
    claim.refresh_from_db()
    assert claim.awaiting_correction_since == cast.TODAY
    take(
        Era(
            [Clp("H1", [Svc("100.00", "64.00", [("CO-45", "20.00"), ("PR-2", "16.00")])], icn="P2")],
            trace="EFT5",
            paid_on=dt.date(2026, 10, 19),
        )
    )
    assert buckets(claim) == {}
    assert claim.awaiting_correction_since is None


def test_the_other_part_of_a_split_claim_is_no_correction_of_the_reversed_part() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00", "50.00"])
    parts = [
        Clp("H1", [Svc("100.00", "80.00", [("CO-45", "20.00")])], icn="A"),
        Clp("H1", [Svc("50.00", "50.00", code="85025")], icn="B"),
    ]
    take(Era(parts))

    reversal = Clp("H1", [Svc("-100.00", "-80.00", [("CO-45", "-20.00")])], status="22", icn="A")
    take(Era([reversal], trace="EFT2", paid_on=dt.date(2026, 10, 12)))

    assert buckets(claim) == {"PAYER1": "100.00"}
    assert claim.awaiting_correction_since == cast.TODAY


def test_a_denial_before_its_reversal_in_the_file_leaves_the_patient_nothing_and_is_opened() -> None:
    """Before and after, nothing was paid: the reversal must not take the correction back instead of the deductible."""
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "0", [("PR-1", "240.00")])])]))
    assert buckets(claim) == {"PATIENT": "240.00"}

    correction = Clp("H1", [Svc("240.00", "0", [("CO-50", "240.00")])])
    reversal = Clp("H1", [Svc("-240.00", "0", [("PR-1", "-240.00")])], status="22")
    take(Era([correction, reversal], trace="EFT2", paid_on=dt.date(2026, 10, 12)))

    assert buckets(claim) == {"PAYER1": "240.00"}
    assert Denial.objects.get().amount == money("240.00")
    assert claim.awaiting_correction_since is None


def test_a_denial_in_a_file_read_before_that_of_its_reversal_is_opened_once_the_reversal_is_read() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))
    denied = Clp("H1", [Svc("240.00", "0", [("CO-50", "240.00")])])
    take(Era([denied], trace="EFT3", paid_on=dt.date(2026, 10, 19)))
    assert not Denial.objects.exists()

    reversal = Clp("H1", [Svc("-240.00", "-120.00", [("CO-45", "-90.00"), ("PR-2", "-30.00")])], status="22")
    take(Era([reversal], trace="EFT2", paid_on=dt.date(2026, 10, 12)))

    assert buckets(claim) == {"PAYER1": "240.00"}
    denial = Denial.objects.get()
    assert (denial.carc, denial.amount, denial.initial_on) == ("50", money("240.00"), dt.date(2026, 10, 19))
    assert claim.awaiting_correction_since is None


@pytest.mark.parametrize("order", list(permutations(["paid", "reversed", "denied"])))
def test_a_payment_its_reversal_and_the_denial_after_it_end_the_same_in_every_order(order: tuple[str, ...]) -> None:
    claim = cast.make_claim(number="H1", lines=["100.00"])
    shares = [("CO-45", "20.00"), ("PR-2", "16.00")]
    back = Svc("-100.00", "-64.00", [(code, f"-{amount}") for code, amount in shares])
    files = {
        "paid": (Clp("H1", [Svc("100.00", "64.00", shares)], icn="P1"), dt.date(2026, 10, 1)),
        "reversed": (Clp("H1", [back], status="22", icn="P1"), dt.date(2026, 10, 15)),
        "denied": (Clp("H1", [Svc("100.00", "0", [("CO-50", "100.00")])], icn="P2"), dt.date(2026, 10, 22)),
    }

    for name in order:
        clp, day = files[name]
        take(Era([clp], trace=name, paid_on=day))

    assert buckets(claim) == {"PAYER1": "100.00"}
    denial = Denial.objects.get()
    assert (denial.state, denial.amount, denial.initial_on) == ("open", money("100.00"), dt.date(2026, 10, 22))
    assert (claim.icn, claim.awaiting_correction_since) == ("P2", None)
    assert not RemitException.objects.filter(state="open").exists()


def test_a_payment_and_its_reversal_in_one_file_undo_each_other() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    paid = Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])
    reversal = Clp("H1", [Svc("-240.00", "-150.00", [("CO-45", "-90.00")])], status="22")

    summary = take(Era([paid, reversal]))

    assert (summary.status, buckets(claim)) == ("posted", {"PAYER1": "240.00"})
    assert tie_out(summary.remittance_id or 0).unapplied == money(0)


def second_payer() -> Payer:
    return cast.make_payer(name="Second", payer_id="SEC")


def test_a_correction_of_the_day_of_its_reversal_is_one_in_whatever_order_the_files_are_read() -> None:
    """The correction is read first and fits, then the denial that it corrects, then the reversal of that."""
    claim = cast.make_claim(number="H1", lines=["100.00"])
    day = dt.date(2026, 10, 12)
    take(Era([Clp("H1", [Svc("100.00", "60.00", [("PR-2", "40.00")])])], trace="EFT3", paid_on=day))
    take(Era([Clp("H1", [Svc("100.00", "0", [("CO-197", "100.00")])])]))

    take(Era([Clp("H1", [Svc("-100.00", "0", [("CO-197", "-100.00")])], status="22")], trace="EFT2", paid_on=day))

    assert buckets(claim) == {"PATIENT": "40.00"}
    assert claim.awaiting_correction_since is None


def test_the_next_payers_answer_that_came_first_posts_when_the_correction_leaves_it_something() -> None:
    """The primary payer denied, and its correction is read before the reversal that makes room for it."""
    claim = cast.make_claim(number="H1", lines=["100.00"], payers=[cast.make_payer(), second_payer()])
    take(Era([Clp("H1", [Svc("100.00", "0", [("CO-45", "60.00"), ("PI-94", "40.00")])])]))
    day = dt.date(2026, 10, 26)
    left = [("OA-23", "80.00"), ("PR-3", "15.00")]
    second = Clp("H1", [Svc("100.00", "5.00", left)], status="2", icn="S1")
    take(Era([second], trace="EFT4", payer="Second", payer_id="SEC", paid_on=day))
    take(Era([Clp("H1", [Svc("100.00", "55.00", [("CO-45", "25.00"), ("PR-2", "20.00")])])], trace="EFT3", paid_on=day))

    back = Svc("-100.00", "0", [("CO-45", "-60.00"), ("PI-94", "-40.00")])
    take(Era([Clp("H1", [back], status="22")], trace="EFT2", paid_on=dt.date(2026, 10, 12)))

    assert not RemitException.objects.filter(state="open").exists()
    assert buckets(claim) == {"PATIENT": "15.00"}
