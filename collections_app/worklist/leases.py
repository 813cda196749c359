"""Handing out items: one to one person, for a while.

`take_next` looks without locking at the head of every shelf that the person may reach now, then locks the first free
entry of the best shelf (SKIP LOCKED: nobody waits for anybody) and inserts the lease. Two unique constraints are the
last word on races: an item has one lease, a guarantor account one holder. SQLite ignores the lock and needs none: its
transactions begin IMMEDIATE and run one after the other.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from arwork.lib import bulk
from arwork.lib.errors import Conflict, NotFound
from arwork.staff.access import Capability, practice_ids, require
from collections_app.worklist import gate_steps, queue
from collections_app.worklist.models import Lease, WorkItem

if TYPE_CHECKING:
    from arwork.staff.models import User


TERM = dt.timedelta(minutes=15)
#: Fifty people who reach for one pool at once lose about every fourth race; so many in a row nobody loses.
_ATTEMPTS = 40
#: So often a batch of people who may not be called now is passed over for the next one.
_PUT_OFFS = 500


class HeldByOther(Conflict):
    """Somebody else works on the item, or on another one of the same guarantor account."""

    code = "held_by_other"


class Crowded(Conflict):
    """Others were faster with every item that was reached for."""

    code = "crowded"


class LeaseLost(Conflict):
    """The lease expired and the item went on to somebody else, or was finished."""

    code = "lease_lost"


class ItemClosed(Conflict):
    """The item was closed meanwhile: the books no longer show unfinished business."""

    code = "item_closed"


def take_next(*, actor: "User", now: dt.datetime, today: dt.date, among: Q | None = None) -> WorkItem | None:
    """Lease to `actor` the best item that can be worked at this minute; None when there is none. With `among`, the best
    of those that pass it, instead of what is the actor's and nobody's.

    An item that the actor holds already comes first: after a crash the same item is on the desk again. Needs the
    queue of `today`, which the opening of the day builds. Raises `Crowded` when others were always faster.
    """
    require(actor, Capability.WORK_ITEMS)
    practices = practice_ids(actor)
    lost = put_off = 0
    while lost < _ATTEMPTS and put_off < _PUT_OFFS:
        leases = [queue.HeldLease(*row) for row in queue.HELD.rows()]
        mine = [one.item for one in leases if one.holder == actor.pk and one.until > now]
        if found := queue.ITEM.objects(item=mine[0], practices=practices) if mine else []:
            return found[0]
        try:
            with transaction.atomic():
                entry = (
                    queue.first_free_entry(actor, practices, leases=leases, now=now)
                    if among is None
                    else queue.first_free_among(among, practices, leases=leases, now=now)
                )
                if entry is None:
                    return None
                if gate_steps.is_put_off(entry[0], now=now):
                    put_off += 1
                    continue
                if any(
                    one.until <= now and entry in ((one.item, entry[1]), (entry[0], one.household)) for one in leases
                ):
                    _end_expired(*entry, now=now)
                _insert(*entry, actor=actor, now=now)
        except IntegrityError:  # somebody was faster with this item or this guarantor account
            lost += 1
            continue
        return queue.ITEM.objects(item=entry[0], practices=practices)[0]
    raise Crowded("Others took every item that you were about to get. Ask for the next one again.")


def is_anything_free(*, actor: "User", now: dt.datetime) -> bool:
    """Whether `take_next` finds something at this minute. Takes nothing, locks nothing: three queries."""
    leases = [queue.HeldLease(*row) for row in queue.HELD.rows()]
    return queue.is_entry_free(actor, practice_ids(actor), leases=leases, now=now)


def open_item(*, actor: "User", item_id: int, now: dt.datetime) -> WorkItem:
    """Lease one item by name, from a list or a search. Held by the actor already: the lease starts anew.

    Raises `NotFound`, `ItemClosed`, or `HeldByOther` whose facts name the holder and the minute it ends.
    """
    require(actor, Capability.WORK_ITEMS)
    try:
        with transaction.atomic():
            item = access_item(actor, item_id, lock=True)
            ensure_item_open(item)
            _ensure_no_other_holder(item, actor, now=now)
            _lease(item.pk, item.account_id, actor=actor, now=now)
    except IntegrityError as error:
        raise HeldByOther("Somebody else has just taken this item. Take another one.", item_id=item_id) from error
    return _seen().get(pk=item_id)


def open_together(*, actor: "User", item_ids: Iterable[int], now: dt.datetime) -> list[WorkItem]:
    """Lease several items for one payer call; those that others hold or that are closed are left out."""
    taken = []
    for item_id in sorted(set(item_ids)):
        try:
            taken.append(open_item(actor=actor, item_id=item_id, now=now))
        except (HeldByOther, ItemClosed, NotFound):
            continue
    return taken


def renew(*, actor: "User", now: dt.datetime, item_id: int | None = None) -> dt.datetime:
    """Extend every lease of `actor` (the person is there); when it ends now.

    Raises `LeaseLost` when `item_id` is given and no longer held, or when nothing is held.
    """
    mine = Lease.objects.filter(holder=actor, expires_at__gt=now)
    if item_id is not None and not mine.filter(item=item_id).exists():
        raise LeaseLost("Your hold on this item has ended. Open it again to go on.", item_id=item_id)
    if not mine.update(expires_at=now + TERM):
        raise LeaseLost("You hold no item.")
    return now + TERM


def release_item(*, actor: "User", item_id: int) -> bool:
    """Give an item back without an outcome; False if the actor did not hold it."""
    with transaction.atomic():
        ended, _ = Lease.objects.filter(item=item_id, holder=actor).delete()
        if ended and any(holder == actor.pk for _, _, holder, _ in queue.HELD.rows()):
            pass_on_accounts([actor.pk])
    return bool(ended)


def release_all(*, actor: "User") -> int:
    """Give everything back: signing off, or a supervisor freeing what somebody left behind."""
    return Lease.objects.filter(holder=actor).delete()[0]


def release_expired(*, now: dt.datetime) -> int:
    """Return what was held too long; how many."""
    with transaction.atomic():
        ended = Lease.objects.filter(expires_at__lte=now).delete()[0]
        if ended:
            pass_on_accounts()
    return ended


def holding(*, actor: "User", now: dt.datetime) -> QuerySet[WorkItem]:
    """What `actor` holds, the longest held first."""
    return (
        _seen()
        .filter(lease__holder=actor, lease__expires_at__gt=now, practice__in=practice_ids(actor))
        .order_by("lease__taken_at", "pk")
    )


def who_holds_what(*, actor: "User", now: dt.datetime) -> QuerySet[Lease]:
    """Leases that run, in the practices of `actor`, with holder and item."""
    require(actor, Capability.SEE_TEAM)
    return (
        Lease.objects.filter(expires_at__gt=now, item__practice__in=practice_ids(actor))
        .select_related("holder", "item__claim", "item__account__guarantor", "item__payer")
        .order_by("taken_at")
    )


def access_item(actor: "User", item_id: int, *, lock: bool = False) -> WorkItem:
    """The item, if the actor's practices include its own; with `lock`, locked until the transaction ends."""
    rows = WorkItem.objects.filter(practice__in=practice_ids(actor))
    if lock:
        rows = rows.select_for_update(no_key=True)
    try:
        return rows.get(pk=item_id)
    except WorkItem.DoesNotExist as error:
        raise NotFound("There is no such work item among your practices.", item_id=item_id) from error


