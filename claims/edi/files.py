"""The rows of files and transactions: received, being read, taken in, and what `--json` says of them."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, OperationalError
from django.db.models import F
from django.utils import timezone

from arwork.lib import bulk
from arwork.lib.errors import Conflict, NotFound
from arwork.staff.access import Capability, may
from claims.edi.models import EdiFile, EdiTransaction
from claims.edi.store import StoredFile
from claims.edi.x12.records import Event, Problem, Submission837, Totals, TransactionEnd, TransactionStart

if TYPE_CHECKING:
    from arwork.staff.models import User


Item = TypeVar("Item")
_UNREAD = "received"
#: Answers taken in with one transaction of the database.
_AT_ONCE = 500
GIVEN_UP = (
    "Whatever read this file ended in the middle, several times over. What was read is kept. Tell whoever runs arwork; "
    "trying again goes on where it stopped."
)


@dataclass(frozen=True)
class FileResult:
    """What became of one file: its row, whether all of it was refused, and one dict of figures a transaction."""

    file_id: int
    sha256: str
    status: str  # posted, partly, staged, duplicate or rejected: the worst of its transactions
    results: tuple[dict[str, Any], ...]
    message: str = ""

    @property
    def is_rejected(self) -> bool:
        return any(result["status"] == "rejected" for result in self.results)


def receive_file(
    kept: StoredFile,
    *,
    name: str,
    via: str,
    practice_id: int | None,
    create_missing: bool,
    actor: "User | None",
    now: dt.datetime,
) -> tuple[EdiFile, bool]:
    """The row of a kept file, and whether it is new. Options of a later sender count for what is not in yet."""
    file, is_new = EdiFile.objects.get_or_create(
        sha256=kept.sha256,
        defaults={
            "name": storable_name(name)[-200:],
            "size": kept.size,
            "via": via,
            "received_at": now,
            "received_by": actor,
            "practice_id": practice_id,
            "create_missing": create_missing,
            "total_claims": kept.claims,
        },
    )
    if file.bytes_dropped_at is not None:  # they came again, and are kept again
        file.bytes_dropped_at = None
        file.save(update_fields=["bytes_dropped_at"])
    if not is_new and (practice_id, create_missing) != (file.practice_id, file.create_missing):
        file.practice_id = practice_id or file.practice_id
        file.create_missing = create_missing or file.create_missing
        file.save(update_fields=["practice", "create_missing"])
    return file, is_new


def bytes_missing(file: EdiFile, *, otherwise: str = "") -> NotFound:
    """The error for bytes that are not in the store: deleted by rule on a day, or lost; then what to do `otherwise`."""
    if file.bytes_dropped_at is not None:
        day = timezone.localdate(file.bytes_dropped_at)
        return NotFound(
            f"The bytes of this file were deleted on {day:%Y-%m-%d}, when their term had passed (Setup, Retention). "
            "What was taken in from it stays in the books."
        )
    return NotFound(f"The kept bytes of this file are missing. {otherwise}".strip())


def storable_name(name: str) -> str:
    """A file's name as a database and a terminal take it: one of unknown encoding keeps what can be read of it."""
    return name.encode("utf-8", "replace").decode().replace("\x00", "")


def transaction_row(file: EdiFile, *, position: int, start: TransactionStart) -> EdiTransaction:
    """The row of the transaction at `position` (from 1), opened when it is met the first time."""
    envelope = start.envelope
    kind = envelope.set_code if start.kind == "other" else start.kind
    row, _ = EdiTransaction.objects.get_or_create(
        file=file,
        position=position,
        defaults={
            "kind": (kind or "other")[:6],
            "version": envelope.version[:12],
            "isa_control": envelope.isa_control[:9],
            "gs_control": envelope.gs_control[:9],
            "st_control": envelope.st_control[:9],
            "reference": start.header.reference[:50] if isinstance(start.header, Submission837) else "",
            "usage": envelope.usage[:1],
            "status": _UNREAD,
        },
    )
    return row


def is_finished(row: EdiTransaction) -> bool:
    """Whether a transaction was read to its end, however that went."""
    return row.status != _UNREAD


