"""A checked batch leaves: by SFTP, or because somebody uploaded its file; again with the same numbers, or anew.

Once it is out its claims are submissions in the books, so that whatever answers them finds them. A test file bills
nobody: its claims stay ready.
"""

import datetime as dt
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from arwork.lib import bulk
from arwork.lib.background import enqueue
from arwork.lib.errors import Conflict
from arwork.staff.access import Capability, require
from collections_app.claim_batches.history import keep
from collections_app.claim_batches.making import give_back_of_test, make_batch
from collections_app.claim_batches.models import BatchClaim, ClaimBatch
from collections_app.claim_batches.reopening import draft_again
from collections_app.claim_batches.selectors import claim_ids_in, nightly_connections, own_batch
from collections_app.claim_batches.states import AFTER_SENDING, BatchClaimState, BatchEventKind, ClaimBatchState
from collections_app.clearinghouses import files
from collections_app.clearinghouses import sending as sftp_sending
from collections_app.clearinghouses.states import DOWNLOAD, PRODUCTION, SFTP
from collections_app.outgoing_claims import sent as outgoing_sent
from collections_app.outgoing_claims.states import BATCHED

if TYPE_CHECKING:
    from arwork.staff.models import User

RECORD = "collections_app.tasks.record_claim_batch"
#: Pauses before it is dropped again by itself.
PAUSES = (dt.timedelta(minutes=5), dt.timedelta(minutes=30), dt.timedelta(hours=2), dt.timedelta(hours=6))
#: More claims than this become submissions in the background.
AT_ONCE = 100
log = logging.getLogger(__name__)
State, Did = ClaimBatchState, BatchEventKind


def take_file(batch_id: int, *, actor: "User", now: dt.datetime) -> tuple[str, bytes]:
    """Name and bytes of a batch's file, for whoever uploads it. Raises `Conflict` where it has none that may leave."""
    batch = own_batch(batch_id, actor=actor)
    if batch.file is None or batch.state in (State.CANCELED, State.FAILED):
        raise Conflict("This batch has no file that may leave.")
    content = files.take(batch.file.pk, claims=claim_ids_in, actor=actor, now=now)
    keep(batch, Did.TAKEN, actor=actor, now=now)
    return batch.file.name, content


