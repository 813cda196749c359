"""What is handed out leads to nobody who may not be contacted: the gate at the queue.

Hours stand in the queue as windows; what else forbids a contact (calls of the last days, a conversation, a hold, a kept
plan, quiet hours) is asked at the moment of handing out, for the best of a shelf at once. What is blocked keeps its
place and is offered again at its first lawful minute.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from django.utils import timezone

from arwork.lib import bulk
from collections_app.contacts import asking, gate
from collections_app.contacts.gate import GateFacts, Purpose, Verdict
from collections_app.worklist.models import QueueEntry, WorkItem
from collections_app.worklist.next_action import TO_PATIENTS

#: So many of a shelf are asked about at once.
TOGETHER = 100


def is_put_off(item_id: int, *, now: dt.datetime) -> bool:
    """Whether this entry may not be handed out now; then it, and whichever of the next on its shelf may not either,
    wait for their first lawful minute. In the caller's transaction."""
    found = QueueEntry.objects.filter(item=item_id, item__next_action__in=TO_PATIENTS).values_list("shelf", "place")
    first = found.first()
    if first is None:
        return False
    rows = QueueEntry.objects.filter(shelf=first[0], place__gte=first[1], item__next_action__in=TO_PATIENTS).exclude(
        not_before_at__gt=now
    )
    ahead = list(rows.order_by("place", "item").values_list("item", flat=True)[:TOGETHER])
    blocked = {pk: one for pk, one in verdicts_of({item_id, *ahead}, now=now).items() if one.is_blocked}
    if item_id not in blocked:
        return False
    bulk.write(QueueEntry, ("not_before_at",), {pk: (_asked_again(one, now),) for pk, one in blocked.items()})
    return True


def verdicts_of(item_ids: Iterable[int], *, now: dt.datetime) -> dict[int, Verdict]:
    """The gate's word on the next step of each item that leads to a patient; items without an account are left out."""
    rows = list(
        WorkItem.objects.filter(bulk.Among("pk", sorted(item_ids)), account__isnull=False).values_list(
            "pk", "account_id", "claim_id", "next_action", "next_at"
        )
    )
    known = asking.facts_for({account for _, account, *_ in rows if account}, channel=gate.PHONE, at=now)
    return {
        pk: gate.verdict(_about(known[account or 0], claim), gate.PHONE, purpose_of(step, next_at, now), now)
        for pk, account, claim, step, next_at in rows
    }


def purpose_of(step: str, next_at: dt.datetime | None, now: dt.datetime) -> Purpose:
    """To what end a step contacts the patient: a call that was agreed on is asked for, and a question for the payer is
    none about money."""
    if step == "contact_patient":
        return Purpose.ASSISTANCE
    return Purpose.REQUESTED if next_at is not None and next_at <= now else Purpose.COLLECTION


def _about(facts: GateFacts, claim_id: int | None) -> GateFacts:
    return replace(facts, debts=frozenset({claim_id})) if claim_id else facts


def _asked_again(found: Verdict, now: dt.datetime) -> dt.datetime:
    """The first lawful minute, or the next day where nobody knows one: something has to change before."""
    if found.until is not None and found.until > now:
        return found.until
    tomorrow = timezone.localdate(now) + dt.timedelta(days=1)
    return timezone.make_aware(dt.datetime.combine(tomorrow, dt.time.min))
