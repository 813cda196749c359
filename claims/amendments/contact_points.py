"""Addresses, phones and e-mail addresses of a person, corrected by people.

What was wrong stays on record as such: a wrong number is not to be called again, mail is not to be sent again where it
came back from. A number that somebody gives carries no consent to automated calls or texts (RULES 10.2).
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TypeVar

from django.db import transaction

from arwork.lib.errors import NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability
from claims.amendments import subjects
from claims.amendments.history import BadParticulars, Turn, keep, person_to_change
from claims.amendments.models import PersonChange
from claims.amendments.subjects import Step
from claims.parties.models import PersonAddress, PersonEmail, PersonPhone
from claims.plausible.contacts import NO_PHONE, email_of, phone_of
from claims.plausible.places import disagreement, state_of, zip_of

Row = TypeVar("Row", PersonAddress, PersonPhone, PersonEmail)
PHONE_KINDS = {"unknown": "Not said", "mobile": "Mobile", "home": "Home", "work": "Work"}


@dataclass(frozen=True, slots=True)
class AddressFacts:
    """A postal address as it is entered."""

    line1: str
    line2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""


def add_address(person_id: int, facts: AddressFacts, *, turn: Turn) -> PersonChange | None:
    """A new address, from now on the current one; the former one stays on record. One that is on file already becomes
    the current one."""
    entered = _address(facts)
    with transaction.atomic():
        person = person_to_change(person_id, turn, capability=Capability.WORK_ITEMS)
        known = next((row for row in person.addresses.all() if _same(row, entered)), None)
        if known is not None:
            return keep(person, action="address_current", steps=_current(person_id, known.pk, turn), turn=turn)
        row = {"person_id": person_id, **asdict(entered), "source": turn.word.source}
        steps = [*_demoted(person_id, 0), subjects.added(subjects.ADDRESS, row)]
        return keep(person, action="address_added", steps=steps, turn=turn)


def correct_address(address_id: int, facts: AddressFacts, *, turn: Turn) -> PersonChange | None:
    """Put a slip in an address right; a person has confirmed it from then on."""
    entered = _address(facts)
    row = _row(PersonAddress, address_id)
    with transaction.atomic():
        person = person_to_change(row.person_id, turn, capability=Capability.WORK_ITEMS)
        asked = {**asdict(entered), "source": turn.word.source, "is_bad": False}
        return keep(
            person, action="address_corrected", steps=[subjects.changed(subjects.ADDRESS, address_id, asked)], turn=turn
        )


def make_current(address_id: int, turn: Turn) -> PersonChange | None:
    """An address on record is where the person lives."""
    row = _row(PersonAddress, address_id)
    with transaction.atomic():
        person = person_to_change(row.person_id, turn, capability=Capability.WORK_ITEMS)
        return keep(person, action="address_current", steps=_current(row.person_id, address_id, turn), turn=turn)


def mark_address(address_id: int, turn: Turn, *, is_bad: bool) -> PersonChange | None:
    """Mail came back from an address, or it is good after all."""
    row = _row(PersonAddress, address_id)
    with transaction.atomic():
        person = person_to_change(row.person_id, turn, capability=Capability.WORK_ITEMS)
        action = "address_bad" if is_bad else "address_good"
        return keep(
            person, action=action, steps=[subjects.changed(subjects.ADDRESS, address_id, {"is_bad": is_bad})], turn=turn
        )


def address_warnings(facts: AddressFacts) -> list[str]:
    """What is odd about an address, and no reason to refuse it."""
    found = disagreement(state=state_of(facts.state), zip_code=zip_of(facts.zip))
    return [found] if found else []


def add_phone(
    person_id: int, number: str, *, turn: Turn, kind: str = "unknown", preferred: bool = False
) -> PersonChange:
    """A number by which somebody is reached. Raises `BadParticulars` where it is on file already."""
    dialed = phone_of(number)
    if not dialed:
        raise BadParticulars(NO_PHONE, field="number")
    _ensure_kind(kind)
    with transaction.atomic():
        person = person_to_change(person_id, turn, capability=Capability.WORK_ITEMS)
        if known := PersonPhone.objects.filter(person=person_id, number=dialed).first():
            state = "is on file as a wrong number; correct that one" if known.is_wrong else "stands here already"
            raise BadParticulars(f"This number {state}.", field="number")
        row = {
            "person_id": person_id, "number": dialed, "kind": kind, "source": turn.word.source,
            "is_preferred": preferred,
        }  # fmt: skip
        steps = [*_unpreferred(person_id, 0, preferred=preferred), subjects.added(subjects.PHONE, row)]
        change = keep(person, action="phone_added", steps=steps, turn=turn)
    assert change is not None
    return change


def correct_phone(phone_id: int, turn: Turn, *, kind: str, wrong: bool, preferred: bool) -> PersonChange | None:
    """What is known of a number: whose it is, whether it reaches them, whether they asked to be called there."""
    _ensure_kind(kind)
    if wrong and preferred:
        raise BadParticulars("A wrong number can't be the preferred one.", field="is_preferred")
    row = _row(PersonPhone, phone_id)
    with transaction.atomic():
        person = person_to_change(row.person_id, turn, capability=Capability.WORK_ITEMS)
        asked = {"kind": kind, "is_wrong": wrong, "is_preferred": preferred}
        steps = [
            *_unpreferred(row.person_id, phone_id, preferred=preferred),
            subjects.changed(subjects.PHONE, phone_id, asked),
        ]
        return keep(person, action="phone_corrected", steps=steps, turn=turn)


def add_email(person_id: int, address: str, *, turn: Turn) -> PersonChange:
    """An address to write to. Raises `BadParticulars` where it is on file already."""
    entered = _email(address)
    with transaction.atomic():
        person = person_to_change(person_id, turn, capability=Capability.WORK_ITEMS)
        _ensure_new_email(person_id, entered)
        row = {"person_id": person_id, "address": entered, "source": turn.word.source}
        change = keep(person, action="email_added", steps=[subjects.added(subjects.EMAIL, row)], turn=turn)
    assert change is not None
    return change


def correct_email(email_id: int, address: str, *, turn: Turn, wrong: bool) -> PersonChange | None:
    """Put an e-mail address right, or say that it reaches nobody."""
    entered = _email(address)
    row = _row(PersonEmail, email_id)
    with transaction.atomic():
        person = person_to_change(row.person_id, turn, capability=Capability.WORK_ITEMS)
        _ensure_new_email(row.person_id, entered, besides=email_id)
        asked = {"address": entered, "is_wrong": wrong}
        return keep(
            person, action="email_corrected", steps=[subjects.changed(subjects.EMAIL, email_id, asked)], turn=turn
        )


def _row(model: type[Row], row_id: int) -> Row:
    found: Row | None = model._default_manager.filter(pk=row_id).first()
    if found is None:
        raise NotFound("There is no such entry in your practices.")
    return found


def _address(facts: AddressFacts) -> AddressFacts:
    """The address as it is kept. Raises `BadParticulars` naming the field."""
    line1, line2, city = (" ".join(text.split()) for text in (facts.line1, facts.line2, facts.city))
    if not line1:
        raise BadParticulars("Enter the street or the box.", field="line1")
    if not city:
        raise BadParticulars("Enter the city.", field="city")
    state, zip_code = state_of(facts.state), zip_of(facts.zip)
    if not state:
        raise BadParticulars("No state or territory has this code. Enter two letters, such as NY.", field="state")
    if not zip_code:
        raise BadParticulars("A ZIP code has five digits, or nine.", field="zip")
    ensure_not_sensitive(line1=line1, line2=line2, city=city)
    return AddressFacts(line1, line2, city, state, zip_code)


def _same(row: PersonAddress, entered: AddressFacts) -> bool:
    def folded(*texts: str) -> str:
        return "".join(char for text in texts for char in text.upper() if char.isalnum())

    ours = folded(row.line1, row.line2, row.city, row.state, row.zip[:5])
    return ours == folded(entered.line1, entered.line2, entered.city, entered.state, entered.zip[:5])


def _current(person_id: int, address_id: int, turn: Turn) -> Iterator[Step | None]:
    yield from _demoted(person_id, address_id)
    asked = {"is_current": True, "is_bad": False, "source": turn.word.source}
    yield subjects.changed(subjects.ADDRESS, address_id, asked)


def _demoted(person_id: int, address_id: int) -> Iterator[Step | None]:
    rows = PersonAddress.objects.filter(person=person_id, is_current=True).exclude(pk=address_id).order_by("pk")
    for pk in rows.values_list("pk", flat=True):
        yield subjects.changed(subjects.ADDRESS, pk, {"is_current": False})


def _unpreferred(person_id: int, phone_id: int, *, preferred: bool) -> Iterator[Step | None]:
    if preferred:
        rows = PersonPhone.objects.filter(person=person_id, is_preferred=True).exclude(pk=phone_id).order_by("pk")
        for pk in rows.values_list("pk", flat=True):
            yield subjects.changed(subjects.PHONE, pk, {"is_preferred": False})


def _ensure_kind(kind: str) -> None:
    if kind not in PHONE_KINDS:
        raise BadParticulars("Choose the kind of number from the list.", field="kind")


def _email(address: str) -> str:
    entered = email_of(address)
    if not entered:
        raise BadParticulars("That is no e-mail address, such as name@example.com.", field="address")
    return entered


def _ensure_new_email(person_id: int, entered: str, *, besides: int = 0) -> None:
    others = PersonEmail.objects.filter(person=person_id).exclude(pk=besides)
    if any(one.address.lower() == entered.lower() for one in others):
        raise BadParticulars("This address stands here already.", field="address")
