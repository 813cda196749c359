"""Batches: ready claims put together, checked in the background, and kept as a file; or canceled.

Progress stands in the database. A worker holds a batch by its beat; one that died is overtaken after `LEASE`. What the
gate reads stays outside transactions; the numbers are taken, and the file kept, in one short one at the end.
"""

import datetime as dt
import logging
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from arwork.lib import bulk
from arwork.lib.background import enqueue
from arwork.lib.errors import Conflict, DomainError
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, require
from claims.edi.x12 import read
from claims.edi.x12.claim_text import ClaimText
from claims.edi.x12.records import ClaimRead
from collections_app.claim_batches.history import claims_in_words, keep
from collections_app.claim_batches.models import BatchClaim, ClaimBatch
from collections_app.claim_batches.passing import Passed, Way, passing
from collections_app.claim_batches.reopening import back_to_draft
from collections_app.claim_batches.selectors import claims_to_send, own_batch
from collections_app.claim_batches.states import BEFORE_SENDING, BatchClaimState, BatchEventKind, ClaimBatchState
from collections_app.clearinghouses import files, selectors
from collections_app.clearinghouses.claim_transactions import ClaimKey, MadeTransaction, Submitter, in_transactions
from collections_app.clearinghouses.control_numbers import next_number
from collections_app.clearinghouses.envelopes import groups_of
from collections_app.clearinghouses.models import ClearinghouseConnection, OutgoingFile
from collections_app.clearinghouses.states import ST, OutgoingKind
from collections_app.deliveries import handovers
from collections_app.outgoing_claims import sent
from collections_app.outgoing_claims.content import text_of
from collections_app.outgoing_claims.models import OutgoingClaim

if TYPE_CHECKING:
    from arwork.staff.models import User

CHECK = "collections_app.tasks.check_claim_batch"
#: Claims of one batch: more go in the next.
MOST = 10_000
LEASE = dt.timedelta(minutes=5)
#: Claims read between two beats.
_BEAT = 100
log = logging.getLogger(__name__)
State, Line, Did = ClaimBatchState, BatchClaimState, BatchEventKind


def make_batch(
    connection_id: int,
    *,
    actor: "User | None",
    today: dt.date,
    now: dt.datetime,
    outgoing_ids: Collection[int] | None = None,
    anew_of: ClaimBatch | None = None,
) -> ClaimBatch:
    """Put the ready claims of a connection into a batch (of `outgoing_ids` only, where given), and have it checked.
    `actor` None is the nightly job. Raises `Conflict` where none is ready, or the connection has ended; `NotFound`."""
    if actor is not None:
        require(actor, Capability.IMPORT_FILES)
        selectors.connection_seen_by(actor, connection_id)
    with transaction.atomic():
        connection = ClearinghouseConnection.objects.select_for_update(of=("self",)).get(pk=connection_id)
        if not selectors.standing_connections(today=today).filter(pk=connection_id).exists():
            raise Conflict("No file goes through this connection today. Look at its days in Setup, Clearinghouses.")
        ready = claims_to_send(connection, today=today)
        if outgoing_ids is not None:
            ready = ready.filter(bulk.Among("id", sorted(outgoing_ids)))
        claims = list(ready[:MOST])
        if not claims:
            raise Conflict("No claim is ready for this connection. Make drafts ready first.")
        sent.mark_batched([one.pk for one in claims], now=now, actor=actor)
        rows = [_line(one, position) for position, one in enumerate(claims, 1)]
        batch = ClaimBatch.objects.create(
            practice_id=connection.practice_id, connection=connection, count=len(rows), made_at=now, made_by=actor,
            amount=sum((one.charge for one in rows), ZERO), anew_of=anew_of,
        )  # fmt: skip
        for row in rows:
            row.batch = batch
        bulk.insert(BatchClaim, rows)
        keep(batch, Did.MADE, actor=actor, now=now, words=claims_in_words(len(rows)))
        enqueue(CHECK, batch_id=batch.pk)
    return batch


