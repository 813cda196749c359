"""Pairs of claims that may be one bill: what waits, the two side by side, and what a person decides of them."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.merged_rows import RowsToMove
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Acknowledgment, Claim, ClaimLine, PossibleDuplicate, Submission
from claims.denials.models import Denial
from claims.duplicates.claim_merge import merge_claims, papers_to_move, take_claims_apart
from claims.duplicates.merge_plan import MergePlan, plan_merge
from claims.duplicates.models import ClaimMerge
from claims.ledger.models import Posting
from claims.remits.models import RemitClaim

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True)
class ClaimSide:
    """One of two claims with all that tells them apart."""

    claim: Claim
    lines: list[ClaimLine]
    submissions: list[Submission]
    acknowledgments: int
    payments: list[RemitClaim]
    denials: list[Denial]
    paid_by_hand: list[Posting]


@dataclass(frozen=True)
class ComparedClaims:
    """The question with both claims, and what either merger would do; `merger` stands where they were merged."""

    question: PossibleDuplicate
    sides: tuple[ClaimSide, ClaimSide]
    plans: tuple[MergePlan, MergePlan] | None
    papers: tuple[list[RowsToMove], list[RowsToMove]] | None
    merger: ClaimMerge | None

    @property
    def is_open(self) -> bool:
        return self.question.state == PossibleDuplicate.State.OPEN


def questions(*, actor: "User", state: str = PossibleDuplicate.State.OPEN) -> QuerySet[PossibleDuplicate]:
    """The pairs in a state, of the actor's practices; those that wait leave out what is void or merged by now."""
    require(actor, Capability.SEE_CLAIMS)
    rows = PossibleDuplicate.objects.filter(practice__in=practice_ids(actor), state=state)
    if state == PossibleDuplicate.State.OPEN:
        gone = Q(state=Claim.State.VOID) | Q(merged_into__isnull=False)
        rows = rows.exclude(claim__in=Claim.objects.filter(gone)).exclude(other__in=Claim.objects.filter(gone))
    related = ("claim__patient__person", "claim__payer", "other", "practice", "decided_by")
    return rows.select_related(*related).order_by("-claim__charge", "pk")


def counted_twice(*, actor: "User") -> Decimal:
    """What the later claims of the pairs that wait hold: as much may stand in the receivable twice."""
    total: Decimal | None = questions(actor=actor).order_by().aggregate(total=Sum("claim__balance"))["total"]
    return total or ZERO


def questions_about(claim: Claim) -> list[PossibleDuplicate]:
    """The pairs in which a claim stands, that wait or were merged. One query."""
    rows = PossibleDuplicate.objects.filter(Q(claim=claim) | Q(other=claim))
    rows = rows.exclude(state=PossibleDuplicate.State.APART)
    return list(rows.select_related("claim", "other").order_by("pk"))


def compared_claims(question_id: int, *, actor: "User") -> ComparedClaims:
    """Both claims of a pair side by side. Raises `NotFound`."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    question = _question(question_id, actor)
    earlier, later = question.other, question.claim
    merger = ClaimMerge.objects.filter(
        gone__in=(earlier, later), kept__in=(earlier, later), undone_at=None
    ).select_related("gone", "kept", "merged_by").first()  # fmt: skip
    is_open = question.state == PossibleDuplicate.State.OPEN
    return ComparedClaims(
        question=question,
        sides=(_side(earlier), _side(later)),
        plans=(plan_merge(later, earlier), plan_merge(earlier, later)) if is_open else None,
        papers=(papers_to_move(later), papers_to_move(earlier)) if is_open else None,
        merger=merger,
    )


def name_duplicate(claim_id: int, *, number: str, actor: "User", today: dt.date, now: dt.datetime) -> PossibleDuplicate:
    """Say that a claim may be billed under another number, too. Raises `Forbidden`, `NotFound`, `DomainError`."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    rows = Claim.objects.filter(practice__in=practice_ids(actor))
    claim = rows.filter(pk=claim_id).first()
    if claim is None:
        raise NotFound("There is no such claim in your practices.")
    other = rows.filter(practice=claim.practice_id, number=number.strip()).first()
    if other is None:
        raise DomainError("There is no claim with this number in the practice.", field="number")
    if other.pk == claim.pk:
        raise DomainError("That is this claim. Give the number of the other one.", field="number")
    earlier, later = sorted((claim, other), key=lambda one: one.pk)
    found, is_new = PossibleDuplicate.objects.get_or_create(
        claim=later, other=earlier,
        defaults={"practice_id": claim.practice_id, "source": PossibleDuplicate.Source.PERSON, "found_on": today},
    )  # fmt: skip
    if is_new:
        facts = {"claim": later.pk, "other": earlier.pk}
        audit.record(actor, "duplicate_named", "claim", claim.pk, practice_id=claim.practice_id, after=facts, now=now)
    return found


