"""Files in: the one service behind the command, the upload page, the watched folder and the API.

The bytes are kept first. Then the file is read as a stream and each transaction is handed to the intake of its
kind, which works in bounded batches. Whatever happens in between, taking in the same file again goes on where the
last batch was committed, and a file that was taken in to its end changes nothing.
"""

import datetime as dt
import logging
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from arwork.lib.encryption import Undecipherable
from arwork.lib.errors import Conflict, DomainError
from arwork.staff import audit
from claims.edi import files, selectors, store
from claims.edi.acknowledgments import take_acknowledgments
from claims.edi.claims_837 import take_837
from claims.edi.coverage_271 import take_271
from claims.edi.files import GIVEN_UP, AlreadyBeingRead, FileResult, ImportRequest, Progress
from claims.edi.models import EdiFile, EdiTransaction
from claims.edi.practice_lookup import may_bring_files_for, practice_of_npi
from claims.edi.remits_835 import take_835
from claims.edi.store import without_nul_bytes
from claims.edi.x12.reading import ReadingLimits, read
from claims.edi.x12.records import Event, FileEnd, TransactionEnd, TransactionStart
from claims.remits.posting import post_found_payments

if TYPE_CHECKING:
    from arwork.staff.models import User

log = logging.getLogger(__name__)

ACKNOWLEDGMENTS = frozenset({"999", "997", "TA1", "277CA", "277"})
_PARKED_DAYS = 90
_MOST_PARKED = 200
_SEVERITY = ("duplicate", "posted", "staged", "partly", "rejected")


#: A reader that is killed this often in a row by a file is not given it again by itself.
MOST_READERS = 3
INCOMPLETE = (
    "It breaks off without its IEA, so its end is missing; nothing of it was read. Have it sent again. If this is all "
    "there is, try again: what can be read of it is taken in."
)
#: What passes by itself: the file is read again without being asked for.
TRANSIENT = (OSError, OperationalError, InterfaceError)
_LONGEST_PUT_OFF = dt.timedelta(hours=1)


class GivenUp(DomainError):
    """The file has ended reader after reader; only a person has it tried again."""

    code = "given_up"


class UnknownPractice(DomainError):
    """The practice that was asked for does not exist, or is not the sender's."""

    code = "unknown_practice"


class HereAlready(Conflict):
    """The same bytes came before, for somebody else."""

    code = "here_already"


def keep_file(
    source: "BinaryIO | str | os.PathLike[str]",
    *,
    name: str,
    via: str,
    practice_npi: str = "",
    practice_id: int | None = None,
    create_missing: bool = False,
    actor: "User | None" = None,
    now: dt.datetime,
) -> tuple[EdiFile, bool]:
    """Keep the bytes and open the file's row; whether it is new. Nothing is read yet.

    Raises `UnknownPractice` for a practice that is not there or not the sender's, `HereAlready` for bytes that are
    somebody else's.
    """
    forced = forced_practice(npi=practice_npi, practice_id=practice_id, actor=actor)
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as stream:
            kept = store.store_bytes(stream)
    else:
        kept = store.store_bytes(source)
    if actor is not None:
        _ensure_theirs(kept.sha256, actor, changes_options=create_missing or forced is not None)
    with transaction.atomic():
        file, is_new = files.receive_file(
            kept, name=name, via=via, practice_id=forced, create_missing=create_missing, actor=actor, now=now
        )
        if is_new or actor:  # the same bytes again may come with other options, which count for what is not in yet
            facts = {"sha256": kept.sha256, "size": kept.size, "via": via, "create_missing": create_missing}
            action = "receive" if is_new else "receive_again"
            audit.record(actor, action, "edi_file", file.pk, practice_id=forced, after=facts, now=now)
    return file, is_new


def _ensure_theirs(sha256: str, actor: "User", *, changes_options: bool) -> None:
    """Bytes that came before stay whose they are: nobody reads another's file again, or as one of their practice."""
    file_id = EdiFile.objects.filter(sha256=sha256).values_list("id", flat=True).first()
    if file_id is None:
        return
    if not selectors.is_theirs_to_bring(actor, file_id):
        raise HereAlready(
            "These bytes came before, and not for a practice that you see now. Nothing was taken in or changed. If the "
            "file holds something of yours, ask an owner to read it again."
        )
    if changes_options and not selectors.may_read_bytes(actor, selectors.file_seen_by(actor, file_id)):
        raise HereAlready(
            "This file came before and holds claims of practices that you don't see, so it stays as it was asked for. "
            "Bring it without choosing a practice, or ask an owner."
        )


