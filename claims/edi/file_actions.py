"""What people do with files: bring them, try them again, take the bytes away, settle what could not be taken in.

Reading is left to a worker. A refused transaction keeps whom it named (name, NPI, tax number of a provider, never of a
patient): an owner opens that practice, and every file that names it is read again. What will never
be put right at its source is left out with a reason: the findings stay beside who settled them and why. Nothing is
posted by that; what was refused as a whole stays refused, and can be tried again all the same.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q

from arwork.lib import bulk
from arwork.lib.background import QueueUnreachable, enqueue
from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, require
from claims.edi import selectors, store
from claims.edi.files import AlreadyBeingRead, FileResult, bytes_missing
from claims.edi.models import EdiFile, EdiTransaction
from claims.edi.selectors import file_seen_by, may_read_bytes
from claims.edi.services import GivenUp, forced_practice, keep_file, take_in_kept
from claims.practices.npi import is_npi
from claims.practices.selectors import practices_of

if TYPE_CHECKING:
    from arwork.staff.models import User


TAKE_IN_FILE = "claims.tasks.take_in_file"
_UNHEARD_AFTER = dt.timedelta(minutes=10)
_AT_ONCE = 20  # the next round takes more

log = logging.getLogger(__name__)


def upload_file(
    source: BinaryIO,
    *,
    name: str,
    practice_id: int | None,
    create_missing: bool,
    actor: "User",
    now: dt.datetime,
) -> tuple[EdiFile, bool]:
    """Keep an uploaded file and have a worker take it in; the file, and whether its bytes are new here.

    Raises `StoreUnavailable`, or `QueueUnreachable` once the file is kept: then `take_in_forgotten` finds it.
    """
    require(actor, Capability.IMPORT_FILES)
    file, is_new = keep_file(
        source,
        name=name,
        via="upload",
        practice_id=practice_id,
        create_missing=create_missing,
        actor=actor,
        now=now,
    )
    enqueue(TAKE_IN_FILE, file_id=file.pk, actor_id=actor.pk)
    return file, is_new


@transaction.atomic
def retry_file(file_id: int, *, practice_id: int | None = None, actor: "User", now: dt.datetime) -> None:
    """Have a worker try a file again, as one of the actor's practice where they say so.

    Raises `NotFound` where the actor sees no such file, or its bytes are gone; `UnknownPractice`, `Forbidden`.
    """
    require(actor, Capability.IMPORT_FILES)
    view = selectors.file_seen_by(actor, file_id)
    file = view.file
    if practice_id is not None and not may_read_bytes(actor, view):
        raise Forbidden("The file also holds claims of practices you do not work in. Ask an owner to read it again.")
    if not store.stored_path(file.sha256).exists():
        raise bytes_missing(file, otherwise="Upload the file again.")
    given = forced_practice(practice_id=practice_id, actor=actor) or file.practice_id
    EdiFile.objects.filter(pk=file_id).update(
        state=EdiFile.State.RECEIVED, message="", practice=given, left_behind=0, put_off=0, next_try_at=None
    )
    audit.record(actor, "retry", "edi_file", file_id, practice_id=given, now=now)
    enqueue(TAKE_IN_FILE, file_id=file_id, actor_id=actor.pk)


def take_in_queued(file_id: int, *, actor_id: int | None, today: dt.date, now: dt.datetime) -> FileResult:
    """What a worker does with a file that `upload_file` or `retry_file` enqueued."""
    actor = get_user_model().objects.filter(pk=actor_id).first() if actor_id else None
    return take_in_kept(file_id, actor=actor, today=today, now=now)


def take_in_forgotten(*, today: dt.date, now: dt.datetime) -> int:
    """Take in what was kept and then forgotten, because the queue was away or lost its memory, what the disk or the
    database failed, and what was left in the middle, because its reader was killed; how many files."""
    unheard = Q(message="", received_at__lt=now - _UNHEARD_AFTER) | Q(next_try_at__lte=now)
    forgotten = EdiFile.objects.filter(unheard, state=EdiFile.State.RECEIVED).order_by("id")
    middle = EdiFile.objects.filter(state=EdiFile.State.WORKING).order_by("id")  # whose reader lives holds its lock
    taken = 0
    for file_id in [*forgotten.values_list("id", flat=True)[:_AT_ONCE], *middle.values_list("id", flat=True)]:
        try:
            take_in_kept(file_id, today=today, now=now)
            taken += 1
        except (AlreadyBeingRead, GivenUp):
            continue
        except Exception:  # its page says that reading stopped; it keeps no other waiting
            log.exception("file %s could not be taken in", file_id)
    return taken


def download_file(file_id: int, *, actor: "User", now: dt.datetime) -> tuple[EdiFile, Iterator[bytes]]:
    """The kept bytes for a download, which is recorded. Raises `NotFound` or `Forbidden`."""
    view = selectors.file_seen_by(actor, file_id)
    if not selectors.may_read_bytes(actor, view):
        raise Forbidden("The file holds claims of practices you do not work in. Ask an administrator.")
    if not store.stored_path(view.file.sha256).exists():
        raise bytes_missing(view.file)
    practices = {row.practice_id for row in view.transactions if row.practice_id}
    with transaction.atomic():
        only = practices.pop() if len(practices) == 1 else None
        taken = audit_reads.TakenFile(actor, audit.DOWNLOADED, "edi_file", file_id, only, {}, now)
        batches = bulk.chunks(selectors.claims_in_file(view.file))
        for batch in chain([next(batches, [])], batches):
            taken.note({"claim": batch})
    return view.file, store.stored_blocks(view.file.sha256)


PARTLY_STATUS, REFUSED_STATUS = "partly", "rejected"
LONGEST_REASON = 300


def may_be_left_out(row: EdiTransaction) -> bool:
    """Whether something of it waits that can be left out; exceptions of a remittance are settled one by one."""
    is_partly = row.status == PARTLY_STATUS and row.kind.startswith("837")
    return is_partly or (row.status == REFUSED_STATUS and "settled" not in row.summary)


def leave_out_transaction(
    file_id: int, *, position: int, reason: str, actor: "User", now: dt.datetime
) -> EdiTransaction:
    """Settle what one transaction left over: claims of an 837, or anything refused as a whole.

    Raises `NotFound`, or `Conflict` where nothing waits.
    """
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    if not reason.strip():
        raise DomainError("Say why it is left out: whoever misses it later needs to know.", field="reason")
    ensure_not_sensitive(reason=reason)
    view = file_seen_by(actor, file_id)
    if not may_read_bytes(actor, view):
        raise NotFound("This file holds claims of practices that are not yours. Somebody who works there settles it.")
    with transaction.atomic():
        row = EdiTransaction.objects.select_for_update(of=("self",)).filter(file=file_id, position=position).first()
        if row is None:
            raise NotFound("There is no such transaction in this file.")
        if not may_be_left_out(row) or view.is_busy:
            raise Conflict("Nothing of this transaction waits. Look at it again.")
        left = int(row.summary.get("exceptions") or 0)
        settled = {"reason": reason.strip()[:LONGEST_REASON], "by": str(actor), "on": now.isoformat(), "claims": left}
        row.status = "posted" if row.status == PARTLY_STATUS else row.status
        row.summary = {**row.summary, "exceptions": 0, "settled": settled}
        row.save(update_fields=["status", "summary"])
        after = {"position": position, "claims": left}
        audit.record(actor, "leave_out", "edi_file", file_id, practice_id=row.practice_id, after=after, now=now)
    return row


_LOOKED_AT = 200  # the newest refused transactions


@dataclass(frozen=True, slots=True)
class UnknownProvider:
    """A provider whom files name; `known` is the actor's practice of that number, once there is one."""

    name: str
    npi: str
    tin: str
    known: str = ""
    file_id: int = 0
    files: int = 1

    @property
    def may_be_opened(self) -> bool:
        """Whether a practice can be opened under this NPI: its last digit checks the others."""
        return is_npi(self.npi)


