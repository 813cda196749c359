"""Where somebody stands at the desk: which of how many, and what can still be taken back."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from arwork.staff.access import practice_ids
from collections_app.worklist.actions import UNDO_WITHIN
from collections_app.worklist.models import WorkAction, WorkItem
from collections_app.worklist.queue import place
from collections_app.worklist.queue_models import QueueEntry, Shelf

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class Standing:
    """`place` of `due` in the actor's queue today; 0 when the item is not due."""

    place: int
    due: int


def standing_of(*, actor: "User", item: WorkItem) -> Standing:
    """How many items go before this one for the actor, and how many are due. One query, of the queue's index alone."""
    where = place(lane=item.lane, is_pinned=item.pinned_at is not None, rank=item.rank)
    before = Q(place__lt=where) | Q(place=where, item__lt=item.pk)
    shelves = Shelf.objects.filter(Q(owner=actor) | Q(owner=None), practice__in=practice_ids(actor))
    found = QueueEntry.objects.filter(shelf__in=shelves).aggregate(
        due=Count("item"), before=Count("item", filter=before), here=Count("item", filter=Q(item=item.pk))
    )
    return Standing(found["before"] + 1 if found["here"] else 0, found["due"])


def last_undoable(*, actor: "User", now: dt.datetime) -> WorkAction | None:
    """The actor's last outcome while it can still be taken back, with its item. One query when there is none."""
    action = (
        WorkAction.objects.filter(by=actor, at__gt=now - UNDO_WITHIN, practice__in=practice_ids(actor))
        .prefetch_related("item__claim", "item__account", "undone_by")
        .order_by("-at", "-pk")
        .first()
    )
    if action is None or action.reverses_id or hasattr(action, "undone_by") or action.disposition == "answered":
        return None
    return action


def recorded_at_once(*, actor: "User", action_id: int) -> list[WorkAction]:
    """The action and what the actor recorded with it at the same moment: the claims of one call. Two queries."""
    action = WorkAction.objects.filter(pk=action_id, by=actor, practice__in=practice_ids(actor)).first()
    if action is None:
        return []
    same = WorkAction.objects.filter(by=actor, at=action.at, disposition=action.disposition, undone_by=None)
    return list(same.select_related("item__claim", "item__account").order_by("pk"))
