"""What the undo bar shows: the last outcome while it can still be taken back."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collections_app.worklist import standing
from collections_app.worklist.actions import UNDO_WITHIN
from collections_app.worklist.dispositions import BY_CODE

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class Undoable:
    """One outcome, in words, and until when it can be undone."""

    pk: int
    item_id: int
    subject: str
    label: str
    at: dt.datetime
    until: dt.datetime
    next_on: dt.date | None


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
        next_on=action.next_on,
    )
