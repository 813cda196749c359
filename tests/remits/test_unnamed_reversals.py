"""Money that a payer reverses without calling it a reversal: nobody owes what was never charged."""

import datetime as dt
from itertools import permutations

import pytest

from arwork.lib.money import money
from claims.ledger.selectors import account_totals
from claims.remits.models import RemitException, Remittance
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db


def unnamed_reversal() -> Era:
    """The payer wants its money back, and calls it an ordinary answer."""
    line = Svc("-100.00", "-80.00", [("CO-45", "-20.00")])
    return Era([Clp("H1", [line])], trace="EFT2", paid_on=dt.date(2026, 10, 12))


def test_an_unnamed_reversal_is_a_question_where_nothing_was_posted() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00"])

    take(unnamed_reversal())

    exception = RemitException.objects.get()
    assert exception.code == "no_original"
    assert "would owe 200.00 of the 100.00 that it charges" in exception.detail
    assert buckets(claim) == {"PAYER1": "100.00"}
    assert account_totals([claim.practice_id])["UNAPPLIED"] == money("80.00")


def test_an_unnamed_reversal_waits_for_the_payment_and_undoes_it() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00"])
    take(unnamed_reversal())

    take(Era([Clp("H1", [Svc("100.00", "80.00", [("CO-45", "20.00")])])]))

    assert not RemitException.objects.filter(state="open").exists()
    assert buckets(claim) == {"PAYER1": "100.00"}
    totals = account_totals([claim.practice_id])
    assert (totals["UNAPPLIED"], totals["CASH"]) == (money(0), money(0))


@pytest.mark.parametrize("order", list(permutations(["paid", "reversed", "corrected"])))
def test_a_payment_its_reversal_and_its_correction_end_the_same_in_every_order(order: tuple[str, ...]) -> None:
    claim = cast.make_claim(number="H1", lines=["100.00"])
    back = Svc("-100.00", "-80.00", [("CO-45", "-20.00")])
    files = {
        "paid": (Clp("H1", [Svc("100.00", "80.00", [("CO-45", "20.00")])]), dt.date(2026, 10, 5)),
        "reversed": (Clp("H1", [back], status="22"), dt.date(2026, 10, 12)),
        "corrected": (
            Clp("H1", [Svc("100.00", "50.00", [("CO-45", "30.00"), ("PR-2", "20.00")])]), dt.date(2026, 10, 12),
        ),
    }  # fmt: skip

    for name in order:
        clp, day = files[name]
        take(Era([clp], trace=name, paid_on=day))

    assert buckets(claim) == {"PATIENT": "20.00"}
    assert claim.awaiting_correction_since is None
    assert not RemitException.objects.filter(state="open").exists()
    assert set(Remittance.objects.values_list("state", flat=True)) == {"posted"}
    totals = account_totals([claim.practice_id])
    assert (totals["UNAPPLIED"], totals["CASH"]) == (money(0), money("50.00"))


def test_a_second_payment_and_a_reversal_of_other_money_stay_two_questions() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00"])
    for number in ("1", "2"):
        take(Era([Clp("H1", [Svc("100.00", "80.00", [("CO-45", "20.00")])], icn=f"I{number}")], trace=number))
    back = Svc("-100.00", "-70.00", [("CO-45", "-30.00")])

    take(Era([Clp("H1", [back], status="22", icn="I2")], trace="3", paid_on=dt.date(2026, 10, 12)))

    assert sorted(RemitException.objects.filter(state="open").values_list("code", flat=True)) == [
        "no_original", "over_credit",
    ]  # fmt: skip
    assert buckets(claim) == {}
