"""Visits to which the money of an account goes before its older ones: an agreement is about them (RULES 4.4).

The books know of none; the work says so when it is ready.
"""

import datetime as dt
from collections.abc import Callable, Collection

#: (accounts, day) -> the claims of theirs to which money goes first.
FirstSource = Callable[[Collection[int], dt.date], Collection[int]]
_sources: list[FirstSource] = []


def register_paid_first(source: FirstSource) -> None:
    """Ask `source` as well; the app of the work says so when it is ready."""
    if source not in _sources:
        _sources.append(source)


def paid_first(account_ids: Collection[int], today: dt.date) -> set[int]:
    """The claims of these accounts to which money goes first. As many queries as there are sources."""
    found: set[int] = set()
    for source in _sources:
        found |= set(source(account_ids, today))
    return found