def check_batch(batch_id: int, *, clock: Callable[[], dt.datetime]) -> None:
    """Run the gate over a batch, send claims at fault back to their drafts, and keep the file of the others. Nothing to
    do where it was checked, canceled, or somebody is at it."""
    batch = _take(batch_id, clock())
    if batch is None:
        return
    connection = batch.connection
    now = clock()
    local = now.astimezone(ZoneInfo(batch.practice.time_zone))
    way = Way(connection.parties, _submitter(connection), f"B{batch.pk}", local)
    lines = batch.claims.filter(state=Line.WAITING).select_related("outgoing_claim").order_by("position")
    keyed = [ClaimKey(one.pk, text_of(one.outgoing_claim)) for one in lines]
    read_before, passed = 0, []
    for some in in_transactions(keyed, most=connection.most_claims):
        beat = _Beat(batch_id, read_before, clock)
        told = passing(some, way, progress=beat)
        read_before += len(some)
        _beat(batch_id, read_before, clock())
        if told.about_us:
            return _fail(batch_id, f"{told.about_us} Correct it in Setup, Clearinghouses.", now=clock())
        _send_back(told, now=clock(), today=local.date())
        if told.made is not None:
            passed.append(told.made)
    if not passed:
        return _fail(batch_id, "No claim passed the check: each is a draft again, with what is wrong.", now=clock())
    _keep_file(batch_id, passed, now=clock(), local=local)
    return None


def resume_batches(*, clock: Callable[[], dt.datetime]) -> int:
    """Check batches that no worker is at: the queue lost them, or their worker died; how many. Rung every minute."""
    stale = Q(beat_at=None, made_at__lt=clock() - LEASE) | Q(beat_at__lt=clock() - LEASE)
    waiting = ClaimBatch.objects.filter(stale, state__in=(State.MADE, State.CHECKING)).order_by("pk")
    found = list(waiting.values_list("pk", flat=True))
    for batch_id in found:
        try:
            check_batch(batch_id, clock=clock)
        except Exception:  # its page says that it stopped; it keeps no other waiting
            log.exception("batch %s of claims could not be checked", batch_id)
    return len(found)


@transaction.atomic
def cancel_batch(batch_id: int, *, why: str, actor: "User", now: dt.datetime) -> ClaimBatch:
    """The batch never leaves: its claims are ready again, its numbers not used again. Raises `Conflict` once it was
    sent or may have been, `DomainError` without a reason."""
    require(actor, Capability.IMPORT_FILES)
    said = " ".join(why.split())[:200]
    if not said:
        raise DomainError("Say why it is not sent.", field="why")
    ensure_not_sensitive(why=said)
    batch = own_batch(batch_id, actor=actor, locked=True)
    if batch.state not in BEFORE_SENDING:
        raise Conflict(f"It can't be canceled: {ClaimBatchState(batch.state).label.lower()}.")
    if batch.file_id is not None:
        file = files.locked(batch.file_id, actor=actor)
        _ensure_not_out(file, now=now)
        files.void(file, actor=actor, now=now)
    _give_back(batch, words=f"Batch canceled: {said}", actor=actor, now=now)
    batch.state, batch.next_try_at = State.CANCELED, None
    batch.save(update_fields=["state", "next_try_at"])
    keep(batch, Did.CANCELED, actor=actor, now=now, words=said)
    return batch


def _ensure_not_out(file: OutgoingFile, *, now: dt.datetime) -> None:
    """Its claims would leave twice. The caller holds the file's row, so no drop begins meanwhile."""
    last = handovers.last_of(files.SUBJECT, file.pk, now=now)
    if last is not None and (last.is_running or last.is_done or last.is_unsure):
        raise Conflict("The clearinghouse may have this file. Ask there, then say that it was sent, or send it again.")


def _line(one: OutgoingClaim, position: int) -> BatchClaim:
    text = text_of(one)
    return BatchClaim(
        outgoing_claim=one, payer_id=one.payer_id, position=position, form=text.form, charge=_charge(text)
    )


def _charge(text: ClaimText) -> Decimal:
    """CLM02, or nothing where it is no amount: the gate says so."""
    try:
        return Decimal(next(e[2] for e in text.claim if e[0] == "CLM")).quantize(Decimal("0.01"))
    except (StopIteration, IndexError, InvalidOperation):
        return ZERO


def _submitter(connection: ClearinghouseConnection) -> Submitter:
    return Submitter(
        connection.submitter_name,
        connection.submitter_id,
        connection.contact,
        connection.phone,
        connection.receiver_name,
        connection.receiver_id,
    )


@transaction.atomic
def _take(batch_id: int, now: dt.datetime) -> ClaimBatch | None:
    """Hold the batch as its worker, if nobody lives who does."""
    rows = ClaimBatch.objects.select_for_update(of=("self",)).select_related("connection", "practice")
    batch = rows.filter(pk=batch_id, state__in=(State.MADE, State.CHECKING)).first()
    if batch is None or (batch.beat_at is not None and batch.beat_at > now - LEASE):
        return None
    batch.state, batch.beat_at, batch.checked = State.CHECKING, now, 0
    batch.save(update_fields=["state", "beat_at", "checked"])
    return batch


