"""Whether the numbers of a guarantor may be shown now: what is not shown is not dialed.

The books know nothing of who may be called when; the work says so when it is ready.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotNow:
    """Why nobody calls the guarantor at this moment, where that is written, and the first lawful minute if known."""

    reason: str
    source: str = ""
    until: dt.datetime | None = None


#: By account and instant: why its guarantor may not be called, or None.
ReachSource = Callable[[int, dt.datetime], NotNow | None]
_sources: list[ReachSource] = []


def register_reach(source: ReachSource) -> None:
    """Ask `source` as well; the app of the work says so when it is ready."""
    if source not in _sources:
        _sources.append(source)


def not_now(account_id: int, *, now: dt.datetime) -> NotNow | None:
    """Why the guarantor of an account may not be called; None where they may."""
    return next((found for source in _sources if (found := source(account_id, now)) is not None), None)