def pass_on_accounts(holder_ids: Collection[int] | None = None) -> None:
    """A guarantor account whose leading lease ended goes over to the same holder's lease that ends last, if there is
    one."""
    rows = Lease.objects.filter(household=None, item__account__isnull=False).exclude(
        Exists(Lease.objects.filter(household=OuterRef("item__account")))
    )
    if holder_ids is not None:
        rows = rows.filter(holder__in=holder_ids)
    heirs = {account: lease for lease, account in rows.order_by("expires_at").values_list("pk", "item__account")}
    for account, lease in sorted(heirs.items()):
        Lease.objects.filter(pk=lease, household=None).update(household=account)


def _lease(item_id: int, account_id: int | None, *, actor: "User", now: dt.datetime) -> None:
    """Insert the lease, over expired ones and one's own. `IntegrityError` when somebody else holds either.

    The latest of several leases in a guarantor account leads it: it ends last, so the guarantor account stays held as
    long as any.
    """
    _end_expired(item_id, account_id, now=now)
    Lease.objects.filter(item=item_id, holder=actor).delete()
    Lease.objects.filter(household=account_id, holder=actor).exclude(household=None).update(household=None)
    _insert(item_id, account_id, actor=actor, now=now)


def _end_expired(item_id: int, account_id: int | None, *, now: dt.datetime) -> None:
    Lease.objects.filter(_about(item_id, account_id), expires_at__lte=now).delete()


