"""What the bill says the patient paid at the visit (AMT*F5) is put to whoever calls, until a receipt says so."""

from typing import Any

import pytest
from django.utils import timezone

from arwork.lib.money import money
from claims.billing.models import Claim
from claims.ledger import services as ledger
from collections_app.worklist.models import WorkItem
from tests.cast import move
from tests.desk.conftest import denied_item, patient_item, today

SAYS = "says that the patient had paid $25.00 when it was sent"


def _desk(sit: Any, ana: Any, item: WorkItem) -> str:
    client = sit(ana)
    client.post(f"/desk/{item.pk}/hold")
    return " ".join(client.get(f"/desk/{item.pk}").content.decode().split())


def _paid_at_visit(claim: Claim, amount: str) -> None:
    paid = move(claim.lines.get(), kind="patient_payment", debit="CASH", credit="PATIENT", amount=amount, on=today())
    ledger.post([paid], now=timezone.now())


def test_the_account_sheet_asks_for_the_receipt_that_the_books_lack(sit: Any, ana: Any) -> None:
    item = patient_item()
    claim = Claim.objects.get()
    Claim.objects.update(patient_paid=money("25.00"))
    page = _desk(sit, ana, item)
    assert f"The bill of {claim.number} {SAYS}" in page
    assert "The books hold $0.00 of the patient’s; $25.00 is in no receipt" in page
    _paid_at_visit(claim, "10.00")
    page = _desk(sit, ana, item)
    assert "The books hold $10.00 of the patient’s; $15.00 is in no receipt" in page
    _paid_at_visit(claim, "15.00")
    assert SAYS not in _desk(sit, ana, item)


def test_the_claim_at_the_desk_says_so_too(sit: Any, ana: Any) -> None:
    item = denied_item()
    assert SAYS not in _desk(sit, ana, item)
    Claim.objects.update(patient_paid=money("25.00"))
    page = _desk(sit, ana, item)
    assert f"The bill {SAYS}" in page
    assert "Paid at the visit?" in page


@pytest.mark.parametrize("stated", [None, money("0.00")])
def test_a_bill_that_says_nothing_asks_nothing(sit: Any, ana: Any, stated: Any) -> None:
    item = patient_item()
    Claim.objects.update(patient_paid=stated)
    assert "Paid at the visit?" not in _desk(sit, ana, item)