@transaction.atomic
def keep_both(question_id: int, *, actor: "User", now: dt.datetime) -> PossibleDuplicate:
    """They are two visits: remembered, and never asked again."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    found = _question(question_id, actor, locked=True, state=PossibleDuplicate.State.OPEN)
    return _decided(found, PossibleDuplicate.State.APART, actor=actor, now=now)


@transaction.atomic
def settle_as_same(
    question_id: int, *, keep: int, actor: "User", today: dt.date, now: dt.datetime
) -> PossibleDuplicate:
    """They are one claim: the other one is merged into `keep`. Raises as `merge_claims` does."""
    require(actor, Capability.POST_MONEY)
    found = _question(question_id, actor, locked=True, state=PossibleDuplicate.State.OPEN)
    both = {found.claim_id, found.other_id}
    if keep not in both:
        raise DomainError("Say which of the two claims stays.", field="keep")
    merge_claims((both - {keep}).pop(), into=keep, actor=actor, today=today, now=now)
    return _decided(found, PossibleDuplicate.State.MERGED, actor=actor, now=now)


@transaction.atomic
def take_decision_back(question_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> PossibleDuplicate:
    """Undo what was decided of a pair: it waits again, and two claims that were merged stand apart."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    found = _question(question_id, actor, locked=True)
    if found.state == PossibleDuplicate.State.OPEN:
        raise Conflict("Nothing was decided of these two, or somebody took it back just now.")
    if found.state == PossibleDuplicate.State.MERGED:
        both = (found.claim_id, found.other_id)
        merger = ClaimMerge.objects.filter(gone__in=both, kept__in=both, undone_at=None).first()
        if merger is None:
            raise Conflict("These two were merged with others since. Take those mergers back first.")
        take_claims_apart(merger.pk, actor=actor, today=today, now=now)
    return _decided(found, PossibleDuplicate.State.OPEN, actor=actor, now=now)


def _decided(found: PossibleDuplicate, state: str, *, actor: "User", now: dt.datetime) -> PossibleDuplicate:
    before, found.state = found.state, state
    is_open = state == PossibleDuplicate.State.OPEN
    found.decided_by, found.decided_at = (None, None) if is_open else (actor, now)
    found.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(
        actor, "duplicate_decided", "claim", found.claim_id, practice_id=found.practice_id,
        before={"state": before}, after={"state": state, "other": found.other_id}, now=now,
    )  # fmt: skip
    return found


def _question(question_id: int, actor: "User", *, locked: bool = False, state: str | None = None) -> PossibleDuplicate:
    rows = PossibleDuplicate.objects.filter(pk=question_id, practice__in=practice_ids(actor))
    if locked:
        rows = rows.select_for_update(of=("self",))
    related = [f"{name}__{part}" for name in ("claim", "other") for part in ("patient__person", "payer", "account")]
    found = rows.select_related("practice", "decided_by", *related).first()
    if found is None:
        raise NotFound("There is no such pair of claims in your practices.")
    if state is not None and found.state != state:
        raise Conflict("Somebody decided about these two already. Look at the pair again.")
    return found


def _side(claim: Claim) -> ClaimSide:
    by_hand = Posting.objects.filter(claim=claim, kind="patient_payment", reverses=None, reversed_by=None)
    paid = RemitClaim.objects.filter(claim=claim).select_related("remittance").order_by("remittance__paid_on", "pk")
    return ClaimSide(
        claim=claim,
        lines=list(ClaimLine.objects.filter(claim=claim).order_by("number")),
        submissions=list(Submission.objects.filter(claim=claim).select_related("payer").order_by("submitted_on", "pk")),
        acknowledgments=Acknowledgment.objects.filter(claim=claim).count(),
        payments=list(paid),
        denials=list(Denial.objects.filter(claim=claim).order_by("initial_on", "pk")),
        paid_by_hand=list(by_hand.order_by("pk")),
    )
