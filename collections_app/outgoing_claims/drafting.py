"""What a draft begins with: to whom it goes, from which text, and why it may not be drafted at all."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arwork.lib.errors import Conflict, DomainError
from claims.billing.buckets import SEQUENCES, ordinal
from claims.billing.models import Claim, Submission
from claims.edi.x12.claim_text import ClaimText
from claims.payers.models import PayerClass
from collections_app.outgoing_claims.decided import decisions_before, has_decided, is_sent_on, last_icn
from collections_app.outgoing_claims.earlier_payers import with_decisions
from collections_app.outgoing_claims.fields import read_field
from collections_app.outgoing_claims.from_books import text_from_books
from collections_app.outgoing_claims.models import OutgoingClaim
from collections_app.outgoing_claims.stored_claims import submitted_texts
from collections_app.outgoing_claims.texts import FREQUENCIES, ORIGINAL, VOID, for_purpose, to_next_payer

if TYPE_CHECKING:
    from claims.parties.models import Coverage

Purpose, Base = OutgoingClaim.Purpose, OutgoingClaim.Base
_SEQUENCES = tuple(SEQUENCES.values())
_ALONE = (Purpose.CORRECTED, Purpose.VOID)


class NotDraftable(DomainError):
    """A claim that can't be sent this way; the sentence says what to do instead."""

    code = "not_draftable"


class SentOnAlready(Conflict):
    """The payer sent the claim on to the next one itself (CLP02 19-21): it is not billed again."""

    code = "sent_on_already"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a draft begins with."""

    cover: "Coverage"
    sequence: str
    frequency: str
    icn: str
    base: str
    text: ClaimText
    sent_before: ClaimText | None


def beginning_of(claim: Claim, *, purpose: str, rank: int | None) -> Beginning:
    """Everything of a draft of this claim, to the payer of this rank (1 to 3) where one was chosen. Raises
    `NotDraftable`, `SentOnAlready`."""
    _ensure_alive(claim, purpose)
    if rank is None:
        rank = _rank(claim, purpose)
    elif rank not in (1, 2, 3):
        raise NotDraftable("Choose one of the payers of the claim.", field="payer")
    cover: Coverage | None = getattr(claim, f"coverage{rank}")
    if cover is None:
        raise NotDraftable(
            "The claim names no coverage of that payer. Enter the coverage with the patient first.", field="payer"
        )
    _ensure_allowed(claim, cover, purpose, rank)
    sequence = _SEQUENCES[rank - 1]
    submissions = list(Submission.objects.filter(claim=claim).exclude(frequency=VOID).order_by("submitted_on", "pk"))
    own = [one for one in submissions if one.sequence == sequence]
    texts = submitted_texts(submissions[-6:])
    sent_before = next((texts[one.pk] for one in reversed(own) if one.pk in texts), None)
    any_before = next((texts[one.pk] for one in reversed(submissions) if one.pk in texts), None)
    base = sent_before or any_before
    told = text_from_books(claim, cover, sequence=sequence) if base is None or sent_before is None else None
    text = base or told
    assert text
    if sent_before is None and told is not None and base is not None:
        text = to_next_payer(base, told, ())
    if rank > 1:
        earlier = decisions_before(claim, rank, text)
        if sent_before is None:
            text = to_next_payer(text, text, earlier)
        elif earlier and all(one.decided_on for one in earlier):  # else what was sent knows more than the books
            text = with_decisions(text, earlier)
    icn = last_icn(claim, rank) if FREQUENCIES[purpose] != ORIGINAL else ""
    text = for_purpose(text, purpose, icn=icn)
    return Beginning(
        cover=cover,
        sequence=sequence,
        frequency=read_field(text, "frequency"),
        icn=icn,
        base=Base.ORIGINAL if base else Base.BOOKS,
        text=text,
        sent_before=base,
    )


def _ensure_alive(claim: Claim, purpose: str) -> None:
    if purpose not in Purpose.values:
        raise NotDraftable("Choose how the claim is sent.", field="purpose")
    if claim.merged_into_id is not None:
        raise NotDraftable("This claim is the same as another one: send that one.", field="purpose")
    if claim.state == Claim.State.VOID and purpose in _ALONE:
        raise NotDraftable("The claim is void already. Send it as a new claim.", field="purpose")


def _rank(claim: Claim, purpose: str) -> int:
    if purpose == Purpose.NEXT_PAYER:
        decided = [rank for rank in (1, 2, 3) if getattr(claim, f"coverage{rank}") and has_decided(claim, rank)]
        return min(max(decided, default=1) + 1, 3)
    last = Submission.objects.filter(claim=claim).order_by("-submitted_on", "-pk").first()
    return _SEQUENCES.index(last.sequence) + 1 if last else 1


def _ensure_allowed(claim: Claim, cover: "Coverage", purpose: str, rank: int) -> None:
    if purpose in _ALONE and claim.form == "P" and cover.payer.payer_class == PayerClass.MEDICARE:
        raise NotDraftable(
            "Medicare Part B takes no replacement or void claims (frequency 7 or 8). Ask for a clerical error "
            "reopening, or send a new claim where the remittance says MA130 (RULES 8.2).",
            field="purpose",
        )
    if purpose != Purpose.NEXT_PAYER:
        return
    if rank < 2:
        raise NotDraftable("Before the first payer there is no other one. Send it as a new claim.", field="purpose")
    if is_sent_on(claim, rank):
        raise SentOnAlready(
            f"The payer before it sent this claim on to the {ordinal(_SEQUENCES[rank - 1])} payer itself. Billing it "
            "again makes a duplicate: wait 30 days for the answer, then ask whether it arrived. Where it did "
            "not, send it as a new claim to that payer."
        )
    if not has_decided(claim, rank - 1):
        raise NotDraftable(
            "The payer before it has not answered yet, and its decision belongs into this claim. Post its remittance "
            "first.",
            field="purpose",
        )
