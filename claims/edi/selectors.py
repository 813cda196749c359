"""Questions about files that came in, from somebody who may see them.

A file is seen by whoever brought it and by everybody of a practice it holds something for; a file of which something
belongs to nobody yet (refused: from anybody, or from the watched folder) by owners, because they can open the practice.
Of its transactions each sees those of their own practices and those of nobody; its bytes are for people who
work in every practice it touches.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from arwork.lib import bulk
from arwork.lib.errors import Forbidden, NotFound
from arwork.lib.money import ZERO
from arwork.lib.paging import KeysetPage, Order, page_by_id
from arwork.staff import audit
from arwork.staff.access import Capability, may, practice_ids
from claims.billing.models import Submission
from claims.edi import store
from claims.edi.files import GIVEN_UP, bytes_missing
from claims.edi.models import EdiFile, EdiTransaction
from claims.edi.store import without_nul_bytes
from claims.edi.x12.segments import SegmentReader
from claims.remits.models import RemitClaim, RemitException, Remittance

if TYPE_CHECKING:
    import datetime as dt

    from arwork.staff.models import User
    from claims.edi.models import EdiFile
    from claims.remits.models import RemitClaim


_SEVERITY = ("rejected", "partly", "staged", "received", "posted", "replaced", "duplicate", "left_out")
_LEFT_OUT = "left_out"
_MOST_ALARMS = 20
_OF_REMITTANCE: dict[str, str] = {
    Remittance.State.POSTED: "posted",
    Remittance.State.PARTLY: "partly",
    Remittance.State.REPLACED: "replaced",
    Remittance.State.LEFT_OUT: _LEFT_OUT,
}


def _is_left_out(row: EdiTransaction) -> bool:
    return row.status == "rejected" and "settled" in row.summary


@dataclass
class FileView:
    """A file with the transactions that the reader may see, as a row of the imports page shows it.

    `touched` are the practices that the file holds something for, the reader's or not.
    """

    file: EdiFile
    transactions: Sequence[EdiTransaction] = field(default_factory=list)
    touched: frozenset[int] = frozenset()

    @property
    def is_busy(self) -> bool:
        """Whether it is waiting to be read, or being read; not when reading stopped with a message."""
        return self.is_queued or self.file.state == EdiFile.State.WORKING

    @property
    def is_queued(self) -> bool:
        """Whether no worker has begun to read it."""
        return self.file.state == EdiFile.State.RECEIVED and not self.file.message

    @property
    def is_resumable(self) -> bool:
        """Whether trying again may change anything."""
        return self.file.state != EdiFile.State.DONE or any(
            row.status in ("rejected", "partly", "received") and row.kind != "835" for row in self.transactions
        )

    @property
    def kinds(self) -> list[str]:
        return sorted({row.kind for row in self.transactions if row.kind != "none"})

    @property
    def is_test(self) -> bool:
        return any(row.is_test for row in self.transactions)

    @property
    def status(self) -> str:
        """The worst status of its transactions; `left_out` for a refused one that somebody has settled."""
        worst = (_LEFT_OUT if _is_left_out(row) else row.status for row in self.transactions)
        return min(worst, key=_SEVERITY.index, default="received")

    @property
    def claims(self) -> int:
        """Claims that a bill or a remittance holds, or that an acknowledgment speaks of."""
        return sum(
            int(row.summary.get("claims") or 0)
            or int(row.summary.get("posted") or 0) + int(row.summary.get("exceptions") or 0)
            for row in self.transactions
        )

    @property
    def exceptions(self) -> int:
        return self._sum("exceptions")

    @property
    def charge(self) -> Decimal:
        return sum((Decimal(row.summary.get("charge") or 0) for row in self.transactions), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((Decimal(row.summary.get("paid") or 0) for row in self.transactions), ZERO)

    def _sum(self, key: str) -> int:
        return sum(int(row.summary.get(key) or 0) for row in self.transactions)


def files_seen_by(
    actor: "User", *, after: int | None = None, before: int | None = None, size: int = 50, only_open: bool = False
) -> KeysetPage[FileView]:
    """A page of files, newest first, older than file `after` or newer than file `before`. Five queries.

    `only_open` leaves those that somebody has to look at: refused, not read, with exceptions that still wait.
    """
    page = page_by_id(_files(actor, only_open=only_open), Order("-id"), size=size, after=after, before=before)
    return page.with_rows(_views(page.rows, practice_ids(actor)))


def every_file_seen_by(actor: "User", *, only_open: bool = False) -> Iterator[FileView]:
    """All of them, newest first: three queries for each five hundred."""
    mine = practice_ids(actor)
    for batch in bulk.chunks(_files(actor, only_open=only_open).order_by("-id").iterator(chunk_size=500), 500):
        yield from _views(batch, mine)


def _files(actor: "User", *, only_open: bool) -> QuerySet[EdiFile]:
    rows = _visible(actor).select_related("received_by")
    if only_open:
        waits = RemitException.objects.filter(state=RemitException.State.OPEN).values("remittance__transaction_id")
        others = Q(status="partly") & ~Q(kind="835")
        refused = Q(status="rejected", summary__settled__isnull=True)
        asked = refused | Q(status="received") | others | Q(kind="835", id__in=waits)
        inside = EdiTransaction.objects.filter(asked, file=OuterRef("pk"))
        rows = rows.filter(Q(Exists(inside)) | ~Q(state__in=[EdiFile.State.DONE, EdiFile.State.REJECTED]))
    return rows


def given_up_seen_by(actor: "User") -> list[EdiFile]:
    """Files that ended every reader they were given, and wait for somebody who has them tried again. One query."""
    return list(_visible(actor).filter(message=GIVEN_UP).order_by("-id")[:_MOST_ALARMS])


def file_seen_by(actor: "User", file_id: int) -> FileView:
    """One file. Raises `NotFound` where there is none that the actor may see."""
    file = _visible(actor).select_related("received_by", "practice").filter(id=file_id).first()
    if file is None:
        raise NotFound("There is no such file among those you may see.")
    (view,) = _views([file], practice_ids(actor), with_problems=True)
    return view


def may_read_bytes(actor: "User", view: FileView) -> bool:
    """Whether the actor works in every practice that the file holds something for."""
    is_mine = view.file.received_by_id == actor.pk
    mine = set(practice_ids(actor))
    is_known = bool(view.touched) or is_mine or view.file.practice_id in mine
    return view.touched <= mine and (is_known or may(actor, Capability.SEE_UNCLAIMED_FILES))


def is_theirs_to_bring(actor: "User", file_id: int) -> bool:
    """Whether a file that is here already is one of the actor's: else its bytes belong to somebody of whom the actor
    is told nothing."""
    return _visible(actor).filter(pk=file_id).exists()


def is_test(transaction_id: int | None) -> bool:
    """Whether the sender of a transaction marked it as a test."""
    return EdiTransaction.objects.filter(pk=transaction_id or 0, usage="T").exists()


def claims_in_file(file: EdiFile) -> set[int]:
    """Ids of the claims that a file bills or pays, as far as they are in the books."""
    sent = Submission.objects.filter(source__startswith=f"{file.sha256[:40]}/").values_list("claim_id", flat=True)
    transactions = list(file.transactions.values_list("pk", flat=True))
    paid = RemitClaim.objects.filter(remittance__transaction_id__in=transactions).exclude(claim=None)
    return {*sent.iterator(), *paid.values_list("claim_id", flat=True).iterator()}


def practices_to_choose(actor: "User") -> list[tuple[int, str]]:
    """The practices a file may be forced onto: (id, name and NPI)."""
    rows = actor.practices.order_by("name").values_list("id", "name", "npi")
    return [(pk, f"{name} (NPI {npi})") for pk, name, npi in rows]


def refused_seen_by(actor: "User") -> QuerySet[EdiTransaction]:
    """Transactions with something refused in files that the actor sees, newest first, without their findings."""
    refused = Q(status="rejected", summary__settled__isnull=True) | Q(status="partly")
    rows = EdiTransaction.objects.filter(refused, file__in=_visible(actor))
    return rows.defer("problems").order_by("-id")


def _visible(actor: "User") -> QuerySet[EdiFile]:
    ids = practice_ids(actor)
    inside = EdiTransaction.objects.filter(file=OuterRef("pk"))
    seen = Q(received_by=actor) | Q(practice__in=ids) | Q(Exists(inside.filter(practice__in=ids)))
    if may(actor, Capability.SEE_UNCLAIMED_FILES):
        refused = inside.filter(practice=None, status="rejected")
        seen |= Q(~Exists(inside.filter(practice__isnull=False)) | Exists(refused), practice=None)
    return EdiFile.objects.filter(seen)


def _views(found: Sequence[EdiFile], practices: Sequence[int], *, with_problems: bool = False) -> list[FileView]:
    rows: dict[int, list[tuple[EdiTransaction, set[int]]]] = {file.pk: [] for file in found}
    transactions = EdiTransaction.objects.filter(file__in=found).select_related("practice").order_by("position")
    for row in transactions if with_problems else transactions.defer("problems"):
        rows[row.file_id].append((row, _practices_of(row)))
    _as_they_stand([row for several in rows.values() for row, _ in several])
    return [
        FileView(
            file,
            [row for row, touched in rows[file.pk] if not touched or touched & set(practices)],
            frozenset().union(*(touched for _, touched in rows[file.pk])),
        )
        for file in found
    ]


def _practices_of(row: EdiTransaction) -> set[int]:
    return {*row.summary.get("progress", {}).get("practices", []), *filter(None, [row.practice_id])}


def _as_they_stand(transactions: Sequence[EdiTransaction]) -> None:
    """Of remittances that were held or taken in with exceptions, say how they stand: people may have settled them
    since, and a sound copy may have come."""
    rows = [row for row in transactions if row.status in ("partly", "staged") and row.summary.get("remittance_id")]
    if not rows:
        return
    ids = {row.summary["remittance_id"] for row in rows}
    waiting = Count("exceptions", filter=Q(exceptions__state=RemitException.State.OPEN))
    found = Remittance.objects.filter(id__in=ids).annotate(waiting=waiting).values_list("id", "state", "waiting")
    states = {pk: (state, count) for pk, state, count in found}
    taken = RemitClaim.objects.filter(remittance__in=ids, state=RemitClaim.State.POSTED).values_list("remittance")
    posted = dict(taken.annotate(Count("pk")))
    for row in rows:
        pk = row.summary["remittance_id"]
        state, count = states.get(pk, ("", 0))
        row.summary = row.summary | {"exceptions": count, "posted": posted.get(pk, 0)}
        row.status = _OF_REMITTANCE.get(state, "staged")


#: The segments that end a claim payment: the next one, a new header, provider adjustments, the end of the set.
_ENDS = frozenset({"CLP", "LX", "PLB", "SE", "ST"})
MOST_SEGMENTS = 400


def segments_of(row: "RemitClaim", *, actor: "User", now: "dt.datetime") -> tuple["EdiFile", list[str]]:
    """The file, and the segments of one claim payment as they were sent; that they were read is recorded.

    Raises `Forbidden` when the file touches practices of others, `NotFound` when its bytes are gone.
    """
    transaction = EdiTransaction.objects.filter(pk=row.remittance.transaction_id or 0).first()
    if transaction is None:
        raise NotFound("The file this payment was read from is not on record.")
    view = file_seen_by(actor, transaction.file_id)
    if not may_read_bytes(actor, view):
        raise Forbidden("The file also holds claims of practices you do not work in. Ask an administrator.")
    if not store.stored_path(view.file.sha256).exists():
        raise bytes_missing(view.file)
    seen = {"claim": [row.claim_id]} if row.claim_id else {}
    audit.record_seen(
        actor, audit.RAW_READ, "remit_claim", seen, subject_id=row.pk, practice_id=row.remittance.practice_id, now=now
    )
    return view.file, _cut(view.file.sha256, row.segment)


def _cut(sha256: str, first: int) -> list[str]:
    found: list[str] = []
    with store.open_stored(sha256) as stream:
        reader, ordinal = SegmentReader(without_nul_bytes(stream)), 0
        for block in reader.blocks():
            mark = reader.delimiters.element
            for segment in block:
                ordinal += 1
                if ordinal < first:
                    continue
                if len(found) >= MOST_SEGMENTS or (found and segment[0] in _ENDS):
                    return found
                found.append(mark.join(segment))
    return found