def take_in(
    source: "BinaryIO | str | os.PathLike[str]",
    *,
    name: str,
    via: str,
    practice_npi: str = "",
    practice_id: int | None = None,
    create_missing: bool = False,
    actor: "User | None" = None,
    today: dt.date,
    now: dt.datetime,
    progress: Progress | None = None,
) -> FileResult:
    """Keep a file and take it into the books. Safe to call again at any time, also after a crash in the middle.

    Raises `GivenUp`, but for the command line: there a person asks.
    """
    file, _ = keep_file(
        source,
        name=name,
        via=via,
        practice_npi=practice_npi,
        practice_id=practice_id,
        create_missing=create_missing,
        actor=actor,
        now=now,
    )
    if via == "command":
        EdiFile.objects.filter(pk=file.pk).update(left_behind=0)
    return take_in_kept(file.pk, name=name, actor=actor, today=today, now=now, progress=progress)


def keep_incomplete(path: "str | os.PathLike[str]", *, name: str, via: str, now: dt.datetime) -> EdiFile:
    """Keep a file whose end never came, unread, with the reason; somebody may still have it read as it is."""
    file, is_new = keep_file(path, name=name, via=via, now=now)
    if is_new:
        EdiFile.objects.filter(pk=file.pk).update(message=INCOMPLETE)
    log.warning("file %s breaks off without its IEA and was not read", file.pk)
    return file


def note_time_ahead(file_id: int, *, by_seconds: float) -> None:
    """Say on the file that whoever wrote it has a clock ahead of this host's, or this host one behind."""
    log.warning("file %s: its time was %d seconds ahead of this host's clock", file_id, by_seconds)
    hours = max(1, round(by_seconds / 3600))
    note = f"Its time in the watched folder was ahead of this host's clock, by about {hours} h. Compare the clocks."
    EdiFile.objects.filter(pk=file_id).update(note=note)


def take_in_kept(
    file_id: int,
    *,
    name: str = "",
    actor: "User | None" = None,
    today: dt.date,
    now: dt.datetime,
    progress: Progress | None = None,
) -> FileResult:
    """Take a kept file into the books: what is new in it, what a crash left, and what was refused before.

    Raises `AlreadyBeingRead` when another process is at it, and `GivenUp` for a file that ended its last readers.
    Where the disk or the database failed it is tried again later; the error propagates.
    """
    with store.reading_lock(EdiFile.objects.get(pk=file_id).sha256) as is_ours:
        if not is_ours:
            raise AlreadyBeingRead("This file is being read by another process. Look at its page for the result.")
        return _take_in_held(file_id, name=name, actor=actor, today=today, now=now, progress=progress)


def _take_in_held(
    file_id: int, *, name: str, actor: "User | None", today: dt.date, now: dt.datetime, progress: Progress | None
) -> FileResult:
    file = EdiFile.objects.get(pk=file_id)
    intake = ImportRequest(file, file.practice_id, file.create_missing, today, now, actor or file.received_by, progress)
    before = {row.pk: row.summary.get("posted", 0) for row in _rows(file) if files.is_finished(row)}
    _count_reader(file)
    again = _tried_again(file)
    EdiFile.objects.filter(pk=file_id).update(finished_at=None, done_claims=sum(row.done for row in _rows(file)))
    try:
        touched = _read(intake, again)
        while any(row.pk in touched and not files.is_finished(row) for row in _rows(file)):
            touched |= _read(intake, frozenset())  # a broken copy of a payment gave way to the one in this file
    except AlreadyBeingRead:
        raise
    except Exception as error:
        if isinstance(error, TRANSIENT) and not isinstance(error, FileNotFoundError):  # the store lost the bytes
            _put_off(file, now=now)
            raise
        message = "Reading stopped unexpectedly. What was read is kept; try again."
        EdiFile.objects.filter(pk=file_id).update(state=EdiFile.State.RECEIVED, message=message, left_behind=0)
        raise
    rows = _rows(file)
    is_rejected = all(row.status == "rejected" for row in rows)
    state = EdiFile.State.REJECTED if is_rejected else EdiFile.State.DONE
    EdiFile.objects.filter(pk=file_id).update(
        state=state, message="", finished_at=now, left_behind=0, put_off=0, next_try_at=None
    )
    if any(row.pk in touched and row.kind.startswith("837") for row in rows):
        apply_parked(today=today, now=now, source=f"{file.sha256[:40]}/")
    return _result(file, rows, before, name=name or file.name)


