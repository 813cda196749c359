"""What a lead says, cleaned: its parts as they are shown and written, and the value by which two are one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from arwork.lib.errors import DomainError
from claims.plausible.contacts import NO_PHONE, email_of, phone_of
from claims.plausible.places import state_of, zip_of

PHONE, ADDRESS, EMAIL, EMPLOYER, RELATIVE = "phone", "address", "email", "employer", "relative"
#: What can be called.
CALLED = frozenset({PHONE, RELATIVE})
#: What confirming writes to the person; of the others only what they tell does.
WRITTEN = frozenset({PHONE, ADDRESS, EMAIL})
_LONGEST = 80


class BadLead(DomainError):
    """A lead that can't be kept as it was entered."""

    code = "bad_lead"


@dataclass(frozen=True, slots=True)
class LeadValue:
    """A lead of a kind: its folded value and its parts."""

    kind: str
    value: str
    parts: Mapping[str, str]


def clean(kind: str, parts: Mapping[str, str]) -> LeadValue:
    """The lead as it is kept. Raises `BadLead` naming the field."""
    given = {name: " ".join(str(text).split())[:_LONGEST] for name, text in parts.items()}
    cleaners = {PHONE: _phone, ADDRESS: _address, EMAIL: _email, EMPLOYER: _employer, RELATIVE: _relative}
    if kind not in cleaners:
        raise BadLead("Choose what kind of lead it is.", field="kind")
    return cleaners[kind](given)


def shown(kind: str, parts: Mapping[str, str]) -> str:
    """The lead in one line, as people write it."""
    if kind == PHONE:
        return _number_shown(parts["number"])
    if kind == ADDRESS:
        street = ", ".join(filter(None, (parts["line1"], parts.get("line2", ""))))
        return f"{street}, {parts['city']}, {parts['state']} {parts['zip']}"
    if kind == EMAIL:
        return parts["address"]
    if kind == RELATIVE:
        relation = f" ({parts['relation']})" if parts.get("relation") else ""
        return f"{parts['name']}{relation}, {_number_shown(parts['number'])}"
    return parts["name"]


def number_of(kind: str, parts: Mapping[str, str]) -> str:
    """The number by which a lead is called, E.164; empty where it is none."""
    return parts.get("number", "") if kind in CALLED else ""


def folded(*texts: str) -> str:
    """Capitals and digits only: what two spellings have in common."""
    return "".join(char for text in texts for char in text.upper() if char.isalnum())


def _phone(given: Mapping[str, str]) -> LeadValue:
    number = phone_of(given.get("number", ""))
    if not number:
        raise BadLead(NO_PHONE, field="number")
    return LeadValue(PHONE, number, {"number": number})


def _address(given: Mapping[str, str]) -> LeadValue:
    line1, line2, city = (given.get(name, "") for name in ("line1", "line2", "city"))
    state, zip_code = state_of(given.get("state", "")), zip_of(given.get("zip", ""))
    if not line1:
        raise BadLead("Enter the street or the box.", field="line1")
    if not city:
        raise BadLead("Enter the city.", field="city")
    if not state:
        raise BadLead("No state or territory has this code. Enter two letters, such as NY.", field="state")
    if not zip_code:
        raise BadLead("A ZIP code has five digits, or nine.", field="zip")
    parts = {"line1": line1, "line2": line2, "city": city, "state": state, "zip": zip_code}
    return LeadValue(ADDRESS, folded(line1, line2, city, state, zip_code[:5]), parts)


def _email(given: Mapping[str, str]) -> LeadValue:
    address = email_of(given.get("address", ""))
    if not address:
        raise BadLead("That is no e-mail address, such as name@example.com.", field="address")
    return LeadValue(EMAIL, address.lower(), {"address": address})


def _employer(given: Mapping[str, str]) -> LeadValue:
    if not folded(given.get("name", "")):
        raise BadLead("Enter the name of the employer.", field="name")
    return LeadValue(EMPLOYER, folded(given["name"]), {"name": given["name"]})


def _relative(given: Mapping[str, str]) -> LeadValue:
    number = phone_of(given.get("number", ""))
    if not folded(given.get("name", "")):
        raise BadLead("Enter their name.", field="name")
    if not number:
        raise BadLead(NO_PHONE, field="number")
    parts = {"name": given["name"], "number": number, "relation": given.get("relation", "")}
    return LeadValue(RELATIVE, number, parts)


def _number_shown(number: str) -> str:
    if number.startswith("+1") and len(number) == len("+12125550123"):
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number
