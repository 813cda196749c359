"""One claim with everything billing knows of it: lines, submissions and what came back for them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.buckets import Bucket
from claims.billing.models import Acknowledgment, Claim, ClaimLine, PossibleDuplicate, Submission
from claims.parties.models import Coverage
from claims.payers.code_words import stc_words
from claims.payers.models import PayerContact

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass
class SubmissionDetail:
    """One submission with its acknowledgments, oldest first."""

    submission: Submission
    acknowledgments: list[Acknowledgment] = field(default_factory=list)

    @property
    def proof(self) -> Acknowledgment | None:
        """What proves that the payer had the claim in time (RULES 9.2): its first acceptance of the claim.

        An accepted file (999, TA1) proves nothing of a claim in it, nor does a receipt (A1, see `progress`).
        """
        return next((one for one in self.acknowledgments if one.kind == "277CA" and one.verdict == "accepted"), None)


@dataclass(frozen=True)
class RankedCoverage:
    """A coverage in its rank, and the bucket that stands for it."""

    rank: int
    bucket: str
    coverage: Coverage


def claim_seen_by(actor: "User", claim_id: int) -> Claim:
    """The claim with its parties. Raises `NotFound` where the actor's practices hold no such claim.

    Two queries: in one, PostgreSQL took 40 ms to plan a join of eighteen tables.
    """
    require(actor, Capability.SEE_CLAIMS)
    rows = Claim.objects.select_related("practice", "patient__person", "account__guarantor", "payer")
    of_claim = Q(claim=OuterRef("pk")) | Q(other=OuterRef("pk"))
    pairs = PossibleDuplicate.objects.filter(of_claim).exclude(state=PossibleDuplicate.State.APART)
    rows = rows.annotate(has_pairs=Exists(pairs))  # almost no claim has any: not worth a query of its own
    found = rows.filter(pk=claim_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such claim in your practices.")
    ids = (found.coverage1_id, found.coverage2_id, found.coverage3_id)
    covers = Coverage.objects.select_related("payer", "plan", "subscriber").in_bulk([pk for pk in ids if pk])
    for rank, pk in enumerate(ids, 1):
        if pk:
            setattr(found, f"coverage{rank}", covers[pk])
    return found


def lines_of(claim: Claim) -> list[ClaimLine]:
    """The service lines in their order; number 0 is the claim level."""
    return list(ClaimLine.objects.filter(claim=claim).order_by("number"))


def coverages_of(claim: Claim) -> list[RankedCoverage]:
    """Primary, secondary, tertiary: those there are."""
    covers = (claim.coverage1, claim.coverage2, claim.coverage3)
    return [RankedCoverage(rank, f"PAYER{rank}", cover) for rank, cover in enumerate(covers, 1) if cover]


def submissions_with_acknowledgments(claim: Claim) -> tuple[list[SubmissionDetail], list[Acknowledgment]]:
    """Submissions, the newest first, with what answered them; and answers that name no submission. Two queries."""
    rows = Submission.objects.filter(claim=claim).select_related("payer").order_by("-submitted_on", "-id")
    submissions = {row.pk: SubmissionDetail(row) for row in rows}
    loose: list[Acknowledgment] = []
    for one in Acknowledgment.objects.filter(claim=claim).order_by("effective_on", "id"):
        submission = submissions.get(one.submission_id or 0)
        (submission.acknowledgments if submission else loose).append(one)
    return list(submissions.values()), loose


def acknowledgment_words(row: Acknowledgment) -> str:
    """What came back, in plain words."""
    if row.category:
        return stc_words(row.category, row.status_code)
    return row.text or f"file {row.verdict}"


def payer_words(claim: Claim, bucket: str) -> str:
    """Who stands behind a bucket of a claim: a payer's name, or the word for the bucket."""
    rank = bucket.removeprefix("PAYER")
    cover = getattr(claim, f"coverage{rank}", None) if rank.isdigit() else None
    return cover.payer.name if cover else Bucket(bucket).label


def payer_contacts_of(claim: Claim) -> list[PayerContact]:
    """How to reach the payer that owes next (the primary when the patient does): phones first."""
    rank = claim.responsible.removeprefix("PAYER")
    cover = getattr(claim, f"coverage{rank}", None) if rank.isdigit() else None
    payer_id = cover.payer_id if cover else claim.payer_id
    rows = PayerContact.objects.filter(payer=payer_id) if payer_id else PayerContact.objects.none()
    return sorted(rows, key=lambda row: (row.kind != PayerContact.Kind.PHONE, row.kind, row.pk))
