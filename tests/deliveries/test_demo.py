"""The demo's messages: they leave, some fail, something waits for an answer, and a link can be tried."""

import datetime as dt
from typing import Any

import pytest

from claims.parties.models import PersonAddress, PersonPhone
from collections_app.deliveries.models import Delivery, PrintBatch, Reply
from collections_app.demo.messages import link_to_try, send_some
from collections_app.portal.models import PortalRequest
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice, make_user

pytestmark = pytest.mark.django_db


def test_some_leave_some_fail_and_somebody_asks(messages: Any) -> None:
    practice = make_practice()
    practice.phone, practice.address, practice.city, practice.zip = "+15185550100", "1 Quay", "Albany", "12207"
    practice.save()
    make_user(username="collector", practices=[practice])
    for number in range(12):
        account = make_account(practice=practice, last=f"Payer{chr(65 + number)}", address=False)
        person = account.guarantor
        person.addresses.all().delete()
        PersonAddress.objects.create(person=person, line1=f"{number + 1} Elm", city="Albany", state="NY", zip="12207")
        ending = f"{150 + number:04d}"
        PersonPhone.objects.create(person=person, number=f"+1518555{ending}", ending=ending)
        make_claim(
            patient=make_patient(account=account, last=person.last, first=person.first), payers=(),
            lines=(f"{500 - number}.00",), service_on=dt.date(2026, 9, 14),
        )  # fmt: skip
    send_some(TODAY)
    by_state = {state: Delivery.objects.filter(state=state).count() for state in Delivery.State.values}
    assert PrintBatch.objects.count() == 1
    assert (by_state["returned"], by_state["bounced"]) == (1, 1)
    assert by_state["sent"] >= 3
    assert by_state["delivered"] >= 1
    assert Reply.objects.filter(settled_at=None).count() == 1
    assert sorted(PortalRequest.objects.values_list("kind", flat=True)) == ["dispute", "question"]
    found = link_to_try(NOW, TODAY)
    assert found is not None
    assert "/my-bill/open?key=" in found[0]
    assert "ZIP 12207" in found[1]