class _Beat:
    """Says after every hundred claims how many were read."""

    def __init__(self, batch_id: int, before: int, clock: Callable[[], dt.datetime]) -> None:
        self._batch_id, self._before, self._clock = batch_id, before, clock

    def __call__(self, claims: int) -> None:
        if claims % _BEAT == 0:
            _beat(self._batch_id, self._before + claims, self._clock())


def _beat(batch_id: int, checked: int, now: dt.datetime) -> None:
    ClaimBatch.objects.filter(pk=batch_id, state=State.CHECKING).update(checked=checked, beat_at=now)


@transaction.atomic
def _send_back(told: Passed, *, today: dt.date, now: dt.datetime) -> None:
    if not told.faults:
        return
    rows = BatchClaim.objects.filter(bulk.Among("id", sorted(told.faults)), state=Line.WAITING)
    found = dict(rows.values_list("pk", "outgoing_claim_id"))
    bulk.write(BatchClaim, ["state", "complaint"], {pk: (Line.FAULTY, told.faults[pk][:400]) for pk in found})
    back_to_draft({outgoing_id: told.faults[pk] for pk, outgoing_id in found.items()}, today=today, now=now)


@transaction.atomic
def _fail(batch_id: int, why: str, *, now: dt.datetime) -> None:
    batch = _checking(batch_id)
    if batch is None:
        return
    _give_back(batch, words=why, actor=None, now=now)
    batch.state, batch.problem, batch.beat_at = State.FAILED, why[:300], None
    batch.save(update_fields=["state", "problem", "beat_at"])
    keep(batch, Did.FAILED, actor=None, now=now, words=why)


@transaction.atomic
def _keep_file(batch_id: int, passed: Sequence[MadeTransaction], *, now: dt.datetime, local: dt.datetime) -> None:
    """Number what passed and keep it as the batch's file, unless the batch was canceled meanwhile."""
    batch = _checking(batch_id)
    if batch is None:
        return
    keys = [key for one in passed for key in one.keys]
    charges = dict(batch.claims.filter(state=Line.WAITING).values_list("pk", "charge"))
    first = next_number(batch.connection, ST, count=len(passed))
    numbered = [one.numbered(f"{first + n:04d}") for n, one in enumerate(passed)]
    file = files.keep(
        batch.connection, numbered, kind=OutgoingKind.CLAIMS, items=len(keys),
        amount=sum((charges[key] for key in keys), ZERO), actor=batch.made_by, now=now, local_now=local,
    )  # fmt: skip
    _ensure_readable(file, len(keys))
    group_of = {one.control: gs for gs, some in zip(file.gs_controls, groups_of(numbered), strict=True) for one in some}
    places = {
        key: (Line.IN_FILE, group_of[one.control], one.control, f"{n}/{m}")
        for n, (made, one) in enumerate(zip(passed, numbered, strict=True), 1)
        for m, key in enumerate(made.keys, 1)
    }
    bulk.write(BatchClaim, ["state", "gs_control", "st_control", "place"], places)
    batch.state, batch.file, batch.beat_at, batch.checked = State.CHECKED, file, None, batch.count
    batch.save(update_fields=["state", "file", "beat_at", "checked"])
    faulty = batch.count - len(keys)
    words = f"{claims_in_words(len(keys))} in {file.name}" + (f", {faulty} back with a complaint" if faulty else "")
    keep(batch, Did.CHECKED, actor=None, now=now, words=words)


def _ensure_readable(file: OutgoingFile, count: int) -> None:
    """Our own reader finds every claim in the file as a whole. Raises `Conflict`."""
    found = sum(isinstance(event, ClaimRead) for event in read(file.content.encode("ascii")))
    if found != count:
        raise Conflict("The file does not read back with all of its claims. Nothing was kept.")


def _checking(batch_id: int) -> ClaimBatch | None:
    rows = ClaimBatch.objects.select_for_update(of=("self",)).select_related("connection", "made_by")
    return rows.filter(pk=batch_id, state=State.CHECKING).first()


def _give_back(batch: ClaimBatch, *, words: str, actor: "User | None", now: dt.datetime) -> None:
    """What still stands in the batch is ready again."""
    lines = batch.claims.filter(state__in=(Line.WAITING, Line.IN_FILE))
    ids = list(lines.values_list("outgoing_claim_id", flat=True))
    sent.give_back(ids, now=now, words=words, actor=actor)
    lines.update(state=Line.GIVEN_BACK)


def give_back_of_test(batch: ClaimBatch, *, actor: "User | None", now: dt.datetime) -> None:
    """A test file bills nobody: once it is sent its claims are ready again, for a file in production."""
    _give_back(batch, words="Sent in a test file only", actor=actor, now=now)
