"""Drafting an outgoing claim, changing it, making it ready to send, taking that back, canceling it, and whose it is."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.races import ChangedMeanwhile
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.billing.buckets import PAYERS
from claims.billing.models import Claim
from claims.billing.selectors import own_claim
from claims.denials.models import Denial
from claims.edi.x12.claim_text import ClaimText
from collections_app.outgoing_claims import fields
from collections_app.outgoing_claims.content import kept, text_of
from collections_app.outgoing_claims.differences import differences_in_words
from collections_app.outgoing_claims.drafting import beginning_of
from collections_app.outgoing_claims.history import keep
from collections_app.outgoing_claims.models import OutgoingClaim, OutgoingEvent
from collections_app.outgoing_claims.selectors import own_outgoing
from collections_app.outgoing_claims.states import OPEN, may_become

if TYPE_CHECKING:
    from arwork.staff.models import User

State, Did = OutgoingClaim.State, OutgoingEvent.Kind
FIRST_STEP, READY_STEP = "Check and complete the draft", "Send it in the next file"
_WORDS = 300
#: What follows from the purpose, and is not entered by hand.
FIXED = ("frequency", "charge")


class BadOutgoing(DomainError):
    """Something about an outgoing claim that can't be done as entered, naming the field."""

    code = "bad_outgoing"


class NotOpen(Conflict):
    """The claim is not in a state in which this can be done."""

    code = "not_open"


def draft_claim(
    claim_id: int,
    *,
    purpose: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
    denial_ids: Collection[int] = (),
    rank: int | None = None,
) -> OutgoingClaim:
    """Draft a claim to the payer of this rank (1 to 3; else to the one whose denials it answers, it went to last, or
    the next), from the text that was sent, else from the books. `denial_ids` are the denials it answers. A draft that
    is open for the same purpose is given back instead.

    Raises `NotDraftable`, `SentOnAlready`, `NotOpen` where another draft to that payer is open, `NotFound`.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        own_claim(claim_id, actor=actor, lock=True)
        claim = _with_parties(claim_id)
        answered = Denial.objects.filter(claim=claim, pk__in=list(denial_ids))
        if rank is None and purpose != OutgoingClaim.Purpose.NEXT_PAYER:
            rank = _denied_by(answered)
        start = beginning_of(claim, purpose=purpose, rank=rank)
        standing = OutgoingClaim.objects.filter(
            claim=claim, payer=start.cover.payer_id, sequence=start.sequence, state__in=OPEN
        ).first()
        if standing is not None:
            if standing.purpose != purpose:
                raise NotOpen(
                    f"There is an open claim to this payer already: “{standing.get_purpose_display()}”. Send it or "
                    "cancel it first.",
                    outgoing_id=standing.pk,
                )
            standing.denials.add(*answered)
            return standing
        row = OutgoingClaim.objects.create(
            practice_id=claim.practice_id,
            claim=claim,
            payer_id=start.cover.payer_id,
            coverage=start.cover,
            sequence=start.sequence,
            frequency=start.frequency,
            purpose=purpose,
            icn=start.icn,
            base=start.base,
            content=kept(start.text),
            sent_before=kept(start.sent_before) if start.sent_before else None,
            owner=actor,
            next_action=FIRST_STEP,
            next_on=today,
            made_at=now,
            made_by=actor,
        )
        row.denials.set(answered)
        keep(row, Did.DRAFTED, actor=actor, now=now, words=f"{row.get_purpose_display()}, {row.get_base_display()}")
        trail(row, "outgoing_claim_drafted", actor=actor, now=now, purpose=purpose)
    return row


def change(
    outgoing_id: int,
    *,
    entered: Mapping[str, str],
    edition: int,
    actor: "User",
    now: dt.datetime,
    lines: str = "",
) -> OutgoingClaim:
    """Enter fields of a draft by their names (see `fields`), then add a line (`lines` is "add") or take out that of an
    ordinal ("remove 2"). `edition` is that of the draft as it was opened. CLM02 follows from the lines.

    Raises `UnsendableField` naming the field, `ChangedMeanwhile`, `NotOpen`, `SensitiveText`.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        row = own_outgoing(outgoing_id, actor=actor, locked=True)
        ensure_state(row, State.DRAFT, edition=edition)
        before = text_of(row)
        after = _entered(before, entered)
        if lines == "add":
            after = fields.add_line(after)
        elif lines:
            after = fields.remove_line(after, int(lines.removeprefix("remove ")))
        after = fields.with_sum(after)
        if after == before:
            return row
        row.content, row.icn, row.edition = kept(after), fields.read_field(after, "icn"), row.edition + 1
        row.owner = row.owner or actor
        row.save(update_fields=["content", "icn", "edition", "owner"])
        keep(row, Did.CHANGED, actor=actor, now=now, words=differences_in_words(before, after))
        trail(row, "outgoing_claim_changed", actor=actor, now=now, edition=row.edition)
    return row


