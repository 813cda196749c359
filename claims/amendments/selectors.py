"""The people of an account as they are corrected, and their changes in words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from arwork.lib.errors import NotFound
from arwork.staff.access import may, practice_ids
from claims.amendments import subjects
from claims.amendments.contact_points import PHONE_KINDS
from claims.amendments.coverages import PLACES
from claims.amendments.history import capability_for, stands, steps_of
from claims.amendments.models import ChangeSource, PersonChange
from claims.amendments.subjects import Step
from claims.billing.models import Claim
from claims.parties.models import (
    Account,
    Coverage,
    FileSuggestion,
    Patient,
    Person,
    PersonAddress,
    PersonEmail,
    PersonPhone,
)
from claims.parties.selectors import guarantor_account
from claims.payers.models import Payer
from claims.payers.phones import shown_number
from claims.plausible.particulars import LANGUAGES, RELATIONS, SEXES

if TYPE_CHECKING:
    from arwork.staff.models import User

SHOWN = 50
SOURCES = ChangeSource.choices
ACTIONS = {
    "corrected": "Particulars corrected", "language": "Language", "address_added": "New address",
    "address_corrected": "Address corrected", "address_current": "Other address is the current one",
    "address_bad": "Mail came back", "address_good": "Address is good after all", "phone_added": "New phone number",
    "phone_corrected": "Phone number corrected", "email_added": "New e-mail address",
    "email_corrected": "E-mail address corrected", "coverage_added": "Coverage added",
    "coverage_corrected": "Coverage corrected", "coverage_ended": "Coverage ended",
    "coverage_order": "Coverages in another order", "guarantor": "Another person answers", "undone": "Taken back",
}  # fmt: skip
_LABELS = {
    "last": "last name", "first": "first name", "middle": "middle name", "birth_on": "day of birth", "line1": "street",
    "line2": "second line", "zip": "ZIP", "is_current": "current", "is_bad": "mail came back", "is_wrong": "wrong",
    "is_preferred": "preferred", "member_id": "member id", "group_number": "group", "group_name": "group name",
    "subscriber_id": "insured", "valid_from": "first day", "valid_to": "last day", "payer_id": "payer",
    "guarantor_id": "guarantor", "guarantor_from": "from", "rank": "place", "coverage1_id": "primary",
    "coverage2_id": "secondary", "coverage3_id": "tertiary",
}  # fmt: skip
_FROM = {"claim": "from the claim", "found": "found by a search", "slip": "corrected here", "staff": "entered here"}
_UNTOLD = frozenset({"person_id", "patient_id", "plan_id", "source", "filing_code", "consent_at", "revoked_at"})


@dataclass(frozen=True, slots=True)
class FieldTold:
    """One field of a change in words: what stood there, and what stands there since."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeTold:
    """A change as a page shows it."""

    change: PersonChange
    title: str
    fields: Sequence[FieldTold]
    stands: bool
    may_undo: bool


@dataclass(slots=True)
class Member:
    """Somebody of an account: who they are there, how they are reached, who insures them."""

    person: Person
    roles: list[str] = field(default_factory=list)
    phones: list[PersonPhone] = field(default_factory=list)
    addresses: list[PersonAddress] = field(default_factory=list)
    emails: list[PersonEmail] = field(default_factory=list)
    patient: Patient | None = None
    coverages: list[Coverage] = field(default_factory=list)

    @property
    def language(self) -> str:
        return LANGUAGES.get(self.person.language, self.person.language)

    @property
    def numbers(self) -> list[tuple[PersonPhone, str, str, str]]:
        """Each phone with its number as it is shown, its kind in a word, and where it comes from."""
        return [
            (one, shown_number(one.number), PHONE_KINDS.get(one.kind, one.kind), source_words(one.source))
            for one in self.phones
        ]

    @property
    def homes(self) -> list[tuple[PersonAddress, str]]:
        """Each address with where it comes from."""
        return [(one, source_words(one.source)) for one in self.addresses]

    @property
    def covers(self) -> list[tuple[Coverage, str]]:
        """Each coverage with its place in a word."""
        return [(one, PLACES.get(one.rank, str(one.rank)).capitalize()) for one in self.coverages]


def source_words(source: str) -> str:
    """Where something that is known of somebody comes from."""
    return _FROM.get(source, f"from {dict(SOURCES)[source].lower()}" if source in dict(SOURCES) else source)


def members_of(account_id: int, *, actor: "User") -> tuple[Account, list[Member]]:
    """An account with its guarantor, its patients and who insures them, once each. Raises `NotFound`."""
    found = guarantor_account(actor=actor, account_id=account_id)
    members = {found.guarantor.pk: Member(found.guarantor, ["guarantor"])}
    for patient in found.patients:
        one = members.setdefault(patient.person_id, Member(patient.person))
        one.roles.append("patient")
        one.patient = patient
    treated = {one.patient.pk: one for one in members.values() if one.patient}
    covers = Coverage.objects.filter(patient__in=found.patients).select_related("payer", "subscriber")
    for cover in covers.order_by("rank", "pk"):
        treated[cover.patient_id].coverages.append(cover)
        if cover.subscriber and cover.subscriber.practice_id == found.account.practice_id:
            insured = members.setdefault(cover.subscriber.pk, Member(cover.subscriber))
            if "insured" not in insured.roles:
                insured.roles.append("insured")
    ids = list(members)
    for phone in PersonPhone.objects.filter(person__in=ids).order_by("is_wrong", "-is_preferred", "pk"):
        members[phone.person_id].phones.append(phone)
    for home in PersonAddress.objects.filter(person__in=ids).order_by("-is_current", "-pk"):
        members[home.person_id].addresses.append(home)
    for email in PersonEmail.objects.filter(person__in=ids).order_by("is_wrong", "pk"):
        members[email.person_id].emails.append(email)
    return found.account, list(members.values())


