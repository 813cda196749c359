"""Deciding about items without working them: snooze, escalate and answer, reassign, pin."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.errors import DomainError
from arwork.lib.sensitive import refuse_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, may, practice_ids, require
from arwork.staff.models import User
from collections_app.worklist import context, queue
from collections_app.worklist.actions import record
from collections_app.worklist.answers import BadField
from collections_app.worklist.dispositions import WAKING_EVENTS
from collections_app.worklist.leases import ItemClosed, access_item, let_go
from collections_app.worklist.models import WorkAction, WorkItem
from collections_app.worklist.project import rescore
from collections_app.worklist.snapshots import keep_action, read_column, snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How long an item sleeps that waits for an event alone: nothing sleeps for ever.
EVENT_SNOOZE_DAYS = 30
MOST_AT_ONCE = 5_000
_PIN_COLUMNS = ("pinned_at", "pinned_by_id", "next_on", "next_at", "snoozed_until", "because")


class NotAnOwner(DomainError):
    """Work can go only to people who may work items of the practice."""

    code = "not_an_owner"


def snooze(
    *,
    actor: "User",
    item_id: int,
    now: dt.datetime,
    today: dt.date,
    until_on: dt.date | None = None,
    events: "Sequence[str]" = (),
    reason: str = "",
) -> WorkAction:
    """Put an item to sleep until a day, or until an event (`remit`, `payment`, `acknowledgment`, `document`) with
    thirty days as the longest. Raises `BadField`."""
    if until_on is None and not events:
        raise BadField("Choose a day or an event to wake on.", field="until_on")
    if unknown := set(events) - set(WAKING_EVENTS):
        raise BadField(f"No such event: {', '.join(sorted(unknown))}.", field="events")
    return record(
        actor=actor,
        item_id=item_id,
        disposition="snoozed",
        until_on=until_on or today + dt.timedelta(days=EVENT_SNOOZE_DAYS),
        wakes=tuple(events) or None,
        reason=reason,
        now=now,
        today=today,
    )


def escalate(*, actor: "User", item_id: int, reason: str, now: dt.datetime, today: dt.date) -> WorkAction:
    """Hand an item to the supervisors with a reason; it leaves the queue until one answers."""
    return record(actor=actor, item_id=item_id, disposition="escalated", reason=reason, now=now, today=today)


def answer_escalation(
    *, actor: "User", item_id: int, note: str, now: dt.datetime, today: dt.date, owner_id: int | None = None
) -> WorkAction:
    """A supervisor's answer: the item is due today again, for its owner or for `owner_id`."""
    require(actor, Capability.ASSIGN_WORK)
    refuse_sensitive(note=note)
    with transaction.atomic():
        item = access_item(actor, item_id, lock=True)
        if item.state != WorkItem.State.OPEN:
            raise ItemClosed(f"This item was closed: {item.closed_reason}.", item_id=item_id)
        if item.escalated_at is None:
            raise BadField("This item is not waiting for a supervisor.", field="item")
        before = snapshot(item)
        if owner_id is not None:
            item.owner_id = _worker(owner_id, {item.practice_id}).pk
        item.escalated_at = item.escalated_by_id = None
        item.same_answers = item.quiet_touches = 0
        item.next_on = item.appointment_on = today
        item.next_action, item.because = "resume", f"answered by {actor}"[:200]
        rescore(item, context.of_item(item, today=today, now=now))
        item.save()
        action = keep_action(item, "answered", by=actor, at=now, before=before, note=note[:2000])
        let_go(item.pk)
        queue.sync([item.pk], today=today)
        audit.record(actor, "escalation_answered", "work_item", item.pk, practice_id=item.practice_id, now=now)
    return action


def reassign(*, actor: "User", item_ids: Iterable[int], owner_id: int | None, now: dt.datetime, today: dt.date) -> int:
    """Give open items to somebody, or to nobody in particular (None); how many changed hands.

    Items out of sight or closed are left out. Raises `NotAnOwner` when the person may not work items or sees not
    every practice concerned, `BadField` for more than 5,000 at once.
    """
    require(actor, Capability.ASSIGN_WORK)
    ids = sorted(set(item_ids))
    if len(ids) > MOST_AT_ONCE:
        raise BadField(f"Choose at most {MOST_AT_ONCE:,} items at once.", field="items")
    with transaction.atomic():
        rows = list(
            WorkItem.objects.select_for_update(no_key=True)
            .filter(pk__in=ids, practice__in=practice_ids(actor), state=WorkItem.State.OPEN)
            .exclude(owner=owner_id)
            .order_by("pk")
            .values_list("pk", "practice_id", "owner_id")
        )
        if owner_id is not None:
            _worker(owner_id, {practice for _, practice, _ in rows})
        moved = [pk for pk, _, _ in rows]
        WorkItem.objects.filter(pk__in=moved).update(owner=owner_id)
        queue.sync(moved, today=today)
        deeds = (
            audit.Deed("reassigned", "work_item", pk, practice, {"owner": before}, {"owner": owner_id})
            for pk, practice, before in rows
        )
        audit.record_many(actor, deeds, now=now)
    return len(moved)


def pin(*, actor: "User", item_id: int, now: dt.datetime, today: dt.date, is_pinned: bool = True) -> WorkItem:
    """Put an item before everything else of its owner, or take the pin out. A pinned item is due today."""
    require(actor, Capability.ASSIGN_WORK)
    with transaction.atomic():
        item = access_item(actor, item_id, lock=True)
        if item.state != WorkItem.State.OPEN:
            raise ItemClosed(f"This item was closed: {item.closed_reason}.", item_id=item_id)
        before = pin_facts(item)
        item.pinned_at, item.pinned_by = (now, actor) if is_pinned else (None, None)
        if is_pinned and item.next_on is not None and item.next_on > today:
            item.next_on, item.snoozed_until, item.next_at = today, None, None
            item.because = f"pinned by {actor}"[:200]
        _keep_pin(item, before, actor=actor, now=now, today=today)
    return item


def pin_facts(item: WorkItem) -> dict[str, Any]:
    """What pinning changes of an item, as the trail keeps it."""
    values = ((name, getattr(item, name)) for name in _PIN_COLUMNS)
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values}


def put_pin_back(item: WorkItem, stood: Mapping[str, Any], *, actor: User, now: dt.datetime, today: dt.date) -> None:
    """Bring a locked item to what `pin_facts` said of it before."""
    before = pin_facts(item)
    for name in _PIN_COLUMNS:
        setattr(item, name, read_column(name, stood.get(name)))
    _keep_pin(item, before, actor=actor, now=now, today=today)


def _keep_pin(item: WorkItem, before: dict[str, Any], *, actor: User, now: dt.datetime, today: dt.date) -> None:
    rescore(item, context.of_item(item, today=today, now=now))
    item.save()
    queue.sync([item.pk], today=today)
    audit.record(
        actor,
        "pinned" if item.pinned_at else "unpinned",
        "work_item",
        item.pk,
        practice_id=item.practice_id,
        before=before,
        after=pin_facts(item),
        now=now,
    )


def _worker(user_id: int, practices: set[int]) -> User:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not may(user, Capability.WORK_ITEMS):
        raise NotAnOwner("Choose somebody who works items.", field="owner")
    if practices - set(practice_ids(user)):
        raise NotAnOwner(f"{user} does not see every practice of these items.", field="owner")
    return user
