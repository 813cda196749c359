"""A family that owes for two visits, who works with them, and a non-profit hospital where one is needed."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.billing.models import Claim
from claims.ledger import services as ledger
from claims.ledger.models import Receivable
from collections_app.assistance import policies
from collections_app.assistance import services as assistance
from collections_app.assistance.household import Household, Income
from collections_app.assistance.models import AssistanceDocument
from collections_app.assistance.policy import AssistancePolicy
from collections_app.assistance.services import AskedAssistance
from tests.cast import (
    NOW,
    TODAY,
    make_account,
    make_ana,
    make_claim,
    make_oona,
    make_patient,
    make_practice,
    make_sol,
    move,
)

DAY = dt.timedelta(days=1)
D = Decimal


@pytest.fixture
def practice(db):
    found = make_practice()
    found.phone, found.address, found.city, found.zip = "2125550100", "1 Harbor Way", "New York", "10001"
    found.save()
    return found


@pytest.fixture
def account(practice):
    """300.00 and 100.10 of two visits that no insurance answers for."""
    patient = make_patient(account=make_account(practice=practice))
    for amount, on in (("300.00", dt.date(2026, 8, 3)), ("100.10", dt.date(2026, 9, 14))):
        make_claim(patient=patient, payers=(), lines=(amount,), service_on=on, billed_on=on + 2 * DAY)
    return patient.account


@pytest.fixture
def ana(practice):
    return make_ana(practice)


@pytest.fixture
def sol(practice):
    return make_sol(practice)


@pytest.fixture
def oona(practice):
    return make_oona(practice)


def family(income="30000", people=3, interval="yearly"):
    return Household(people, (Income("work", interval, D(income)),))


def apply(account, actor, *, household=None, today=TODAY, **how):
    return assistance.apply(
        account.pk, AskedAssistance(household or family(), **how), actor=actor, today=today, now=NOW
    )


def ready(account, actor, **how):
    """An application with every document accepted."""
    one = apply(account, actor, **how)
    for paper in AssistanceDocument.objects.filter(application=one):
        assistance.change_document(one.pk, paper.kind, state="accepted", actor=actor, today=TODAY, now=NOW)
    one.refresh_from_db()
    return one


def approve(one, actor, *, today=TODAY, now=NOW, reason=""):
    digest = assistance.draft_decision(one, actor=actor, today=today).digest
    return assistance.decide(one.pk, is_approved=True, reason=reason, digest=digest, actor=actor, today=today, now=now)


def hospital(actor, *, agb="100", practice=None, **how):
    """501(r) binds from the start of the year."""
    told = {"bands": ((200, 100), (300, 75), (400, 50)), "documents": (), "presumptive": ("medicaid", "homeless")} | how
    row = AssistancePolicy(
        is_501r=True, agb_percent=D(agb), valid_from=dt.date(2026, 1, 1), source="Board, 2026",
        practice_id=practice.pk if practice else None, **told,
    )  # fmt: skip
    return policies.add_policy(row, actor=actor, now=NOW)


def billed(account, *days):
    """The visits of an account were first billed on these days, the oldest visit first; None is not yet."""
    for claim, on in zip(Claim.objects.filter(account=account).order_by("pk"), days, strict=True):
        Claim.objects.filter(pk=claim.pk).update(first_statement_on=on)


def owed(account):
    return sum(Receivable.objects.filter(account=account, bucket="PATIENT").values_list("amount", flat=True), D(0))


def pays(claim, amount, *, on=TODAY):
    """The patient pays for a visit."""
    line = claim.lines.get()
    ledger.post([move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount=amount, on=on)], now=NOW)
