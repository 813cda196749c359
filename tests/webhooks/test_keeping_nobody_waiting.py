"""A receiver that does not answer, or slowly, keeps nobody else waiting: no other receiver, no worker, no queue."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Barrier, BrokenBarrierError

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db.models import QuerySet

from arwork.staff.models import AuditEvent, User
from arwork.webhooks import addresses, deliveries, publishing, sending, services
from arwork.webhooks.addresses import BadWebhook
from arwork.webhooks.models import Webhook, WebhookDelivery
from arwork.webhooks.publishing import publish
from arwork.webhooks.services import MOST, WebhookFacts
from tests.cast import NOW, make_practice
from tests.webhooks.conftest import Clock, Open
from tests.webhooks.receiver import Receiver
from tests.worklist.test_two_at_once import at_once

pytestmark = pytest.mark.django_db
Send = Callable[[], int]


def happened(*items: int) -> None:
    for item in items:
        publish("item.closed", [(make_practice().pk, {"items": item})])


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nobody answers; the addresses that were tried."""
    tried: list[str] = []

    def post(url: str, **_: object) -> int:
        tried.append(url)
        raise sending.NotDelivered("no answer within 10 seconds")

    monkeypatch.setattr(sending, "post", post)
    return tried


def test_what_waits_for_one_that_did_not_answer_and_what_comes_in_rests(
    opened: Open, send: Send, clock: Clock, silent: list[str]
) -> None:
    opened()
    happened(1, 2, 3)
    send()
    happened(4)
    clock.forward(seconds=59)
    assert (send(), len(silent)) == (0, 1)
    clock.forward(seconds=1)
    assert (send(), len(silent)) == (0, 2)
    clock.forward(minutes=4, seconds=59)
    assert (send(), len(silent)) == (0, 2)


