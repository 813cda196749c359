"""Payers, their identifiers, plans and directory, as admins keep them. Every verb leaves an audit event."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.db import models, transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.payers.models import Payer, PayerContact, PayerIdentifier, Plan
from claims.payers.phones import dialed
from claims.plausible.contacts import email_of

if TYPE_CHECKING:
    from arwork.staff.models import User

QUALIFIERS = {
    "PI": "PI, payer id (837 NM109)",
    "XV": "XV, national plan id",
    "2U": "2U, payer's own number (835 REF)",
    "TIN": "TIN (835 TRN03)",
    "NAME": "Name as files spell it",
}


class IdentifierTaken(Conflict):
    """The identifier or name belongs to another one."""

    code = "taken"


class BadEntry(DomainError):
    """An entry that could not be used."""

    code = "bad_entry"


@dataclass(frozen=True, slots=True)
class PayerFacts:
    """A payer as it is entered."""

    name: str
    payer_class: str
    state: str = ""
    claims_per_call: int = 5
    notes: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan as it is entered."""

    name: str
    product: str
    funding: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """A line of the directory. Hours belong to phones; both or neither, on local weekdays in a zone."""

    kind: str
    purpose: str
    value: str
    opens: dt.time | None = None
    closes: dt.time | None = None
    weekdays: str = "12345"
    time_zone: str = "America/New_York"
    note: str = ""


@transaction.atomic
def open_payer(facts: PayerFacts, *, actor: "User", now: dt.datetime) -> Payer:
    """A payer entered by hand: confirmed, and known to files by its name."""
    require(actor, Capability.CONFIGURE_SHARED)
    payer = Payer.objects.create(**asdict(facts), is_confirmed=True)
    name = " ".join(facts.name.upper().split())[:80]
    if PayerIdentifier.objects.filter(qualifier="NAME", value=name).exists():
        raise IdentifierTaken("A payer of that name exists already. Change that one, or merge two payers.")
    PayerIdentifier.objects.create(payer=payer, qualifier="NAME", value=name)
    audit.record(actor, "payer_opened", "payer", payer.pk, practice_id=None, after=asdict(facts), now=now)
    return payer


@transaction.atomic
def change_payer(payer_id: int, facts: PayerFacts, *, actor: "User", now: dt.datetime) -> Payer:
    """Change a payer; what an import opened counts as looked at from then on."""
    payer = locked_payer(payer_id, actor=actor)
    before = {name: getattr(payer, name) for name in (*asdict(facts), "is_confirmed")}
    for name, value in asdict(facts).items():
        setattr(payer, name, value)
    payer.is_confirmed = True
    payer.save()
    after = {name: getattr(payer, name) for name in before}
    _note(actor, "payer_changed", payer, before, after, now)
    return payer


@transaction.atomic
def add_identifier(payer_id: int, *, qualifier: str, value: str, actor: "User", now: dt.datetime) -> PayerIdentifier:
    """Teach a payer another name. Raises `IdentifierTaken` with the payer that has it."""
    payer = locked_payer(payer_id, actor=actor)
    value = " ".join(value.upper().split())[:80]
    if qualifier not in QUALIFIERS or not value.strip("0 "):
        raise BadEntry("Choose what kind of identifier it is and enter it as files write it.")
    other = PayerIdentifier.objects.filter(qualifier=qualifier, value=value).select_related("payer").first()
    if other is not None:
        whose = "this payer" if other.payer_id == payer.pk else other.payer.name
        raise IdentifierTaken(f"{qualifier} {value} already means {whose}. Remove it there first, or merge the two.")
    found = PayerIdentifier.objects.create(payer=payer, qualifier=qualifier, value=value)
    audit.record(actor, "identifier_added", "payer", payer.pk, practice_id=None, after={qualifier: value}, now=now)
    return found


@transaction.atomic
def remove_identifier(payer_id: int, identifier_id: int, *, actor: "User", now: dt.datetime) -> None:
    """Files that use it open a new payer from then on."""
    payer = locked_payer(payer_id, actor=actor)
    found = _of(PayerIdentifier, payer, identifier_id)
    before = {found.qualifier: found.value}
    found.delete()
    audit.record(actor, "identifier_removed", "payer", payer.pk, practice_id=None, before=before, now=now)


