"""Claims that a waiting payment may mean, best guess first: what a person picks from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from arwork.lib.prefixes import begins
from claims.billing.models import Claim
from claims.billing.search import numbered
from claims.parties.models import Coverage, Patient

if TYPE_CHECKING:
    from claims.remits.models import RemitClaim, RemitException

MOST = 9  # one digit key each
_ENOUGH = 60  # that agree in one thing


@dataclass(frozen=True, slots=True)
class Guess:
    """A claim and in what it agrees with the payment."""

    claim: Claim
    agrees: tuple[str, ...]


def guesses(exception: "RemitException", *, search: str = "") -> list[Guess]:
    """Candidates by number, payer control number, member, charge, day and name; or what `search` finds.

    Only claims of the exception's own practice. A query for each of these: no index answers "one or the other".
    """
    row = exception.remit_claim
    if row is None:
        return []
    ours = Claim.objects.filter(practice=exception.practice_id)
    asked = _searched(search.strip()) if search.strip() else _alike(row)
    found: set[int] = set()
    for alike in asked:
        found.update(ours.filter(alike).order_by("-service_from", "id").values_list("pk", flat=True)[:_ENOUGH])
    claims = Claim.objects.filter(pk__in=found).select_related("patient__person", "coverage1", "payer")
    best = [Guess(claim, _agreements(row, claim)) for claim in claims]
    best.sort(key=lambda guess: (-len(guess.agrees), guess.claim.pk))
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
