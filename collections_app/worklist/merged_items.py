"""Work on claims and accounts that were merged and stand apart again: the items that merging settled open as they were.

While two stand as one, the item of the emptied one is closed, because nothing is owed there; whose it was, what was
planned and what was decided stays on it. Reopened here, it is brought to the books by the refresh that follows.
"""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from arwork.lib import bulk
from collections_app.worklist.models import WorkItem

#: What the books announce when a merger was taken back.
APART = ("claims apart", "people apart")
#: The reasons for which the books close an item.
_SETTLED = ("void", "merged", "settled in the books")


@transaction.atomic
def reopen_items(*, claims: Collection[int], accounts: Collection[int]) -> int:
    """Open the latest item of each of these that the books settled and nobody opened since; how many."""
    of_accounts = Q(bulk.Among("account", accounts), claim=None)
    rows = WorkItem.objects.filter(Q(bulk.Among("claim", claims)) | of_accounts)
    latest: dict[tuple[int | None, int | None], WorkItem] = {}
    for item in rows.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        latest[item.claim_id, None if item.claim_id else item.account_id] = item
    closed = [one.pk for one in latest.values() if one.state == "closed" and one.closed_reason in _SETTLED]
    return WorkItem.objects.filter(bulk.Among("pk", closed)).update(
        state=WorkItem.State.OPEN, closed_on=None, closed_reason=""
    )