def take(outgoing_id: int, *, actor: "User", now: dt.datetime) -> OutgoingClaim:
    """Answer for an outgoing claim from now on. Raises `NotOpen`."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        row = own_outgoing(outgoing_id, actor=actor, locked=True)
        ensure_state(row, *OPEN)
        row.owner = actor
        row.save(update_fields=["owner"])
        keep(row, Did.TAKEN, actor=actor, now=now)
        trail(row, "outgoing_claim_taken", actor=actor, now=now)
    return row


def plan_next(
    outgoing_id: int, *, action: str, on: dt.date, actor: "User", today: dt.date, now: dt.datetime
) -> OutgoingClaim:
    """Say what comes next and when. Raises `BadOutgoing` naming the field, `NotOpen`, `SensitiveText`."""
    require(actor, Capability.WORK_ITEMS)
    said = " ".join(action.split())[:120]
    if not said:
        raise BadOutgoing("Say what comes next.", field="action")
    if on < today:
        raise BadOutgoing("Choose today or a later day.", field="on")
    ensure_not_sensitive(action=said)
    with transaction.atomic():
        row = own_outgoing(outgoing_id, actor=actor, locked=True)
        ensure_state(row, *OPEN)
        row.next_action, row.next_on, row.owner = said, on, row.owner or actor
        row.save(update_fields=["next_action", "next_on", "owner"])
        keep(row, Did.PLANNED, actor=actor, now=now, words=said)
        trail(row, "outgoing_claim_planned", actor=actor, now=now, on=on)
    return row


def give_back(outgoing_id: int, *, actor: "User", now: dt.datetime, today: dt.date) -> OutgoingClaim:
    """Take back that a claim is ready, so that it can be edited. Raises `NotOpen` once it is in a batch."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        row = own_outgoing(outgoing_id, actor=actor, locked=True)
        ensure_state(row, State.READY)
        row.state, row.ready_at, row.ready_by = State.DRAFT, None, None
        row.warnings, row.reason, row.next_action, row.next_on = [], "", FIRST_STEP, today
        row.save()
        keep(row, Did.UNREADY, actor=actor, now=now)
        trail(row, "outgoing_claim_unready", actor=actor, now=now)
    return row


def cancel(outgoing_id: int, *, reason: str, actor: "User", now: dt.datetime) -> OutgoingClaim:
    """Give up an outgoing claim that has not left. Raises `BadOutgoing` without a reason, `NotOpen`."""
    require(actor, Capability.WORK_ITEMS)
    said = " ".join(reason.split())[:_WORDS]
    if len(said) < 3:
        raise BadOutgoing("Say why it is not sent.", field="reason")
    ensure_not_sensitive(reason=said)
    with transaction.atomic():
        row = own_outgoing(outgoing_id, actor=actor, locked=True)
        if not may_become(row.state, State.CANCELED):
            raise NotOpen("It is in a batch or was sent. Take it out of the batch first.")
        row.state, row.canceled_at, row.next_action, row.next_on = State.CANCELED, now, "", None
        row.save(update_fields=["state", "canceled_at", "next_action", "next_on"])
        keep(row, Did.CANCELED, actor=actor, now=now, words=said)
        trail(row, "outgoing_claim_canceled", actor=actor, now=now)
    return row


def _entered(text: ClaimText, entered: Mapping[str, str]) -> ClaimText:
    names = {one.name for one in fields.fields_of(text)}
    for name, value in entered.items():
        if name not in names or name in FIXED:
            raise BadOutgoing("This can't be entered here.", field=name)
        if name.endswith("note"):
            ensure_not_sensitive(**{name.replace(".", "_"): value})
        text = fields.write_field(text, name, value)
    return text


def _denied_by(denials: Iterable[Denial]) -> int | None:
    """The rank of the payer of these denials; None where there is none, or they are of several."""
    buckets = {one.bucket for one in denials}
    return next((rank for rank, bucket in enumerate(PAYERS, 1) if buckets == {bucket}), None)


def _with_parties(claim_id: int) -> Claim:
    covers = [f"coverage{rank}{what}" for rank in (1, 2, 3) for what in ("__payer", "__subscriber")]
    return Claim.objects.select_related("practice", "patient__person", *covers).get(pk=claim_id)


def ensure_state(row: OutgoingClaim, *states: str, edition: int | None = None) -> None:
    """Raise `NotOpen` unless the claim is in one of these states, `ChangedMeanwhile` unless it is of this edition."""
    if row.state not in states:
        raise NotOpen(f"It is {row.get_state_display().lower()} by now, so this can't be done.")
    if edition is not None and row.edition != edition:
        raise ChangedMeanwhile("Somebody changed this draft meanwhile. Look at it again, then enter yours.")


def trail(row: OutgoingClaim, action: str, *, actor: "User", now: dt.datetime, **after: object) -> None:
    """Leave what was done to an outgoing claim in the audit trail, without what it says of the patient."""
    told = {"claim": row.claim_id} | after
    audit.record(actor, action, "outgoing_claim", row.pk, practice_id=row.practice_id, after=told, now=now)
