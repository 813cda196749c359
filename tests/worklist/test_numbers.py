"""A wrong number and one that was found: what the desk shows of it, and taking it back."""

import datetime as dt

import pytest

from claims.parties.models import PersonPhone
from claims.parties.phone_numbers import BadNumber
from collections_app.contacts.consents import consented_addresses
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from collections_app.worklist.patient_account import account_sheet_of
from tests.cast import NOW, TODAY, make_claim

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def balance(look) -> WorkItem:
    """A patient balance of somebody with one number."""
    claim = make_claim(payers=(), lines=("90.00",))
    PersonPhone.objects.create(person=claim.account.guarantor, number="+12125550101")
    look(claim)
    return WorkItem.objects.get(account=claim.account, state="open")


def leave(ana, item, outcome, *, now=NOW, **entered):
    return worklist.record_outcome(actor=ana, item_id=item.pk, disposition=outcome, now=now, today=TODAY, **entered)


def numbers(ana, item):
    home = account_sheet_of(actor=ana, item=item, today=TODAY, now=NOW, viewer_zone="America/New_York")
    return home.verdict, [(one.value, one.is_wrong) for one in home.numbers]


def test_the_only_number_is_wrong_once_somebody_else_answers_it_and_right_again_when_that_is_undone(ana, balance):
    assert numbers(ana, balance) == ("allow", [("+12125550101", False)])
    action = leave(ana, balance, "wrong_number")
    assert numbers(ana, balance) == ("warn", [("+12125550101", True)])
    worklist.undo_action(actor=ana, action_id=action.pk, now=NOW + MINUTE, today=TODAY)
    assert numbers(ana, balance) == ("allow", [("+12125550101", False)])


def test_of_two_numbers_nobody_knows_which_was_called(ana, balance):
    PersonPhone.objects.create(person=balance.account.guarantor, number="+12125550102")
    leave(ana, balance, "wrong_number")
    assert not PersonPhone.objects.filter(is_wrong=True).exists()


def test_a_number_that_was_found_is_called_next_and_has_no_consent(ana, balance):
    leave(ana, balance, "wrong_number")
    with pytest.raises(BadNumber, match="known to be wrong"):
        leave(ana, balance, "number_found", phone="212 555 0101", now=NOW + MINUTE)
    with pytest.raises(BadNumber, match="ten digits"):
        leave(ana, balance, "number_found", phone="call the sister", now=NOW + MINUTE)
    action = leave(ana, balance, "number_found", phone="(646) 555-0199", now=NOW + MINUTE)
    balance.refresh_from_db()
    assert (balance.next_action, balance.next_on) == ("call_patient", dt.date(2026, 11, 23))
    assert numbers(ana, balance) == ("allow", [("+16465550199", False), ("+12125550101", True)])
    found = PersonPhone.objects.get(number="+16465550199")
    assert found.source == "found"
    assert not consented_addresses([found.person_id], channel="sms", on=TODAY)
    assert "555" not in str(action.entered)
    worklist.undo_action(actor=ana, action_id=action.pk, now=NOW + 2 * MINUTE, today=TODAY)
    assert numbers(ana, balance) == ("warn", [("+12125550101", True)])
