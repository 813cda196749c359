"""What a lead says, written to the person: with history and a way back, without consent to anything (RULES 10.2)."""

from collections.abc import Mapping

from claims.amendments import contact_points
from claims.amendments.contact_points import AddressFacts
from claims.amendments.history import Turn
from claims.amendments.models import PersonChange
from claims.parties.models import PersonEmail, PersonPhone
from collections_app.tracing.lead_values import ADDRESS, EMAIL, PHONE
from collections_app.tracing.models import TraceLead


def write_to_person(person_id: int, lead: TraceLead, turn: Turn, *, phone_kind: str = "unknown") -> PersonChange | None:
    """What a lead says, in the person's particulars; None where it stands so already."""
    parts: Mapping[str, str] = lead.parts
    if lead.kind == PHONE:
        return _write_phone(person_id, parts["number"], phone_kind, turn)
    if lead.kind == EMAIL:
        return _write_email(person_id, parts["address"], turn)
    assert lead.kind == ADDRESS
    return contact_points.add_address(person_id, AddressFacts(**parts), turn=turn)


def _write_phone(person_id: int, number: str, kind: str, turn: Turn) -> PersonChange | None:
    known = PersonPhone.objects.filter(person=person_id, number=number).first()
    if known is None:
        return contact_points.add_phone(person_id, number, turn=turn, kind=kind)
    if known.is_wrong:
        return contact_points.correct_phone(known.pk, turn, kind=known.kind, wrong=False, preferred=False)
    return None


def _write_email(person_id: int, address: str, turn: Turn) -> PersonChange | None:
    rows = PersonEmail.objects.filter(person=person_id)
    known = next((row for row in rows if row.address.strip().lower() == address.lower()), None)
    if known is None:
        return contact_points.add_email(person_id, address, turn=turn)
    if known.is_wrong:
        return contact_points.correct_email(known.pk, known.address, turn=turn, wrong=False)
    return None
