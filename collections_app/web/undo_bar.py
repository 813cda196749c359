"""What the undo bar shows: the last outcome while it can still be undone."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone

from arwork.staff.access import Capability, may
from arwork.web.formats import day
from claims.remits.undo import UNDO_WITHIN
from collections_app.worklist import my_day, supervising
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.worklist.models import WorkAction

_DEEDS = {"reassigned": "Given to somebody else", "pinned": "Pinned", "unpinned": "Pin taken out"}


@dataclass(frozen=True, slots=True)
class Undoable:
    """One outcome, in words, what comes next, and until when it can be undone. `count` items have it: claims of one
    call, or what was put to sleep, pinned or given to somebody from the list. `withdraw_url` takes back a call that was
    never made."""

    url: str
    item_id: int
    subject: str
    label: str
    at: dt.datetime
    until: dt.datetime
    then: str
    count: int

    is_call: bool = False
    withdraw_url: str = ""


def undoable(*, actor: "User", now: dt.datetime) -> Undoable | None:
    """What the actor did last in the past ten minutes, unless it was undone."""
    deed = supervising.last_supervising_decision(actor=actor, now=now) if may(actor, Capability.ASSIGN_WORK) else None
    action = my_day.last_undoable(actor=actor, now=now)
    if deed and (action is None or deed.at > action.at):
        return _steered(deed)
    if action is None:
        return None
    item, known = action.item, BY_CODE.get(action.disposition)
    return Undoable(
        url=reverse("desk_undo", args=[action.pk]),
        item_id=item.pk,
        subject=item.number,
        label=known.label if known else action.disposition.replace("_", " ").capitalize(),
        at=action.at,
        until=action.at + UNDO_WITHIN,
        then=_then(action),
        count=(count := my_day.recorded_with(action)),
        is_call=my_day.was_call(action),
        withdraw_url=reverse("desk_withdraw_call", args=[action.pk]) if action.contact_id and count == 1 else "",
    )


def _steered(found: supervising.SupervisingDecision) -> Undoable:
    return Undoable(
        url=reverse("worklist_undo", args=[found.event_id]),
        item_id=found.item.pk,
        subject=found.item.number,
        label=_DEEDS[found.deed],
        at=found.at,
        until=found.at + UNDO_WITHIN,
        then="",
        count=found.count,
    )


def _then(action: "WorkAction") -> str:
    """`Next: call the patient, Nov 25, 2026 at 14:30`."""
    if action.next_on is None or action.next_action == "none":
        return "Nothing more to do here"
    what = NEXT_ACTIONS.get(action.next_action, action.next_action)
    at = action.after.get("next_at")
    clock = f" at {timezone.localtime(dt.datetime.fromisoformat(at)):%H:%M}" if at else ""
    return f"Next: {what[0].lower()}{what[1:]}, {day(action.next_on)}{clock}"
