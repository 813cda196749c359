"""Patient money goes to the oldest patient balance, never to a payer's, and the rest waits on the account."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.ledger.models import Posting
from claims.ledger.verify import verify
from claims.receipts.recording import ReceivedMoney, post_receipts
from tests.cast import NOW, make_account, make_claim, make_patient, make_practice

pytestmark = pytest.mark.django_db
OCT = dt.date(2026, 10, 5)


def receipt(account, amount, reference="R1"):
    return ReceivedMoney(account.pk, account.practice_id, Decimal(amount), OCT, reference)


def test_the_oldest_service_is_paid_first_and_the_rest_waits():
    practice = make_practice()
    account = make_account(practice=practice)
    patient = make_patient(account=account)
    newer = make_claim(patient=patient, payers=(), lines=["80.00"], service_on=dt.date(2026, 8, 1))
    older = make_claim(patient=patient, payers=(), lines=["50.00"], service_on=dt.date(2026, 3, 1))
    insured = make_claim(patient=patient, lines=["500.00"])
    post_receipts([receipt(account, "70.00"), receipt(account, "100.00", "R2")], posted_on=OCT, now=NOW)
    for claim in (newer, older, insured, account):
        claim.refresh_from_db()
    assert (older.balance, newer.balance, insured.balance) == (0, 0, Decimal("500.00"))
    assert account.unapplied == Decimal("40.00")
    assert all(check.holds for check in verify([practice.pk]))


def test_the_same_receipt_posts_once():
    account = make_account()
    post_receipts([receipt(account, "25.00")], posted_on=OCT, now=NOW)
    post_receipts([receipt(account, "25.00")], posted_on=OCT, now=NOW)
    account.refresh_from_db()
    assert account.unapplied == Decimal("25.00")


@pytest.mark.parametrize("again", [1, 2])
def test_a_receipt_taken_in_again_does_not_move_on_to_the_next_line(again):
    practice = make_practice()
    patient = make_patient(account=make_account(practice=practice))
    make_claim(patient=patient, payers=(), lines=["50.00"], service_on=dt.date(2026, 3, 1))
    make_claim(patient=patient, payers=(), lines=["80.00"], service_on=dt.date(2026, 8, 1))
    for _ in range(again):
        post_receipts([receipt(patient.account, "50.00")], posted_on=OCT, now=NOW)
    assert Posting.objects.filter(kind="patient_payment").count() == 1
