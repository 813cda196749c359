"""Money that a payer takes back without calling it a reversal: nobody owes what was never charged."""

import datetime as dt

import pytest

from arwork.lib.money import money
from claims.ledger.selectors import account_totals
from claims.remits.models import RemitException
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db


def taken_back() -> Era:
    """The payer wants its money back, and calls it an ordinary answer."""
    line = Svc("-100.00", "-80.00", [("CO-45", "-20.00")])
    return Era([Clp("H1", [line])], trace="EFT2", paid_on=dt.date(2026, 10, 12))


def test_money_taken_back_without_a_reversal_is_a_question_where_none_was_posted() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00"])

    take(taken_back())

    exception = RemitException.objects.get()
    assert exception.code == "no_original"
    assert "would owe 200.00 of the 100.00 that it charges" in exception.detail
    assert buckets(claim) == {"PAYER1": "100.00"}
    assert account_totals([claim.practice_id])["UNAPPLIED"] == money("80.00")


def test_money_taken_back_without_a_reversal_waits_for_the_payment_and_undoes_it() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00"])
    take(taken_back())

    take(Era([Clp("H1", [Svc("100.00", "80.00", [("CO-45", "20.00")])])]))

    assert not RemitException.objects.filter(state="open").exists()
    assert buckets(claim) == {"PAYER1": "100.00"}
    totals = account_totals([claim.practice_id])
    assert (totals["UNAPPLIED"], totals["CASH"]) == (money(0), money(0))
