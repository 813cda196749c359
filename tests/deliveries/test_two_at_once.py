"""Two workers at one delivery, two batches of the same letters, a try too many at the same moment: each once."""

from types import SimpleNamespace
from typing import Any

import pytest

from collections_app.contacts.models import Contact
from collections_app.deliveries import leaving
from collections_app.deliveries.door_models import DoorTry
from collections_app.deliveries.doors import digest_of
from collections_app.deliveries.models import Delivery
from collections_app.deliveries.services import send
from collections_app.portal import door
from tests.cast import NOW, TODAY
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_two_workers_take_one_delivery(gus: SimpleNamespace, messages: Any) -> None:
    send(account_id=gus.account.pk, channel="text", purpose="requested", actor=gus.ana, now=NOW, today=TODAY)
    results = at_once(lambda: leaving.deliver_due(clock=lambda: NOW), lambda: leaving.deliver_due(clock=lambda: NOW))
    assert sorted(results) == [0, 1]
    assert Contact.objects.filter(channel="sms").count() == 1
    assert len(list((messages.folder / "texts").iterdir())) == 1
    assert Delivery.objects.get().attempts == 1


def test_no_two_tries_at_once_are_one_too_many(gus: SimpleNamespace) -> None:
    token = "A" * 43
    DoorTry.objects.bulk_create(
        [DoorTry(digest=digest_of(token), origin="x", at=NOW) for _ in range(4)]
    )  # one is left of five

    def answer() -> str:
        return door.open_page(
            token=token, born_on=TODAY, zip_code="12207", origin="203.0.113.9", language="en", now=NOW, today=TODAY
        ).why

    assert sorted(at_once(answer, answer)) in (["paused", "wrong"], ["paused", "paused"])