def unknown_providers_in(transactions: Iterable[EdiTransaction], *, actor: "User") -> list[UnknownProvider]:
    """The unknown providers of these transactions, each once, beside the actor's practice of the same number."""
    practices = list(practices_of(actor).values_list("name", "npi", "tin"))
    found: dict[tuple[str, str], UnknownProvider] = {}
    files: dict[tuple[str, str], set[int]] = {}
    for row in transactions:
        for one in _kept(row):
            key = one["npi"], one["tin"]
            files.setdefault(key, set()).add(row.file_id)
            known = next((name for name, npi, tin in practices if _same(one, npi=npi, tin=tin)), "")
            found.setdefault(key, UnknownProvider(one["name"], one["npi"], one["tin"], known, row.file_id))
    return [
        UnknownProvider(one.name, one.npi, one.tin, one.known, one.file_id, len(files[key]))
        for key, one in found.items()
    ]


def unknown_providers_waiting(actor: "User") -> list[UnknownProvider]:
    """Unknown providers in files that the actor sees and that were refused for them, newest first."""
    return unknown_providers_in(selectors.refused_seen_by(actor)[:_LOOKED_AT], actor=actor)


def reread_files_naming(*, npi: str, tin: str, actor: "User", now: dt.datetime) -> int:
    """Have the files that name this practice read again, in the actor's name; how many."""
    require(actor, Capability.IMPORT_FILES)
    rows = selectors.refused_seen_by(actor)[:_LOOKED_AT]
    again = {row.file_id for row in rows if any(_same(one, npi=npi, tin=tin) for one in _kept(row))}
    for file_id in sorted(again):
        with suppress(QueueUnreachable):  # it is found again without a bell
            retry_file(file_id, actor=actor, now=now)
    return len(again)


def _kept(row: EdiTransaction) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = row.summary.get("progress", {}).get("strangers", [])
    return kept


def _same(one: dict[str, Any], *, npi: str, tin: str) -> bool:
    return one["npi"] == npi if one["npi"] else bool(tin) and one["tin"] == tin
