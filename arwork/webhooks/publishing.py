"""Keeps what happened for whoever wants to be told, in the caller's transaction.

A delivery is a row before it is a request: what a crash leaves behind is sent by the task that beat rings for.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.core.cache import cache
from django.db import transaction

from arwork.lib.background import QueueUnreachable, enqueue
from arwork.lib.bulk import chunks
from arwork.webhooks.listening import listened
from arwork.webhooks.models import Webhook, WebhookDelivery

log = logging.getLogger(__name__)

DELIVER = "arwork.web.tasks.deliver_webhooks"
RINGS_FOR = 60  # seconds; beat rings as often, should the queue have lost it
_RUNG = "webhooks:rung"
MOST_SUBJECTS = 500  # so many things are named by one delivery at most
#: The practice, and the ids of one thing that something happened to: `(3, {"items": 17, "claims": 4})`.
Subject = tuple[int, Mapping[str, int | None]]


def publish(event: str, subjects: Iterable[Subject]) -> None:
    """Keep that `event` happened to `subjects`, and send it once the caller's transaction has committed.

    `subjects` is not even looked at where nobody listens. Else one query and an INSERT, whatever their number.
    """
    if event not in listened():
        return
    by_practice: dict[int, list[Mapping[str, int | None]]] = defaultdict(list)
    for practice_id, ids in subjects:
        by_practice[practice_id].append(ids)
    if not by_practice:
        return
    rows = [
        WebhookDelivery(webhook_id=webhook_id, event=event, data=_together(portion))
        for webhook_id, practice_id in _wanting(event, by_practice)
        for portion in chunks(by_practice[practice_id], MOST_SUBJECTS)
    ]
    if rows:
        WebhookDelivery.objects.bulk_create(rows, batch_size=500)
        transaction.on_commit(ring)


def ring() -> None:
    """Have a worker send what waits, unless one was rung for that has not begun; without a broker it waits for beat.

    Called after the commit: a run that has not begun yet will see what was committed.
    """
    if not cache.add(_RUNG, 1, timeout=RINGS_FOR):
        return
    try:
        enqueue(DELIVER)
    except QueueUnreachable:
        hear()
        log.warning("no broker: webhooks wait for a worker")


def hear() -> None:
    """A run begins: whatever is committed from now on rings for another."""
    cache.delete(_RUNG)


def _wanting(event: str, practices: Iterable[int]) -> list[tuple[int, int]]:
    """The webhooks that want to be told of it, each with its practice."""
    rows = Webhook.objects.filter(off_at=None, practice_id__in=list(practices)).order_by("pk")
    found = rows.values_list("pk", "practice_id", "events")
    return [(pk, practice_id) for pk, practice_id, events in found if event in events]


def _together(subjects: Iterable[Mapping[str, int | None]]) -> dict[str, list[int]]:
    """The ids of each kind, each once, in order."""
    found: dict[str, set[int]] = defaultdict(set)
    for ids in subjects:
        for kind, pk in ids.items():
            if pk is not None:
                found[kind].add(pk)
    return {kind: sorted(ids) for kind, ids in sorted(found.items())}
