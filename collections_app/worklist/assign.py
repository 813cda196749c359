"""Giving unowned work to collectors: by guarantor account first, then in runs of one payer to whoever has least.

A guarantor account stays with one person, a payer's claims lie together so one call can settle several, and the loads
stay level: minutes of work beside what each works in a day. Only collectors with access to the practice who are not
away get work; where there is none, items stay with nobody and whoever sees the practice is offered them. What somebody
left behind who can no longer work it is given away the same way: it would be offered to nobody.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.conditions import condition_column
from arwork.staff import audit
from arwork.staff.models import User
from claims.practices.models import Practice
from collections_app.worklist import queue
from collections_app.worklist.cover import WORKING_ROLES
from collections_app.worklist.loads import Loads, collectors_there, read_loads
from collections_app.worklist.models import WorkItem
from collections_app.worklist.queue import offerable

BATCH = 2_000
#: So many items of one payer in a row go to the same person.
RUN = 25
#: Item, guarantor account, minutes, whether it is due, payer.
_Row = tuple[int, int | None, int, bool, int | None]


def assign_unowned(
    *, today: dt.date, now: dt.datetime, progress: Callable[[int, int], None] = lambda done, total: None
) -> int:
    """Give every unowned open item an owner, practice by practice; how many were given."""
    given = 0
    _free_stranded(today, now)
    total = WorkItem.objects.filter(owner=None, state=WorkItem.State.OPEN).count()
    practices = list(Practice.objects.order_by("pk").values_list("pk", flat=True))
    for practice_id, collectors in collectors_there(practices, today=today).items():
        if collectors:
            for count in _assign_practice(practice_id, collectors, today):
                given += count
                progress(given, total)
    return given


def _free_stranded(today: dt.date, now: dt.datetime) -> None:
    """Take open items from those who left, lost sight of the practice or work no items any more; each is noted."""
    able = User.objects.filter(is_active=True, is_service=False, role__in=WORKING_ROLES).values_list("practices", "pk")
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
    loads = read_loads(collectors, today=today)
    unowned = (
        WorkItem.objects.filter(practice=practice_id, owner=None, state=WorkItem.State.OPEN)
        .order_by("payer", "account", "pk")
        .values_list("pk", "account_id", "minutes", condition_column(offerable(today)), "payer_id")
    )
    for batch in bulk.chunks(unowned.iterator(chunk_size=BATCH), BATCH) if loads.capacity else ():
        owners = _choose(batch, _owners_by_account(batch, collectors), loads)
        with transaction.atomic():
            bulk.write(WorkItem, ("owner",), {pk: (owner,) for pk, owner in owners.items()})
            queue.sync_queue(owners, today=today)
        yield len(owners)


def _choose(rows: Iterable[_Row], owners_by_account: dict[int, int], loads: Loads) -> dict[int, int]:
    """Who gets each: whoever has its account; else the one who had the item before, through a run of one payer whose
    items are alike due; else whoever has least for their day."""
    owners: dict[int, int] = {}
    person, run, alike_before = None, RUN, None
    for pk, account, minutes, is_due, payer in rows:
        owner = owners_by_account.get(account) if account is not None else None
        if owner is None:
            if person is None or run >= RUN or (payer, is_due) != alike_before:
                person, run, alike_before = loads.lightest(is_due=is_due), 0, (payer, is_due)
            if person is None:
                break
            owner, run = person, run + 1
        owners[pk] = owner
        loads.add(owner, minutes, is_due=is_due)
        if account is not None:
            owners_by_account[account] = owner
    return owners


def _owners_by_account(rows: Sequence[_Row], collectors: list[int]) -> dict[int, int]:
    accounts = {account for _, account, *_ in rows if account is not None}
    owned = WorkItem.objects.filter(account__in=accounts, owner__in=collectors, state=WorkItem.State.OPEN)
    return dict(owned.order_by("-pk").values_list("account_id", "owner_id"))
