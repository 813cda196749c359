"""What the undo bar shows: the last outcome while it can still be taken back."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from arwork.web.formats import day
from collections_app.worklist import standing
from collections_app.worklist.actions import UNDO_WITHIN
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.worklist.models import WorkAction


@dataclass(frozen=True, slots=True)
class Undoable:
    """One outcome, in words, what comes next, and until when it can be undone. `count` items have it: claims of one
    call, or what was put to sleep from the list."""

    pk: int
    item_id: int
    subject: str
    label: str
    at: dt.datetime
    until: dt.datetime
    then: str
    count: int

    @property
    def is_call(self) -> bool:
        return self.label != BY_CODE["snoozed"].label


def undoable(*, actor: "User", now: dt.datetime) -> Undoable | None:
    """The actor's last outcome of the past ten minutes, unless it was taken back."""
    action = standing.last_undoable(actor=actor, now=now)
    if action is None:
        return None
    item, known = action.item, BY_CODE.get(action.disposition)
    return Undoable(
        pk=action.pk,
        item_id=item.pk,
        subject=str(item.claim or item.account or f"exception {item.exception_id}"),
        label=known.label if known else action.disposition,
        at=action.at,
        until=action.at + UNDO_WITHIN,
        then=_then(action),
        count=len(standing.recorded_at_once(actor=actor, action_id=action.pk)),
    )


def _then(action: "WorkAction") -> str:
    """`Next: call the patient, Nov 25, 2026 at 14:30`."""
    if action.next_on is None or action.next_action == "none":
        return "Nothing more to do here"
    what = NEXT_ACTIONS.get(action.next_action, action.next_action)
    at = action.after.get("next_at")
    clock = f" at {timezone.localtime(dt.datetime.fromisoformat(at)):%H:%M}" if at else ""
    return f"Next: {what[0].lower()}{what[1:]}, {day(action.next_on)}{clock}"
