"""When the next statement of an account is due, where something above the cycle says so: a strategy that it follows.

One source, registered when the app is ready. Without one, and for accounts that it does not name, the interval of the
practice decides.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping

#: Of these accounts those whose next statement is timed: the day on which one was asked for last, None where none was.
TimingSource = Callable[[Collection[int], dt.date], Mapping[int, dt.date | None]]
_sources: list[TimingSource] = []


def register_timing(source: TimingSource) -> None:
    """Ask `source`."""
    if source not in _sources:
        _sources.append(source)


def timed(account_ids: Collection[int], on: dt.date) -> dict[int, dt.date | None]:
    """What the sources say of these accounts on a day."""
    found: dict[int, dt.date | None] = {}
    for source in _sources:
        found.update(source(account_ids, on))
    return found