def _count_reader(file: EdiFile) -> None:
    """Count whoever reads next before a byte is read, in a transaction of its own: a reader that the file kills counts.

    Every batch that is taken in sets the count back, so what makes progress is never given up. Raises `GivenUp`.
    """
    rows = EdiFile.objects.filter(pk=file.pk)
    if rows.filter(left_behind__gte=MOST_READERS).update(state=EdiFile.State.RECEIVED, message=GIVEN_UP):
        log.error("file %s ended %s readers and is not read again by itself", file.pk, MOST_READERS)
        raise GivenUp(GIVEN_UP)
    rows.update(state=EdiFile.State.WORKING, message="", next_try_at=None, left_behind=F("left_behind") + 1)


def _put_off(file: EdiFile, *, now: dt.datetime) -> None:
    """Have the file read again after 1, 2, 4 ... minutes, an hour at most: what failed it passes by itself."""
    tries = EdiFile.objects.get(pk=file.pk).put_off
    rest = min(dt.timedelta(minutes=2 ** min(tries, 6)), _LONGEST_PUT_OFF)
    message = "The disk or the database failed while it was read. What was read is kept; it is tried again by itself."
    EdiFile.objects.filter(pk=file.pk).update(
        state=EdiFile.State.RECEIVED, message=message, left_behind=0, put_off=tries + 1, next_try_at=now + rest
    )


def apply_parked(*, today: dt.date, now: dt.datetime, source: str) -> None:
    """What came before its claims: read acknowledgments again that answered claims the books did not know, and post
    payments that found none, or that waited for what the submissions of `source` billed."""
    try:
        post_found_payments(today=today, now=now, source=source)
    except DomainError as error:  # a closed period; the payments wait on, and that is no fault of this import
        log.warning("payments that waited for their claims could not be posted: %s", error.code)
    since = now - dt.timedelta(days=_PARKED_DAYS)
    parked = EdiTransaction.objects.filter(kind__in=ACKNOWLEDGMENTS, status="partly", file__received_at__gte=since)
    for file in EdiFile.objects.filter(pk__in=parked.values("file")).order_by("-received_at")[:_MOST_PARKED]:
        intake = ImportRequest(file, file.practice_id, file.create_missing, today, now, file.received_by)
        try:
            again = _tried_again(file, kinds=ACKNOWLEDGMENTS)
            _read(intake, again, only=again)
        # Read by somebody else, or its bytes or their key are gone: that is no fault of this import.
        except (AlreadyBeingRead, OSError, Undecipherable):
            log.warning("file %s with parked acknowledgments could not be read again", file.pk)


def forced_practice(*, npi: str = "", practice_id: int | None, actor: "User | None") -> int | None:
    """The practice that a sender names, by NPI or id, or None. Raises `UnknownPractice`."""
    if npi:
        practice_id = practice_of_npi(npi)
        if practice_id is None:
            raise UnknownPractice(f"No practice has the NPI {npi}. Add it under Setup, or leave --practice out.")
    if practice_id is not None and not may_bring_files_for(actor, practice_id):
        raise UnknownPractice("You have no access to that practice. Choose one of yours.")
    return practice_id


def _rows(file: EdiFile) -> list[EdiTransaction]:
    return list(EdiTransaction.objects.filter(file=file).select_related("file").order_by("position"))


def _tried_again(file: EdiFile, kinds: frozenset[str] | None = None) -> frozenset[int]:
    """Transactions that get another try: the practice may exist by now, the claim may have been read."""
    again = set()
    for row in _rows(file):
        is_open = row.status == "rejected" or (row.status == "partly" and row.kind != "835")
        if row.position and is_open and (kinds is None or row.kind in kinds):
            files.restart_transaction(row)
            again.add(row.pk)
    return frozenset(again)


