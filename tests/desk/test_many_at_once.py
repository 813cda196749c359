"""Many items at once: given away, pinned, put to sleep, after a look at what they are, and undone."""

import datetime as dt
import re

import pytest
import time_machine
from django.utils import timezone

from arwork.staff.models import Role
from collections_app.worklist import services, supervising
from collections_app.worklist.models import Lease, QueueEntry, WorkAction, WorkItem
from tests.cast import make_practice, make_user
from tests.desk.conftest import days_ago, denied_item, due_item, patient_item, today

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def test_many_are_reassigned_after_a_look_at_how_many_and_how_much(sit, ana, sol):
    items = [due_item(), due_item()]
    client = sit(sol)
    client.get("/list?q=owner:none")
    sent = {"do": "reassign", "owner": ana.pk, "item": [item.pk for item in items]}
    asked = text(client.post("/list/act", sent))
    assert "Give 2 items to Ana Test?" in asked
    assert "Yes, give 2 items to Ana Test" in asked
    assert "$480.00" in asked
    assert not WorkItem.objects.filter(owner=ana).exists()
    response = client.post("/list/act", sent | {"confirmed": "1"})
    assert response.headers["Location"] == "/list?q=owner%3Anone"
    assert WorkItem.objects.filter(owner=ana).count() == 2


def test_as_many_as_are_offered_at_once_can_be_confirmed(sit, ana, sol, monkeypatch):
    """Every row comes back as a field of the form: a limit of fields below that refused the largest lists."""
    item = denied_item()
    rows = [item.pk, *range(10**6, 10**6 + supervising.MOST_AT_ONCE - 1)]
    deed = {"do": "reassign", "owner": ana.pk, "q": "", "until_on": "", "csrfmiddlewaretoken": "x", "confirmed": 1}
    assert sit(sol).post("/list/act", {**deed, "item": rows}).status_code == 302
    item.refresh_from_db()
    assert item.owner == ana
    monkeypatch.setattr("collections_app.web.worklist.MOST_AT_ONCE", 1)
    assert "repeat for the rest" in text(sit(sol).post("/list/act", {**deed, "item": item.pk, "confirmed": ""}))


def test_too_many_to_pin_are_named_before_anything_is_confirmed(sit, sol, monkeypatch):
    monkeypatch.setattr("collections_app.web.worklist.ONE_BY_ONE", 1)
    items = [denied_item().pk, due_item().pk]
    refused = sit(sol).post("/list/act", {"do": "pin", "item": items})
    assert refused.status_code == 422
    assert "Narrow the filter" in text(refused)


def test_what_was_put_to_sleep_at_once_is_woken_at_once_and_stays_free_for_others(sit, ana):
    items = [due_item(), due_item(), patient_item()]
    client = sit(ana)
    client.get("/list?q=due:today")
    sent = {"do": "snooze", "until_on": days_ago(-7), "item": [item.pk for item in items], "confirmed": "1"}
    page = text(client.post("/list/act", sent, follow=True))
    assert "3 items at once" in page
    assert "Undo all 3" in page
    assert set(WorkItem.objects.values_list("snoozed_until", flat=True)) == {days_ago(-7)}
    response = client.post(f"/desk/undo/{WorkAction.objects.latest('pk').pk}", follow=True)
    assert response.redirect_chain[-1][0] == "/list?q=due%3Atoday"
    assert "3 items are as they were before" in text(response)
    assert set(WorkItem.objects.values_list("snoozed_until", "touches")) == {(None, 0)}
    assert not Lease.objects.exists()


def test_pinning_puts_an_item_first_and_a_collector_may_not(sit, ana, sol):
    item = due_item()
    sent = {"do": "pin", "item": [item.pk], "confirmed": "1"}
    sit(ana).post("/list/act", sent)
    item.refresh_from_db()
    assert item.pinned_at is None
    sit(sol).post("/list/act", sent)
    item.refresh_from_db()
    assert item.pinned_at is not None


def test_what_was_given_away_at_once_goes_back_to_whoever_had_each(sit, ana, sol):
    items = [due_item(), due_item(), due_item()]
    bob = make_user(username="bob", practices=[make_practice()])
    WorkItem.objects.filter(pk=items[0].pk).update(owner=bob)
    client = sit(sol)
    client.get("/list?q=due:today")
    sent = {"do": "reassign", "owner": ana.pk, "item": [item.pk for item in items], "confirmed": "1"}
    page = text(client.post("/list/act", sent, follow=True))
    assert "<strong>Given to somebody else</strong> on 3 items at once" in page
    address = re.search(r'action="(/list/undo/[0-9]+)"', page)[1]
    assert address in text(client.get("/team"))
    WorkItem.objects.filter(pk=items[2].pk).update(owner=sol)  # who has taken it up since keeps it
    assert sit(ana).post(address).status_code == 403
    other = make_user(username="sue", role=Role.SUPERVISOR, practices=[make_practice()])
    assert sit(other).post(address).status_code == 404
    page = text(client.post(address, follow=True))
    assert "Undone: 2 items as before." in page
    assert "1 item changed since" in page
    assert address not in page
    owners = dict(WorkItem.objects.values_list("pk", "owner__username"))
    assert owners == {items[0].pk: "bob", items[1].pk: None, items[2].pk: "sol"}
    assert client.post(address).status_code == 409
    queued = dict(QueueEntry.objects.values_list("item", "shelf__owner__username"))
    assert queued[items[0].pk] == "bob"


def test_a_pin_is_undone_with_the_sleep_that_it_ended(sit, ana, sol):
    asleep, due = due_item(), due_item()
    services.snooze(actor=ana, item_id=asleep.pk, until_on=days_ago(-7), now=timezone.now(), today=today())
    before = WorkItem.objects.filter(pk=asleep.pk).values().get()
    client = sit(sol)
    page = text(client.post("/list/act", {"do": "pin", "item": [asleep.pk, due.pk], "confirmed": "1"}, follow=True))
    assert WorkItem.objects.get(pk=asleep.pk).snoozed_until is None
    assert "<strong>Pinned</strong> on 2 items at once" in page
    page = text(client.post(re.search(r'action="(/list/undo/[0-9]+)"', page)[1], follow=True))
    assert "Undone: 2 items as before." in page
    assert WorkItem.objects.filter(pk=asleep.pk).values().get() == before
    assert not WorkItem.objects.exclude(pinned_at=None).exists()
    assert list(QueueEntry.objects.values_list("item", flat=True)) == [due.pk]


def test_after_ten_minutes_what_was_given_away_stays(sit, ana, sol):
    item = due_item()
    client = sit(sol)
    sent = {"do": "reassign", "owner": ana.pk, "item": [item.pk], "confirmed": "1"}
    page = text(client.post("/list/act", sent, follow=True))
    assert f'on <a href="/desk/{item.pk}">{item.claim}</a>' in page
    address = re.search(r'action="(/list/undo/[0-9]+)"', page)[1]
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11), tick=False):
        assert address not in text(client.get("/list?q="))
        assert client.post(address).status_code == 409
    assert WorkItem.objects.get().owner == ana
