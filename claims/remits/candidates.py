"""Claims that a waiting payment may mean, best guess first: what a person picks from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from claims.billing.models import Claim

if TYPE_CHECKING:
    from claims.remits.models import RemitClaim, RemitException

MOST = 9  # one digit key each


@dataclass(frozen=True, slots=True)
class Guess:
    """A claim and in what it agrees with the payment."""

    claim: Claim
    agrees: tuple[str, ...]


def guesses(exception: "RemitException", *, search: str = "") -> list[Guess]:
    """Candidates by number, payer control number, member, charge, day and name; or what `search` finds.

    Only claims of the exception's own practice. One query.
    """
    row = exception.remit_claim
    if row is None:
        return []
    ours = Claim.objects.filter(practice=exception.practice_id).select_related("patient__person", "coverage1", "payer")
    if search.strip():
        word = search.strip()
        asked = Q(number__icontains=word) | Q(icn__iexact=word) | Q(coverage1__member_id__iexact=word)
        asked |= Q(patient__person__search_name__startswith=word.upper().replace(",", "").strip())
    else:
        asked = _wide(row)
    found = [Guess(claim, _agreements(row, claim)) for claim in ours.filter(asked).order_by("-service_from", "id")[:60]]
    found.sort(key=lambda guess: (-len(guess.agrees), guess.claim.pk))
    return found[:MOST]


def _wide(row: "RemitClaim") -> Q:
    last = row.patient_name.partition(",")[0].strip().upper()
    asked = Q(number=row.number) if row.number else Q(pk=None)
    if row.icn:
        asked |= Q(icn=row.icn)
    if row.member_id:
        asked |= Q(coverage1__member_id=row.member_id) | Q(coverage2__member_id=row.member_id)
    if row.service_from:
        asked |= Q(charge=abs(row.charge), service_from=row.service_from)
    if last:
        asked |= Q(patient__person__search_name__startswith=last, charge=abs(row.charge))
    return asked


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
