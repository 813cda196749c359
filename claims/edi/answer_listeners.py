"""Who hears what payers answer to our questions: about claims (277) and about coverage (271).

Told inside the transaction that takes the answers in, batch by batch; read again they are told again, with the same
source, so whoever listens keeps each once.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from claims.edi.x12.records import ClaimStatus, CoverageAnswer


@dataclass(frozen=True, slots=True)
class HeardStatus:
    """One status of a 277 about a claim; ids are None where no claim in the books is meant. `source` is unique."""

    status: ClaimStatus
    claim_id: int | None
    practice_ids: tuple[int, ...] | None
    on: dt.date
    source: str


@dataclass(frozen=True, slots=True)
class HeardCoverage:
    """One answer of a 271 about a person. `practice_ids`: whose it may be (None: anybody's). `source` is unique."""

    answer: CoverageAnswer
    practice_ids: tuple[int, ...] | None
    on: dt.date
    source: str


class StatusListener(Protocol):
    """Hears answers about claims; how many questions of ours they answered."""

    def __call__(self, heard: Sequence[HeardStatus], *, today: dt.date, now: dt.datetime) -> int: ...


class CoverageListener(Protocol):
    """Hears answers about coverage; how many were to questions of ours."""

    def __call__(self, heard: Sequence[HeardCoverage], *, today: dt.date, now: dt.datetime) -> int: ...


_status_listeners: list[StatusListener] = []
_coverage_listeners: list[CoverageListener] = []


def register_status_listener(listener: StatusListener) -> None:
    """Have `listener` told of the answers about claims."""
    if listener not in _status_listeners:
        _status_listeners.append(listener)


def register_coverage_listener(listener: CoverageListener) -> None:
    """Have `listener` told of the answers about coverage."""
    if listener not in _coverage_listeners:
        _coverage_listeners.append(listener)


def tell_statuses(heard: Sequence[HeardStatus], *, today: dt.date, now: dt.datetime) -> int:
    """Tell who listens; how many answers were to questions of ours."""
    return sum(listener(heard, today=today, now=now) for listener in _status_listeners) if heard else 0


def tell_coverages(heard: Sequence[HeardCoverage], *, today: dt.date, now: dt.datetime) -> int:
    """The same of answers about coverage."""
    return sum(listener(heard, today=today, now=now) for listener in _coverage_listeners) if heard else 0
