"""Sends what waits: at least once, in any order; tries again ever more rarely, then gives up.

Whoever sends to a webhook first takes it for a while by a conditional UPDATE, so no two workers wait for one receiver
or send the same; one that is killed meanwhile loses it when the while is over. No transaction is open while a receiver
is waited for. Receivers get one delivery each in turn. A webhook whose receiver did not answer rests: nothing is sent
to it, whatever waits or comes in, so that it keeps nobody else waiting.
"""

import datetime as dt
import json
from collections.abc import Callable

from django.db import transaction
from django.db.models import F, Q, QuerySet

from arwork.lib.encryption import Undecipherable
from arwork.lib.retention import Due, drop_rows, due_rows
from arwork.staff import audit, mail
from arwork.webhooks import sending
from arwork.webhooks.addresses import BadWebhook
from arwork.webhooks.listening import ask_anew
from arwork.webhooks.models import Webhook, WebhookDelivery
from arwork.webhooks.publishing import hear
from arwork.webhooks.signatures import signed_headers

MOST, MOST_TIME = 500, dt.timedelta(seconds=50)  # of one run; beat rings each minute
LEASE = dt.timedelta(minutes=2)
LONGEST_REST = dt.timedelta(minutes=5)  # after it the next delivery is tried: it may be one alone that is not answered
#: How long after each attempt that failed the next one is made; after the last it is given up.
DELAYS = (
    dt.timedelta(minutes=1), dt.timedelta(minutes=5), dt.timedelta(minutes=30),
    dt.timedelta(hours=2), dt.timedelta(hours=8), dt.timedelta(hours=24),
)  # fmt: skip
SWITCHED_OFF_AFTER = dt.timedelta(days=3)
KEPT_DAYS = 30  # in the log
AGENT = "arwork-webhooks/1"


def deliver_due(*, clock: Callable[[], dt.datetime]) -> int:
    """Send what is due, to each webhook its oldest in turn; how many arrived. Bounded in number and time."""
    hear()
    begun = clock()
    served: set[int] = set()  # in this round
    failed: set[int] = set()
    arrived = tried = 0
    while tried < MOST and clock() - begun < MOST_TIME:
        found = _due(clock()).exclude(webhook__in=served | failed).first()
        if found is None and not served:
            break
        if found is None:
            served.clear()
        elif _take(found, now=clock()):
            tried += 1
            has_arrived = _send(found, clock=clock)
            arrived += has_arrived
            (served if has_arrived else failed).add(found.webhook_id)
    return arrived


def body_of(delivery: WebhookDelivery) -> bytes:
    """What is sent: the event, when, where, and ids. Never anything of a patient."""
    told = {
        "type": delivery.event,
        "timestamp": delivery.happened_at.isoformat(),
        "practice": delivery.webhook.practice_id,
        "data": delivery.data,
    }
    return json.dumps(told, separators=(",", ":")).encode()


def old_due(before: dt.datetime) -> Due:
    """What happened before that moment, whatever became of telling it."""
    return due_rows(_old(before), "happened_at")


def drop_old(before: dt.datetime) -> int:
    """Delete it, and say how much."""
    return drop_rows(_old(before))


def _old(before: dt.datetime) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(happened_at__lt=before)


def _due(now: dt.datetime) -> QuerySet[WebhookDelivery]:
    awake = Webhook.objects.filter(_is_awake(now), off_at=None)
    rows = WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING, webhook__in=awake)
    rows = rows.filter(Q(next_try_at=None) | Q(next_try_at__lte=now)).order_by("pk")
    return rows.select_related("webhook").defer("webhook__secret")  # one that can't be read stops no other


def _is_awake(now: dt.datetime) -> Q:
    return Q(wakes_at=None) | Q(wakes_at__lte=now)


@transaction.atomic
def _take(delivery: WebhookDelivery, *, now: dt.datetime) -> bool:
    """Whether the webhook, and this delivery of it, are ours for a while."""
    hook = Webhook.objects.filter(_is_awake(now), pk=delivery.webhook_id, off_at=None)
    if not hook.update(wakes_at=now + LEASE):
        return False
    row = WebhookDelivery.objects.filter(pk=delivery.pk, state=WebhookDelivery.State.WAITING)
    if row.filter(next_try_at=delivery.next_try_at).update(attempts=F("attempts") + 1, tried_at=now):
        return True
    transaction.set_rollback(True)  # somebody sent it just now, and gave the webhook back
    return False


def _send(delivery: WebhookDelivery, *, clock: Callable[[], dt.datetime]) -> bool:
    status, message = _outcome(delivery, now=clock())
    now = clock()
    row = WebhookDelivery.objects.filter(pk=delivery.pk)
    hook = Webhook.objects.filter(pk=delivery.webhook_id)
    if not message:
        row.update(state=WebhookDelivery.State.SENT, status=status, message="", next_try_at=None)
        hook.update(wakes_at=None, first_failed_at=None)
        return True
    attempts, delay = delivery.attempts + 1, dt.timedelta()
    if attempts > len(DELAYS):
        row.update(state=WebhookDelivery.State.FAILED, status=status, message=message, next_try_at=None)
    else:
        delay = DELAYS[attempts - 1]
        row.update(status=status, message=message, next_try_at=now + delay)
    hook.update(wakes_at=None if status else now + min(delay or LONGEST_REST, LONGEST_REST))
    _note_failure(delivery.webhook, now=now)
    return False


def _outcome(delivery: WebhookDelivery, *, now: dt.datetime) -> tuple[int | None, str]:
    """What was answered, and why it does not count as delivered; empty where it does."""
    body = body_of(delivery)
    try:
        secret = Webhook.objects.values_list("secret", flat=True).get(pk=delivery.webhook_id)
        signed = signed_headers(secret, key=delivery.key, timestamp=int(now.timestamp()), body=body)
        headers = {"Content-Type": "application/json", "User-Agent": AGENT, "Connection": "close", **signed}
        status = sending.post(delivery.webhook.url, body=body, headers=headers)
    except sending.NotDelivered as error:
        return None, str(error)
    except BadWebhook as error:
        return None, error.message[:120]
    except Undecipherable:
        return None, "its secret can't be read: its key is missing in FIELD_KEYS"
    if 200 <= status < 300:
        return status, ""
    return status, "a redirect, which is not followed" if 300 <= status < 400 else f"it answered {status}"


def _note_failure(webhook: Webhook, *, now: dt.datetime) -> None:
    """Since when nothing arrives; after three days of that it is switched off, and its opener told."""
    rows = Webhook.objects.filter(pk=webhook.pk, off_at=None)
    rows.filter(first_failed_at=None).update(first_failed_at=now)
    because = Webhook.OffBecause.FAILING
    with transaction.atomic():
        if not rows.filter(first_failed_at__lte=now - SWITCHED_OFF_AFTER).update(off_at=now, off_because=because):
            return
        audit.record(None, "webhook_off", "webhook", webhook.pk, practice_id=webhook.practice_id, now=now)
    ask_anew()
    mail.tell(
        webhook.opened_by,
        subject="A webhook of arwork was switched off",
        words=f"Nothing has arrived at the webhook “{webhook.name}” for three days, so it was switched off. What waits "
        "for it is kept for thirty days; switch it on again under Webhooks once its receiver answers.",
    )
