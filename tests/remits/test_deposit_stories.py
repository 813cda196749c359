"""Worked stories of RULES 15: payments that come twice, mean another claim, or do not tie out."""

import datetime as dt

import pytest

from arwork.lib.money import money
from claims.billing.models import Claim
from claims.ledger.models import Posting
from claims.ledger.selectors import account_totals
from claims.remits.models import RemitException
from claims.remits.selectors import tie_out
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db


def test_the_same_payment_in_another_file_posts_nothing() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    era = Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])])
    take(era)
    before = Posting.objects.count()

    again = take(era.text() + "\n")

    assert (again.status, again.posted, Posting.objects.count()) == ("duplicate", 0, before)
    assert again.figures["paid"] == "150.00"
    assert buckets(claim) == {}


def test_two_equal_payments_on_a_day_are_two_payments() -> None:
    cast.make_claim(number="H1", lines=["240.00"])
    cast.make_claim(number="H2", lines=["240.00"])
    line = Svc("240.00", "150.00", [("CO-45", "90.00")])

    states = [take(Era([Clp(number, [line], icn=number)], trace=number)).status for number in ("H1", "H2")]

    assert states == ["posted", "posted"]
    assert Claim.objects.filter(balance=0).count() == 2


def test_a_second_payment_for_the_same_claim_is_a_question_and_its_cash_is_kept() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    line = Svc("240.00", "150.00", [("CO-45", "90.00")])
    take(Era([Clp("H1", [line])]))

    summary = take(Era([Clp("H1", [line])], trace="EFT2"))

    assert (summary.status, RemitException.objects.get().code) == ("partly", "over_credit")
    assert buckets(claim) == {}
    assert account_totals([claim.practice_id])["UNAPPLIED"] == money("-150.00")


def test_an_unknown_claim_waits_and_its_neighbor_posts() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    good = Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])
    bad = Clp("NOBODY", [Svc("90.00", "70.00", [("CO-45", "20.00")])], icn="X", last="ELSE", member="Z9")

    summary = take(Era([bad, good]))

    assert (summary.status, summary.posted, summary.exceptions) == ("partly", 1, 1)
    assert buckets(claim) == {}
    tie = tie_out(summary.remittance_id or 0)
    assert (tie.posted, tie.unapplied, tie.is_tied) == (money("150.00"), money("70.00"), True)


def test_a_number_that_means_another_claim_is_never_merged() -> None:
    claim = cast.make_claim(number="H1", lines=["150.00"])

    take(Era([Clp("H1", [Svc("500.00", "400.00", [("CO-45", "100.00")], on=dt.date(2025, 1, 3))])]))

    assert RemitException.objects.get().code == "mismatch"
    assert buckets(claim) == {"PAYER1": "150.00"}


def test_a_deposit_that_does_not_tie_out_posts_nothing_and_says_why() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    summary = take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], bpr="155.00"))

    exception = RemitException.objects.get()
    assert (summary.status, exception.code) == ("staged", "not_tied_out")
    assert "150.00" in exception.detail
    assert "155.00" in exception.detail
    assert buckets(claim) == {"PAYER1": "240.00"}
    assert tie_out(summary.remittance_id or 0).waiting == money("155.00")


def test_an_unmapped_provider_adjustment_holds_the_whole_remittance() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    summary = take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], plb=[("CS:X", "10.00")]))

    assert (summary.status, RemitException.objects.get().code) == ("staged", "unmapped_plb")
    assert buckets(claim) == {"PAYER1": "240.00"}


def test_interest_is_income_and_never_a_claim_payment() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    summary = take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], plb=[("L6:H1", "-3.21")]))

    tie = tie_out(summary.remittance_id or 0)
    assert (tie.deposit, tie.posted, tie.suspense) == (money("153.21"), money("150.00"), money("3.21"))
    assert account_totals([claim.practice_id])["INTEREST"] == money("-3.21")
