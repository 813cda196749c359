"""Opening webhooks, switching them off and on, ending them; sending again; holding all of them after a restore.

A webhook belongs to its practice and stays when whoever opened it leaves. Ended, it stays as a row, with its log.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from arwork.lib import bulk
from arwork.lib.errors import Conflict, Forbidden, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from arwork.staff.audit import Deed
from arwork.staff.models import User
from arwork.webhooks.addresses import BadWebhook, receiver_at
from arwork.webhooks.listening import EVENTS, TEST, ask_anew
from arwork.webhooks.models import Webhook, WebhookDelivery
from arwork.webhooks.publishing import ring
from arwork.webhooks.selectors import webhook, webhooks_seen_by
from arwork.webhooks.signatures import new_secret

_HELD = Webhook.OffBecause.HELD
MOST = 20  # webhooks of one practice that are on: each is told everything that happens


@dataclass(frozen=True, slots=True)
class WebhookFacts:
    """What somebody asks for."""

    name: str
    url: str
    practice_id: int
    events: frozenset[str]


def open_webhook(facts: WebhookFacts, *, actor: User, now: dt.datetime) -> tuple[Webhook, str]:
    """A new webhook and its secret, which is shown once. Raises `BadWebhook` and `Forbidden`."""
    require(actor, Capability.CONFIGURE_INTEGRATIONS)
    if facts.practice_id not in practice_ids(actor):
        raise Forbidden("You have no access to that practice.")
    if not facts.events or not facts.events <= set(EVENTS):
        raise BadWebhook("Choose what it is told.", field="events")
    receiver_at(facts.url)  # before the transaction: a name is looked up
    secret = new_secret()
    with transaction.atomic():
        _ensure_room(facts.practice_id)
        row = Webhook.objects.create(
            practice_id=facts.practice_id,
            name=facts.name,
            url=facts.url,
            events=sorted(facts.events),
            secret=secret,
            opened_by=actor,
            opened_at=now,
        )
        after = {"events": row.events}
        audit.record(actor, "webhook_opened", "webhook", row.pk, practice_id=row.practice_id, after=after, now=now)
        transaction.on_commit(ask_anew)
    return row, secret


def switch(webhook_id: int, *, on: bool, actor: User, now: dt.datetime) -> Webhook:
    """Switch a webhook off, or on again: what waited is then sent.

    Raises `NotFound`, `Conflict` where it ended, `BadWebhook` where its practice has as many others.
    """
    with transaction.atomic():
        row = _locked(webhook_id, actor)
        if row.is_ended:
            raise Conflict("This webhook has ended for good. Open a new one.")
        if on == (row.off_at is None):
            return row
        row.off_at, row.off_because = (None, "") if on else (now, Webhook.OffBecause.PERSON)
        if on:
            _ensure_room(row.practice_id)
            row.first_failed_at = row.wakes_at = None
            row.deliveries.filter(state=WebhookDelivery.State.WAITING).update(next_try_at=None)
            transaction.on_commit(ring)
        row.save(update_fields=["off_at", "off_because", "first_failed_at", "wakes_at"])
        action = "webhook_on" if on else "webhook_off"
        audit.record(actor, action, "webhook", row.pk, practice_id=row.practice_id, now=now)
        transaction.on_commit(ask_anew)
    return row


def end(webhook_id: int, *, actor: User, now: dt.datetime) -> Webhook:
    """Switch a webhook off for good: what waits is not sent, its secret is forgotten, the log stays."""
    with transaction.atomic():
        row = _locked(webhook_id, actor)
        if row.is_ended:
            return row
        row.off_at, row.off_because, row.secret = now, Webhook.OffBecause.ENDED, ""
        row.save(update_fields=["off_at", "off_because", "secret"])
        waiting = row.deliveries.filter(state=WebhookDelivery.State.WAITING)
        waiting.update(state=WebhookDelivery.State.FAILED, message="the webhook was ended", next_try_at=None)
        audit.record(actor, "webhook_ended", "webhook", row.pk, practice_id=row.practice_id, now=now)
        transaction.on_commit(ask_anew)
    return row


def send_again(webhook_id: int, *, delivery_id: int, actor: User, now: dt.datetime) -> WebhookDelivery:
    """Have a delivery sent once more, with all its attempts. Raises `NotFound`, `Conflict` where the webhook is off."""
    with transaction.atomic():
        row = _switched_on(webhook_id, actor)
        delivery = row.deliveries.select_for_update().filter(pk=delivery_id).first()
        if delivery is None:
            raise NotFound("There is no such delivery: they are kept for thirty days.")
        delivery.state, delivery.attempts, delivery.next_try_at = WebhookDelivery.State.WAITING, 0, None
        delivery.save(update_fields=["state", "attempts", "next_try_at"])
        Webhook.objects.filter(pk=row.pk).update(wakes_at=None)
        after = {"delivery": delivery.pk}
        audit.record(actor, "webhook_sent_again", "webhook", row.pk, practice_id=row.practice_id, after=after, now=now)
        transaction.on_commit(ring)
    return delivery


def send_test(webhook_id: int, *, actor: User, now: dt.datetime) -> WebhookDelivery:
    """Send an event `test` that names nothing. Raises `NotFound`, `Conflict` where the webhook is off."""
    with transaction.atomic():
        row = _switched_on(webhook_id, actor)
        delivery = WebhookDelivery.objects.create(webhook=row, event=TEST, data={})
        Webhook.objects.filter(pk=row.pk).update(wakes_at=None)
        audit.record(actor, "webhook_tested", "webhook", row.pk, practice_id=row.practice_id, now=now)
        transaction.on_commit(ring)
    return delivery


def hold_all(*, now: dt.datetime) -> int:
    """Switch off every webhook that is on, and keep what waits for it; how many.

    After a restore: the copy may stand on another host, and what waits in it was sent since, or is not its to send.
    """
    return _turned(Webhook.objects.filter(off_at=None), now, "webhook_off", off_at=now, off_because=_HELD)


def release_held(*, now: dt.datetime) -> int:
    """Switch on again what a restore held: what waits is sent; how many."""
    rows = Webhook.objects.filter(off_because=_HELD)
    count = _turned(rows, now, "webhook_on", off_at=None, off_because="", first_failed_at=None, wakes_at=None)
    transaction.on_commit(ring)
    return count


@transaction.atomic
def _turned(rows: QuerySet[Webhook], now: dt.datetime, action: str, **columns: Any) -> int:
    found = list(rows.order_by("pk").select_for_update().values_list("pk", "practice_id"))
    Webhook.objects.filter(bulk.Among("pk", [pk for pk, _ in found])).update(**columns)
    audit.record_many(None, (Deed(action, "webhook", pk, practice) for pk, practice in found), now=now)
    transaction.on_commit(ask_anew)
    return len(found)


def _ensure_room(practice_id: int) -> None:
    """Raises `BadWebhook` where the practice has as many as it may. Who asks second waits for the first."""
    rows = Webhook.objects.filter(practice_id=practice_id, off_at=None)
    list(rows.order_by("pk").select_for_update().values_list("pk"))
    if rows.count() >= MOST:  # asked anew: the lock let only those be seen that were there before it
        raise BadWebhook(f"This practice has {MOST} webhooks. End one first.")


def _locked(webhook_id: int, actor: User) -> Webhook:
    rows = webhooks_seen_by(actor).order_by().select_for_update(of=("self",))
    return rows.filter(pk=webhook_id).first() or webhook(webhook_id, actor=actor)


def _switched_on(webhook_id: int, actor: User) -> Webhook:
    row = _locked(webhook_id, actor)
    if row.off_at is not None:
        raise Conflict("This webhook is off. Switch it on first.")
    return row
