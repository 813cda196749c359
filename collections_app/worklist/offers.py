"""What may be handed out to somebody at this minute: the queries of `leases.take_next`, built once.

Building these queries anew cost most of the time of a hand-out; `Prepared` keeps them compiled.
"""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import DateTimeField, OuterRef, Q, QuerySet, Subquery

from arwork.lib.prepared import AmongSlot, Prepared, Slot
from collections_app.worklist import windows
from collections_app.worklist.models import CallWindow, WorkItem
from collections_app.worklist.queue_models import Lease, QueueEntry, Shelf

if TYPE_CHECKING:
    from arwork.staff.models import User


class Held(NamedTuple):
    """A lease, expired ones included; there are as many as desks."""

    item: int
    household: int | None
    holder: int
    until: dt.datetime


def _free() -> QuerySet[QueueEntry]:
    """Entries that may go out now, without what is held."""
    return QueueEntry.objects.filter(
        Q(not_before_at=None) | Q(not_before_at__lte=Slot("now", DateTimeField())),
        ~Q(AmongSlot("item", "items")),
        Q(household=None) | ~Q(AmongSlot("household", "households")),
    ).order_by("place", "item")


def _shelves() -> QuerySet[Shelf, tuple[object, ...]]:
    """The shelves that somebody may reach at this minute, with the place of their best free entry."""
    head = _free().filter(shelf=OuterRef("pk")).values("place")[:1]
    return (
        Shelf.objects.filter(
            Q(owner=Slot("actor")) | Q(owner=None),
            Q(window=None) | Q(AmongSlot("window", "windows")),
            AmongSlot("practice", "practices"),
        )
        .annotate(head=Subquery(head))
        .values_list("head", "pk")
    )


HELD = Prepared(
    lambda: Lease.objects.order_by("taken_at", "item").values_list("item_id", "household_id", "holder_id", "expires_at")
)
ITEM = Prepared(lambda: WorkItem.objects.filter(AmongSlot("practice", "practices"), pk=Slot("item")))
_WINDOWS = Prepared(lambda: CallWindow.objects.values_list("pk", *windows.Key._fields))
_HEADS = Prepared(_shelves)
_BEST = Prepared(
    lambda: (
        _free().filter(shelf=Slot("shelf")).select_for_update(skip_locked=True).values_list("pk", "household_id")[:1]
    )
)


def first_free(
    actor: "User", practices: Sequence[int], leases: Sequence[Held], *, now: dt.datetime
) -> tuple[int, int | None] | None:
    """Lock the best entry that is not among `leases` nor of a household among them: its item and household."""
    free = _not_among(leases, now=now)
    for _, shelf in sorted(_open_shelves(actor, practices, free, now=now)):
        for entry in _BEST.rows(shelf=shelf, **free):
            return entry
    return None


def _open_shelves(
    actor: "User", practices: Sequence[int], free: dict[str, Any], *, now: dt.datetime
) -> list[tuple[int, int]]:
    """The place of the best free entry, and the shelf, of every shelf that may be worked at this minute."""
    minute = windows.minute_of(now)
    open_now = [pk for pk, *key in _WINDOWS.rows() if windows.is_open(windows.Key(*key), minute)]
    heads = _HEADS.rows(actor=actor.pk, practices=practices, windows=open_now, **free)
    return [(head, shelf) for head, shelf in heads if head is not None]


def _not_among(leases: Sequence[Held], *, now: dt.datetime) -> dict[str, Any]:
    """What the prepared queries need to know to leave out what is held."""
    running = [one for one in leases if one.until > now]
    return {
        "now": now,
        "items": [one.item for one in running],
        "households": [one.household for one in running if one.household is not None],
    }


def is_anything_free(actor: "User", practices: Sequence[int], leases: Sequence[Held], *, now: dt.datetime) -> bool:
    """Whether some shelf has a free entry at this minute. Locks nothing."""
    return bool(_open_shelves(actor, practices, _not_among(leases, now=now), now=now))
