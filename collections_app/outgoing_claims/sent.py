"""What becomes of outgoing claims once they are put in a file: batched, sent, given back.

A claim that was sent is a submission like any that a file told of: answers find it by its envelope, it proves timely
filing (RULES 9.2), and what it changed is in the books. `source` names its place as reading the file would, so reading
our own file back takes nothing in twice.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.errors import Conflict
from arwork.staff import audit
from claims.billing.buckets import PAYERS, SEQUENCES
from claims.billing.claim_numbers import remember_icns
from claims.billing.models import Submission
from claims.billing.services import ResolvedCoverage
from claims.billing.submitted_claims import CORRECTIONS, VOID, Bill, BillEffect
from claims.edi.later_submissions import SentAgain, take_in
from claims.edi.x12.records import Envelope
from collections_app.outgoing_claims.content import text_of
from collections_app.outgoing_claims.history import keep_all
from collections_app.outgoing_claims.models import OutgoingClaim, OutgoingEvent
from collections_app.outgoing_claims.reading import bill_of

if TYPE_CHECKING:
    from arwork.staff.models import User

Purpose, State, Did = OutgoingClaim.Purpose, OutgoingClaim.State, OutgoingEvent.Kind
_RANKS = {sequence: rank for rank, sequence in enumerate(SEQUENCES.values(), 1)}
#: A submission of these says what the claim is from now on; one to the next payer leaves it as it is.
_RESTATES = (Purpose.CORRECTED, Purpose.NEW)


class NotReady(Conflict):
    """Some of the claims are not in the state that the step needs."""

    code = "not_ready"


@dataclass(frozen=True, slots=True)
class SentRow:
    """One claim of a file that was sent: the number of its transaction (ST02), and its place as `Submission.source`
    keeps it: the first 40 of the file's SHA-256, transaction and claim within that, both from 1."""

    outgoing_id: int
    st_control: str
    source: str


def mark_batched(ids: Collection[int], *, now: dt.datetime, actor: "User | None" = None) -> None:
    """Put ready claims in a batch: nobody edits them any more. Raises `NotReady` where one of them is not ready."""
    with transaction.atomic():
        _move(ids, State.READY, State.BATCHED)
        keep_all(ids, Did.BATCHED, actor=actor, now=now)


def give_back(ids: Collection[int], *, now: dt.datetime, words: str = "", actor: "User | None" = None) -> None:
    """Take claims out of a batch that was not sent: they are ready again. Raises `NotReady`."""
    with transaction.atomic():
        _move(ids, State.BATCHED, State.READY)
        keep_all(ids, Did.UNBATCHED, actor=actor, now=now, words=words)


def record_sent(
    rows: Sequence[SentRow],
    *,
    sent_on: dt.date,
    isa_control: str,
    gs_control: str,
    sent_by: str,
    sent_to: str,
    now: dt.datetime,
    actor: "User | None" = None,
) -> None:
    """Record that batched claims were sent in a file on that day: each becomes a submission, and a correction or void
    changes the claim as it does when a file tells of it. `sent_by` and `sent_to` are ISA06 and ISA08.

    In batches of five hundred, a fixed number of queries each. Raises `NotReady` where one is not in a batch.
    """
    envelope = Envelope(
        isa_control=isa_control, gs_control=gs_control, set_code="837", sender=sent_by, receiver=sent_to, date=sent_on
    )
    for batch in bulk.chunks(rows, 500):
        with transaction.atomic():
            _record(batch, envelope, sent_on=sent_on, now=now, actor=actor)


def _record(
    rows: Sequence[SentRow], envelope: Envelope, *, sent_on: dt.date, now: dt.datetime, actor: "User | None"
) -> None:
    placed = {one.outgoing_id: one for one in rows}
    claims = _locked(placed, State.BATCHED)
    by_claim: set[int] = set()
    later: list[SentAgain] = []
    known: list[SentAgain] = []
    for claim in claims:
        one = _sent_again(claim, placed[claim.pk], envelope, sent_on=sent_on)
        (later if claim.claim_id in by_claim else known).append(one)
        by_claim.add(claim.claim_id)
    for group in (known, *([one] for one in later)):  # a claim that goes to two payers in one file: one after the other
        take_in(group, today=sent_on, now=now, actor=actor)
    remember_icns(
        (one.claim_id, one.bill.original_icn) for one in (*known, *later) if one.bill.frequency in CORRECTIONS
    )
    sources = {one.source: one.outgoing_id for one in rows}
    found = Submission.objects.filter(bulk.Among("source", list(sources))).values_list("source", "id")
    written = {sources[source]: [State.SENT, pk, sent_on, "", None] for source, pk in found}
    bulk.write(OutgoingClaim, ["state", "submission", "sent_on", "next_action", "next_on"], written)
    keep_all(placed, Did.SENT, actor=actor, now=now)
    deeds = [
        audit.Deed(
            "outgoing_claim_sent", "outgoing_claim", claim.pk, claim.practice_id, None, {"claim": claim.claim_id}
        )
        for claim in claims
    ]
    audit.record_many(actor, deeds, now=now)


def _sent_again(claim: OutgoingClaim, row: SentRow, envelope: Envelope, *, sent_on: dt.date) -> SentAgain:
    around = replace(envelope, st_control=row.st_control)
    bill = bill_of(text_of(claim), practice_id=claim.practice_id, envelope=around, sent_on=sent_on)
    bill = replace(bill, source=row.source, sequence=claim.sequence, bucket=PAYERS[0])
    return SentAgain(claim.claim_id, bill, _coverages(claim), _effect(claim, bill))


def _effect(claim: OutgoingClaim, bill: Bill) -> BillEffect:
    if bill.frequency == VOID:
        # another payer's claim stands, and so does what was done
        return BillEffect.VOID if claim.sequence == SEQUENCES[PAYERS[0]] else BillEffect.SUPERSEDED
    return BillEffect.REPLACE if claim.purpose in _RESTATES else BillEffect.SUPERSEDED


def _coverages(claim: OutgoingClaim) -> ResolvedCoverage:
    """The coverages as the books have them, with the one that this goes to in its rank."""
    of_claim = (claim.claim.coverage1, claim.claim.coverage2, claim.claim.coverage3)
    coverages = {rank: one.pk for rank, one in enumerate(of_claim, 1) if one}
    payers = {rank: one.payer_id for rank, one in enumerate(of_claim, 1) if one}
    rank = _RANKS[claim.sequence]
    if claim.coverage_id:
        coverages[rank] = claim.coverage_id
    return ResolvedCoverage(coverages, payers | {rank: claim.payer_id}, claim.payer_id)


def _move(ids: Collection[int], state: str, to: str) -> None:
    found = _locked(ids, state)
    OutgoingClaim.objects.filter(bulk.Among("id", [one.pk for one in found])).update(state=to)


def _locked(ids: Collection[int], state: str) -> list[OutgoingClaim]:
    rows = OutgoingClaim.objects.select_for_update(of=("self",)).filter(bulk.Among("id", sorted(ids)), state=state)
    found = list(rows.select_related("claim__coverage1", "claim__coverage2", "claim__coverage3").order_by("pk"))
    if len(found) != len(set(ids)):
        raise NotReady("Some of these claims were changed meanwhile. Look at the batch again.")
    return found
