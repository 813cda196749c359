"""What answers do to a batch: TA1, 999 and 277CA move its file and claims on; who was rejected is drafted again.
A remittance answers too: not every receiver sends a 277CA, and a claim that was decided has arrived.

Answers reach submissions the usual way (`claims.edi.acknowledgments`); here the batch follows them. A claim that is
rejected was never adjudicated: its draft opens again with the reason (RULES 9.3). A file that is refused as a whole
(TA1, or every transaction in its 999) opens no drafts by itself: nothing may be wrong with its claims.
"""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from arwork.lib import bulk
from arwork.lib.errors import Conflict
from arwork.staff.access import Capability, require
from claims.billing.models import Acknowledgment, Submission
from collections_app.claim_batches.history import claims_in_words, keep
from collections_app.claim_batches.models import BatchClaim, ClaimBatch
from collections_app.claim_batches.reopening import draft_again
from collections_app.claim_batches.selectors import BatchFigures, claims_of, figures_of, own_batch, rejection_words
from collections_app.claim_batches.states import AFTER_SENDING, BatchClaimState, BatchEventKind, ClaimBatchState
from collections_app.clearinghouses import files
from collections_app.clearinghouses.states import OutgoingFileState

if TYPE_CHECKING:
    from arwork.staff.models import User

_SYNTAX = ("TA1", "999", "997")
_REJECTED = Submission.State.REJECTED
_UNSAID = "Rejected without a reason: ask the clearinghouse"
State, Did = ClaimBatchState, BatchEventKind


def follow_answers(claim_ids: Collection[int], *, today: dt.date, now: dt.datetime) -> int:
    """Bring the batches in which these claims left up to what was answered; how many. Hearing of it twice, or late,
    does no harm."""
    batches: set[int] = set()
    for ids in bulk.chunks(sorted(claim_ids)):
        rows = BatchClaim.objects.filter(
            bulk.Among("outgoing_claim__claim", ids), state=BatchClaimState.IN_FILE, batch__state__in=AFTER_SENDING
        )
        batches |= set(rows.values_list("batch_id", flat=True))
    for batch_id in sorted(batches):
        _follow(batch_id, today=today, now=now)
    return len(batches)


@transaction.atomic
def open_drafts(batch_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> int:
    """Draft every rejected claim of a file that was refused as a whole; how many. Raises `Conflict`, `NotFound`."""
    require(actor, Capability.IMPORT_FILES)
    batch = own_batch(batch_id, actor=actor, locked=True)
    if batch.state != State.REFUSED:
        raise Conflict("Only a file that was refused as a whole has claims to open.")
    count = _reopen(batch, actor=actor, today=today, now=now)
    if not count:
        raise Conflict("Each of its claims is open again already.")
    return count


@transaction.atomic
def _follow(batch_id: int, *, today: dt.date, now: dt.datetime) -> None:
    rows = ClaimBatch.objects.select_for_update(of=("self",)).select_related("connection")
    batch = rows.get(pk=batch_id)
    figures = figures_of(batch)
    answered = _acknowledgments(batch)
    first = answered.order_by("effective_on", "pk").values_list("effective_on", flat=True).first()
    if not figures.total or (first is None and figures.sent == figures.total):
        return
    was, is_refused = batch.state, _refused_by_syntax(batch, figures)
    batch.state = _state_after(figures, is_refused=is_refused, was=was)
    if batch.state != was:
        batch.save(update_fields=["state"])
        keep(batch, Did.ANSWERED, actor=None, now=now, words=_words(figures))
    file = files.locked(batch.file_id or 0, actor=None)
    is_taken = batch.state != State.REFUSED
    if file.answered_on is None or (file.state == OutgoingFileState.REJECTED) == is_taken:
        files.answer(file, is_taken=is_taken, on=first or today, now=now)
    if is_taken:
        _reopen(batch, actor=None, today=today, now=now)


def _state_after(figures: BatchFigures, *, is_refused: bool, was: str) -> str:
    if is_refused:
        return State.REFUSED
    if figures.sent == figures.total:
        return was
    return State.RECEIVED if figures.sent or figures.received else State.ANSWERED


def _refused_by_syntax(batch: ClaimBatch, figures: BatchFigures) -> bool:
    """Whether a TA1 or 999 refused every claim of the file."""
    if figures.rejected < figures.total:
        return False
    refused = _acknowledgments(batch).filter(kind__in=_SYNTAX, verdict="rejected")
    return refused.values("submission").distinct().count() >= figures.total


def _acknowledgments(batch: ClaimBatch) -> QuerySet[Acknowledgment]:
    sent = batch.claims.filter(state=BatchClaimState.IN_FILE).values("outgoing_claim__submission")
    return Acknowledgment.objects.filter(submission__in=sent)


def _reopen(batch: ClaimBatch, *, actor: "User | None", today: dt.date, now: dt.datetime) -> int:
    """Draft rejected claims of a batch again, once each; how many."""
    lines = claims_of(batch).filter(
        state=BatchClaimState.IN_FILE, drafted_again=None, outgoing_claim__submission__state=_REJECTED
    )
    by_outgoing = {one.outgoing_claim_id: one for one in lines}
    if not by_outgoing:
        return 0
    reasons = {pk: rejection_words(one) or _UNSAID for pk, one in by_outgoing.items()}
    made = draft_again(reasons, today=today, now=now, actor=actor)
    bulk.write(BatchClaim, ["drafted_again"], {by_outgoing[was].pk: (pk,) for was, pk in made.items()})
    if made:
        keep(batch, Did.REOPENED, actor=actor, now=now, words=claims_in_words(len(made)))
    return len(made)


def _words(figures: BatchFigures) -> str:
    parts = (
        (figures.accepted, "accepted"), (figures.rejected, "rejected"), (figures.received, "received"),
        (figures.sent, "without an answer"),
    )  # fmt: skip
    return ", ".join(f"{count} {word}" for count, word in parts if count)
