"""Where the work on claims stands, said beside how their payment stands: the work tells it here, the books ask nothing.

Without a source (the books alone) no page says anything of the work.
"""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple


class WorkStatus(NamedTuple):
    """In words, with the colour of its tag, and the address where the work goes on ("": nowhere)."""

    words: str
    tone: str
    url: str = ""


WorkStatusSource = Callable[[Collection[int]], Mapping[int, WorkStatus]]
_sources: list[WorkStatusSource] = []


def register_work_status(source: WorkStatusSource) -> None:
    """Have `source` say where the work on claims stands, by claim. Called by the apps when they are ready."""
    if source not in _sources:
        _sources.append(source)


def work_statuses(claim_ids: Collection[int]) -> dict[int, WorkStatus]:
    """By claim, of those on which there is or was work."""
    found: dict[int, WorkStatus] = {}
    for source in _sources:
        found |= source(claim_ids)
    return found
