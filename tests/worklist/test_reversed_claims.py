"""A claim that was answered says so: a reversed payment waits for its correction, a rest is asked about."""

import datetime as dt

import pytest

from claims.billing.models import Claim
from claims.ledger import services as ledger
from collections_app.worklist.models import QueueEntry, WorkItem
from tests.cast import NOW, TODAY, make_claim, make_payer, move
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db


def test_a_reversed_claim_waits_for_the_correction_and_not_for_a_first_answer(look):
    claim = make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))
    reversal = Clp("H1", [Svc("-240.00", "-120.00", [("CO-45", "-90.00"), ("PR-2", "-30.00")])], status="22")
    take(Era([reversal], trace="EFT2", paid_on=dt.date(2026, 11, 16)))

    look(claim)

    item = WorkItem.objects.get(claim=claim, state="open")
    assert (item.kind, item.next_action, item.next_on) == ("no_response", "check_status", dt.date(2026, 12, 21))
    assert item.because == "the payer took its payment back on Nov 20; its correction should be here then"
    assert item.wake_events == "remit"


def test_a_balance_that_an_answer_left_without_a_reason_is_asked_about_today(look):
    claim = make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "150.00", [("OA-45", "90.00")])])]))

    look(claim)

    item = WorkItem.objects.get(claim=claim, state="open")
    assert (item.kind, item.amount, item.next_action, item.next_on) == ("no_response", 90, "call_payer", TODAY)
    assert "has answered" in item.because


def test_what_the_patient_paid_is_not_to_be_returned_before_the_correction(look):
    """The payer had left 30.00 to the patient, who paid it; the reversal makes that a credit for a while."""
    claim = make_claim(number="H1", lines=["240.00"])
    shares = [("CO-45", "90.00"), ("PR-2", "30.00")]
    take(Era([Clp("H1", [Svc("240.00", "120.00", shares)])]))
    line = claim.lines.get()
    paid = move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount="30.00", on=TODAY)
    ledger.post([paid], now=NOW)
    back = Svc("-240.00", "-120.00", [(code, f"-{amount}") for code, amount in shares])
    take(Era([Clp("H1", [back], status="22")], trace="EFT2", paid_on=dt.date(2026, 11, 16)))
    look(claim)
    item = WorkItem.objects.get(account=claim.account, claim=None, state="open")
    assert (item.kind, item.amount, item.next_action) == ("credit_balance", 30, "settle_credit")
    assert item.next_on == dt.date(2026, 12, 21)
    assert "correction may need this money" in item.because

    corrected = Clp("H1", [Svc("240.00", "140.00", [("CO-45", "90.00"), ("PR-2", "10.00")])], icn="ICN2")
    take(Era([corrected], trace="EFT3", paid_on=dt.date(2026, 11, 18)))
    look(claim, event="remit")
    item.refresh_from_db()
    assert (item.amount, item.next_on) == (20, TODAY)


def test_the_patient_is_asked_for_nothing_while_a_payer_corrects_the_only_claim(look):
    """The second payer left 16.00 to the patient; the first reverses what that rested on."""
    claim = make_claim(number="H1", lines=["100.00"], payers=[make_payer(), make_payer(name="Second", payer_id="SEC")])
    primary = [("CO-45", "20.00"), ("PR-2", "16.00")]
    take(Era([Clp("H1", [Svc("100.00", "64.00", primary)])]))
    left = Clp("H1", [Svc("100.00", "0", [("OA-23", "84.00"), ("PR-2", "16.00")])], status="2", icn="S1")
    take(Era([left], payer="Second", payer_id="SEC", trace="EFT2"))
    look(claim)
    item = WorkItem.objects.get(account=claim.account, claim=None, state="open")
    assert (item.kind, item.amount, item.hold) == ("patient_balance", 16, "")
    assert QueueEntry.objects.filter(item=item).exists()

    back = Svc("-100.00", "-64.00", [(code, f"-{amount}") for code, amount in primary])
    take(Era([Clp("H1", [back], status="22")], trace="EFT3", paid_on=dt.date(2026, 11, 16)))
    look(claim)
    item.refresh_from_db()
    assert (item.amount, item.hold) == (16, "correction")
    assert not QueueEntry.objects.filter(item=item).exists()

    take(Era([Clp("H1", [Svc("100.00", "64.00", primary)])], trace="EFT4", paid_on=dt.date(2026, 11, 18)))
    look(claim)
    item.refresh_from_db()
    assert (item.amount, item.hold, item.next_action) == (16, "", "call_patient")


@pytest.mark.parametrize("awaiting", ["H1", "H2"])
def test_a_patient_is_asked_while_any_claim_of_the_account_stands(look, awaiting):
    first = make_claim(number="H1", lines=["100.00"])
    second = make_claim(number="H2", lines=["50.00"], patient=first.patient)
    for line in (first.lines.get(), second.lines.get()):
        left = move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="20.00", on=TODAY, tag=line.pk)
        ledger.post([left], now=NOW)
    Claim.objects.filter(number=awaiting).update(awaiting_correction_since=TODAY)

    look(first, second)

    item = WorkItem.objects.get(account=first.account, claim=None, state="open")
    assert (item.kind, item.amount, item.hold) == ("patient_balance", 40, "")
