"""A claim that was answered says so: a payment taken back waits for its correction, a rest is asked about."""

import datetime as dt

import pytest

from collections_app.worklist.models import WorkItem
from tests.cast import TODAY, make_claim
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db


def test_a_claim_taken_back_waits_for_the_correction_and_not_for_a_first_answer(look):
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
