"""The work on claims, as whoever keeps it tells of it and moves it. The worklist stands above this slice and registers
here: what is due for a status, and what follows an answer."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from collections_app.status_requests.verdicts import StatusVerdict


@dataclass(frozen=True, slots=True)
class DueClaim:
    """A claim whose status is due: why, since when, and what is at stake in dollars."""

    claim_id: int
    practice_id: int
    payer_id: int
    amount: Decimal
    because: str
    due_on: dt.date


@dataclass(frozen=True, slots=True)
class AnsweredClaim:
    """What a payer said of a claim. `paid_on` is the day of the payment, `repeats` how often in a row it said so
    before, `words` the status in plain words without anybody's data, `payer_id` who was asked (None: nobody)."""

    claim_id: int
    verdict: StatusVerdict
    words: str
    effective_on: dt.date
    paid_on: dt.date | None
    is_by_check: bool
    repeats: int
    payer_id: int | None = None


@dataclass(frozen=True, slots=True)
class MovedClaim:
    """What became of the work: its next day, and whether a call that was due is not any more."""

    next_on: dt.date
    is_call_avoided: bool


class DueSource(Protocol):
    """Claims due for a status, the most worth first, at most `most` for each payer."""

    def __call__(
        self, *, practice_ids: Collection[int] | None, payer_ids: Collection[int], today: dt.date, most: int
    ) -> Sequence[DueClaim]: ...


class Mover(Protocol):
    """Moves the work on answered claims, in sets; what moved, by claim. Within the caller's transaction."""

    def __call__(
        self, answers: Sequence[AnsweredClaim], *, today: dt.date, now: dt.datetime
    ) -> Mapping[int, MovedClaim]: ...


_keepers: dict[str, tuple[DueSource, Mover]] = {}


def register_work_keeper(name: str, due: DueSource, move: Mover) -> None:
    """Have `due` say what is due and `move` follow the answers. A name stands once: the last one counts."""
    _keepers[name] = (due, move)


def due_claims(
    *, practice_ids: Collection[int] | None, payer_ids: Collection[int], today: dt.date, most: int
) -> list[DueClaim]:
    """Everything due for a status at these payers (`practice_ids` None: in all practices)."""
    found: list[DueClaim] = []
    for due, _ in _keepers.values():
        found += due(practice_ids=practice_ids, payer_ids=payer_ids, today=today, most=most)
    return found


def move_work(answers: Sequence[AnsweredClaim], *, today: dt.date, now: dt.datetime) -> dict[int, MovedClaim]:
    """Have the work follow the answers."""
    moved: dict[int, MovedClaim] = {}
    for _, move in _keepers.values():
        moved |= move(answers, today=today, now=now)
    return moved
