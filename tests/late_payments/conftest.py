"""A payer of an insured plan in New York that had a claim and paid it late."""

import datetime as dt
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from claims.billing.models import Acknowledgment, Claim
from claims.remits.models import ProviderAdjustment, RemitClaim, Remittance
from tests.cast import make_account, make_ana, make_claim, make_patient, make_payer, make_practice

DAY = dt.timedelta(days=1)
D = Decimal
SENT, PAID = dt.date(2026, 9, 1), dt.date(2026, 11, 16)  # due on 1 October: 46 days late
_keys = count(1)


@pytest.fixture
def practice(db: None) -> Any:
    found = make_practice()
    found.state, found.address, found.city, found.zip = "NY", "1 Harbor Way", "New York", "10001"
    found.save()
    return found


@pytest.fixture
def ana(practice: Any) -> Any:
    return make_ana(practice)


def billed(practice: Any, *, amount: str = "1000.00", payer: Any = None, sent: dt.date = SENT) -> Claim:
    patient = make_patient(account=make_account(practice=practice))
    return make_claim(
        practice=practice, patient=patient, payers=[payer or make_payer()], lines=(amount,), service_on=sent - DAY,
        billed_on=sent,
    )  # fmt: skip


def accepted(claim: Claim, on: dt.date) -> None:
    Acknowledgment.objects.create(
        practice=claim.practice, claim=claim, kind="277CA", verdict="accepted", category="A2", effective_on=on,
        source=f"late:{next(_keys)}",
    )  # fmt: skip


def paid(
    claim: Claim, *, on: dt.date = PAID, amount: str = "600.00", share: str = "100.00", interest: str = "", **of: Any
) -> RemitClaim:
    remittance = Remittance.objects.create(
        practice=claim.practice, payer=claim.payer, transaction_id=1, key=f"late{next(_keys)}", trace="T1",
        method="ACH", amount=D(amount), paid_on=on, received_on=on, posted_on=on + DAY, state="posted",
    )  # fmt: skip
    if interest:
        ProviderAdjustment.objects.create(
            remittance=remittance, position=1, code="I", reference=claim.number, amount=-D(interest)
        )
    told = {"status": "1", "bucket": "PAYER1", "state": "posted"} | of
    return RemitClaim.objects.create(
        remittance=remittance, position=1, segment=9, claim=claim, number=claim.number, charge=claim.charge,
        paid=D(amount), patient_responsibility=D(share), icn="9001", **told,
    )  # fmt: skip
