"""An account of somebody in Brooklyn with a balance, the item about it, and who works there."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.parties.models import PersonAddress, PersonPhone
from tests.cast import make_account, make_ana, make_claim, make_patient, make_sol

BORN = dt.date(1961, 4, 9)
OWED = Decimal("120.00")


@pytest.fixture
def account():
    """Gus Guarino, born April 9, 1961, 12 Oak Street, Brooklyn 11201, 718 555 0101."""
    found = make_account()
    person = found.guarantor
    PersonAddress.objects.create(person=person, line1="12 Oak Street", city="Brooklyn", state="NY", zip="11201")
    PersonPhone.objects.create(person=person, number="+17185550101", ending="0101", kind="mobile")
    make_claim(patient=make_patient(account=found), payers=(), lines=("120.00",))
    return found


@pytest.fixture
def ana(account):
    return make_ana(account.practice)


@pytest.fixture
def sol(account):
    return make_sol(account.practice)