def _insert(item_id: int, account_id: int | None, *, actor: "User", now: dt.datetime) -> None:
    columns = ("item_id", "household_id", "holder_id", "taken_at", "expires_at")  # the column keeps its first name
    bulk.insert_rows(Lease, columns, [(item_id, account_id, actor.pk, now, now + TERM)])


def running_leases(item: WorkItem, *, now: dt.datetime) -> QuerySet[Lease]:
    """The leases on the item or its guarantor account that have not ended, with their holders."""
    return Lease.objects.filter(_about(item.pk, item.account_id), expires_at__gt=now).select_related("holder")


def taken_by_other(item: WorkItem, actor: "User", *, now: dt.datetime) -> Lease | None:
    """The running lease of somebody else on this very item, whatever else of the guarantor account they hold."""
    return running_leases(item, now=now).filter(item=item.pk).exclude(holder=actor).first()


def other_holder(item: WorkItem, actor: "User", *, now: dt.datetime) -> Lease | None:
    """The running lease of somebody else on the item or its guarantor account."""
    return running_leases(item, now=now).exclude(holder=actor).first()


def held_words(lease: Lease, item: WorkItem) -> str:
    """What a lease that stands in the way of `item` is about, in words."""
    return "this item" if lease.item_id == item.pk else "another item of this guarantor account"


def ensure_item_open(item: WorkItem) -> None:
    """Raise `ItemClosed` when nothing is left to do on the item."""
    if item.state != WorkItem.State.OPEN:
        raise ItemClosed(f"This item was closed: {item.closed_reason or 'settled'}.", item_id=item.pk)


def _about(item_id: int, account_id: int | None) -> Q:
    return Q(item=item_id) | Q(household=account_id) if account_id else Q(item=item_id)


def end_leases_of_closed(*item_ids: int) -> None:
    """End the leases of finished items, in the caller's transaction; what else is held of a guarantor account stays
    held."""
    holders = list(Lease.objects.filter(item__in=item_ids).values_list("holder", flat=True))
    if holders:
        Lease.objects.filter(item__in=item_ids).delete()
        pass_on_accounts(holders)


def lease_again(item: WorkItem, actor: "User", *, now: dt.datetime) -> None:
    """Put an item back on the desk of `actor`, whom nobody stands against (`other_holder`)."""
    _lease(item.pk, item.account_id, actor=actor, now=now)


def _ensure_no_other_holder(item: WorkItem, actor: "User", *, now: dt.datetime) -> None:
    if (other := other_holder(item, actor, now=now)) is None:
        return
    raise HeldByOther(
        f"{other.holder} is working on {held_words(other, item)}. Take another one, or ask them.",
        item_id=item.pk,
        holder_id=other.holder_id,
        expires_at=other.expires_at.isoformat(),
    )


def _seen() -> QuerySet[WorkItem]:
    """Items with what names them, in one query; few joins, for planning a dozen costs more than running them."""
    return WorkItem.objects.select_related("practice", "claim", "account", "payer")


@dataclass(frozen=True, slots=True)
class ItemAvailability:
    """An open item, with the running lease of who looks, else that of anybody who stands in their way."""

    item: WorkItem
    mine: Lease | None
    other: Lease | None

    @property
    def other_has(self) -> str:
        """What the other one works on, in words."""
        return held_words(self.other, self.item) if self.other else ""

    def seconds(self, now: dt.datetime) -> int:
        """How long the item stays with who looks; 0 when they do not hold it."""
        return int((self.mine.expires_at - now).total_seconds()) if self.mine else 0


def look_at_item(*, actor: "User", item_id: int, now: dt.datetime) -> ItemAvailability:
    """The item and whose it is at this minute. Raises `NotFound`, or `ItemClosed` when nothing is left to do."""
    require(actor, Capability.WORK_ITEMS)
    rows = WorkItem.objects.filter(practice__in=practice_ids(actor))
    item = rows.select_related("practice", "claim", "account", "payer").filter(pk=item_id).first()
    if item is None:
        raise NotFound("There is no such work item among your practices.", item_id=item_id)
    ensure_item_open(item)
    found = list(running_leases(item, now=now))
    mine = next((one for one in found if one.holder_id == actor.pk and one.item_id == item.pk), None)
    other = next((one for one in found if one.holder_id != actor.pk), None)
    return ItemAvailability(item=item, mine=mine, other=None if mine else other)
