"""Pending and verify-first are answers of their own; nobody is called for a claim that is not settled (RULES 7.2)."""

import datetime as dt

import pytest

from claims.denials.models import Denial
from claims.remits.models import RemitException
from collections_app.worklist import services as worklist
from collections_app.worklist.models import QueueEntry, WorkItem
from tests.cast import NOW, TODAY, make_ana, make_claim
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db
NOV16 = dt.date(2026, 11, 16)


def of_account(claim) -> WorkItem:
    return WorkItem.objects.get(account=claim.account, claim=None, state="open")


@pytest.mark.parametrize("group", ["CO", "OA", "PI", "PR"])
def test_what_a_payer_still_decides_is_looked_after_in_15_days(look, group):
    claim = make_claim(number="H1", lines=["200.00"])
    look(claim)
    take(Era([Clp("H1", [Svc("200.00", "0", [(f"{group}-133", "200.00")])])], paid_on=NOV16))

    look(claim, event="remit")

    item = WorkItem.objects.get(claim=claim, state="open")
    assert (item.kind, item.next_action, item.next_on) == ("no_response", "check_status", dt.date(2026, 12, 1))
    assert (buckets(claim), item.deadline_on, Denial.objects.count()) == ({"PAYER1": "200.00"}, None, 0)

    take(Era([Clp("H1", [Svc("200.00", "0", [("CO-50", "200.00")])])], trace="EFT2", paid_on=dt.date(2026, 11, 18)))
    look(claim, event="remit")
    item.refresh_from_db()
    assert (item.kind, item.submission_state) == ("denied", "adjudicated")


@pytest.mark.parametrize("carc", ["16", "22", "27", "31", "227"])
def test_coverage_is_verified_before_the_patient_is_called(look, carc):
    claim = make_claim(number="H1", lines=["100.00"])
    take(Era([Clp("H1", [Svc("100.00", "0", [(f"PR-{carc}", "100.00")])])]))
    look(claim)

    work = WorkItem.objects.get(claim=claim, state="open")
    assert (work.kind, work.bucket, work.amount, work.next_action) == ("denied", "PATIENT", 100, "verify_coverage")
    patient = of_account(claim)
    assert (patient.amount, patient.hold, patient.next_action) == (100, "verify", "settle_claim")
    assert not QueueEntry.objects.filter(item=patient).exists()
    assert buckets(claim) == {"PATIENT": "100.00"}

    ana = make_ana(claim.practice)
    recorded = worklist.record_outcome(
        actor=ana,
        item_id=work.pk,
        disposition="patient_owes",
        reason="no coverage that day",
        note="",
        now=NOW,
        today=TODAY,
    )
    look(claim)
    patient.refresh_from_db()
    assert (Denial.objects.get().state, patient.hold, patient.next_action) == ("accepted", "", "call_patient")
    assert not WorkItem.objects.filter(claim=claim, state="open").exists()

    worklist.undo_action(actor=ana, action_id=recorded.pk, now=NOW, today=TODAY)
    look(claim)
    patient.refresh_from_db()
    assert (Denial.objects.get().state, patient.hold) == ("open", "verify")


def test_a_share_that_the_next_payer_gets_needs_no_verifying(look):
    from tests.cast import make_payer

    claim = make_claim(number="H1", lines=["100.00"], payers=[make_payer(), make_payer(name="Second", payer_id="SEC")])
    take(Era([Clp("H1", [Svc("100.00", "0", [("PR-22", "100.00")])])]))

    assert (buckets(claim), Denial.objects.count()) == ({"PAYER2": "100.00"}, 0)


def test_a_payment_that_waits_stops_the_call_of_its_claim(look):
    claim = make_claim(number="H1", lines=["100.00"])
    take(Era([Clp("H1", [Svc("100.00", "80.00", [("PR-2", "20.00")])])]))
    take(Era([Clp("H1", [Svc("100.00", "90.00", [("PR-2", "10.00")])], icn="ICN2")], trace="EFT2", paid_on=NOV16))
    assert RemitException.objects.get().code == "over_credit"

    look(claim)
    assert (of_account(claim).hold, of_account(claim).next_action) == ("exception", "settle_claim")

    RemitException.objects.update(state="dismissed")
    look(claim)
    assert (of_account(claim).hold, of_account(claim).next_action) == ("", "call_patient")
