"""Why nobody is asked for an account yet, as the books show it: no statement was sent, or its claims have the work."""

import datetime as dt
from collections.abc import Collection, Mapping

from arwork.lib.bulk import Among
from collections_app.limits.selectors import limit_book
from collections_app.worklist.first_calls import UNBILLED
from collections_app.worklist.from_books import RowScope, account_pauses
from collections_app.worklist.models import OPEN, WorkItem

_WORDS = {
    UNBILLED: "no statement was sent yet",
    "verify": "the payer's reason is about coverage: verified first",
    "exception": "a payment of the claim waits to be posted",
    "correction": "a payer took its answer back: no call before its correction",
}


def not_asked_yet(account_ids: Collection[int], today: dt.date) -> Mapping[int, str]:
    """Of these accounts those whose every visit is not asked for yet, with the reason. Whoever broke a promise is asked
    all the same. Six queries."""
    paused = account_pauses(RowScope(ids=tuple(account_ids)), today=today, limits=limit_book())
    broken = WorkItem.objects.filter(
        OPEN, Among("account", paused), claim=None, promise_broken_on__isnull=False
    ).values_list("account_id", flat=True)
    asked = set(broken)
    return {pk: _WORDS[why] for pk, why in paused.items() if pk not in asked and why in _WORDS}