def member_of(account_id: int, person_id: int, *, actor: "User") -> tuple[Account, Member]:
    """One of them. Raises `NotFound`."""
    account, members = members_of(account_id, actor=actor)
    found = next((one for one in members if one.person.pk == person_id), None)
    if found is None:
        raise NotFound("There is no such person among those of this account.")
    return account, found


def suggestions_of(person_ids: Collection[int]) -> list[FileSuggestion]:
    """What files say of these people otherwise, undecided, the newest first."""
    rows = FileSuggestion.objects.filter(person__in=person_ids, state=FileSuggestion.State.OPEN)
    return list(rows.select_related("person", "address").order_by("-told_on", "-pk"))


def changes_of(account: Account, person_ids: Collection[int], *, actor: "User", most: int = SHOWN) -> list[ChangeTold]:
    """The changes of these people and of who answers for the account, the newest first."""
    wanted = Q(person__in=person_ids) | Q(account=account)
    rows = PersonChange.objects.filter(wanted, practice__in=practice_ids(actor))
    changes = list(rows.select_related("by", "person", "undone_by__undone_by", "undoes").order_by("-pk")[:most])
    names = _Names(step for change in changes for step in steps_of(change))
    return [_told(change, names, actor) for change in changes]


def change_seen_by(change_id: int, *, actor: "User") -> ChangeTold:
    """One change. Raises `NotFound`."""
    rows = PersonChange.objects.filter(practice__in=practice_ids(actor)).select_related("by", "person", "undoes")
    found = rows.filter(pk=change_id).first()
    if found is None:
        raise NotFound("There is no such change in your practices.")
    return _told(found, _Names(steps_of(found)), actor)


class _Names:
    """Names of the rows that steps point to. Three queries."""

    def __init__(self, steps: Iterable[Step]) -> None:
        wanted: dict[str, set[int]] = {"payer": set(), "person": set(), "coverage": set(), "claim": set()}
        for step in steps:
            if step.kind == subjects.CLAIM:
                wanted["claim"].add(step.row_id)
            for values in (step.before or {}, step.after or {}):
                wanted["payer"].add(values.get("payer_id") or 0)
                wanted["person"] |= {values.get("subscriber_id") or 0, values.get("guarantor_id") or 0}
                wanted["coverage"] |= {value or 0 for name, value in values.items() if name.startswith("coverage")}
        covers = Coverage.objects.filter(pk__in=wanted["coverage"]).values_list("pk", "payer__name")
        self.coverage: Mapping[int, str] = dict(covers)
        self.payer = dict(Payer.objects.filter(pk__in=wanted["payer"]).values_list("pk", "name"))
        self.person = {one.pk: str(one) for one in Person.objects.filter(pk__in=wanted["person"])}
        self.claim = dict(Claim.objects.filter(pk__in=wanted["claim"]).values_list("pk", "number"))

    def value(self, name: str, value: Any) -> str:
        """A value as people read it; "" for nothing."""
        if value is None or value == "":
            return ""
        if name == "payer_id":
            return self.payer.get(value, "another payer")
        if name in ("subscriber_id", "guarantor_id"):
            return self.person.get(value, "another person")
        if name.startswith("coverage"):
            return self.coverage.get(value, "a coverage taken away since")
        if isinstance(value, bool):
            return "yes" if value else "no"
        tables: dict[str, Mapping[Any, str]] = {
            "sex": SEXES, "language": LANGUAGES, "relationship": RELATIONS, "kind": PHONE_KINDS, "rank": PLACES,
        }  # fmt: skip
        return shown_number(str(value)) if name == "number" else tables.get(name, {}).get(value, str(value))


def _told(change: PersonChange, names: _Names, actor: "User") -> ChangeTold:
    steps = steps_of(change)
    is_standing = stands(change)
    fields = [one for step in steps for one in _fields(step, names)]
    title = ACTIONS.get(change.action, change.action)
    if change.undoes:
        title = f"{title}: {ACTIONS.get(change.undoes.action, change.undoes.action).lower()}"
    is_open = not hasattr(change, "undone_by") and may(actor, capability_for(steps))
    return ChangeTold(change, title, fields, is_standing, is_open)


def _fields(step: Step, names: _Names) -> Iterable[FieldTold]:
    if step.kind == subjects.ADDRESS and (step.before is None or step.after is None):
        values = step.after or step.before or {}
        place = f"{values['city']}, {values['state']} {values['zip']}"
        text = ", ".join(filter(None, (values["line1"], values["line2"], place)))
        yield FieldTold("address", text if step.after is None else "", text if step.after else "")
        return
    where = f"claim {names.claim.get(step.row_id, step.row_id)}, " if step.kind == subjects.CLAIM else ""
    for name in step.fields:
        if name in _UNTOLD or (step.kind == subjects.CLAIM and name == "payer_id"):
            continue
        before = names.value(name, (step.before or {}).get(name))
        after = names.value(name, (step.after or {}).get(name))
        is_plain = after == "no" and (step.before is None or name == "is_current")  # another one is the current one now
        if before != after and not is_plain:
            yield FieldTold(where + _LABELS.get(name, name.replace("_", " ")), before, after)