def restart_transaction(row: EdiTransaction) -> None:
    """Forget how far a transaction came, so that it is read anew; what is in the books already stays there once.

    Its status stays until it is read to the end, so a crash meanwhile leaves it to be tried again. The claims of an
    835 are staged as a prefix of the file and stay staged, so there `done` stands.
    """
    row.done, row.problems = row.done if row.kind == "835" else 0, []
    row.summary = {key: value for key, value in row.summary.items() if key not in ("progress", "settled")}
    row.save(update_fields=["done", "problems", "summary"])


def refuse_transaction(
    row: EdiTransaction, *, where: str, code: str, message: str, summary: dict[str, Any] | None = None
) -> None:
    """Refuse a transaction: it is kept, and says why."""
    row.status = "rejected"
    row.summary = {**_no_figures(), **row.summary, **(summary or {})}
    row.problems = [*row.problems, {"where": where, "code": code, "message": message}]
    row.save(update_fields=["status", "summary", "problems"])


def file_result(row: EdiTransaction, *, name: str, is_duplicate: bool = False) -> dict[str, Any]:
    """One line of `--json`. A duplicate reports the figures of the file again, but nothing as posted: nothing was."""
    summary = _no_figures() | row.summary | ({"posted": 0} if is_duplicate else {})
    return {
        "file": name,
        "sha256": row.file.sha256,
        "type": row.kind,
        "status": "duplicate" if is_duplicate and row.status != "rejected" else row.status,
        **{key: summary[key] for key in _no_figures()},
        "problems": row.problems,
    }


def unreadable_result(name: str, message: str) -> dict[str, Any]:
    """The line of `--json` for a file that could not even be opened."""
    problem = {"where": "file", "code": "not_read", "message": message}
    return {
        "file": name,
        "sha256": "",
        "type": "none",
        "status": "rejected",
        **_no_figures(),
        "problems": [problem],
    }


@dataclass
class RemitSummary:
    """What became of one 835: the figures of `--json`, amounts as text with two decimals."""

    status: str
    figures: dict[str, Any] = field(default_factory=dict)
    posted: int = 0
    exceptions: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)
    remittance_id: int | None = None
    practice_id: int | None = None

    def note(self, found: Sequence[Problem]) -> None:
        """Keep what was wrong in the file."""
        for problem in found:
            self.add(str(problem.where), problem.code, problem.message)

    def add(self, where: str, code: str, message: str) -> None:
        """Keep one finding; beyond the limit the first ones say enough."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append({"where": where, "code": code, "message": message})

    def as_json(self) -> dict[str, Any]:
        """The object that `import_edi --json` prints for the transaction."""
        return {
            "status": self.status,
            **self.figures,
            "posted": self.posted,
            "exceptions": self.exceptions,
            "problems": self.problems,
        }


MOST_PROBLEMS = 500  # kept in full; beyond that they are counted
MOST_UNKNOWN_PROVIDERS = 20
_TRIES = 3

Progress = Callable[[int, int], None]  # claims done, claims in the file


class AlreadyBeingRead(Conflict):
    """Another process is reading this file right now."""

    code = "being_read"


@dataclass(frozen=True)
class ImportRequest:
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
        """Whether practices may be opened: asked for, and by the command line or by an owner."""
        return self.create_missing and (self.actor is None or may(self.actor, Capability.OPEN_PRACTICES))


@dataclass
class TransactionTally:
    """Counts and problems of a transaction, carried from batch to batch."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    unkept: int = 0
    practices: set[int] = field(default_factory=set)
    unknown_providers: list[dict[str, str]] = field(default_factory=list)

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

    def add_unknown_provider(self, who: dict[str, str]) -> None:
        if who not in self.unknown_providers and len(self.unknown_providers) < MOST_UNKNOWN_PROVIDERS:
            self.unknown_providers.append(who)

    def add_all(self, other: "TransactionTally") -> None:
        for word, times in other.counts.items():
            self.count(word, times)
        for problem in other.problems:
            self.add(problem["where"], problem["code"], problem["message"])
        self.unkept += other.unkept
        self.practices |= other.practices
        for who in other.unknown_providers:
            self.add_unknown_provider(who)

    def saved(self) -> dict[str, Any]:
        return {
            "counts": self.counts,
            "unkept": self.unkept,
            "practices": sorted(self.practices),
            "strangers": self.unknown_providers,
        }

    @classmethod
    def resumed(cls, row: EdiTransaction) -> "TransactionTally":
        """The tally as the last committed batch left it."""
        kept = row.summary.get("progress", {})
        return cls(
            counts=dict(kept.get("counts", {})),
            problems=list(row.problems),
            unkept=kept.get("unkept", 0),
            practices=set(kept.get("practices", [])),
            unknown_providers=list(kept.get("strangers", [])),
        )


