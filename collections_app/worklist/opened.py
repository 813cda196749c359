"""An item that somebody looks at: free, theirs, or on another desk. Looking takes nothing."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_ids, require
from collections_app.worklist import leases
from collections_app.worklist.models import WorkItem
from collections_app.worklist.queue_models import Lease

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class Opened:
    """An open item, with the running lease of who looks, else that of anybody who stands in their way."""

    item: WorkItem
    mine: Lease | None
    other: Lease | None

    @property
    def other_has(self) -> str:
        """What the other one works on, in words."""
        return leases.what_is_held(self.other, self.item) if self.other else ""

    def seconds(self, now: dt.datetime) -> int:
        """How long the item stays with who looks; 0 when they do not hold it."""
        return int((self.mine.expires_at - now).total_seconds()) if self.mine else 0


def look(*, actor: "User", item_id: int, now: dt.datetime) -> Opened:
    """The item and whose it is at this minute. Raises `NotFound`, or `ItemClosed` when nothing is left to do."""
    require(actor, Capability.WORK_ITEMS)
    rows = WorkItem.objects.filter(practice__in=practice_ids(actor))
    item = rows.select_related("practice", "claim", "account", "payer").filter(pk=item_id).first()
    if item is None:
        raise NotFound("There is no such work item among your practices.", item_id=item_id)
    leases.refuse_closed(item)
    found = list(leases.running(item, now=now))
    mine = next((one for one in found if one.holder_id == actor.pk and one.item_id == item.pk), None)
    other = next((one for one in found if one.holder_id != actor.pk), None)
    return Opened(item=item, mine=mine, other=None if mine else other)
