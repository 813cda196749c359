"""Which items can be handed out today, kept in step with the items themselves.

Small balances have their place as well, but nobody is handed one: they are decided together, from their list.

An escalated item rests until a supervisor answers, but never through the last week of a window: then its owner is
offered it as well.

What belongs to somebody who is away stands with their stand-in (`cover`), and with its owner again when they are back.

An entry is a pure function of its item's columns and of who is away that day: `sync_queue` brings the entries of some
items to what they should be and writes only what differs; `items_without_entry` and `entries_to_drop` find, in one
statement over everything, the items whose entry is missing and the entries that should not be there. The morning's run
and every verb of the worklist use the same.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import (
    BigIntegerField,
    Case,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from arwork.lib import bulk
from arwork.lib.compiled_query import AmongSlot, CompiledQuery, Slot
from collections_app.contacts import windows
from collections_app.contacts.models import CallWindow
from collections_app.worklist import answer_hours
from collections_app.worklist.absence_models import Absence
from collections_app.worklist.cover import CoverBook, away_from, cover_on
from collections_app.worklist.first_calls import CALLED_IF_ASKED, UNBILLED
from collections_app.worklist.lanes import CLOSING_DAYS, VALUE_CEILING, LaneChoice
from collections_app.worklist.models import Lease, QueueEntry, Shelf, WorkItem

if TYPE_CHECKING:
    from arwork.staff.models import User


BATCH = 2_000
_PIN = 10**15
LANE = 10**16
_BOTTOM = 2 * _PIN - 1
_COLUMNS = (
    "practice_id", "owner_id", "window_id", "lane", "pinned_at", "rank", "account_id", "next_at", "payer_id", "kind",
)  # fmt: skip
#: Holds that are themselves work for somebody in the office; the others stop the item until they are lifted.
WORKABLE_HOLDS = ("", "dispute", "assistance", "nsa")


@dataclass(frozen=True, slots=True)
class _Wanted:
    shelf: tuple[int, int | None, int | None]
    place: int
    household: int | None
    not_before_at: dt.datetime | None


def queue_place(*, lane: int, is_pinned: bool, rank: int) -> int:
    """One sortable number: the lane, then what a supervisor pinned, then the rank; the lowest goes first."""
    return lane * LANE + (0 if is_pinned else _PIN) + _PIN - 1 - max(0, min(rank, _PIN - 1))


def offerable(today: dt.date, prefix: str = "") -> Q:
    """Items that may be handed out on `today`: open, due, not snoozed, not held, and not escalated unless a window of
    theirs closes within a week."""
    closing = (today, today + dt.timedelta(days=CLOSING_DAYS))
    return (
        Q(**{f"{prefix}state": WorkItem.State.OPEN, f"{prefix}next_on__lte": today})
        & (Q(**{f"{prefix}hold__in": WORKABLE_HOLDS}) | _agreed(prefix))
        & (
            Q(**{f"{prefix}escalated_at": None})
            | Q(**{f"{prefix}deadline_on__range": closing})
            | Q(**{f"{prefix}overpayment_due_on__range": closing})
        )
        & (Q(**{f"{prefix}snoozed_until": None}) | Q(**{f"{prefix}snoozed_until__lte": today}))
    )


def _agreed(prefix: str) -> Q:
    """Who was sent no statement yet, or keeps a plan, is called all the same if they asked for it; the former also if
    they broke their word."""
    asked = Q(**{f"{prefix}hold__in": CALLED_IF_ASKED, f"{prefix}next_at__isnull": False})
    return asked | Q(**{f"{prefix}hold": UNBILLED, f"{prefix}promise_broken_on__isnull": False})


def sync_queue(item_ids: Iterable[int], *, today: dt.date) -> int:
    """Bring the entries of these items to what their columns say; how many entries changed."""
    return sum(_sync_batch(batch, today=today) for batch in bulk.chunks(sorted(set(item_ids)), BATCH))


def items_without_entry(*, today: dt.date) -> QuerySet[WorkItem]:
    """Offerable items that have no entry yet: what the night made due."""
    return WorkItem.objects.filter(offerable(today)).exclude(Exists(QueueEntry.objects.filter(item=OuterRef("pk"))))


def entries_to_drop(*, today: dt.date) -> QuerySet[QueueEntry]:
    """Entries of items that may not be handed out: only a missed step leaves any."""
    return QueueEntry.objects.exclude(Exists(WorkItem.objects.filter(offerable(today), pk=OuterRef("item"))))


def _sync_batch(item_ids: Sequence[int], *, today: dt.date) -> int:
    with transaction.atomic():
        found = {
            entry.pk: entry
            for entry in QueueEntry.objects.select_for_update().filter(bulk.Among("item", item_ids)).order_by("pk")
        }
        wanted = _wanted(item_ids, today=today)
        shelves = _shelves({one.shelf for one in wanted.values()})
        removed = [pk for pk in found if pk not in wanted]
        if removed:
            QueueEntry.objects.filter(pk__in=removed).delete()
        fresh = [_entry(pk, one, shelves) for pk, one in wanted.items() if pk not in found]
        bulk.insert(QueueEntry, fresh)
        changed = {
            pk: (shelves[one.shelf], one.place, one.household, one.not_before_at)
            for pk, one in wanted.items()
            if pk in found and _differs(found[pk], one, shelves)
        }
        if changed:
            bulk.write(QueueEntry, ("shelf", "place", "household", "not_before_at"), changed)
    return len(removed) + len(fresh) + len(changed)


def _wanted(item_ids: Sequence[int], *, today: dt.date) -> dict[int, _Wanted]:
    is_away = Exists(Absence.objects.filter(away_from(today), person=OuterRef("owner")))
    due = WorkItem.objects.filter(offerable(today), bulk.Among("pk", item_ids))
    rows = list(due.values_list("pk", *_COLUMNS, is_away).order_by("pk"))
    cover = cover_on(today) if any(row[-1] for row in rows) else CoverBook()
    return {
        pk: _Wanted(
            shelf=(
                practice,
                cover.offered_to(owner, practice=practice, payer=payer, kind=kind, key=account or pk),
                window,
            ),
            place=queue_place(lane=lane, is_pinned=pinned is not None, rank=rank),
            household=account,
            not_before_at=next_at,
        )
        for pk, practice, owner, window, lane, pinned, rank, account, next_at, payer, kind, _ in rows
    }


def _entry(pk: int, one: _Wanted, shelves: dict[tuple[int, int | None, int | None], int]) -> QueueEntry:
    return QueueEntry(
        item_id=pk,
        shelf_id=shelves[one.shelf],
        place=one.place,
        household_id=one.household,
        not_before_at=one.not_before_at,
    )


def _differs(entry: QueueEntry, one: _Wanted, shelves: dict[tuple[int, int | None, int | None], int]) -> bool:
    return (entry.shelf_id, entry.place, entry.household_id, entry.not_before_at) != (
        shelves[one.shelf],
        one.place,
        one.household,
        one.not_before_at,
    )


def _shelves(
    wanted: set[tuple[int, int | None, int | None]],
) -> dict[tuple[int, int | None, int | None], int]:
    """Ids of these shelves; the missing ones are put up."""
    if not wanted:
        return {}
    known = _known_shelves(wanted)
    if missing := wanted - known.keys():
        rows = [Shelf(practice_id=p, owner_id=o, window_id=w) for p, o, w in sorted(missing, key=str)]
        Shelf.objects.bulk_create(rows, ignore_conflicts=True)
        known = _known_shelves(wanted)
    return known


def _known_shelves(
    wanted: set[tuple[int, int | None, int | None]],
) -> dict[tuple[int, int | None, int | None], int]:
    rows = Shelf.objects.filter(practice__in={practice for practice, _, _ in wanted})
    return {(p, o, w): pk for pk, p, o, w in rows.values_list("pk", "practice_id", "owner_id", "window_id")}


class HeldLease(NamedTuple):
    """A lease, expired ones included; there are as many as desks."""

    item: int
    household: int | None
    holder: int
    until: dt.datetime


def _free() -> QuerySet[QueueEntry]:
    """Entries that may go out now, without what is held and without small balances."""
    return QueueEntry.objects.filter(
        Q(place__lt=LaneChoice.SMALL * LANE),
        Q(not_before_at=None) | Q(not_before_at__lte=Slot("now", DateTimeField())),
        ~Q(AmongSlot("item", "items")),
        Q(household=None) | ~Q(AmongSlot("household", "households")),
    ).order_by("place", "item")


def _reachable_shelves() -> QuerySet[Shelf, tuple[object, ...]]:
    """The shelves that somebody may reach at this minute, with practice, window, and the place of their best free
    entry."""
    head = _free().filter(shelf=OuterRef("pk")).values("place")[:1]
    return (
        Shelf.objects.filter(
            Q(owner=Slot("actor")) | Q(owner=None),
            Q(window=None) | Q(AmongSlot("window", "windows")),
            AmongSlot("practice", "practices"),
        )
        .annotate(head=Subquery(head))
        .values_list("head", "pk", "practice_id", "window_id")
    )


# Asked at every hand-out, up to a hundred a second. Of Python's own time `take_next` needs 2 ms with these and with the
# reader's practices compiled once, and 14 ms with plain querysets; by itself: HELD 0.1 for 1.0, ITEM 0.5 for 2.0,
# _HEADS 0.3 for 4.8, _BEST about 0.2 for 1.8 (Django 5.2, PostgreSQL 15, November 2026).
HELD = CompiledQuery(
    lambda: Lease.objects.order_by("taken_at", "item").values_list("item_id", "household_id", "holder_id", "expires_at")
)
ITEM = CompiledQuery(lambda: WorkItem.objects.filter(AmongSlot("practice", "practices"), pk=Slot("item")))
_HEADS = CompiledQuery(_reachable_shelves)
_BEST = CompiledQuery(
    lambda: (
        _free().filter(shelf=Slot("shelf")).select_for_update(skip_locked=True).values_list("pk", "household_id")[:1]
    )
)


def first_free_entry(
    actor: "User", practices: Sequence[int], *, leases: Sequence[HeldLease], now: dt.datetime
) -> tuple[int, int | None] | None:
    """Lock the best entry that is not among `leases` nor of a guarantor account among them: its item and guarantor
    account."""
    free = _not_among(leases, now=now)
    for _, shelf in sorted(_open_shelves(actor, practices, free, now=now)):
        for entry in _BEST.rows(shelf=shelf, **free):
            return entry
    return None


def _open_shelves(
    actor: "User", practices: Sequence[int], free: dict[str, Any], *, now: dt.datetime
) -> list[tuple[int, int]]:
    """The place of the best free entry, and the shelf, of every shelf that may be worked at this minute."""
    keys = _open_windows(now)
    known = answer_hours.answer_histories(practices)
    heads = _HEADS.rows(actor=actor.pk, practices=practices, windows=list(keys), **free)
    return [
        (_place_at_hour(head, answer_hours.odds_in_window(practice, keys.get(window), known, now=now).factor), shelf)
        for head, shelf, practice, window in heads
        if head is not None
    ]


def _place_at_hour(place: int, factor: float) -> int:
    """A scored entry's place among those of other windows at this hour; within its own the order stays the same."""
    if factor == 1.0 or place // LANE != LaneChoice.SCORED:
        return place
    value = (_BOTTOM - place % LANE) % VALUE_CEILING
    return place + value - round(value * factor)


