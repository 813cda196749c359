"""The rows of files and transactions: received, being read, taken in, and what `--json` says of them."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from claims.edi.models import EdiFile, EdiTransaction
from claims.edi.store import Kept
from claims.edi.transactions import figures
from claims.edi.x12.records import Submission837, Totals, TransactionStart

if TYPE_CHECKING:
    from arwork.staff.models import User

_UNREAD = "received"
_EMPTY = figures(Totals()) | {"posted": 0, "exceptions": 0}


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


def receive(
    kept: Kept,
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
            "name": storable(name)[-200:],
            "size": kept.size,
            "via": via,
            "received_at": now,
            "received_by": actor,
            "practice_id": practice_id,
            "create_missing": create_missing,
            "total_claims": kept.claims,
        },
    )
    if not is_new and (practice_id, create_missing) != (file.practice_id, file.create_missing):
        file.practice_id = practice_id or file.practice_id
        file.create_missing = create_missing or file.create_missing
        file.save(update_fields=["practice", "create_missing"])
    return file, is_new


def storable(name: str) -> str:
    """A file's name as a database and a terminal take it: one of unknown encoding keeps what can be read of it."""
    return name.encode("utf-8", "replace").decode().replace("\x00", "")


def transaction_row(file: EdiFile, position: int, start: TransactionStart) -> EdiTransaction:
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


def start_again(row: EdiTransaction) -> None:
    """Forget how far a transaction came, so that it is read anew; what is in the books already stays there once.

    Its status stays until it is read to the end, so a crash meanwhile leaves it to be tried again. The claims of an
    835 are staged as a prefix of the file and stay staged, so there `done` stands.
    """
    row.done, row.problems = row.done if row.kind == "835" else 0, []
    row.summary = {key: value for key, value in row.summary.items() if key not in ("progress", "settled")}
    row.save(update_fields=["done", "problems", "summary"])


def reject(row: EdiTransaction, *, where: str, code: str, message: str, summary: dict[str, Any] | None = None) -> None:
    """Refuse a transaction: it is kept, and says why."""
    row.status = "rejected"
    row.summary = {**_EMPTY, **row.summary, **(summary or {})}
    row.problems = [*row.problems, {"where": where, "code": code, "message": message}]
    row.save(update_fields=["status", "summary", "problems"])


def result_of(row: EdiTransaction, *, name: str, is_duplicate: bool = False) -> dict[str, Any]:
    """One line of `--json`. A duplicate reports the figures of the file again, but nothing as posted: nothing was."""
    summary = _EMPTY | row.summary | ({"posted": 0} if is_duplicate else {})
    return {
        "file": name,
        "sha256": row.file.sha256,
        "type": row.kind,
        "status": "duplicate" if is_duplicate and row.status != "rejected" else row.status,
        **{key: summary[key] for key in _EMPTY},
        "problems": row.problems,
    }


def unread(name: str, message: str) -> dict[str, Any]:
    """The line of `--json` for a file that could not even be opened."""
    problem = {"where": "file", "code": "not_read", "message": message}
    return {
        "file": name,
        "sha256": "",
        "type": "none",
        "status": "rejected",
        **_EMPTY,
        "problems": [problem],
    }
