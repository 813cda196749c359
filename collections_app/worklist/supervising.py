"""Deciding about items without working them: snooze, escalate and answer, reassign, pin."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from arwork.lib import bulk
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, may, practice_ids, require
from arwork.staff.models import AuditEvent, User
from claims.remits.undo import UNDO_WITHIN
from collections_app.worklist import facts, queue
from collections_app.worklist.actions import (
    TooLate,
    read_column,
    record_outcome,
    record_work_action,
    snapshot_item,
)
from collections_app.worklist.answers import BadField
from collections_app.worklist.dispositions import WAKING_EVENTS
from collections_app.worklist.item_score import rescore
from collections_app.worklist.leases import ItemClosed, access_item, end_leases_of_closed
from collections_app.worklist.models import WorkAction, WorkItem
from collections_app.worklist.window_counts import is_window_escalated

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
    return record_outcome(
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
    return record_outcome(actor=actor, item_id=item_id, disposition="escalated", reason=reason, now=now, today=today)


def answer_escalation(
    *, actor: "User", item_id: int, note: str, now: dt.datetime, today: dt.date, owner_id: int | None = None
) -> WorkAction:
    """A supervisor's answer: the item is due today again, for its owner or for `owner_id`.

    A window that escalated by itself never left its owner: their plan stands, only the day moves.
    """
    require(actor, Capability.ASSIGN_WORK)
    ensure_not_sensitive(note=note)
    with transaction.atomic():
        item = access_item(actor, item_id, lock=True)
        if item.state != WorkItem.State.OPEN:
            raise ItemClosed(f"This item was closed: {item.closed_reason}.", item_id=item_id)
        is_handed_up = item.escalated_at is not None
        if not is_handed_up and not is_window_escalated(item, today):
            raise BadField("This item is not waiting for a supervisor.", field="item")
        before, owned_by = snapshot_item(item), item.owner_id
        if owner_id is not None:
            item.owner_id = _worker(owner_id, {item.practice_id}).pk
        item.window_answered_on = item.deadline_on
        if is_handed_up:
            item.escalated_at = item.escalated_by_id = None
            item.same_answers = item.quiet_touches = 0
            item.appointment_on, item.next_action = None, "resume"
        item.next_on, item.snoozed_until, item.because = today, None, f"answered by {actor}"[:200]
        rescore(item, facts.context_of_item(item, today=today, now=now))
        item.save()
        action = record_work_action(item, "answered", by=actor, at=now, before=before, note=note[:2000])
        if is_handed_up or item.owner_id != owned_by:
            end_leases_of_closed(item.pk)
        queue.sync_queue([item.pk], today=today)
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
        queue.sync_queue(moved, today=today)
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
    rescore(item, facts.context_of_item(item, today=today, now=now))
    item.save()
    queue.sync_queue([item.pk], today=today)
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
    user = User.objects.filter(pk=user_id, is_active=True, is_service=False).first()
    if user is None or not may(user, Capability.WORK_ITEMS):
        raise NotAnOwner("Choose somebody who works items.", field="owner")
    if practices - set(practice_ids(user)):
        raise NotAnOwner(f"{user} does not see every practice of these items.", field="owner")
    return user


REASSIGNED, PINS = "reassigned", ("pinned", "unpinned")
_UNDONE = "steering_undone"


@dataclass(frozen=True, slots=True)
class SupervisingDecision:
    """What somebody last decided about `count` items at once; `item` is one of them."""

    event_id: int
    deed: str
    at: dt.datetime
    count: int
    item: WorkItem


def last_supervising_decision(*, actor: "User", now: dt.datetime) -> SupervisingDecision | None:
    """The actor's last reassigning or pinning while it can be undone. One query when there is none."""
    rows = _deeds(actor).filter(at__gt=now - UNDO_WITHIN)
    last = rows.order_by("-at", "-pk").first()
    if last is None or last.action == _UNDONE:
        return None
    item = WorkItem.objects.select_related("claim", "account").get(pk=last.subject_id or 0)
    return SupervisingDecision(last.pk, last.action, last.at, _at_once(actor, last).count(), item)


def undo_supervising(*, actor: "User", event_id: int, now: dt.datetime, today: dt.date) -> tuple[int, int]:
    """Bring the items back to how they stood; how many were, and how many changed since or cannot go back.

    Raises `NotFound`, or `TooLate` when it was undone before, or ten minutes are over.
    """
    require(actor, Capability.ASSIGN_WORK)
    with transaction.atomic():
        event = _deeds(actor).exclude(action=_UNDONE).filter(pk=event_id).first()
        if event is None:
            raise NotFound("There is no such change of yours among your practices.", event_id=event_id)
        stood = {one.subject_id or 0: one for one in _at_once(actor, event)}
        rows = WorkItem.objects.select_for_update(no_key=True).filter(bulk.Among("pk", sorted(stood)))
        items = list(rows.filter(practice__in=practice_ids(actor), state=WorkItem.State.OPEN).order_by("pk"))
        if now - event.at > UNDO_WITHIN:
            raise TooLate("Ten minutes have passed. Change it back by hand.")
        if _deeds(actor).filter(action=_UNDONE, after__of=event.pk).exists():
            raise TooLate("This was undone already.")
        if event.action == REASSIGNED:
            done = _give_back(actor, items, stood, now=now, today=today)
        else:
            done = sum(_put_back(actor, item, stood[item.pk], now=now, today=today) for item in items)
        facts = {"of": event.pk, "items": done}
        audit.record(actor, _UNDONE, "work_item", event.subject_id, practice_id=event.practice_id, after=facts, now=now)
    return done, len(stood) - done


def _deeds(actor: "User") -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.filter(actor=actor, subject="work_item", action__in=(REASSIGNED, *PINS, _UNDONE))
    return rows.filter(practice_id__in=practice_ids(actor))


def _at_once(actor: "User", event: AuditEvent) -> QuerySet[AuditEvent]:
    return _deeds(actor).filter(at=event.at, action=event.action)


def _give_back(
    actor: "User", items: list[WorkItem], stood: dict[int, AuditEvent], *, now: dt.datetime, today: dt.date
) -> int:
    """To whoever had each, unless they have left or somebody gave it away since."""
    had: dict[int | None, list[int]] = {}
    for item in items:
        before, after = stood[item.pk].before or {}, stood[item.pk].after or {}
        if item.owner_id == after.get("owner"):
            had.setdefault(before.get("owner"), []).append(item.pk)
    done = 0
    for owner_id, ids in had.items():
        try:
            done += reassign(actor=actor, item_ids=ids, owner_id=owner_id, now=now, today=today)
        except NotAnOwner:
            continue
    return done


def _put_back(actor: "User", item: WorkItem, event: AuditEvent, *, now: dt.datetime, today: dt.date) -> bool:
    if pin_facts(item) != event.after:
        return False
    put_pin_back(item, event.before or {}, actor=actor, now=now, today=today)
    return True
