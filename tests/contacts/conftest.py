"""People with a balance who may be called, and who works there."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from arwork.staff.models import User
from claims.parties.models import PersonAddress, PersonPhone
from collections_app.contacts.models import Channel, Contact, ContactOutcome, Direction
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_account, make_ana, make_claim, make_patient, make_practice, make_sol
from tests.contacts.stories import eastern

BORN = dt.date(1961, 4, 9)
OWED = Decimal("120.00")
SINCE = dt.date(2026, 9, 14)


@pytest.fixture
def account(db):
    """Gus Guarino, born April 9, 1961, 12 Oak Street, Brooklyn 11201, 718 555 0101."""
    found = make_account()
    person = found.guarantor
    PersonAddress.objects.filter(person=person).delete()
    PersonAddress.objects.create(person=person, line1="12 Oak Street", city="Brooklyn", state="NY", zip="11201")
    PersonPhone.objects.create(person=person, number="+17185550101", ending="0101", kind="mobile")
    make_claim(patient=make_patient(account=found), payers=(), lines=("120.00",))
    return found


@pytest.fixture
def ana(db: None) -> User:
    return make_ana(make_practice())


@pytest.fixture
def sol(db: None) -> User:
    return make_sol(make_practice())


@pytest.fixture
def balance(db: None) -> Callable[..., WorkItem]:
    """What somebody owes since September, with a phone; they live in Ohio unless another place is said."""

    def make(*, state: str = "", zip_code: str = "", phone: str = "+16145550147", amount: str = "90.00") -> WorkItem:
        claim = make_claim(payers=(), lines=(amount,), service_on=SINCE, billed_on=SINCE)
        claim.receivables.update(first_statement_on=SINCE)
        person = claim.account.guarantor
        if state:
            PersonAddress.objects.filter(person=person).update(state=state, zip=zip_code)
        PersonPhone.objects.create(person=person, number=phone, ending=phone[-4:], kind="cell")
        worklist.refresh(accounts=[claim.account_id], today=TODAY, now=NOW)
        return WorkItem.objects.get(account=claim.account, claim=None, state="open")

    return make


@pytest.fixture
def called(ana: User) -> Callable[..., Contact]:
    """A call to the guarantor of an item at an Eastern time, as the log has it."""

    def make(item: WorkItem, at: str, outcome: str = ContactOutcome.NO_ANSWER, **more: object) -> Contact:
        assert item.account
        facts = {"channel": Channel.PHONE, "direction": Direction.OUT, **more}
        return Contact.objects.create(
            practice=item.practice, account=item.account, person=item.account.guarantor, outcome=outcome,
            at=eastern(at), by=ana, **facts,
        )  # fmt: skip

    return make
