"""Which posting stands for one that was reversed only to be posted again elsewhere, as where two claims become one.

The key of the second follows from that of the first, so whoever posted something finds it wherever mergers brought it.
"""

from collections.abc import Iterable
from uuid import UUID

from arwork.lib import bulk
from claims.ledger.entries import posting_key
from claims.ledger.models import Posting


def key_again(key: UUID) -> UUID:
    """The key of the posting that stands for the one with `key`; a posting is posted again once."""
    return posting_key("again", key)


def standing_postings(keys: Iterable[UUID]) -> list[Posting]:
    """The postings with these keys that nothing has reversed, or those that stand for them by now, in order."""
    wanted, found = set(keys), list[Posting]()
    while wanted:
        rows = list(Posting.objects.filter(bulk.Among("key", wanted)).select_related("reversed_by"))
        found += [row for row in rows if not hasattr(row, "reversed_by")]
        wanted = {key_again(row.key) for row in rows if hasattr(row, "reversed_by")}
    return sorted(found, key=lambda row: row.pk)
