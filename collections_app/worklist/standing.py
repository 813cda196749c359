"""Where somebody stands at the desk: which of how many, and what can still be taken back."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from arwork.staff.access import practice_ids
from collections_app.worklist.actions import UNDO_WITHIN
from collections_app.worklist.models import WorkAction, WorkItem
from collections_app.worklist.queue import offerable
from collections_app.worklist.selectors import mine, visible

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class Standing:
    """`place` of `due` in the actor's queue today; 0 when the item is not due."""

    place: int
    due: int


def standing_of(*, actor: "User", item: WorkItem, today: dt.date) -> Standing:
    """How many items go before this one for the actor, and how many are due. One query."""
    before = (
        Q(lane__lt=item.lane)
        | Q(lane=item.lane, rank__gt=item.rank)
        | Q(lane=item.lane, rank=item.rank, pk__lt=item.pk)
    )
    found = (
        visible(actor)
        .filter(mine(actor), offerable(today))
        .aggregate(due=Count("pk"), before=Count("pk", filter=before), here=Count("pk", filter=Q(pk=item.pk)))
    )
    return Standing(found["before"] + 1 if found["here"] else 0, found["due"])


def first_of_lanes(*, actor: "User", today: dt.date) -> dict[int, WorkItem]:
    """The first item of each lane that the actor would be offered today. One query a lane."""
    rows = visible(actor).filter(mine(actor), offerable(today)).select_related("payer", "claim", "account")
    found = {lane: rows.filter(lane=lane).order_by("-rank", "pk").first() for lane in (1, 2, 3, 4)}
    return {lane: item for lane, item in found.items() if item is not None}


def last_undoable(*, actor: "User", now: dt.datetime) -> WorkAction | None:
    """The actor's last outcome while it can still be taken back, with its item. One query."""
    action = (
        WorkAction.objects.filter(by=actor, at__gt=now - UNDO_WITHIN, practice__in=practice_ids(actor))
        .select_related("item__claim", "item__account", "undone_by")
        .order_by("-at", "-pk")
        .first()
    )
    if action is None or action.reverses_id or hasattr(action, "undone_by") or action.disposition == "answered":
        return None
    return action
