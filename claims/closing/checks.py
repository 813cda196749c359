"""What has to hold before a month closes: every room that has something to say registers its check when it is ready.

A check answers for one month of one practice how many things are open, and in words. Nothing open: it is met. What is
open is solved, or accepted with a reason as it stands; a proof of the books is never accepted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from arwork.lib.money import ZERO
from claims.closing.models import AcceptedPoint
from claims.closing.months import Month


@dataclass(frozen=True, slots=True)
class PointFound:
    """What a check found: how many things are open (0: it is met), their dollars, and the sentence for people."""

    count: int
    words: str
    amount: Decimal = ZERO


class ClosingCheck(NamedTuple):
    """One check: its code, its title, the name of the page where its points are solved, and the question.

    `is_proof`: it recomputes the books, takes its time, and must hold; nobody accepts that it doesn't.
    """

    code: str
    title: str
    place: str
    ask: Callable[[Month], PointFound]
    is_proof: bool = False


@dataclass(frozen=True)
class ClosingPoint:
    """A check of a month with what it found, and what was accepted of it."""

    check: ClosingCheck
    found: PointFound
    accepted: AcceptedPoint | None

    @property
    def is_met(self) -> bool:
        return self.found.count == 0

    @property
    def is_accepted(self) -> bool:
        """Whether what is open now is what was accepted: a change makes it open again."""
        one = self.accepted
        return not self.is_met and one is not None and (one.count, one.amount) == (self.found.count, self.found.amount)

    @property
    def is_open(self) -> bool:
        return not self.is_met and not self.is_accepted


_checks: dict[str, ClosingCheck] = {}


def register_check(check: ClosingCheck) -> None:
    """Ask `check` before a month closes; apps say so when they are ready."""
    _checks[check.code] = check


def check_of(code: str) -> ClosingCheck | None:
    """The check of that code."""
    return _checks.get(code)


def points_of(month: Month, *, proofs: bool = True) -> list[ClosingPoint]:
    """Every check of a month with what it finds now; `proofs` False leaves out those that recompute the books."""
    known = AcceptedPoint.objects.filter(practice=month.practice_id, ends_on=month.ends_on)
    accepted = {one.code: one for one in known.select_related("accepted_by")}
    asked: Sequence[ClosingCheck] = [one for one in _checks.values() if proofs or not one.is_proof]
    return [ClosingPoint(check, check.ask(month), accepted.get(check.code)) for check in asked]


def proofs() -> list[ClosingCheck]:
    """The checks that recompute the books."""
    return [one for one in _checks.values() if one.is_proof]