@contextmanager
def batch(row: EdiTransaction, *, size: int) -> Iterator[None]:
    """One database transaction that takes in the next `size` items of `row`.

    Raises `AlreadyBeingRead` when another process has moved `done` since this one read it. A batch that fails leaves
    `row` as it was too, so that it can be tried again.
    """
    before = (row.done, row.summary, row.problems, row.practice_id)
    try:
        with bulk.repeatable():  # whoever finishes the file waits for all of it
            locked = EdiTransaction.objects.select_for_update(of=("self",)).get(pk=row.pk)
            if locked.done != row.done:
                raise AlreadyBeingRead("This file is being read by another process. Look at its page for the result.")
            yield
            row.done += size
            row.save(update_fields=["done", "summary", "problems", "practice"])
            EdiFile.objects.filter(pk=row.file_id).update(done_claims=F("done_claims") + size, left_behind=0)
    except BaseException:
        row.done, row.summary, row.problems, row.practice_id = before
        raise


def with_retries(work: Callable[[], Any]) -> Any:
    """Run a batch again when another import opened the same rows first, or the engine asked one to step back."""
    for _ in range(_TRIES - 1):
        try:
            return work()
        except (IntegrityError, OperationalError):
            continue
    return work()


def take_items(
    row: EdiTransaction,
    events: Iterable[Event],
    *,
    begin: Callable[[TransactionStart], None],
    items_of: Callable[[Event], Sequence[Item]],
    take: Callable[[Sequence[Item]], None],
) -> TransactionEnd | None:
    """Read one transaction: `begin` hears its start, `take` gets what `items_of` finds in its events, some hundred at a
    time; those that an earlier try took in are passed over. The end, where it was reached."""
    waiting: list[Item] = []
    seen, end = 0, None
    for event in events:
        if isinstance(event, TransactionStart):
            begin(event)
        elif isinstance(event, TransactionEnd):
            end = event
        for item in items_of(event):
            seen += 1
            if seen > row.done:
                waiting.append(item)
            if len(waiting) >= _AT_ONCE:
                take(waiting)
                waiting = []
    take(waiting)
    return end


def _no_figures() -> dict[str, Any]:
    """What a transaction says of itself before its claims are counted."""
    return figures_of(Totals()) | {"posted": 0, "exceptions": 0}


def figures_of(totals: Totals) -> dict[str, Any]:
    """The sums of a transaction as `--json` prints them: amounts as text with two decimals."""
    return {
        "claims": totals.claims,
        "charge": amount_text(totals.charge),
        "paid": amount_text(totals.paid),
        "patient_responsibility": amount_text(totals.patient_responsibility),
        "bpr": None if totals.bpr is None else amount_text(totals.bpr),
        "plb": amount_text(totals.plb),
        "adjustments": adjustment_figures(totals.adjustments),
        "balanced": totals.balanced,
    }


def adjustment_figures(by_group: Mapping[str, Decimal]) -> dict[str, str]:
    """CAS sums of the five groups, and of any other that the file used."""
    groups = dict.fromkeys(("CO", "PR", "OA", "PI", "CR"), Decimal("0.00")) | dict(by_group)
    return {group: amount_text(value) for group, value in groups.items()}


def amount_text(value: Decimal) -> str:
    """Dollars as text with two decimals."""
    return f"{value:.2f}"
