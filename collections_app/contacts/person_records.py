"""Recording what people tell of themselves, and ending it; nothing is erased (RULES 10.2, 11.8, 12.7)."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.documents.models import Document
from claims.parties.models import Person, PersonAddress
from claims.parties.selectors import accounts_by_person
from collections_app.contacts.person_models import PersonFact, Representative
from collections_app.contacts.rules import places_of
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from arwork.staff.models import User


class BadFact(DomainError):
    """Something about a person that can't be kept as it was entered."""

    code = "bad_fact"


@dataclass(frozen=True, slots=True)
class FactEntry:
    """What was told of a person. Hours and weekdays belong to quiet hours, the address to confidential mail."""

    kind: str
    from_on: dt.date
    until_on: dt.date | None = None
    words: str = ""
    told_by: str = ""
    is_written: bool = False
    starts: dt.time | None = None
    ends: dt.time | None = None
    weekdays: str = ""
    address_id: int | None = None


def record_fact(person_id: int, entry: FactEntry, *, actor: "User", now: dt.datetime) -> PersonFact:
    """Keep what a person told. Where a place lets a spoken request not to call at work lapse, its last day is set
    (Massachusetts: ten days, 940 CMR 7.04). Raises `BadFact`, `NotFound`, `SensitiveText`."""
    require(actor, Capability.WORK_ITEMS)
    _ensure_entry(entry)
    with transaction.atomic():
        person = _locked_person(person_id, actor)
        if entry.address_id and not PersonAddress.objects.filter(pk=entry.address_id, person=person).exists():
            raise NotFound("There is no such address of this person.")
        until_on, source = _work_term(person, entry) if entry.kind == "not_work" else (entry.until_on, "")
        row = PersonFact.objects.create(
            practice_id=person.practice_id,
            person=person,
            kind=entry.kind,
            words=_trimmed(entry.words, 300),
            told_by=_trimmed(entry.told_by, 120),
            starts=entry.starts if entry.kind == "quiet" else None,
            ends=entry.ends if entry.kind == "quiet" else None,
            weekdays="".join(sorted(set(entry.weekdays))) if entry.kind == "quiet" else "",
            address_id=entry.address_id if entry.kind == "confid" else None,
            is_written=entry.is_written,
            from_on=entry.from_on,
            until_on=until_on,
            source=source,
            recorded_at=now,
            recorded_by=actor,
        )
        _changed(row, "person_fact_recorded", actor=actor, now=now)
    return row


def end_fact(fact_id: int, *, person_id: int, actor: "User", because: str, now: dt.datetime) -> PersonFact:
    """Say that something is no longer so of a person, and why. Raises `BadFact` without a reason, `Conflict`,
    `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    if not because.strip():
        raise BadFact("Say why it is no longer so.", field="because")
    ensure_not_sensitive(because=because)
    with transaction.atomic():
        rows = PersonFact.objects.select_for_update().filter(practice__in=practice_ids(actor), person=person_id)
        row = rows.filter(pk=fact_id).first()
        if row is None:
            raise NotFound("There is no such entry in your practices.")
        if row.ended_at:
            raise Conflict("Somebody ended this already.")
        row.ended_at, row.ended_by, row.ended_because = now, actor, _trimmed(because, 300)
        row.save(update_fields=["ended_at", "ended_by", "ended_because"])
        _changed(row, "person_fact_ended", actor=actor, now=now)
    return row


@dataclass(frozen=True, slots=True)
class Authority:
    """Who speaks for a person, by what right."""

    kind: str
    name: str
    from_on: dt.date
    until_on: dt.date | None = None
    phone: str = ""
    address: str = ""
    authority: str = ""
    proof_id: int | None = None


#: Who needs a paper to speak for somebody; a spouse and a parent of a minor do by law (12 CFR 1006.6(a)).
BY_PAPER = frozenset({"guardian", "executor", "attorney", "agent"})


def add_representative(person_id: int, given: Authority, *, actor: "User", now: dt.datetime) -> Representative:
    """Keep who speaks for a person. Raises `BadFact` naming the field, `NotFound`, `SensitiveText`."""
    require(actor, Capability.WORK_ITEMS)
    if given.kind not in Representative.Kind.values:
        raise BadFact("Choose what they are to the person.", field="kind")
    if not given.name.strip():
        raise BadFact("Enter their name.", field="name")
    if given.kind in BY_PAPER and not given.authority.strip() and given.proof_id is None:
        raise BadFact("Say which paper gives them the authority, or choose its document.", field="authority")
    if given.until_on is not None and given.until_on < given.from_on:
        raise BadFact("An authority can't end before it begins.", field="until_on")
    texts = {name: _trimmed(getattr(given, name), 200) for name in ("name", "phone", "address", "authority")}
    ensure_not_sensitive(**texts)
    with transaction.atomic():
        person = _locked_person(person_id, actor)
        if given.proof_id and not _is_document_of(person, given.proof_id):
            raise NotFound("There is no such document of this account.")
        row = Representative.objects.create(
            practice_id=person.practice_id, person=person, kind=given.kind, name=texts["name"][:120],
            phone=texts["phone"][:30], address=texts["address"], authority=texts["authority"],
            proof_id=given.proof_id, from_on=given.from_on, until_on=given.until_on, recorded_at=now, recorded_by=actor,
        )  # fmt: skip
        _changed(row, "representative_added", actor=actor, now=now)
    return row


def end_representative(representative_id: int, *, person_id: int, actor: "User", now: dt.datetime) -> Representative:
    """Somebody no longer speaks for a person. Raises `Conflict`, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        rows = Representative.objects.select_for_update().filter(practice__in=practice_ids(actor), person=person_id)
        row = rows.filter(pk=representative_id).first()
        if row is None:
            raise NotFound("There is no such representative in your practices.")
        if row.ended_at:
            raise Conflict("Somebody ended this already.")
        row.ended_at, row.ended_by = now, actor
        row.save(update_fields=["ended_at", "ended_by"])
        _changed(row, "representative_ended", actor=actor, now=now)
    return row


