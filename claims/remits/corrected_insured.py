"""The insured as a payer has them on file (NM1*74): kept with the payment, offered on its claim, and taken onto the
coverage by a person, so that the next bill goes out right. By itself it changes nothing."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.buckets import PAYERS
from claims.billing.models import Claim
from claims.parties import services as parties
from claims.parties.models import Coverage, Person
from claims.parties.party_drafts import PersonDraft
from claims.remits.coverage_models import InsuredCorrection

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class OfferedCorrection:
    """A correction that nobody has decided on, and what it would change: (what, as it stands, as the payer has it)."""

    row: InsuredCorrection
    changes: tuple[tuple[str, str, str], ...]


def offered_corrections(claim: Claim) -> list[OfferedCorrection]:
    """What payers of a claim have otherwise than its coverages say, the newest first; of one payer the newest alone.
    One query, for a claim whose coverages are loaded."""
    rows = InsuredCorrection.objects.filter(remit_claim__claim=claim, state=InsuredCorrection.State.OPEN)
    newest = {}
    for row in rows.select_related("remit_claim__remittance").order_by("remit_claim__remittance__paid_on", "id"):
        newest[row.remit_claim.bucket] = row
    found = [OfferedCorrection(row, _changes(row, claim)) for row in reversed(newest.values())]
    return [one for one in found if one.changes]


def take_over(correction_id: int, *, actor: "User", now: dt.datetime) -> Claim:
    """Take the corrected insured onto the coverage of the payer who said so; the claim. Raises `Conflict`."""
    with transaction.atomic():
        row, claim = _locked(correction_id, actor)
        coverage = _coverage(row, claim)
        changes = _changes(row, claim)
        if coverage is None or not changes:
            raise Conflict("The claim's coverage says this already, or there is none of this payer any more.")
        standing = parties.correct_insured(
            coverage, member_id=row.member_id, insured=_draft(row, coverage.subscriber or claim.patient.person)
        )
        if standing.pk != coverage.pk:
            column = f"coverage{coverage.rank}"
            Claim.objects.filter(**{column: coverage}).update(**{column: standing})
        _decide(row, InsuredCorrection.State.TAKEN, actor=actor, now=now)
        _record(row, claim, "insured_taken_over", {"changed": [what for what, *_ in changes]}, actor=actor, now=now)
    return claim


def leave(correction_id: int, *, actor: "User", now: dt.datetime) -> Claim:
    """Leave the coverage as it is, and offer this no more; the claim."""
    with transaction.atomic():
        row, claim = _locked(correction_id, actor)
        _decide(row, InsuredCorrection.State.LEFT, actor=actor, now=now)
        _record(row, claim, "insured_left", {}, actor=actor, now=now)
    return claim


def _locked(correction_id: int, actor: "User") -> tuple[InsuredCorrection, Claim]:
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    rows = InsuredCorrection.objects.select_for_update(of=("self",)).select_related("remit_claim")
    row = rows.filter(pk=correction_id, remit_claim__claim__practice__in=practice_ids(actor)).first()
    if row is None:
        raise NotFound("There is no such correction in your practices.")
    if row.state != InsuredCorrection.State.OPEN:
        raise Conflict("Somebody has decided on this already.")
    covers = ("coverage1__subscriber", "coverage2__subscriber", "coverage3__subscriber", "patient__person")
    return row, Claim.objects.select_related(*covers).get(remits=row.remit_claim)


def _coverage(row: InsuredCorrection, claim: Claim) -> Coverage | None:
    covers = dict(zip(PAYERS, (claim.coverage1, claim.coverage2, claim.coverage3), strict=True))
    return covers.get(row.remit_claim.bucket)


def _changes(row: InsuredCorrection, claim: Claim) -> tuple[tuple[str, str, str], ...]:
    coverage = _coverage(row, claim)
    if coverage is None:
        return ()
    person = coverage.subscriber or claim.patient.person
    draft = _draft(row, person)
    compared = (
        ("member id", coverage.member_id, row.member_id),
        ("insured", str(person).upper(), f"{draft.last}, {draft.first}".strip(", ").upper()),
    )
    return tuple(one for one in compared if one[2] and one[1] != one[2])


def _draft(row: InsuredCorrection, person: Person) -> PersonDraft:
    """The insured with what the payer corrects; what it leaves out stays."""
    return PersonDraft(
        last=row.last or person.last,
        first=row.first or person.first,
        middle=row.middle or person.middle,
        suffix=row.suffix or person.suffix,
        birth_on=person.birth_on,
        sex=person.sex,
        otherwise="" if person.birth_on else row.member_id,
    )


def _decide(row: InsuredCorrection, state: str, *, actor: "User", now: dt.datetime) -> None:
    row.state, row.decided_by, row.decided_at = state, actor, now
    row.save(update_fields=["state", "decided_by", "decided_at"])


def _record(
    row: InsuredCorrection, claim: Claim, action: str, after: dict[str, object], *, actor: "User", now: dt.datetime
) -> None:
    facts = {"correction": row.pk, **after}
    audit.record(actor, action, "claim", claim.pk, practice_id=claim.practice_id, after=facts, now=now)