def _read(intake: ImportRequest, again: frozenset[int], only: frozenset[int] | None = None) -> set[int]:
    """Read the file and take in what is unfinished or tried again; the ids of the transactions worked on."""
    file, touched, position = intake.file, set[int](), 0
    with store.open_stored(file.sha256) as raw:
        most = ReadingLimits(segments=settings.EDI_MOST_SEGMENTS, lines=settings.EDI_MOST_LINES)
        events = read(without_nul_bytes(raw), most)
        for event in events:
            if isinstance(event, TransactionStart):
                position += 1
                row = files.transaction_row(file, position=position, start=event)
                if row.pk in again or (only is None and not files.is_finished(row)):
                    touched.add(row.pk)
                    _dispatch(intake, row, _transaction(event, events))
            elif isinstance(event, FileEnd):
                _note_file(file, event, position)
    return touched


def _transaction(start: TransactionStart, events: Iterator[Event]) -> Iterator[Event]:
    """The events of one transaction, its start and end included."""
    yield start
    for event in events:
        yield event
        if isinstance(event, TransactionEnd):
            return


def _dispatch(intake: ImportRequest, row: EdiTransaction, events: Iterator[Event]) -> None:
    """Hand a transaction to the intake of its kind; an error refuses this transaction alone."""
    try:
        if row.kind.startswith("837"):
            take_837(intake, row, events)
        elif row.kind == "835":
            _take_835(intake, row, events)
        elif row.kind in ACKNOWLEDGMENTS:
            take_acknowledgments(intake, row, events)
        elif row.kind == "271":
            take_271(intake, row, events)
        else:
            message = f"Transaction {row.kind} is not understood; it was kept as it came, and nothing was done."
            files.refuse_transaction(row, where="ST01", code="not_understood", message=message)
    except (AlreadyBeingRead, Undecipherable):  # a key that is missing here is no fault of the sender
        raise
    except DomainError as error:
        files.refuse_transaction(row, where="ST02", code=error.code, message=error.message)
    finally:
        for _ in events:  # whatever was left unread belongs to this transaction, not to the next
            pass


def _take_835(intake: ImportRequest, row: EdiTransaction, events: Iterator[Event]) -> None:
    summary = take_835(
        file=intake.file,
        transaction=row,
        events=events,
        practice_id=intake.practice_id,
        create_missing=intake.create_missing,
        today=intake.today,
        now=intake.now,
        actor=intake.actor,
        progress=intake.progress,
        may_open=intake.may_open,
    )
    told = summary.as_json()
    row.status, row.problems = told.pop("status"), told.pop("problems")
    row.summary = {**row.summary, **told, "remittance_id": summary.remittance_id}
    row.practice_id = row.practice_id or summary.practice_id
    row.save(update_fields=["status", "summary", "problems", "practice"])


def _note_file(file: EdiFile, end: FileEnd, transactions: int) -> None:
    """Keep what was wrong with the file itself beside its last transaction, or beside a row that stands for none."""
    found = [{"where": str(one.where), "code": one.code, "message": one.message} for one in end.problems]
    if not transactions:
        row, _ = EdiTransaction.objects.get_or_create(file=file, position=0, defaults={"kind": "none"})
        row.problems = found
        message = "Nothing in this file is understood; it was kept as it came."
        files.refuse_transaction(row, where="ISA01", code="not_understood", message=message)
        return
    row = EdiTransaction.objects.get(file=file, position=transactions)
    fresh = [problem for problem in found if problem not in row.problems]
    if fresh:
        row.problems = [*row.problems, *fresh]
        row.save(update_fields=["problems"])


def _result(file: EdiFile, rows: list[EdiTransaction], before: dict[int, int], *, name: str) -> FileResult:
    """A transaction that was in before, and brought nothing new now, is a duplicate."""
    results = tuple(
        files.file_result(
            row, name=name, is_duplicate=row.pk in before and row.summary.get("posted", 0) == before[row.pk]
        )
        for row in rows
    )
    status = max((result["status"] for result in results), key=_SEVERITY.index, default="rejected")
    return FileResult(file.pk, file.sha256, status, results)
