"""Two at the same money at once, on a database that runs them at once: it goes once."""

from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict
from claims.ledger.models import Posting
from claims.receipts import corrections, unapplied
from claims.receipts.models import CashApplication, Receipt
from claims.receipts.recording import ReceivedMoney, post_receipts, record_receipt
from claims.remits.verify import verify
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice, make_sol
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WHEN = {"today": TODAY, "now": NOW}


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def sol(practice):
    return make_sol(practice)


@pytest.fixture
def account(practice):
    """40.00 unapplied; 70.00 is owed since."""
    patient = make_patient(account=make_account(practice=practice))
    money = ReceivedMoney(patient.account_id, practice.pk, Decimal(40), TODAY, "LB-1")
    post_receipts([money], posted_on=TODAY, now=NOW)
    make_claim(patient=patient, payers=(), lines=["70.00"])
    return patient.account


def prove(practice):
    assert [check.failures for check in verify([practice.pk]) if not check.holds] == []


def test_two_apply_the_same_unapplied_cash(practice, sol, account):
    def apply():
        return unapplied.apply_unapplied(actor=sol, account_id=account.pk, amount=Decimal(40), **WHEN)

    results = at_once(apply, apply)
    assert sorted(type(one).__name__ for one in results) == ["CashApplication", "Conflict"]
    account.refresh_from_db()
    assert account.unapplied == 0
    prove(practice)


def test_one_applies_what_another_takes_back(practice, sol, account):
    receipt = Receipt.objects.get()
    results = at_once(
        lambda: unapplied.apply_unapplied(actor=sol, account_id=account.pk, amount=Decimal(40), **WHEN),
        lambda: corrections.void_receipt(receipt.pk, why="twice", actor=sol, **WHEN),
    )
    assert isinstance(results[1], Receipt)
    assert isinstance(results[0], CashApplication | Conflict)
    account.refresh_from_db()
    assert account.unapplied == 0
    assert sum(row.amount * (1 if row.debit == "CASH" else -1) for row in Posting.objects.exclude(kind="charge")
               if "CASH" in (row.debit, row.credit)) == 0  # fmt: skip
    prove(practice)


def test_a_check_is_returned_once(practice, sol, account):
    receipt = Receipt.objects.get()

    def give_back():
        return corrections.return_receipt(receipt.pk, why="nsf", returned_on=TODAY, actor=sol, **WHEN)

    results = at_once(give_back, give_back)
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Receipt"]
    prove(practice)


def test_numbers_have_no_gaps_and_no_twins(practice, sol, account):
    others = [make_account(practice=practice, last=last) for last in ("Hale", "Ivers")]

    def record(where):
        asked = {"amount": Decimal(5), "received_on": TODAY, "method": "cash", "reference": "1"}
        return lambda: record_receipt(actor=sol, account_id=where.pk, **asked, **WHEN)

    results = at_once(*(record(one) for one in others))
    assert sorted(one.number for one in results) == [2, 3]
    prove(practice)
