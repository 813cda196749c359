"""Taking back what was decided about items without working them: who has them, and pins.

The audit trail says how each item stood before and after. What changed since is left as it is; the rest goes back by
the same verbs, which the trail tells too. Only who did it, within the ten minutes of every undo, and once.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from arwork.lib import bulk
from arwork.lib.errors import NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from arwork.staff.models import AuditEvent
from collections_app.worklist.actions import UNDO_WITHIN, TooLate
from collections_app.worklist.models import WorkItem
from collections_app.worklist.steering import NotAnOwner, pin_facts, put_pin_back, reassign

if TYPE_CHECKING:
    from arwork.staff.models import User

REASSIGNED, PINS = "reassigned", ("pinned", "unpinned")
_TAKEN_BACK = "steering_undone"


@dataclass(frozen=True, slots=True)
class Steered:
    """What somebody last decided about `count` items at once; `item` is one of them."""

    event_id: int
    deed: str
    at: dt.datetime
    count: int
    item: WorkItem


def last_steered(*, actor: "User", now: dt.datetime) -> Steered | None:
    """The actor's last reassigning or pinning while it can be taken back. One query when there is none."""
    rows = _deeds(actor).filter(at__gt=now - UNDO_WITHIN)
    last = rows.order_by("-at", "-pk").first()
    if last is None or last.action == _TAKEN_BACK:
        return None
    item = WorkItem.objects.select_related("claim", "account").get(pk=last.subject_id or 0)
    return Steered(last.pk, last.action, last.at, _at_once(actor, last).count(), item)


def take_back(*, actor: "User", event_id: int, now: dt.datetime, today: dt.date) -> tuple[int, int]:
    """Bring the items back to how they stood; how many were, and how many changed since or cannot go back.

    Raises `NotFound`, or `TooLate` when it was undone before, or ten minutes are over.
    """
    require(actor, Capability.ASSIGN_WORK)
    with transaction.atomic():
        event = _deeds(actor).exclude(action=_TAKEN_BACK).filter(pk=event_id).first()
        if event is None:
            raise NotFound("There is no such change of yours among your practices.", event_id=event_id)
        stood = {one.subject_id or 0: one for one in _at_once(actor, event)}
        rows = WorkItem.objects.select_for_update(no_key=True).filter(bulk.Among("pk", sorted(stood)))
        items = list(rows.filter(practice__in=practice_ids(actor), state=WorkItem.State.OPEN).order_by("pk"))
        if now - event.at > UNDO_WITHIN:
            raise TooLate("Ten minutes have passed. Change it back by hand.")
        if _deeds(actor).filter(action=_TAKEN_BACK, after__of=event.pk).exists():
            raise TooLate("This was undone already.")
        if event.action == REASSIGNED:
            done = _give_back(actor, items, stood, now=now, today=today)
        else:
            done = sum(_put_back(actor, item, stood[item.pk], now=now, today=today) for item in items)
        facts = {"of": event.pk, "items": done}
        audit.record(
            actor, _TAKEN_BACK, "work_item", event.subject_id, practice_id=event.practice_id, after=facts, now=now
        )
    return done, len(stood) - done


def _deeds(actor: "User") -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.filter(actor=actor, subject="work_item", action__in=(REASSIGNED, *PINS, _TAKEN_BACK))
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