def _open_windows(now: dt.datetime) -> dict[int, windows.WindowKey]:
    minute = windows.minute_of(now)
    known = CallWindow.objects.values_list("pk", *windows.WindowKey._fields)
    keys = {pk: windows.WindowKey(*key) for pk, *key in known}
    return {pk: key for pk, key in keys.items() if windows.is_window_open(key, minute)}


def first_free_among(
    among: Q, practices: Sequence[int], *, leases: Sequence[HeldLease], now: dt.datetime
) -> tuple[int, int | None] | None:
    """As `first_free_entry`, of the items that pass `among` alone, whoever owns them."""
    held = _not_among(leases, now=now)
    keys = _open_windows(now)
    rows = QueueEntry.objects.filter(
        Q(shelf__window=None) | Q(shelf__window__in=list(keys)),
        Q(not_before_at=None) | Q(not_before_at__lte=now),
        Q(household=None) | ~Q(household__in=held["households"]),
        shelf__practice__in=practices,
        item__in=WorkItem.objects.filter(among),
    )
    free = rows.exclude(item__in=held["items"]).order_by(_by_hour(practices, keys, now), "item")
    return free.select_for_update(skip_locked=True, of=("self",)).values_list("pk", "household_id").first()


def _by_hour(practices: Sequence[int], keys: dict[int, windows.WindowKey], now: dt.datetime) -> Any:
    """The place with what this hour makes of calls to people, for SQL; as `_place_at_hour`."""
    known = answer_hours.answer_histories(practices)
    by_factor: dict[tuple[int, int], list[int]] = defaultdict(list)
    for practice in practices:
        for window, key in keys.items():
            odds = answer_hours.odds_in_window(practice, key, known, now=now)
            if odds.factor != 1.0:
                by_factor[practice, round(odds.factor * 1000)].append(window)
    value = (Value(_BOTTOM) - F("place") % Value(LANE)) % Value(VALUE_CEILING)
    scored = (LaneChoice.SCORED * LANE, (LaneChoice.SCORED + 1) * LANE - 1)
    return Case(
        *(
            When(
                shelf__practice=practice, shelf__window__in=ids, place__range=scored,
                then=F("place") + value - value * Value(factor) / Value(1000),
            )
            for (practice, factor), ids in sorted(by_factor.items())
        ),
        default=F("place"),
        output_field=BigIntegerField(),
    )  # fmt: skip


def _not_among(leases: Sequence[HeldLease], *, now: dt.datetime) -> dict[str, Any]:
    """What the prepared queries need to know to leave out what is held."""
    running = [one for one in leases if one.until > now]
    return {
        "now": now,
        "items": [one.item for one in running],
        "households": [one.household for one in running if one.household is not None],
    }


def is_entry_free(actor: "User", practices: Sequence[int], *, leases: Sequence[HeldLease], now: dt.datetime) -> bool:
    """Whether some shelf has a free entry at this minute. Locks nothing."""
    return bool(_open_shelves(actor, practices, _not_among(leases, now=now), now=now))
