"""What the tests of payments share: an account that owes, and the sandbox."""

import datetime as dt

import pytest

from collections_app.payments.sandbox.processor import Sandbox
from tests.cast import make_account, make_claim, make_patient, make_practice, make_sol
from tests.deliveries.conftest import messages  # noqa: F401


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def sol(practice):
    return make_sol(practice)


@pytest.fixture
def account(practice):
    """Owes 70.00 for a visit of July, 30.00 for one of September."""
    patient = make_patient(account=make_account(practice=practice))
    make_claim(patient=patient, payers=(), lines=["70.00"], service_on=dt.date(2026, 7, 1))
    make_claim(patient=patient, payers=(), lines=["30.00"], service_on=dt.date(2026, 9, 1))
    return patient.account


@pytest.fixture
def sandbox():
    return Sandbox("sandbox")
