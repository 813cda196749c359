"""A guarantor of Albany who owes for visits that are old enough to sue for, a firm, and who works with them."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.billing.models import Claim
from claims.ledger.models import Receivable
from claims.parties.models import PersonAddress
from collections_app.help_offers.models import HelpOffer
from collections_app.legal import referrals
from collections_app.legal.gates import ServiceCheck
from tests.cast import (
    NOW,
    TODAY,
    make_account,
    make_ada,
    make_ana,
    make_claim,
    make_patient,
    make_practice,
    make_sol,
    make_user,
)

DAY = dt.timedelta(days=1)
CHECK = ServiceCheck("not_active", TODAY)


def owes(account, amount, *, on, billed_on=None):
    """A visit of a day that the patient owes for; with the day of its first statement where one was sent."""
    patient = make_patient(account=account)
    claim = make_claim(patient=patient, payers=(), lines=(amount,), service_on=on, billed_on=on + 2 * DAY)
    if billed_on:
        Claim.objects.filter(pk=claim.pk).update(first_statement_on=billed_on)
        Receivable.objects.filter(claim=claim).update(first_statement_on=billed_on)
    return claim


def lives_in(account, *states):
    PersonAddress.objects.filter(person=account.guarantor_id).update(is_current=False)
    for state in states:
        PersonAddress.objects.create(
            person_id=account.guarantor_id, line1="9 Mill Rd", city="Town", state=state, zip="12207", is_current=True
        )


def was_offered_help(account, *, on=TODAY):
    HelpOffer.objects.create(practice=account.practice, account=account, code="plan", answer="declined", on=on, at=NOW)


@pytest.fixture
def practice(db):
    return make_practice()


@pytest.fixture
def account(practice):
    account = make_account(practice=practice, address=False)
    lives_in(account, "NY")
    return account


@pytest.fixture
def ana(practice):
    return make_ana(practice)


@pytest.fixture
def sol(practice):
    return make_sol(practice)


@pytest.fixture
def sue(practice):
    """A second supervisor."""
    return make_user(username="sue", role="supervisor", practices=[practice])


@pytest.fixture
def ada(practice):
    return make_ada(practice)


@pytest.fixture
def firm(practice, ada):
    return referrals.add_firm(
        practice_id=practice.pk, name="Holt and Reyes", states="NY, NJ", fee_percent=25, reached_at="",
        agreement_on=None, actor=ada, now=NOW,
    )  # fmt: skip


@pytest.fixture
def ripe(account):
    """600.00 of a visit in January, billed in March: nothing speaks against a suit."""
    owes(account, "600.00", on=dt.date(2026, 1, 12), billed_on=dt.date(2026, 3, 2))
    was_offered_help(account)
    return account


def ask(account, firm, actor, *, check=CHECK, today=TODAY, now=NOW):
    return referrals.ask(
        account.pk, firm_id=firm.pk, check=check, reason="Works, owns a house, answers nothing", actor=actor,
        today=today, now=now,
    )  # fmt: skip


def owed(account):
    rows = Receivable.objects.filter(account=account, bucket="PATIENT")
    return sum((row.amount for row in rows), Decimal(0))
