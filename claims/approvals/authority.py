"""Who settles how much alone, and who may approve how much.

The figures are not known here: a slice above answers (`register_authority`), from dated limits by role, practice and
what the money is for. Until one has answered nobody settles anything alone, and nobody approves.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from arwork.lib.errors import Conflict
from arwork.lib.money import ZERO

if TYPE_CHECKING:
    from arwork.staff.models import User


class Authority(Protocol):
    """The limits of a moment. Dollars; None is no limit. `name` is `ApprovalRequest.authority`."""

    def alone(self, name: str, *, role: str, practice_id: int, on: dt.date) -> Decimal | None:
        """The most that somebody of `role` settles without a second person."""

    def approves(self, name: str, *, role: str, practice_id: int, on: dt.date) -> Decimal | None:
        """The most that somebody of `role` approves for another."""

    def answered_by(self, asked_on: dt.date, *, practice_id: int) -> dt.date:
        """From which day on an unanswered question is everybody's who may."""


class NeedsSecondPerson(Conflict):
    """It costs more than its maker settles alone. Facts: `kind` (whose limit it is) and `amount`, in dollars."""

    code = "needs_second_person"


class _Nobody:
    """Before anybody said otherwise."""

    def alone(self, name: str, *, role: str, practice_id: int, on: dt.date) -> Decimal | None:
        return ZERO

    approves = alone

    def answered_by(self, asked_on: dt.date, *, practice_id: int) -> dt.date:
        return asked_on


_sources: list[Callable[[], Authority]] = []


def register_authority(source: Callable[[], Authority]) -> None:
    """Let `source` say what holds now, once for each decision; the app says so when it is ready, nobody else."""
    _sources.append(source)


def authority_now() -> Authority:
    """The limits that hold. One query: ask once for a batch."""
    return _sources[-1]() if _sources else _Nobody()


def covers(limit: Decimal | None, amount: Decimal) -> bool:
    """Whether `amount` dollars, of either sign, lie within a limit."""
    return limit is None or abs(amount) <= limit


def settles_alone(
    name: str, amount: Decimal, *, actor: "User", practice_id: int, today: dt.date, given: Authority | None = None
) -> bool:
    """Whether the actor needs nobody for `amount` dollars. One query, none with the limits `given`."""
    figures = given or authority_now()
    return covers(figures.alone(name, role=actor.role, practice_id=practice_id, on=today), amount)


def may_approve(
    name: str, amount: Decimal, *, actor: "User", practice_id: int, today: dt.date, given: Authority | None = None
) -> bool:
    """Whether the actor's own limit covers approving `amount` dollars. One query, none with the limits `given`."""
    figures = given or authority_now()
    return covers(figures.approves(name, role=actor.role, practice_id=practice_id, on=today), amount)
