"""A claim from the books, where no file of what was sent is kept: practice, people, coverages, lines.

Loops 2000A to 2400 of 005010X222A1, X223A2 and X224A2.

What the books do not hold is left empty, never invented: a street of the practice, a place of service, a date of birth.
`missing_fields` names it, and the edits stop the claim until somebody entered it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from claims.billing.models import Claim, ClaimLine
from claims.billing.submitted_claims import INTERIM
from claims.edi.x12.claim_text import ClaimText, Segment
from claims.parties.models import Coverage, Person, PersonAddress
from collections_app.outgoing_claims.decided import payer_id_of
from collections_app.outgoing_claims.diagnoses import with_codes
from collections_app.outgoing_claims.fields import fields_of, plain_amount, read_field
from collections_app.outgoing_claims.loops import bare

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

_SELF = "18"
_PERSON, _ORGANIZATION = "1", "2"


def text_from_books(claim: Claim, cover: Coverage, *, sequence: str) -> ClaimText:
    """The claim to the payer of this coverage. Six queries."""
    lines = list(ClaimLine.objects.filter(claim=claim).exclude(number=0).order_by("number"))
    patient = claim.patient.person
    is_self = cover.relationship in (_SELF, "")
    relationship = _SELF if is_self else ""
    holder = patient if is_self else cover.subscriber
    group = (cover.group_number, cover.group_name)
    subscriber = [bare("SBR", sequence, relationship, *group, "", "", "", "", cover.filing_code)]
    subscriber += _person("IL", holder, member_id=cover.member_id) if holder else [_unknown_holder(cover)]
    payer_id = payer_id_of(cover.payer)
    known_by = ("PI", payer_id) if payer_id else ()
    subscriber.append(bare("NM1", "PR", _ORGANIZATION, cover.payer.name[:60], "", "", "", "", *known_by))
    return ClaimText(
        claim.form,
        tuple(_billing(claim)),
        tuple(subscriber),
        () if is_self else (("PAT", cover.relationship), *_person("QC", patient)),
        (*with_codes(_head(claim), claim.diagnoses.split(), form=claim.form), *_lines(claim, lines)),
    )


def missing_fields(text: ClaimText) -> list[str]:
    """The names of the fields that a claim must have and this one leaves empty."""
    return [one.name for one in fields_of(text) if one.about.needed and not read_field(text, one.name)]


def _billing(claim: Claim) -> list[Segment]:
    practice = claim.practice
    found = [
        bare("NM1", "85", _ORGANIZATION, practice.name[:60], "", "", "", "", "XX", claim.billing_npi or practice.npi),
        *_place(practice.address, "", practice.city, practice.state, practice.zip),
    ]
    if practice.tin:
        found.append(("REF", "EI", practice.tin))
    return found


def _unknown_holder(cover: Coverage) -> Segment:
    """Nobody knows who holds it: the edits ask for the name."""
    return bare("NM1", "IL", _PERSON, "", "", "", "", "", "MI" if cover.member_id else "", cover.member_id)


def _person(code: str, person: Person, *, member_id: str = "") -> list[Segment]:
    names = (person.last, person.first, person.middle, "", person.suffix)
    found = [bare("NM1", code, _PERSON, *names, "MI" if member_id else "", member_id)]
    where = PersonAddress.objects.filter(person=person, is_current=True).order_by("is_bad", "-pk").first()
    if where:
        found += _place(where.line1, where.line2, where.city, where.state, where.zip)
    if person.birth_on or person.sex:
        born = f"{person.birth_on:%Y%m%d}" if person.birth_on else ""
        found.append(bare("DMG", "D8", born, person.sex))
    return found


def _place(line1: str, line2: str, city: str, state: str, zip_code: str) -> list[Segment]:
    found = [bare("N3", line1, line2)] if line1 else []
    return [*found, bare("N4", city, state, zip_code.replace("-", ""))] if city or state or zip_code else found


def _head(claim: Claim) -> list[Segment]:
    causes = "OA" if claim.accident_on and claim.form != "I" else ""
    frequency = claim.frequency if claim.form == "I" and claim.frequency in INTERIM else "1"
    place = f"{claim.facility_code}:{'A' if claim.form == 'I' else 'B'}:{frequency}"
    signed = "" if claim.form == "I" else "Y"
    found = [bare("CLM", claim.number, plain_amount(claim.charge), "", "", place, signed, "A", "Y", "Y", "", causes)]
    if claim.form == "I":
        found.append(("DTP", "434", "RD8", f"{claim.service_from:%Y%m%d}-{claim.service_to:%Y%m%d}"))
    if claim.accident_on and claim.form != "I":
        found.append(("DTP", "439", "D8", f"{claim.accident_on:%Y%m%d}"))
    if claim.patient_paid:
        found.append(("AMT", "F5", plain_amount(claim.patient_paid)))
    if claim.prior_auth:
        found.append(("REF", "G1", claim.prior_auth))
    if claim.medical_record:
        found.append(("REF", "EA", claim.medical_record))
    if claim.rendering_npi and claim.rendering_npi != claim.billing_npi:
        last, _, first = claim.rendering_name.partition(", ")
        code = "82"
        found.append(bare("NM1", code, _PERSON, last, first, "", "", "", "XX", claim.rendering_npi))
    return found


def _lines(claim: Claim, lines: Sequence[ClaimLine]) -> list[Segment]:
    found: list[Segment] = []
    for ordinal, line in enumerate((one for one in lines if one.charge or not claim.is_revised), 1):
        found.append(("LX", str(ordinal)))
        found.append(_service(claim.form, line))
        found.append(("DTP", "472", *_days(line.service_from, line.service_to)))
        if line.control:
            found.append(("REF", "6R", line.control[:30]))
        if line.ndc:
            found.append(("LIN", "", "N4", line.ndc))
    return found


def _service(form: str, line: ClaimLine) -> Segment:
    composite = ":".join(["AD" if form == "D" else "HC", line.code, *line.modifiers.split()]) if line.code else ""
    charge, units, pointers = plain_amount(line.charge), _units(line.units), ":".join(line.dx_pointers.split())
    if form == "I":
        return bare("SV2", line.revenue_code, composite, charge, "UN", units)
    if form == "D":
        return bare("SV3", composite, charge, "", "", "", units, "", "", "", "", pointers)
    return bare("SV1", composite, charge, "UN", units, "", "", pointers)


def _days(first: "dt.date", last: "dt.date") -> tuple[str, str]:
    if first == last:
        return "D8", f"{first:%Y%m%d}"
    return "RD8", f"{first:%Y%m%d}-{last:%Y%m%d}"


def _units(units: "Decimal") -> str:
    return plain_amount(units)