def test_one_delivery_alone_that_is_not_answered_lets_the_others_pass(
    opened: Open, send: Send, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened()
    happened(1, 2, 3)

    def post(url: str, *, body: bytes, **_: object) -> int:
        if b'"items":[1]' in body:
            raise sending.NotDelivered("no answer within 10 seconds")
        return 200

    monkeypatch.setattr(sending, "post", post)
    for _ in range(12):
        send()
        clock.forward(minutes=1)
    assert list(WebhookDelivery.objects.values_list("state", flat=True)) == ["waiting", "sent", "sent"]


def test_one_that_answers_does_not_rest(opened: Open, receiver: Receiver, send: Send, clock: Clock) -> None:
    hook, _ = opened()
    happened(1)
    receiver.answers = [500, 200]
    assert send() == 0
    happened(2)
    assert send() == 1
    hook.refresh_from_db()
    assert hook.wakes_at is None


def test_no_two_workers_wait_for_one_receiver(opened: Open, receiver: Receiver, clock: Clock) -> None:
    opened()
    happened(1, 2)
    first, second = WebhookDelivery.objects.order_by("pk")
    assert deliveries._take(first, now=clock.at)
    assert deliveries.deliver_due(clock=clock) == 0
    assert not deliveries._take(second, now=clock.at)
    second.refresh_from_db()
    assert second.attempts == 0
    clock.forward(minutes=2)  # the first worker was killed
    assert deliveries.deliver_due(clock=clock) == 2


def test_receivers_are_served_in_turn(opened: Open, send: Send, clock: Clock, monkeypatch) -> None:
    slow, quick = (opened(url=f"http://127.0.0.1:{port}/")[0] for port in (1001, 1002))
    happened(1)
    WebhookDelivery.objects.bulk_create(WebhookDelivery(webhook=slow, event="test", data={}) for _ in range(30))
    happened(2)

    def post(url: str, **_: object) -> int:
        if url == slow.url:
            clock.forward(seconds=9)
        return 200

    monkeypatch.setattr(sending, "post", post)
    send()
    assert not WebhookDelivery.objects.filter(webhook=quick, state="waiting").exists()
    assert WebhookDelivery.objects.filter(webhook=slow, state="waiting").exists()


def test_switched_on_or_asked_again_it_is_tried_at_once(
    opened: Open, send: Send, clock: Clock, silent: list[str], ada: User
) -> None:
    hook, _ = opened()
    happened(1)
    send()
    services.send_test(hook.pk, actor=ada, now=clock.at)
    send()
    services.send_again(hook.pk, delivery_id=WebhookDelivery.objects.latest("pk").pk, actor=ada, now=clock.at)
    send()
    services.switch(hook.pk, on=False, actor=ada, now=clock.at)
    services.switch(hook.pk, on=True, actor=ada, now=clock.at)
    send()
    assert len(silent) == 4


def test_it_rings_once_until_a_run_begins(opened: Open, send: Send, monkeypatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(publishing, "enqueue", rung.append)
    opened()
    for _ in range(5):
        publishing.ring()
    assert rung == [publishing.DELIVER]
    send()
    publishing.ring()
    assert len(rung) == 2


def test_what_happens_while_a_run_goes_on_rings_for_another(opened: Open, clock: Clock, monkeypatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(publishing, "enqueue", rung.append)
    opened()
    happened(1)

    def post(*_: object, **__: object) -> int:
        publishing.ring()
        return 200

    monkeypatch.setattr(sending, "post", post)
    deliveries.deliver_due(clock=clock)
    assert len(rung) == 1


def test_a_bell_that_could_not_be_rung_is_rung_again(monkeypatch) -> None:
    def refuse(_: str) -> None:
        raise publishing.QueueUnreachable("away")

    monkeypatch.setattr(publishing, "enqueue", refuse)
    publishing.ring()
    rung: list[str] = []
    monkeypatch.setattr(publishing, "enqueue", rung.append)
    publishing.ring()
    assert len(rung) == 1
    cache.clear()


@pytest.mark.parametrize("slow", ["getaddrinfo", "create_connection"])
def test_the_time_runs_from_before_the_name_is_looked_up(receiver: Receiver, monkeypatch, slow: str) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.3)
    original = getattr(addresses.socket, slow)

    def slowly(*args: object, **kwargs: object) -> object:
        time.sleep(1.5)
        return original(*args, **kwargs)

    monkeypatch.setattr(addresses.socket, slow, slowly)
    begun = time.monotonic()
    with pytest.raises(sending.NotDelivered, match="no answer within"):
        sending.post(receiver.url, body=b"{}", headers={})
    assert time.monotonic() - begun < 1
    time.sleep(1.6)
    assert receiver.got == [], "sent although nobody waited any more"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_once_do_not_open_more_than_may_be(ada: User, monkeypatch) -> None:
    facts = WebhookFacts("portal", "http://127.0.0.1:9/", make_practice().pk, frozenset({"item.closed"}))
    for _ in range(MOST - 1):
        services.open_webhook(facts, actor=ada, now=NOW)
    both_counted, count = Barrier(2), QuerySet.count

    def slowly(rows: QuerySet) -> int:
        found = count(rows)
        with suppress(BrokenBarrierError):
            both_counted.wait(timeout=1)  # which they do where nothing keeps the second waiting
        return found

    monkeypatch.setattr(QuerySet, "count", slowly)
    people = [User.objects.get(pk=ada.pk) for _ in range(2)]
    results = at_once(*(partial(services.open_webhook, facts, actor=one, now=NOW) for one in people))
    monkeypatch.undo()
    assert sorted(type(one) is BadWebhook for one in results) == [False, True], results
    assert Webhook.objects.filter(off_at=None).count() == MOST


def test_one_that_is_switched_on_counts_too(opened: Open, ada: User, clock: Clock) -> None:
    first, _ = opened()
    services.switch(first.pk, on=False, actor=ada, now=clock.at)
    for _ in range(MOST):
        opened()
    with pytest.raises(BadWebhook, match="has 20 webhooks"):
        services.switch(first.pk, on=True, actor=ada, now=clock.at)


def test_what_a_restore_holds_is_let_go_by_a_command(
    opened: Open, receiver: Receiver, send: Send, clock: Clock, ada: User
) -> None:
    hook, _ = opened()
    off, _ = opened()
    services.switch(off.pk, on=False, actor=ada, now=clock.at)
    happened(1)
    call_command("webhooks", "--hold")
    hook.refresh_from_db()
    assert hook.off_because == "held"
    assert (send(), receiver.got) == (0, [])
    call_command("webhooks", "--release")
    assert send() == 1
    off.refresh_from_db()
    assert off.off_because == "person"
    told = AuditEvent.objects.filter(subject="webhook", subject_id=hook.pk, actor=None).order_by("pk")
    assert list(told.values_list("action", flat=True)) == ["webhook_off", "webhook_on"]
