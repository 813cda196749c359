"""What is sent: signed, to real receivers; tried again, given up, switched off; and never anything of a patient."""

import base64
import datetime as dt
import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from arwork.lib.events import announce
from arwork.staff.models import AuditEvent, User
from arwork.webhooks import deliveries, sending, services
from arwork.webhooks.models import WebhookDelivery
from arwork.webhooks.publishing import MOST_SUBJECTS, publish
from tests.cast import NOW, make_account, make_claim, make_patient, make_practice
from tests.webhooks.conftest import Clock, Open
from tests.webhooks.receiver import Receiver, is_signed, receiving

pytestmark = pytest.mark.django_db
Send = Callable[[], int]


def happened(*items: int, practice: int | None = None) -> None:
    publish("item.closed", [(practice or make_practice().pk, {"items": one}) for one in items or (7,)])


def test_what_happened_arrives_signed(opened: Open, receiver: Receiver, send: Send, clock: Clock) -> None:
    hook, secret = opened("item.closed")
    happened(7, 9, 7)
    assert send() == 1
    [got] = receiver.got
    assert got.path == "/hook?for=arwork"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert is_signed(got, secret)
    assert not is_signed(got, secret[:-5] + "AAAA=")
    got_at = dt.datetime.fromisoformat(got.told.pop("timestamp"))
    assert got_at.tzinfo is not None
    assert got.told.items() >= {"type": "item.closed", "practice": hook.practice_id, "data": {"items": [7, 9]}}.items()
    row = WebhookDelivery.objects.get()
    assert (row.state, row.status, row.attempts, row.message) == ("sent", 200, 1, "")
    assert send() == 0


def test_nothing_of_a_patient_leaves(opened: Open, receiver: Receiver, send: Send) -> None:
    opened()
    account = make_account(last="Quillfeather", first="Persimmon")
    patient = make_patient(account=account, last="Quillfeather", first="Persimmon")
    claim = make_claim(patient=patient, number="CZ-77001", lines=("987.65",))
    announce("remit", claims=[claim.pk], accounts=[account.pk])
    assert send() >= 1
    for got in receiver.got:
        assert set(got.told) == {"type", "timestamp", "practice", "data"}
        assert all(type(pk) is int for ids in got.told["data"].values() for pk in ids)
        text = got.body.decode() + json.dumps(got.headers)
        assert not [word for word in ("uillfeather", "ersimmon", "77001", "987.65", account.number) if word in text]


def test_one_that_fails_is_tried_again_ever_more_rarely_then_given_up(
    opened: Open, receiver: Receiver, send: Send, clock: Clock
) -> None:
    opened()
    happened()
    receiver.answers = [500]
    for pause in (1, 5, 30, 2 * 60, 8 * 60, 24 * 60):
        assert send() == 0
        count = len(receiver.got)
        clock.forward(minutes=pause, seconds=-1)
        send()
        assert len(receiver.got) == count, "before its time"
        clock.forward(seconds=1)
    send()
    row = WebhookDelivery.objects.get()
    assert (row.state, row.status, row.attempts, row.message) == ("failed", 500, 7, "it answered 500")
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    clock.forward(days=2)
    assert (send(), len(receiver.got)) == (0, 7)


def test_one_that_failed_arrives_later(opened: Open, receiver: Receiver, send: Send, clock: Clock) -> None:
    hook, secret = opened()
    happened()
    receiver.answers = [500, 200]
    assert send() == 0
    hook.refresh_from_db()
    assert hook.first_failed_at == NOW
    clock.forward(minutes=1)
    assert send() == 1
    hook.refresh_from_db()
    assert hook.first_failed_at is None
    assert [is_signed(got, secret) for got in receiver.got] == [True, True]
    assert int(receiver.got[1].headers["webhook-timestamp"]) - int(receiver.got[0].headers["webhook-timestamp"]) == 60


def test_a_redirect_is_not_followed(opened: Open, receiver: Receiver, send: Send) -> None:
    opened()
    happened()
    receiver.answers = [307]
    assert send() == 0
    assert [got.path for got in receiver.got] == ["/hook?for=arwork"]
    row = WebhookDelivery.objects.get()
    assert (row.state, row.status, row.message) == ("waiting", 307, "a redirect, which is not followed")


def test_an_answer_that_drips_is_ended(opened: Open, receiver: Receiver, send: Send, monkeypatch) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.5)
    opened()
    happened()
    receiver.answers = [30.0]
    assert send() == 0
    assert WebhookDelivery.objects.get().message.startswith("no answer within")


def test_a_receiver_that_is_away_keeps_no_other_waiting(opened: Open, receiver: Receiver, send: Send) -> None:
    with receiving() as gone:
        address = gone.url
    opened(url=address)
    opened()
    for item in (1, 2, 3):
        happened(item)
    assert send() == 3
    assert sorted(got.told["data"]["items"] for got in receiver.got) == [[1], [2], [3]]
    waiting = WebhookDelivery.objects.filter(state="waiting")
    assert sorted(waiting.values_list("attempts", flat=True)) == [0, 0, 1]
    assert waiting.get(attempts=1).message == "it refused the connection"


