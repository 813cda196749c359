"""A claim to be billed again: marked by a person, done when a later submission to that payer is read.

No money moves. The work shows it as the next thing to do, and the mark is over by itself as soon as the claim was sent.
"""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, Exists, Max, OuterRef, QuerySet, Value, When

from arwork.lib import bulk
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.buckets import PAYERS, SEQUENCES, Bucket
from claims.billing.models import Submission
from claims.billing.selectors import own_claim
from claims.ledger.models import Receivable
from claims.transfers.models import RebillMark

if TYPE_CHECKING:
    from arwork.staff.models import User

WORDS = 200
REBILL_REASONS = {
    "lost": "The payer has no claim on file",
    "corrected": "Corrected: coverage, code or amount",
    "next_payer": "The payer before it has answered",
    "coverage": "Coverage was added or put in another order",
    "records": "With records or a primary payer's EOB",
    "other": "Another reason",
}


def buckets_to_bill(claim_id: int) -> list[str]:
    """The payers that may be billed again: those that owe something now."""
    rows = Receivable.objects.filter(claim=claim_id, bucket__in=PAYERS, amount__gt=0).values_list("bucket", flat=True)
    return sorted(rows)


def mark_to_bill_again(
    claim_id: int, *, bucket: str, reason: str, words: str, actor: "User", today: dt.date, now: dt.datetime
) -> RebillMark:
    """Say that a claim is to be billed again to the payer behind `bucket`.

    Raises `DomainError` naming the field, `Conflict` where it is marked already, `NotFound`.
    """
    require(actor, Capability.POST_MONEY)
    if reason not in REBILL_REASONS:
        raise DomainError("Choose why.", field="reason")
    if reason == "other" and not words.strip():
        raise DomainError("Say why: the next person must understand it.", field="words")
    ensure_not_sensitive(words=words)
    with transaction.atomic():
        claim = own_claim(claim_id, actor=actor, lock=True)
        if bucket not in buckets_to_bill(claim_id):
            raise DomainError("That payer owes nothing of this claim. Move the money there first.", field="bucket")
        if open_marks([claim.pk]):
            raise Conflict("It is marked already. Withdraw that first, or send the claim.")
        last = Submission.objects.filter(claim=claim).aggregate(last=Max("pk"))["last"] or 0
        mark = RebillMark.objects.create(
            practice_id=claim.practice_id, claim=claim, bucket=bucket, reason=reason, words=words.strip()[:WORDS],
            after_submission=last, marked_on=today, marked_at=now, marked_by=actor,
        )  # fmt: skip
        _record(actor, "rebill_marked", mark, now=now)
        announce("rebill", claims=[claim.pk])
    return mark


def withdraw_mark(mark_id: int, *, actor: "User", now: dt.datetime) -> RebillMark:
    """Take a mark back. Raises `Conflict` where it is over, `NotFound`."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        mine = RebillMark.objects.filter(practice__in=practice_ids(actor))
        mark = mine.select_for_update(of=("self",)).filter(pk=mark_id).first()
        if mark is None:
            raise NotFound("There is no such mark in your practices.")
        if mark.pk not in {one.pk for one in open_marks([mark.claim_id]).values()}:
            raise Conflict("That mark is over: it was withdrawn, or the claim was sent.")
        mark.withdrawn_at, mark.withdrawn_by = now, actor
        mark.save(update_fields=["withdrawn_at", "withdrawn_by"])
        _record(actor, "rebill_withdrawn", mark, now=now)
        announce("rebill", claims=[mark.claim_id])
    return mark


def open_marks(claim_ids: Iterable[int]) -> dict[int, RebillMark]:
    """Marks that stand, by claim: not withdrawn, and no later submission to that payer was read. One query."""
    rows = standing_marks().filter(bulk.Among("claim", sorted(set(claim_ids))))
    return {row.claim_id: row for row in rows.select_related("marked_by").order_by("pk")}


def standing_marks() -> QuerySet[RebillMark]:
    """Every mark that stands."""
    sequence = Case(*(When(bucket=bucket, then=Value(sent_as)) for bucket, sent_as in SEQUENCES.items()))
    sent = Submission.objects.filter(
        claim=OuterRef("claim"), pk__gt=OuterRef("after_submission"), sequence=OuterRef("sent_as")
    )
    return RebillMark.objects.filter(withdrawn_at=None).annotate(sent_as=sequence).exclude(Exists(sent))


def mark_words(mark: RebillMark) -> str:
    """`To be billed again to the primary payer: the payer has no claim on file`."""
    reason = REBILL_REASONS[mark.reason]
    return f"To be billed again to {Bucket(mark.bucket).party}: {reason[:1].lower()}{reason[1:]}"


def _record(actor: "User", action: str, mark: RebillMark, *, now: dt.datetime) -> None:
    facts = {"bucket": mark.bucket, "reason": mark.reason}
    audit.record(actor, action, "claim", mark.claim_id, practice_id=mark.practice_id, after=facts, now=now)
