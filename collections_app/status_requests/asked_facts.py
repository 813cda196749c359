"""From the books to what a question says: whose claim, under which member id, at which payer. Reads in sets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from arwork.lib.bulk import Among
from claims.billing.buckets import PAYERS
from claims.billing.models import Claim, Submission
from claims.parties.models import Coverage, Patient, Person
from claims.payers.models import Payer, PayerIdentifier
from claims.remits.models import RemitClaim
from collections_app.status_requests.models import AskingWay, ClaimQuestion, CoverageQuestion
from collections_app.status_requests.request_270 import CoverageInquiry
from collections_app.status_requests.request_276 import AskedPerson, StatusInquiry

_SELF = ("", "18")
#: A provider and the people that a question names.
_PEOPLE = ("practice", "patient__person")


@dataclass(frozen=True, slots=True)
class OwingPayer:
    """The payer that a claim waits for, and the coverage under which it was billed (None: unknown)."""

    payer: Payer
    coverage: Coverage | None


def claims_to_ask(claim_ids: Iterable[int], *, practice_ids: Iterable[int]) -> list[Claim]:
    """The claims with their coverages, of these practices. One query."""
    rows = Claim.objects.filter(Among("pk", list(claim_ids)), practice__in=list(practice_ids))
    return list(rows.select_related("coverage1__payer", "coverage2__payer", "coverage3__payer", "payer").order_by("pk"))


def owing_payer(claim: Claim) -> OwingPayer | None:
    """Whom a claim waits for: the payer of the bucket that owes; None where no payer does."""
    if claim.responsible not in PAYERS:
        return None
    place = PAYERS.index(claim.responsible)
    coverage = (claim.coverage1, claim.coverage2, claim.coverage3)[place]
    if coverage is not None:
        return OwingPayer(coverage.payer, coverage)
    return OwingPayer(claim.payer, None) if place == 0 and claim.payer else None


def payer_codes(ways: Iterable[AskingWay]) -> Mapping[int, str]:
    """Under which id each payer is asked: as the way says, else its electronic id. One query."""
    named = {way.payer_id: way.payer_code for way in ways}
    rows = PayerIdentifier.objects.filter(payer__in=named, qualifier="PI").order_by("-pk")
    known = dict(rows.values_list("payer_id", "value"))
    return {payer: code or known.get(payer, "") for payer, code in named.items()}


def status_inquiries(questions: Iterable[ClaimQuestion]) -> list[StatusInquiry]:
    """What the 276 says about each. Three queries, and two more where a payer after the first is asked."""
    asked = list(questions)
    rows = Claim.objects.filter(Among("pk", [one.claim_id for one in asked])).select_related(
        *_PEOPLE, *(f"coverage{rank}__subscriber" for rank in (1, 2, 3))
    )
    claims = {claim.pk: claim for claim in rows}
    ranks = {one.pk: _asked_rank(one, claims[one.claim_id]) for one in asked}
    later = {(one.claim_id, ranks[one.pk]): one.payer_id for one in asked if ranks[one.pk] != 1}
    icns = _later_icns(later) if later else {}
    return [
        _status_inquiry(one, claims[one.claim_id], ranks[one.pk], icns.get((one.claim_id, ranks[one.pk]), ""))
        for one in asked
    ]


def coverage_inquiries(questions: Iterable[CoverageQuestion]) -> list[CoverageInquiry]:
    """What the 270 says about each. One query."""
    rows = CoverageQuestion.objects.filter(Among("pk", [one.pk for one in questions])).select_related(
        *_PEOPLE, "coverage__subscriber"
    )
    found = []
    for one in rows.order_by("pk"):
        subscriber, patient = _people(one.coverage, one.patient)
        found.append(
            CoverageInquiry(one.trace, one.practice.name, one.practice.npi, subscriber, patient, one.service_on)
        )
    return found


def _asked_rank(question: ClaimQuestion, claim: Claim) -> int:
    """Which of a claim's payers a question goes to: 1 to 3; of two coverages at one payer the one that owes."""
    covers = (claim.coverage1, claim.coverage2, claim.coverage3)
    ranks = [rank for rank, one in enumerate(covers, 1) if one and one.payer_id == question.payer_id]
    owing = PAYERS.index(claim.responsible) + 1 if claim.responsible in PAYERS else 0
    return owing if owing in ranks else next(iter(ranks), 1)


def _later_icns(asked: Mapping[tuple[int, int], int]) -> dict[tuple[int, int], str]:
    """The control numbers that payers after the first gave, by claim and rank: the newest of a remittance, else of a
    submission. `asked` names their payers. Two queries."""
    ids = sorted({claim_id for claim_id, _ in asked})
    found: dict[tuple[int, int], str] = {}
    sent = Submission.objects.filter(Among("claim", ids)).exclude(icn="").order_by("submitted_on", "pk")
    by_payer = {(claim_id, payer_id): icn for claim_id, payer_id, icn in sent.values_list("claim", "payer", "icn")}
    for (claim_id, rank), payer_id in asked.items():
        if icn := by_payer.get((claim_id, payer_id)):
            found[claim_id, rank] = icn
    told = RemitClaim.objects.filter(Among("claim", ids), bucket__in=PAYERS).exclude(icn="").order_by("pk")
    for claim_id, bucket, icn in told.values_list("claim", "bucket", "icn"):
        found[claim_id, PAYERS.index(bucket) + 1] = icn
    return found


def _status_inquiry(question: ClaimQuestion, claim: Claim, rank: int, later_icn: str) -> StatusInquiry:
    covers = (claim.coverage1, claim.coverage2, claim.coverage3)
    coverage = covers[rank - 1]
    coverage = coverage if coverage and coverage.payer_id == question.payer_id else None
    subscriber, patient = _people(coverage, claim.patient)
    is_stay = claim.form == "I"
    return StatusInquiry(
        trace=question.trace,
        provider_name=claim.practice.name,
        provider_npi=claim.billing_npi or claim.practice.npi,
        subscriber=subscriber,
        patient=patient,
        claim_number=claim.number,
        icn=claim.icn if rank == 1 else later_icn,
        bill_type=f"{claim.facility_code}{claim.frequency}" if is_stay and claim.facility_code else "",
        charge=claim.charge,
        service_from=claim.service_from,
        service_to=claim.service_to,
    )


def _people(coverage: Coverage | None, patient: Patient) -> tuple[AskedPerson, AskedPerson | None]:
    """Subscriber and, where that is somebody else, the patient."""
    own = patient.person
    member = coverage.member_id if coverage else ""
    insured = coverage.subscriber if coverage and coverage.relationship not in _SELF else None
    if insured is None or insured.pk == own.pk:
        return _person(own, member), None
    return _person(insured, member), _person(own)


def _person(person: Person, member_id: str = "") -> AskedPerson:
    return AskedPerson(person.last, person.first, person.birth_on, person.sex, member_id, person.middle)
