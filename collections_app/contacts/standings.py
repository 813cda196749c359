"""Why nothing is asked of an account for now, as other slices know it: a plan is kept, no statement was sent yet.

A source answers for many accounts at once; the gate asks all of them (RULES 11.9). Sources are registered once, when
the app of the work is ready.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping

#: Of these accounts those of which nothing is asked on a day, with the reason in words.
StandingSource = Callable[[Collection[int], dt.date], Mapping[int, str]]
_sources: list[StandingSource] = []


def register_standing(source: StandingSource) -> None:
    """Ask `source` as well."""
    if source not in _sources:
        _sources.append(source)


def standings_of(account_ids: Collection[int], today: dt.date) -> dict[int, str]:
    """The reason of each account that has one; of several that of the source that was registered first."""
    found: dict[int, str] = {}
    for source in _sources:
        for account_id, words in source(account_ids, today).items():
            found.setdefault(account_id, words)
    return found
