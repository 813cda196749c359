"""What pages show of one exception: the payment, the claim it meets or may mean, the proposal, what may be done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from arwork.lib.money import ZERO
from arwork.lib.prefixes import begins
from claims.billing.claim_numbers import bore
from claims.billing.models import Claim
from claims.billing.selectors import numbered
from claims.parties.models import Coverage, Patient
from claims.remits.adjustment_rules import treat_of
from claims.remits.balancing import overcharge
from claims.remits.cases import load_cases
from claims.remits.era import ExceptionReason, OpenLine, PostingPlan
from claims.remits.manual_allocation import LineAllocation, proposed_allocations
from claims.remits.matching import likeness_to, practices_within_reach
from claims.remits.models import RemitClaim, RemitException
from claims.remits.onboarding import can_open_claim, service_day
from claims.remits.posting import judge_payment

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.remits.models import RemitClaim, RemitException


REASON_WORDS = {
    ExceptionReason.UNMATCHED: "No claim found",
    ExceptionReason.MISMATCH: "Another claim has this number",
    ExceptionReason.AMBIGUOUS: "Several claims fit",
    ExceptionReason.NO_PATIENT: "The patient is not named",
    ExceptionReason.LINE_UNMATCHED: "A line fits no line",
    ExceptionReason.UNREADABLE: "Part of it could not be read",
    ExceptionReason.UNBALANCED: "Does not add up",
    ExceptionReason.ALLOCATE: "Which lines?",
    ExceptionReason.OVER_CREDIT: "More than is owed",
    ExceptionReason.NO_ORIGINAL: "Reversal without its payment",
    ExceptionReason.REVERSAL_DIFFERS: "Reversal of another amount",
    ExceptionReason.STATUS: "The claim status fits none, or fits no money",
    ExceptionReason.VOID_CLAIM: "The claim is void",
    ExceptionReason.NOT_TIED_OUT: "Deposit does not tie out",
    ExceptionReason.FUTURE_DATE: "Paid on a day that has not come",
    ExceptionReason.ENTERED_BY_HAND: "Entered by hand before",
    ExceptionReason.WHOLE_COPY: "The rest of a file that broke off",
    ExceptionReason.UNMAPPED_PLB: "Provider adjustment without account",
    ExceptionReason.UNSETTLED_PLB: "Provider adjustment not settled",
}


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """A line of the claim with what it owes here and what is proposed for it."""

    line: OpenLine
    service: str
    owes: object
    proposed: LineAllocation


@dataclass(frozen=True, slots=True)
class ExceptionView:
    """One exception, laid out."""

    exception: RemitException
    row: RemitClaim | None
    plan: PostingPlan | None
    bucket: str
    grid: Sequence[AllocationRow]
    overcharge: str = ""

    @property
    def reason(self) -> str:
        return reason_words(self.exception.code)

    @property
    def may_create(self) -> bool:
        return self.row is not None and self.row.claim_id is None and can_open_claim(self.row)

    @property
    def lacks_day(self) -> bool:
        """Whether a person has to say the day of service of a claim to be opened."""
        return self.row is not None and not service_day(self.row, self.exception.remittance)

    @property
    def may_accept(self) -> bool:
        return self.row is None or (self.row.claim_id is not None and not self.overcharge)


def reason_words(code: str) -> str:
    """A reason in words; the code itself when it is not known."""
    return REASON_WORDS.get(ExceptionReason(code), code) if code in set(ExceptionReason) else code


def view_exception(exception: RemitException) -> ExceptionView:
    """The exception with its payment, proposal and grid."""
    row = exception.remit_claim
    if row is None:
        return ExceptionView(exception, None, None, "", ())
    remittance = row.remittance = exception.remittance
    treat = treat_of(remittance)
    case = load_cases([row], remittance=remittance, lock=False)[0]
    if case.owed is None or row.claim is None:
        return ExceptionView(exception, row, None, "", ())
    services = {line.pk: f"{line.code or line.revenue_code} {line.modifiers}".strip() for line in row.claim.lines.all()}
    proposed = {one.line_id: one for one in proposed_allocations(case, treat)}
    bucket = case.owed.bucket
    grid = [
        AllocationRow(
            line,
            services.get(line.id, ""),
            line.buckets.get(bucket, ZERO),
            proposed.get(line.id, LineAllocation(line.id)),
        )
        for line in case.owed.lines
    ]
    verdict = judge_payment(case, treat)
    return ExceptionView(exception, row, verdict, bucket, grid, overcharge(verdict.moves, case.owed))


def next_exception(exceptions: Sequence[int], after: int) -> int | None:
    """The exception to work after this one: the following of the list, else its first."""
    rest = [pk for pk in exceptions if pk != after]
    following = [pk for pk in rest if pk > after]
    return next(iter(following or rest), None)


MOST = 9  # one digit key each
_ENOUGH = 60  # that agree in one thing


@dataclass(frozen=True, slots=True)
class SuggestedClaim:
    """A claim, in what it agrees with the payment, and in what it differs."""

    claim: Claim
    agrees: tuple[str, ...]
    differs: tuple[str, ...] = ()


def suggested_claims(exception: "RemitException", *, actor: "User", search: str = "") -> list[SuggestedClaim]:
    """Candidates by number, payer control number, member, charge, day and name; or what `search` finds. What differs
    least and agrees most comes first.

    Only claims of the exception's own practice, and of sister practices that the actor sees. A query for each of
    these: no index answers "one or the other".
    """
    row = exception.remit_claim
    if row is None:
        return []
    within = practices_within_reach(exception.practice_id, actor=actor)
    ours = Claim.objects.filter(practice__in=within, merged_into=None)
    asked = _searched(search.strip()) if search.strip() else _alike(row)
    found: set[int] = set()
    for alike in asked:
        found.update(ours.filter(alike).order_by("-service_from", "id").values_list("pk", flat=True)[:_ENOUGH])
    claims = Claim.objects.filter(pk__in=found).select_related("patient__person", "coverage1", "payer", "practice")
    likeness = likeness_to(row, found)
    best = [SuggestedClaim(claim, _agreements(row, claim), likeness[claim.pk].differs) for claim in claims]
    best.sort(key=lambda guess: (len(guess.differs), -len(guess.agrees), guess.claim.pk))
    return best[:MOST]


def _searched(word: str) -> Iterator[Q]:
    yield numbered(word)
    yield from _of_member({word, word.upper()})
    if name := word.upper().replace(",", "").strip():
        yield _named(name)


def _alike(row: "RemitClaim") -> Iterator[Q]:
    if row.number:
        yield Q(number=row.number)
    if row.icn:
        yield Q(icn=row.icn)
    if numbers := {row.number, row.icn} - {""}:
        yield bore(numbers)
    if row.member_id:
        yield from _of_member({row.member_id})
    if row.service_from:
        yield Q(charge=abs(row.charge), service_from=row.service_from)
    if last := row.patient_name.partition(",")[0].strip().upper():
        yield _named(last) & Q(charge=abs(row.charge))


def _of_member(ids: set[str]) -> Iterator[Q]:
    theirs = Coverage.objects.filter(member_id__in=ids)
    yield Q(coverage1__in=theirs)
    yield Q(coverage2__in=theirs)


def _named(name: str) -> Q:
    return Q(patient__in=Patient.objects.filter(begins("person__search_name", name)))


def _agreements(row: "RemitClaim", claim: Claim) -> tuple[str, ...]:
    last = row.patient_name.partition(",")[0].strip().upper()
    checks = (
        ("number", bool(row.number) and claim.number == row.number),
        ("payer control number", bool(row.icn) and claim.icn == row.icn),
        (
            "member id",
            bool(row.member_id) and claim.coverage1 is not None and claim.coverage1.member_id == row.member_id,
        ),
        ("charge", claim.charge == abs(row.charge)),
        ("day", row.service_from == claim.service_from),
        ("last name", bool(last) and claim.patient.person.last.upper() == last),
    )
    return tuple(word for word, agrees in checks if agrees)
