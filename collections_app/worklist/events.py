"""What happens when the books announce a change: little is refreshed at once, much in the background.

The announcement comes after the commit, in the process that made the change. A person who posted one payment sees
the item change; an import of 50,000 claims rings for a task instead, by name, so that services never import tasks.
"""

import datetime as dt

from arwork.lib.bulk import chunks
from arwork.lib.events import Changed
from collections_app.promises import services as promises
from collections_app.worklist.refresh import WAKES, refresh

#: More ids than this go to a worker, in messages of `PER_TASK` ids.
INLINE = 200
PER_TASK = 5_000


def batches(event: Changed) -> list[tuple[list[int], list[int]]]:
    """The ids of an announcement in portions for a task: (claims, accounts)."""
    claims: list[tuple[list[int], list[int]]] = [(ids, []) for ids in chunks(sorted(event.claims), PER_TASK)]
    accounts: list[tuple[list[int], list[int]]] = [([], ids) for ids in chunks(sorted(event.accounts), PER_TASK)]
    return [*claims, *accounts]


def is_small(event: Changed) -> bool:
    """Whether to refresh at once."""
    return len(event.claims) + len(event.accounts) <= INLINE


def follow(event: Changed, *, today: dt.date, now: dt.datetime) -> None:
    """Settle promises on these accounts and refresh the items; wake those that waited for this."""
    settled = promises.settle(today=today, accounts=event.accounts) if event.accounts else promises.Settled()
    refresh(
        claims=event.claims,
        accounts=event.accounts | settled.accounts,
        today=today,
        now=now,
        event=WAKES.get(event.reason, ""),
    )
