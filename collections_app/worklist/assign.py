"""Giving unowned work to collectors: by guarantor account first, then in runs of one payer to whoever has least.

A guarantor account stays with one person, a payer's claims lie together so one call can settle several, and the loads
stay level. Only collectors with access to the practice get work; where there is none, items stay with nobody and
whoever sees the practice is offered them. What somebody left behind who can no longer work it is given away the same
way: it would be offered to nobody.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush

from django.db import transaction
from django.db.models import Count

from arwork.lib import bulk
from arwork.staff import audit
from arwork.staff.access import CAPABILITIES, Capability
from arwork.staff.models import Role, User
from claims.practices.models import Practice
from collections_app.worklist import queue
from collections_app.worklist.models import WorkItem

BATCH = 2_000
#: So many items of one payer in a row go to the same person.
RUN = 25


def assign_unowned(
    *, today: dt.date, now: dt.datetime, progress: Callable[[int, int], None] = lambda done, total: None
) -> int:
    """Give every unowned open item an owner, practice by practice; how many were given."""
    given = 0
    _free_stranded(today, now)
    total = WorkItem.objects.filter(owner=None, state=WorkItem.State.OPEN).count()
    for practice_id in Practice.objects.order_by("pk").values_list("pk", flat=True):
        collectors = list(
            User.objects.filter(role=Role.COLLECTOR, is_active=True, is_service=False, practices=practice_id)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        if collectors:
            for count in _assign_practice(practice_id, collectors, today):
                given += count
                progress(given, total)
    return given


def _free_stranded(today: dt.date, now: dt.datetime) -> None:
    """Take open items from those who left, lost sight of the practice or work no items any more; each is noted."""
    workers = [role for role, may_do in CAPABILITIES.items() if Capability.WORK_ITEMS in may_do]
    able = User.objects.filter(is_active=True, is_service=False, role__in=workers).values_list("practices", "pk")
    owned = WorkItem.objects.filter(state=WorkItem.State.OPEN).exclude(owner=None)
    stranded = set(owned.order_by().values_list("practice", "owner").distinct()) - set(able)
    for practice_id, owner_id in sorted(stranded):
        left = owned.filter(practice=practice_id, owner=owner_id).order_by("pk").values_list("pk", flat=True)
        _free(list(left), practice_id, owner_id, today=today, now=now)


def _free(item_ids: list[int], practice_id: int, owner_id: int, *, today: dt.date, now: dt.datetime) -> None:
    for ids in bulk.chunks(item_ids, BATCH):
        with transaction.atomic():
            bulk.write(WorkItem, ("owner",), dict.fromkeys(ids, (None,)))
            queue.sync_queue(ids, today=today)
            taken = ({"owner": owner_id}, {"owner": None})
            deeds = (audit.Deed("reassigned", "work_item", pk, practice_id, *taken) for pk in ids)
            audit.record_many(None, deeds, now=now)


def _assign_practice(practice_id: int, collectors: list[int], today: dt.date) -> Iterator[int]:
    """One batch after the other, each in a transaction; its size."""
    loads = _loads(collectors)
    heap = [(loads.get(pk, 0), pk) for pk in collectors]
    heapify(heap)
    unowned = (
        WorkItem.objects.filter(practice=practice_id, owner=None, state=WorkItem.State.OPEN)
        .order_by("payer", "account", "pk")
        .values_list("pk", "payer_id", "account_id")
    )
    for batch in bulk.chunks(unowned.iterator(chunk_size=BATCH), BATCH):
        owners = _choose(batch, _owners_by_account(batch, collectors), heap)
        with transaction.atomic():
            bulk.write(WorkItem, ("owner",), {pk: (owner,) for pk, owner in owners.items()})
            queue.sync_queue(owners, today=today)
        yield len(owners)


def _choose(
    rows: Iterable[tuple[int, int | None, int | None]], owners_by_account: dict[int, int], heap: list[tuple[int, int]]
) -> dict[int, int]:
    owners: dict[int, int] = {}
    load, person, run, payer_before = 0, 0, RUN, object()
    for pk, payer, account in rows:
        if account is not None and account in owners_by_account:
            owners[pk] = owners_by_account[account]
            continue
        if person == 0 or run >= RUN or payer != payer_before:
            if person:
                heappush(heap, (load, person))
            load, person = heappop(heap)
            run, payer_before = 0, payer
        owners[pk] = person
        load, run = load + 1, run + 1
        if account is not None:
            owners_by_account[account] = person
    if person:
        heappush(heap, (load, person))
    return owners


def _loads(collectors: list[int]) -> dict[int, int]:
    rows = WorkItem.objects.filter(owner__in=collectors, state=WorkItem.State.OPEN).order_by()
    return dict(rows.values_list("owner").annotate(Count("pk")))


def _owners_by_account(rows: Sequence[tuple[int, int | None, int | None]], collectors: list[int]) -> dict[int, int]:
    accounts = {account for _, _, account in rows if account is not None}
    owned = WorkItem.objects.filter(account__in=accounts, owner__in=collectors, state=WorkItem.State.OPEN)
    return dict(owned.order_by("-pk").values_list("account_id", "owner_id"))