@transaction.atomic
def save_plan(payer_id: int, plan_id: int | None, *, facts: PlanFacts, actor: "User", now: dt.datetime) -> Plan:
    """Add a plan or change one."""
    payer = locked_payer(payer_id, actor=actor)
    plan = _of(Plan, payer, plan_id) if plan_id else Plan(payer=payer)
    if Plan.objects.filter(payer=payer, name__iexact=facts.name).exclude(pk=plan_id or 0).exists():
        raise IdentifierTaken("This payer has a plan of that name already.")
    return _save(payer, plan, asdict(facts), "plan", actor, now)


@transaction.atomic
def save_contact(
    payer_id: int, contact_id: int | None, *, facts: ContactFacts, actor: "User", now: dt.datetime
) -> PayerContact:
    """Add a line of the directory or change one. Raises `BadEntry` for what could not be dialed or opened."""
    payer = locked_payer(payer_id, actor=actor)
    contact = _of(PayerContact, payer, contact_id) if contact_id else PayerContact(payer=payer)
    return _save(payer, contact, _checked(facts, stored=contact.value), "contact", actor, now)


@transaction.atomic
def remove_contact(payer_id: int, contact_id: int, *, actor: "User", now: dt.datetime) -> None:
    """Take a line out of the directory."""
    payer = locked_payer(payer_id, actor=actor)
    contact = _of(PayerContact, payer, contact_id)
    before = {"kind": contact.kind, "purpose": contact.purpose, "value": contact.value}
    contact.delete()
    audit.record(actor, "contact_removed", "payer", payer.pk, practice_id=None, before=before, now=now)


def locked_payer(payer_id: int, *, actor: "User") -> Payer:
    """The payer, locked for a change by somebody who may. Raises `Forbidden`, `NotFound`."""
    require(actor, Capability.CONFIGURE_SHARED)
    payer = Payer.objects.select_for_update().filter(pk=payer_id).first()
    if payer is None:
        raise NotFound("There is no such payer any more. It may have been merged into another one.")
    return payer


def _of(model: type[models.Model], payer: Payer, pk: int) -> Any:
    found = model._default_manager.filter(pk=pk, payer=payer).first()
    if found is None:
        raise NotFound("That entry is gone. Look at the payer again.")
    return found


def _save(payer: Payer, row: Any, values: dict[str, Any], noun: str, actor: "User", now: dt.datetime) -> Any:
    before = {name: getattr(row, name) for name in values} if row.pk else None
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    _note(actor, f"{noun}_changed" if before else f"{noun}_added", payer, before, values, now)
    return row


def _note(
    actor: "User", action: str, payer: Payer, before: dict[str, Any] | None, after: dict[str, Any], now: dt.datetime
) -> None:
    if before != after:
        audit.record(actor, action, "payer", payer.pk, practice_id=None, before=before, after=after, now=now)


def _checked(facts: ContactFacts, *, stored: str) -> dict[str, Any]:
    """`stored` is the value as it stands: what was entered before it was checked stays while it is not touched."""
    values = asdict(facts)
    if facts.kind in ("phone", "fax"):
        values["value"] = facts.value if facts.value == stored else dialed(facts.value)
        if not values["value"]:
            raise BadEntry(
                "No such phone number is assigned. Enter ten digits with their area code, or begin with + and the "
                "country.",
                field="value",
            )
    elif facts.kind == "portal" and urlsplit(facts.value).scheme != "https":
        raise BadEntry("A portal's address begins with https://", field="value")
    elif facts.kind == "email":
        values["value"] = email_of(facts.value)
        if not values["value"]:
            raise BadEntry("That is no e-mail address.", field="value")
    if facts.kind != "phone":
        return values | {"opens": None, "closes": None}
    if (facts.opens is None) != (facts.closes is None):
        raise BadEntry("Enter both hours, or neither when they are not known.", field="closes")
    if facts.time_zone not in available_timezones():
        raise BadEntry("Choose the time zone in which these hours are meant.", field="time_zone")
    values["weekdays"] = "".join(sorted(set(facts.weekdays) & set("1234567")))
    if facts.opens is not None and not values["weekdays"]:
        raise BadEntry("Choose the days on which they answer.", field="weekdays")
    return values
