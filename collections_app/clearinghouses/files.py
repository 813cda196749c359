"""Files that go out: kept with their numbers and hash, taken, said to be sent, void."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.errors import Conflict, NotFound
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from collections_app.clearinghouses.control_numbers import next_number
from collections_app.clearinghouses.envelopes import OutgoingTransaction, groups_of, interchange
from collections_app.clearinghouses.models import ClearinghouseConnection, OutgoingFile
from collections_app.clearinghouses.states import DOWNLOAD, GS, ISA, OutgoingFileState

if TYPE_CHECKING:
    from arwork.staff.models import User

SUBJECT = "outgoing_file"


def keep(
    connection: ClearinghouseConnection,
    transactions: Sequence[OutgoingTransaction],
    *,
    kind: str,
    items: int,
    amount: Decimal = ZERO,
    actor: "User | None",
    now: dt.datetime,
    local_now: dt.datetime,
) -> OutgoingFile:
    """Put transactions (each under an ST02 from `next_number`) into an interchange under the next numbers, and keep it.

    Within the caller's transaction, which took the numbers. `local_now` is what the envelope says: the practice's own
    hour. `actor` None is a job. The caller has run the gate over it.
    """
    groups = groups_of(transactions)
    isa = next_number(connection, ISA)
    first = next_number(connection, GS, count=len(groups))
    gs = list(range(first, first + len(groups)))
    text = interchange(transactions, parties=connection.parties, isa_control=isa, gs_controls=gs, made_at=local_now)
    content = text.encode("ascii")
    file = OutgoingFile.objects.create(
        practice_id=connection.practice_id,
        connection=connection,
        kind=kind,
        sender_id=connection.sender_id,
        receiver_id=connection.receiver_id,
        isa_control=isa,
        gs_controls=gs,
        usage=connection.usage,
        name=f"{kind}-{local_now:%Y%m%d}-{isa:09d}.edi",
        content=text,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        items=items,
        amount=amount,
        made_at=now,
        made_by=actor,
    )
    note(file, "outgoing_file_made", actor=actor, now=now)
    return file


def take(file_id: int, *, claims: Callable[[OutgoingFile], Sequence[int]], actor: "User", now: dt.datetime) -> bytes:
    """The bytes of a file, for whoever uploads it; the trail keeps who took it, its hash and whose claims stand in it
    (`claims`). Raises `NotFound`."""
    require(actor, Capability.IMPORT_FILES)
    file = OutgoingFile.objects.filter(pk=file_id, practice__in=practice_ids(actor)).first()
    if file is None:
        raise NotFound("There is no such file in your practices.")
    audit.record_seen(
        actor, audit.DOWNLOADED, SUBJECT, {"claim": list(claims(file))}, subject_id=file.pk,
        practice_id=file.practice_id, after={"sha256": file.sha256}, now=now,
    )  # fmt: skip
    return file.content.encode("ascii")


def mark_sent(file: OutgoingFile, *, actor: "User | None", now: dt.datetime, how: str = DOWNLOAD) -> OutgoingFile:
    """The receiver has the file; the caller holds its row (`locked`). Raises `Conflict` for one sent before, or void."""
    if file.state != OutgoingFileState.MADE:
        raise Conflict(f"This file is {OutgoingFileState(file.state).label.lower()} already.")
    file.state, file.sent_at, file.sent_by, file.sent_how = OutgoingFileState.SENT, now, actor, how
    file.save(update_fields=["state", "sent_at", "sent_by", "sent_how"])
    note(file, "outgoing_file_sent", actor=actor, now=now)
    return file


def void(file: OutgoingFile, *, actor: "User | None", now: dt.datetime) -> OutgoingFile:
    """The file never leaves; its numbers are not used again. The caller holds its row. Raises `Conflict`."""
    if file.state != OutgoingFileState.MADE:
        raise Conflict("Only a file that was not sent can be made void.")
    file.state = OutgoingFileState.VOID
    file.save(update_fields=["state"])
    note(file, "outgoing_file_void", actor=actor, now=now)
    return file


def answer(file: OutgoingFile, *, is_taken: bool, on: dt.date, now: dt.datetime) -> OutgoingFile:
    """An acknowledgment speaks of the file: `is_taken`, or refused as a whole. The caller holds its row."""
    file.state = OutgoingFileState.ACKNOWLEDGED if is_taken else OutgoingFileState.REJECTED
    file.answered_on = file.answered_on or on
    file.save(update_fields=["state", "answered_on"])
    note(file, "outgoing_file_answered", actor=None, now=now)
    return file


def locked(file_id: int, *, actor: "User | None") -> OutgoingFile:
    """A file, locked; of the actor's practices, or any for a job (None). Raises `NotFound`."""
    rows = OutgoingFile.objects.select_for_update(of=("self",)).select_related("connection").filter(pk=file_id)
    if actor is not None:
        rows = rows.filter(practice__in=practice_ids(actor))
    found = rows.first()
    if found is None:
        raise NotFound("There is no such file in your practices.")
    return found


def note(file: OutgoingFile, deed: str, *, actor: "User | None", now: dt.datetime) -> None:
    """Say in the trail what became of a file."""
    after = {"items": file.items, "amount": file.amount, "sha256": file.sha256, "state": file.state}
    audit.record(actor, deed, SUBJECT, file.pk, practice_id=file.practice_id, after=after, now=now)
