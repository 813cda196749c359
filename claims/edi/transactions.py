"""Bookkeeping of one transaction while its claims are taken in: what is done, what was wrong, what to report.

Every batch is one database transaction that also moves `EdiTransaction.done`, under a lock on that row. So a
killed import resumes where it stopped, and of two processes that read the same file one finds the other ahead
of it and leaves.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F

from arwork.lib.errors import Conflict
from arwork.staff.access import Capability, may
from claims.edi.models import EdiFile, EdiTransaction
from claims.edi.x12.records import Problem, Totals

if TYPE_CHECKING:
    from arwork.staff.models import User

MOST_PROBLEMS = 500  # kept in full; beyond that they are counted
MOST_STRANGERS = 20
_TRIES = 3

Progress = Callable[[int, int], None]  # claims done, claims in the file


class Overtaken(Conflict):
    """Another process is reading this file right now."""

    code = "being_read"


@dataclass(frozen=True)
class Intake:
    """What one taking-in of a file was asked to do."""

    file: EdiFile
    practice_id: int | None
    create_missing: bool
    today: dt.date
    now: dt.datetime
    actor: "User | None" = None
    progress: Progress | None = None

    @property
    def may_open(self) -> bool:
        """Whether practices may be opened: asked for, and by the command line or somebody who manages people."""
        return self.create_missing and (self.actor is None or may(self.actor, Capability.MANAGE_PEOPLE))


@dataclass
class Tally:
    """Counts and problems of a transaction, carried from batch to batch."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    unkept: int = 0
    practices: set[int] = field(default_factory=set)
    strangers: list[dict[str, str]] = field(default_factory=list)

    def count(self, word: str, times: int = 1) -> None:
        self.counts[word] = self.counts.get(word, 0) + times

    def note(self, found: Iterable[Problem]) -> None:
        """Keep problems as `{where, code, message}`; those beyond the limit are counted."""
        for problem in found:
            self.add(str(problem.where), problem.code, problem.message)

    def add(self, where: str, code: str, message: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append({"where": where, "code": code, "message": message})
        else:
            self.unkept += 1

    def add_stranger(self, who: dict[str, str]) -> None:
        if who not in self.strangers and len(self.strangers) < MOST_STRANGERS:
            self.strangers.append(who)

    def add_all(self, other: "Tally") -> None:
        for word, times in other.counts.items():
            self.count(word, times)
        for problem in other.problems:
            self.add(problem["where"], problem["code"], problem["message"])
        self.unkept += other.unkept
        self.practices |= other.practices
        for who in other.strangers:
            self.add_stranger(who)

    def saved(self) -> dict[str, Any]:
        return {
            "counts": self.counts,
            "unkept": self.unkept,
            "practices": sorted(self.practices),
            "strangers": self.strangers,
        }

    @classmethod
    def resumed(cls, row: EdiTransaction) -> "Tally":
        """The tally as the last committed batch left it."""
        kept = row.summary.get("progress", {})
        return cls(
            counts=dict(kept.get("counts", {})),
            problems=list(row.problems),
            unkept=kept.get("unkept", 0),
            practices=set(kept.get("practices", [])),
            strangers=list(kept.get("strangers", [])),
        )


@contextmanager
def batch(row: EdiTransaction, *, size: int) -> Iterator[None]:
    """One database transaction that takes in the next `size` items of `row`.

    Raises `Overtaken` when another process has moved `done` since this one read it. A batch that fails leaves `row`
    as it was too, so that it can be tried again.
    """
    before = (row.done, row.summary, row.problems, row.practice_id)
    try:
        with transaction.atomic():
            locked = EdiTransaction.objects.select_for_update(of=("self",)).get(pk=row.pk)
            if locked.done != row.done:
                raise Overtaken("This file is being read by another process. Look at its page for the result.")
            yield
            row.done += size
            row.save(update_fields=["done", "summary", "problems", "practice"])
            EdiFile.objects.filter(pk=row.file_id).update(done_claims=F("done_claims") + size)
    except BaseException:
        row.done, row.summary, row.problems, row.practice_id = before
        raise


def tried_again(work: Callable[[], Any]) -> Any:
    """Run a batch again when another import opened the same rows first, or the engine asked one to step back."""
    for _ in range(_TRIES - 1):
        try:
            return work()
        except (IntegrityError, OperationalError):
            continue
    return work()


def figures(totals: Totals) -> dict[str, Any]:
    """The sums of a transaction as `--json` prints them: amounts as text with two decimals."""
    return {
        "claims": totals.claims,
        "charge": amount(totals.charge),
        "paid": amount(totals.paid),
        "patient_responsibility": amount(totals.patient_responsibility),
        "bpr": None if totals.bpr is None else amount(totals.bpr),
        "plb": amount(totals.plb),
        "adjustments": adjustments(totals.adjustments),
        "balanced": totals.balanced,
    }


def adjustments(by_group: Mapping[str, Decimal]) -> dict[str, str]:
    """CAS sums of the five groups, and of any other that the file used."""
    groups = dict.fromkeys(("CO", "PR", "OA", "PI", "CR"), Decimal("0.00")) | dict(by_group)
    return {group: amount(value) for group, value in groups.items()}


def amount(value: Decimal) -> str:
    """Dollars as text with two decimals."""
    return f"{value:.2f}"
