"""Two collectors call the same person at once for the last time that is lawful: one is kept, the other is told."""

import pytest

from claims.parties.models import PersonAddress
from collections_app.contacts.asking import ContactBlocked
from collections_app.contacts.models import Contact
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkAction, WorkItem
from tests.cast import NOW, TODAY, make_ana, make_practice, make_user
from tests.contacts.stories import eastern
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("turn", range(3))
def test_of_two_who_call_somebody_of_boston_for_the_second_time_one_is_kept(balance, turn):
    ana, bob = make_ana(make_practice()), make_user(username="bob", practices=[make_practice()])
    items = [balance(state="MA", zip_code="02139"), balance(state="MA", zip_code="02139")]
    first, second = (item.account for item in items)
    assert first
    assert second
    # One person answers for both accounts, so neither the item nor the account keeps the two apart.
    second.guarantor = first.guarantor
    second.save(update_fields=["guarantor"])
    Contact.objects.create(
        practice=first.practice, account=first, person=first.guarantor, channel="phone", outcome="no_answer",
        at=eastern("2026-11-18 10:00"), by=ana,
    )  # fmt: skip
    assert PersonAddress.objects.filter(person=first.guarantor, state="MA").exists()

    def call(actor, item: WorkItem):
        return lambda: worklist.record_outcome(
            actor=actor, item_id=item.pk, disposition="no_answer", now=NOW, today=TODAY
        )

    results = at_once(call(ana, items[0]), call(bob, items[1]))
    assert sum(isinstance(one, WorkAction) for one in results) == 1, results
    assert sum(isinstance(one, ContactBlocked) for one in results) == 1, results
    assert Contact.objects.count() == 2
