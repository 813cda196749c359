"""A guarantor account is worked by one person: for as long as they hold anything of it, and at the desk of nobody
else."""

import datetime as dt

import pytest

from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_ana, make_claim, make_patient, make_user
from tests.worklist.test_refresh import pay

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=16)


@pytest.fixture
def household(look):
    """Two collectors, and three items of one guarantor."""
    patient = make_patient()
    claims = [make_claim(patient=patient) for _ in range(3)]
    look(*claims)
    bob = make_user(username="bob", practices=[patient.practice])
    return make_ana(patient.practice), bob, [WorkItem.objects.get(claim=claim) for claim in claims]


@pytest.mark.parametrize("paid", [0, 1])
def test_a_guarantor_account_stays_held_when_one_of_its_items_is_paid(household, look, paid):
    ana, bob, (first, second, third) = household
    for item in (first, second):
        worklist.open_item(actor=ana, item_id=item.pk, now=NOW)
    claim = (first, second)[paid].claim
    pay(claim, "240.00")
    look(claim)
    with pytest.raises(worklist.HeldByOther):
        worklist.open_item(actor=bob, item_id=third.pk, now=NOW)


def test_a_guarantor_account_stays_held_until_the_last_of_several_holds_has_ended(household):
    ana, bob, (first, second, third) = household
    worklist.open_item(actor=ana, item_id=first.pk, now=NOW)
    worklist.open_item(actor=ana, item_id=second.pk, now=NOW + dt.timedelta(minutes=10))
    with pytest.raises(worklist.HeldByOther):
        worklist.open_item(actor=bob, item_id=third.pk, now=LATER)
    assert worklist.take_next(actor=bob, now=LATER, today=TODAY) is None
    assert worklist.open_item(actor=bob, item_id=third.pk, now=NOW + dt.timedelta(minutes=26)) == third


def test_of_several_holds_that_are_left_the_one_that_ends_last_leads_the_household(household, look):
    ana, bob, items = household
    claim = make_claim(patient=items[0].claim.patient)
    look(claim)
    for number, item in enumerate(items):
        worklist.open_item(actor=ana, item_id=item.pk, now=NOW + number * dt.timedelta(minutes=5))
    worklist.release_item(actor=ana, item_id=items[2].pk)
    another = WorkItem.objects.get(claim=claim)
    with pytest.raises(worklist.HeldByOther):  # the first of the two others has ended, the second has not
        worklist.open_item(actor=bob, item_id=another.pk, now=LATER)
    assert worklist.open_item(actor=bob, item_id=another.pk, now=NOW + dt.timedelta(minutes=20)) == another


def test_logging_on_what_another_took_over_is_a_conflict_whatever_else_they_hold(household):
    ana, bob, (first, second, _) = household
    worklist.open_item(actor=ana, item_id=second.pk, now=NOW)
    for item in (first, second):
        worklist.open_item(actor=bob, item_id=item.pk, now=LATER)
    with pytest.raises(worklist.HeldByOther):
        worklist.record_outcome(
            actor=ana, item_id=second.pk, disposition="in_process", none_given=True, now=LATER, today=TODAY
        )