def _ensure_entry(entry: FactEntry) -> None:
    if entry.kind not in PersonFact.Kind.values:
        raise BadFact("Choose what is so.", field="kind")
    if entry.kind == "quiet" and (entry.starts is None or entry.ends is None or entry.starts == entry.ends):
        raise BadFact("Enter from when to when nobody calls.", field="starts")
    if set(entry.weekdays) - set("1234567"):
        raise BadFact("Choose the days of the week.", field="weekdays")
    if entry.kind == "place" and not entry.words.strip():
        raise BadFact("Say which place.", field="words")
    if entry.until_on is not None and entry.until_on < entry.from_on:
        raise BadFact("It can't end before it begins.", field="until_on")
    ensure_not_sensitive(words=entry.words, told_by=entry.told_by)


def _work_term(person: Person, entry: FactEntry) -> tuple[dt.date | None, str]:
    """The last day on which a request not to call at work binds, and the rule; in writing it never lapses.

    Only where every place in which the person may live lets it lapse: the strictest counts (RULES 10.0).
    """
    if entry.is_written or entry.until_on is not None:
        return entry.until_on, ""
    homes = PersonAddress.objects.filter(person=person, is_current=True).values_list("state", "zip")
    book = limit_book()
    found = []
    for state, zip_code in homes:
        places = (place for place in places_of(state=state, zip_code=zip_code) if place)
        asked = (
            book.pick("spoken_workplace_days", on=entry.from_on, practice_id=person.practice_id, scope=place)
            for place in places
        )
        found.append(next((row for row in asked if row and row.value), None))
    if not found or None in found:
        return None, ""
    longest = max((row for row in found if row), key=lambda row: row.value)
    return entry.from_on + dt.timedelta(days=longest.value), longest.source


def _locked_person(person_id: int, actor: "User") -> Person:
    rows = Person.objects.select_for_update(of=("self",)).filter(practice__in=practice_ids(actor))
    person = rows.filter(pk=person_id).first()
    if person is None:
        raise NotFound("There is no such person in your practices.")
    return person


def _is_document_of(person: Person, document_id: int) -> bool:
    return Document.objects.filter(pk=document_id, practice=person.practice_id, withdrawn_at=None).exists()


def _trimmed(text: str, most: int) -> str:
    return " ".join(text.split())[:most]


def _changed(row: PersonFact | Representative, action: str, *, actor: "User", now: dt.datetime) -> None:
    audit.record(
        actor, action, "person", row.person_id, practice_id=row.practice_id,
        after={"kind": row.kind, "entry": row.pk}, now=now,
    )  # fmt: skip
    accounts = accounts_by_person([row.person_id])[row.person_id]
    announce("person", accounts=[account_id for account_id, _ in accounts])