def test_after_three_days_it_is_switched_off_and_its_opener_told(
    opened: Open, receiver: Receiver, send: Send, clock: Clock, settings, monkeypatch,
    django_capture_on_commit_callbacks,
) -> None:  # fmt: skip
    told: list[dict] = []
    monkeypatch.setattr("arwork.staff.mail.enqueue", lambda task, **facts: told.append(facts))
    settings.EMAIL_CONFIGURED = True
    hook, _ = opened()
    User.objects.update(email="ada@example.com")
    receiver.answers = [503]
    for _ in range(4):
        happened()
        send()
        hook.refresh_from_db()
        assert hook.off_at is None
        clock.forward(hours=20)
    clock.forward(hours=12)
    with django_capture_on_commit_callbacks(execute=True):
        send()
    hook.refresh_from_db()
    assert (hook.off_because, hook.off_at) == ("failing", clock.at)
    assert [one["user_id"] for one in told] == [hook.opened_by_id]
    assert AuditEvent.objects.filter(action="webhook_off", subject_id=hook.pk, actor=None).count() == 1
    count = len(receiver.got)
    clock.forward(days=1)
    happened()
    send()
    assert len(receiver.got) == count


def test_what_waited_is_sent_when_it_is_switched_on(
    opened: Open, receiver: Receiver, send: Send, clock: Clock, ada: User
) -> None:
    hook, _ = opened()
    receiver.answers = [503, 200]
    happened()
    send()
    services.switch(hook.pk, on=False, actor=ada, now=clock.at)
    clock.forward(days=1)
    assert send() == 0
    services.switch(hook.pk, on=True, actor=ada, now=clock.at)
    assert send() == 1


def test_whoever_was_killed_while_sending_loses_it_to_the_next(
    opened: Open, receiver: Receiver, send: Send, clock: Clock, monkeypatch
) -> None:
    opened()
    happened()

    def killed(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sending, "post", killed)
        with pytest.raises(KeyboardInterrupt):
            send()
    assert send() == 0, "somebody may still be at it"
    clock.forward(minutes=2)
    assert send() == 1
    assert WebhookDelivery.objects.get().attempts == 2


def test_two_workers_do_not_send_the_same(opened: Open, clock: Clock) -> None:
    opened()
    happened()
    first, second = WebhookDelivery.objects.get(), WebhookDelivery.objects.get()
    assert deliveries._take(first, now=clock.at)
    assert not deliveries._take(second, now=clock.at)


def test_one_of_many_ids_is_sent_in_portions(opened: Open, receiver: Receiver, send: Send) -> None:
    opened()
    happened(*range(1, MOST_SUBJECTS + 2))
    assert send() == 2
    assert [len(got.told["data"]["items"]) for got in receiver.got] == [MOST_SUBJECTS, 1]


def test_each_practice_tells_its_own(opened: Open, receiver: Receiver, send: Send, ada: User) -> None:
    oak = make_practice(name="Oak", npi="1003000126")
    opened()
    happened(7, practice=oak.pk)
    assert (send(), receiver.got) == (0, [])


def test_nobody_is_told_what_they_did_not_ask_for(opened: Open, receiver: Receiver, send: Send) -> None:
    opened("promise.broken")
    opened("item.closed")
    happened()
    assert send() == 1


def test_what_is_old_is_dropped(opened: Open, clock: Clock) -> None:
    opened()
    happened()
    happened()
    old = WebhookDelivery.objects.latest("pk")
    WebhookDelivery.objects.filter(pk=old.pk).update(happened_at=NOW - dt.timedelta(days=31))
    WebhookDelivery.objects.exclude(pk=old.pk).update(happened_at=NOW - dt.timedelta(days=29))
    before = NOW - dt.timedelta(days=deliveries.KEPT_DAYS)
    assert deliveries.old_due(before).count == 1
    assert deliveries.drop_old(before) == 1
    assert not WebhookDelivery.objects.filter(pk=old.pk).exists()


def test_the_secret_is_not_in_the_database(opened: Open) -> None:
    hook, secret = opened()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM webhooks_webhook")
        kept = b"|".join(
            bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in cursor.fetchone()
        )
    text = secret.removeprefix("whsec_").encode()
    assert hook.url.encode() in kept
    assert text not in kept
    assert base64.b64decode(text) not in kept
    assert text.decode() not in str(list(AuditEvent.objects.values()))


def test_a_secret_whose_key_is_gone_stops_no_other(opened: Open, send: Send, client: Client, settings) -> None:
    lost, _ = opened()
    settings.FIELD_KEYS = f"k9:{base64.b64encode(b'9' * 32).decode()}"
    opened()
    happened()
    assert send() == 1
    assert "FIELD_KEYS" in WebhookDelivery.objects.get(webhook=lost).message
    client.force_login(lost.opened_by, backend="django.contrib.auth.backends.ModelBackend")
    for address in ("/webhooks", f"/webhooks/{lost.pk}"):
        assert client.get(address).status_code == 200