def say_uploaded(batch_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> ClaimBatch:
    """Somebody uploaded the file: it is out. Raises `Conflict`."""
    require(actor, Capability.IMPORT_FILES)
    own_batch(batch_id, actor=actor)
    return _out(batch_id, how=DOWNLOAD, actor=actor, today=today, now=now)


def drop_batch(batch_id: int, *, actor: "User | None", today: dt.date, now: dt.datetime) -> ClaimBatch:
    """Drop the file by SFTP. What fails is tried again by itself, four times. Raises `Conflict`, `DomainError`."""
    if actor is not None:
        require(actor, Capability.IMPORT_FILES)
        own_batch(batch_id, actor=actor)
    batch = ClaimBatch.objects.get(pk=batch_id)
    if batch.state != State.CHECKED or batch.file_id is None:
        raise Conflict(f"It can't be sent: {State(batch.state).label.lower()}.")
    told = sftp_sending.drop(batch.file_id, actor=actor, now=now)
    if told.is_done:
        return _out(batch_id, how=SFTP, actor=actor, today=today, now=now)
    with transaction.atomic():
        batch = _locked(batch_id)
        batch.next_try_at = now + PAUSES[batch.tries] if batch.tries < len(PAUSES) else None
        batch.tries, batch.problem = batch.tries + 1, told.problem[:300]
        batch.save(update_fields=["next_try_at", "tries", "problem"])
        keep(batch, Did.NOT_SENT, actor=actor, now=now, words=told.problem)
    return batch


def send_again(batch_id: int, *, actor: "User", now: dt.datetime) -> ClaimBatch:
    """The very file once more, same content and same numbers: by SFTP it is dropped, else whoever asked uploads it. A
    receiver that has it already refuses it as a duplicate. Raises `Conflict`."""
    require(actor, Capability.IMPORT_FILES)
    batch = own_batch(batch_id, actor=actor)
    if batch.state not in (State.SENT, State.REFUSED) or batch.file_id is None:
        raise Conflict("Only a file that nobody answered, or that was refused, goes out again.")
    problem = ""
    if batch.connection.delivery == SFTP:
        told = sftp_sending.drop(batch.file_id, actor=actor, now=now)
        problem = "" if told.is_done else told.problem
    with transaction.atomic():
        batch = _locked(batch_id)
        if not problem:
            batch.answer_due_at = now + dt.timedelta(hours=batch.connection.answer_hours)
        batch.problem = problem[:300]
        batch.save(update_fields=["answer_due_at", "problem"])
        keep(batch, Did.NOT_SENT if problem else Did.AGAIN, actor=actor, now=now, words=problem)
    return batch


@transaction.atomic
def make_anew(batch_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> ClaimBatch:
    """The claims of a file that was lost or refused as a whole, in a new batch under new numbers. Each is a submission
    of its own; those that somebody accepted stay out. Raises `Conflict`."""
    require(actor, Capability.IMPORT_FILES)
    own_batch(batch_id, actor=actor)
    batch = _locked(batch_id)
    if batch.state not in (State.SENT, State.REFUSED) or not batch.is_recorded:
        raise Conflict("Only a file that nobody answered, or that was refused, is made anew.")
    lines = batch.claims.filter(
        state=BatchClaimState.IN_FILE, drafted_again=None, outgoing_claim__submission__state__in=("sent", "rejected")
    )
    by_outgoing = {one.outgoing_claim_id: one for one in lines}
    words = f"Made anew: file {batch.file} was not taken" if batch.file else ""
    made = draft_again(dict.fromkeys(by_outgoing, words), today=today, now=now, actor=actor, is_ready=True)
    if not made:
        raise Conflict("Each of its claims was answered, or is open again already.")
    again = make_batch(
        batch.connection_id, outgoing_ids=list(made.values()), anew_of=batch, actor=actor, today=today, now=now
    )
    bulk.write(BatchClaim, ["drafted_again"], {by_outgoing[was].pk: (pk,) for was, pk in made.items()})
    batch.state = State.REFUSED
    batch.save(update_fields=["state"])
    keep(batch, Did.ANEW, actor=actor, now=now, words=f"Batch {again.pk}")
    return again


def record_batch(batch_id: int, *, now: dt.datetime) -> None:
    """Make the claims of a batch that is out submissions in the books. Goes on where a worker left it."""
    batch = ClaimBatch.objects.select_related("file", "connection", "made_by").get(pk=batch_id)
    if batch.is_recorded or batch.file is None or batch.sent_on is None:
        return
    lines = batch.claims.filter(state=BatchClaimState.IN_FILE, outgoing_claim__state=BATCHED)
    by_group: dict[int, list[outgoing_sent.SentRow]] = {}
    for one in lines.order_by("position"):
        source = f"{batch.file.sha256[:40]}/{one.place}"
        row = outgoing_sent.SentRow(one.outgoing_claim_id, one.st_control, source)
        by_group.setdefault(one.gs_control or 0, []).append(row)
    for gs, rows in by_group.items():
        outgoing_sent.record_sent(
            rows, sent_on=batch.sent_on, isa_control=f"{batch.file.isa_control:09d}", gs_control=str(gs),
            sent_by=batch.file.sender_id, sent_to=batch.file.receiver_id, now=now, actor=batch.file.sent_by,
        )  # fmt: skip
    ClaimBatch.objects.filter(pk=batch_id).update(is_recorded=True)


def send_nightly(*, today: dt.date, now: dt.datetime) -> int:
    """Put the ready claims of every connection that asks for it into batches; how many. Once they are checked,
    `go_on` drops those that go by SFTP."""
    made = 0
    for connection in nightly_connections(today=today):
        try:
            make_batch(connection.pk, actor=None, today=today, now=now)
        except Conflict:  # nothing is ready
            continue
        made += 1
    return made


def go_on(*, today: dt.date, now: Callable[[], dt.datetime]) -> None:
    """Record what a worker left, and drop what is due by SFTP. Rung every minute."""
    for batch_id in _pks(Q(state__in=AFTER_SENDING, is_recorded=False, connection__usage=PRODUCTION)):
        try:
            record_batch(batch_id, now=now())
        except Exception:  # it keeps no other waiting
            log.exception("batch %s of claims could not be recorded", batch_id)
    by_itself = Q(made_by=None, tries=0, connection__is_nightly=True, connection__delivery=SFTP)
    for batch_id in _pks(Q(state=State.CHECKED) & (by_itself | Q(next_try_at__lte=now()))):
        try:
            drop_batch(batch_id, actor=None, today=today, now=now())
        except Conflict:  # somebody else sends it
            continue
        except Exception:
            log.exception("batch %s of claims could not be sent", batch_id)


def _pks(condition: Q) -> list[int]:
    return list(ClaimBatch.objects.filter(condition).order_by("pk").values_list("pk", flat=True))


def _out(batch_id: int, *, how: str, actor: "User | None", today: dt.date, now: dt.datetime) -> ClaimBatch:
    """The file is out, whatever becomes of the books: they are written after that is kept, else `go_on` writes them."""
    batch = _mark_out(batch_id, how=how, actor=actor, today=today, now=now)
    if batch.is_recorded or batch.file is None:
        return batch
    if batch.file.items > AT_ONCE:
        enqueue(RECORD, batch_id=batch_id)
        return batch
    try:
        with transaction.atomic():
            record_batch(batch_id, now=now)
    except Exception:
        log.exception("batch %s of claims could not be recorded", batch_id)
    batch.refresh_from_db()
    return batch


@transaction.atomic
def _mark_out(batch_id: int, *, how: str, actor: "User | None", today: dt.date, now: dt.datetime) -> ClaimBatch:
    batch = _locked(batch_id)
    if batch.state != State.CHECKED or batch.file_id is None:
        raise Conflict(f"It can't be sent: {State(batch.state).label.lower()}.")
    file = files.mark_sent(files.locked(batch.file_id, actor=actor), how=how, actor=actor, now=now)
    batch.state, batch.sent_on, batch.problem, batch.next_try_at = State.SENT, today, "", None
    is_test = file.usage != PRODUCTION
    if is_test:
        give_back_of_test(batch, actor=actor, now=now)
        batch.is_recorded = True
    else:
        batch.answer_due_at = now + dt.timedelta(hours=batch.connection.answer_hours)
    batch.save()
    keep(batch, Did.SENT, actor=actor, now=now, words="A test: its claims are ready again" if is_test else "")
    return batch


def _locked(batch_id: int) -> ClaimBatch:
    rows = ClaimBatch.objects.select_for_update(of=("self",)).select_related("connection", "file")
    return rows.get(pk=batch_id)
