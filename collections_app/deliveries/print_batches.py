"""Mail leaves in batches: one PDF in the order of its manifest, printed here or handed to a print vendor.

The gate is asked again as a batch is made, and each attempt goes to the contact log in the same transaction: what a
hold forbids by then is left out and refused. A batch that was made is never made again; the vendor gets it at least
once under one name, which makes a second copy no second letter.
"""

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F
from pypdf import PdfReader, PdfWriter

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.sftp_settings import SftpPlace
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.documents.selectors import bytes_of
from collections_app.contacts.asking import ContactBlocked
from collections_app.deliveries import history, sftp
from collections_app.deliveries.allowed import Leave, log_attempt, may_leave_each
from collections_app.deliveries.models import Delivery, PrintBatch
from collections_app.deliveries.numbers import number_of
from collections_app.deliveries.store import kept_batches

if TYPE_CHECKING:
    from arwork.staff.models import User

State = Delivery.State
MOST = 500  # letters of one batch
LEASE = dt.timedelta(minutes=5)
COLUMNS = ("place", "delivery", "first page", "pages", "sha256 of the letter")


class NothingToPrint(DomainError):
    """A batch without a letter."""

    code = "nothing_to_print"


def make_batch(*, practice_id: int, actor: "User", now: dt.datetime) -> PrintBatch:
    """Print what waits of a practice, the oldest first, up to `MOST` letters. Raises `NothingToPrint`, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    ensure_in_view(actor, practice_id)
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            practice=practice_id, channel=Delivery.Channel.MAIL, state=State.QUEUED, left_at=None
        )
        waiting = list(rows.select_related("document").order_by("pk")[:MOST])
        asked = _asked(waiting, now)
        leaving = [one for one in waiting if _may_leave(one, asked, now=now)]
        if leaving:
            return _made(practice_id, leaving, actor=actor, now=now)
    raise NothingToPrint("No letter waits that may leave now.")


def _asked(waiting: Sequence[Delivery], now: dt.datetime) -> dict[tuple[str, int], Leave]:
    found: dict[tuple[str, int], Leave] = {}
    for purpose in {one.purpose for one in waiting}:
        accounts = [one.account_id for one in waiting if one.purpose == purpose]
        answers = may_leave_each(accounts, channel=Delivery.Channel.MAIL, purpose=purpose, at=now)
        found |= {(purpose, pk): leave for pk, leave in answers.items()}
    return found


def _may_leave(one: Delivery, asked: dict[tuple[str, int], Leave], *, now: dt.datetime) -> bool:
    """Whether it leaves with the batch; then the attempt is in the contact log."""
    leave = asked[one.purpose, one.account_id]
    if leave.is_given:
        try:
            with transaction.atomic():
                one.contact = one.contact or log_attempt(one, at=now)
            return True
        except ContactBlocked as error:  # what the very address says, or somebody reached the person in between
            leave = Leave(error.message)
    if leave.until is None:
        history.step(one, State.REFUSED, words=leave.why, now=now, problem=leave.why[:200])
    return False


def _made(practice_id: int, leaving: Sequence[Delivery], *, actor: "User", now: dt.datetime) -> PrintBatch:
    book, listed, first = PdfWriter(), io.StringIO(), 1
    table = csv.writer(listed)
    table.writerow(COLUMNS)
    for place, one in enumerate(leaving, 1):
        content = b"".join(bytes_of(one.document)) if one.document else b""
        letter = PdfReader(io.BytesIO(content))
        book.append(letter, import_outline=False)
        pages = len(letter.pages)
        table.writerow([place, number_of(one.pk), first, pages, hashlib.sha256(content).hexdigest()])
        first += pages
    packed = io.BytesIO()
    book.write(packed)
    sha256, _ = kept_batches.keep(io.BytesIO(packed.getvalue()))
    manifest_sha256, _ = kept_batches.keep(io.BytesIO(listed.getvalue().encode()))
    batch = PrintBatch.objects.create(
        practice_id=practice_id, pieces=len(leaving), pages=first - 1, sha256=sha256,
        manifest_sha256=manifest_sha256, made_at=now, made_by=actor,
    )  # fmt: skip
    for place, one in enumerate(leaving, 1):
        history.step(
            one, State.SENT, words=f"in print batch {batch.pk}", now=now, actor=actor, source=history.PERSON,
            contact=one.contact, batch=batch, position=place, left_at=now,
        )  # fmt: skip
    facts = {"pieces": batch.pieces, "pages": batch.pages, "sha256": sha256}
    audit.record(actor, "print_batch_made", "print_batch", batch.pk, practice_id=practice_id, after=facts, now=now)
    announce("delivery", accounts={one.account_id for one in leaving})
    return batch


def own_batch(batch_id: int, *, actor: "User") -> PrintBatch:
    """A print batch of the actor's practices. Raises `NotFound`."""
    found = PrintBatch.objects.filter(pk=batch_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such print batch in your practices.")
    return found


def accounts_of(batch: PrintBatch) -> list[int]:
    """The accounts whose letters are in a batch."""
    return list(batch.deliveries.order_by("position").values_list("account_id", flat=True))


def file_name(batch: PrintBatch, suffix: str) -> str:
    """`batch-12.pdf`: no name or number of a person."""
    return f"batch-{batch.pk}.{suffix}"


def note_posted(*, batch_id: int, actor: "User", now: dt.datetime) -> PrintBatch:
    """Somebody printed a batch and took it to the post. Raises `Conflict`."""
    require(actor, Capability.WORK_ITEMS)
    batch = own_batch(batch_id, actor=actor)
    open_ones = PrintBatch.objects.filter(pk=batch.pk, state__in=(PrintBatch.State.MADE, PrintBatch.State.FAILED))
    with transaction.atomic():
        if not open_ones.update(state=PrintBatch.State.POSTED, settled_at=now, problem=""):
            raise Conflict("This batch was posted or handed over already.")
        audit.record(actor, "print_batch_posted", "print_batch", batch.pk, practice_id=batch.practice_id, now=now)
    batch.refresh_from_db()
    return batch


def hand_over(*, batch_id: int, actor: "User", now: dt.datetime) -> PrintBatch:
    """Hand a batch to the print vendor. Raises `Conflict` where it was, `DomainError` where nobody is named."""
    require(actor, Capability.WORK_ITEMS)
    batch, vendor = own_batch(batch_id, actor=actor), settings.MESSAGES.vendor
    if vendor is None:
        raise NothingToPrint("No print vendor is named. Whoever runs arwork can (PRINT_VENDOR_SFTP).")
    if not _take(batch, now=now):
        raise Conflict("This batch was handed over already, or somebody hands it over just now.")
    return _handed(batch, vendor, actor=actor, now=now)


def _take(batch: PrintBatch, *, now: dt.datetime) -> bool:
    rows = PrintBatch.objects.filter(pk=batch.pk, state__in=(PrintBatch.State.MADE, PrintBatch.State.FAILED))
    free = rows.filter(taken_at=None) | rows.filter(taken_at__lte=now - LEASE)
    return bool(free.update(taken_at=now, attempts=F("attempts") + 1))


def _handed(batch: PrintBatch, vendor: SftpPlace, *, actor: "User", now: dt.datetime) -> PrintBatch:
    files = {
        file_name(batch, "csv"): b"".join(kept_batches.blocks(batch.manifest_sha256)),
        file_name(batch, "pdf"): b"".join(kept_batches.blocks(batch.sha256)),
    }
    problem = ""
    try:
        sftp.drop(files, place=vendor)
    except sftp.NotHandedOver as error:
        problem = str(error)
    state = PrintBatch.State.FAILED if problem else PrintBatch.State.DROPPED
    with transaction.atomic():
        PrintBatch.objects.filter(pk=batch.pk).update(
            state=state, problem=problem[:120], taken_at=None, settled_at=None if problem else now
        )
        facts = {"state": state.value, "why": problem}
        audit.record(
            actor, "print_batch_handed_over", "print_batch", batch.pk,
            practice_id=batch.practice_id, after=facts, now=now,
        )  # fmt: skip
    batch.refresh_from_db()
    return batch
