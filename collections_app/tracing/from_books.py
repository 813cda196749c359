"""Leads that stand in our own books already, read in sets before anybody pays for others.

The same person under another record (name and birth date agree), addresses they had before, where whoever insures them
lives, and who else is on the account. Nobody is named as a relative of somebody who is at risk at home, or who asked to
be reached in confidence; no child is.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max

from arwork.lib.bulk import Among
from arwork.lib.dates import add_years
from claims.billing.models import Claim
from claims.parties.models import Coverage, Patient, Person, PersonAddress, PersonEmail, PersonPhone
from claims.plausible.contacts import phone_of
from collections_app.contacts.person_facts import standing
from collections_app.contacts.person_models import PersonFact, Representative
from collections_app.tracing.lead_values import ADDRESS, EMAIL, PHONE, RELATIVE, BadLead, clean
from collections_app.tracing.leads import LeadEntry
from collections_app.tracing.models import TraceCase

BOOKS = "books"
_OF_AGE = 18
_PLACE = ("line1", "line2", "city", "state", "zip")


@dataclass(frozen=True, slots=True)
class _KnownWays:
    """What is on file of people: addresses, numbers, e-mail addresses, each by person."""

    homes: Mapping[int, Sequence[PersonAddress]]
    phones: Mapping[int, Sequence[PersonPhone]]
    emails: Mapping[int, Sequence[PersonEmail]]


def leads_in_books(cases: Collection[TraceCase], *, on: dt.date) -> dict[int, list[LeadEntry]]:
    """What the books know of each person looked for, by case. At most twelve queries, however many cases."""
    people = {case.person_id: case for case in cases}
    twins, insured, others = _twins(people), _insured(people), _others(people)
    linked = {pk for links in (twins, insured, others) for rows in links.values() for pk in rows}
    known = _ways({*people, *linked})
    names = {one.pk: one for one in Person.objects.filter(Among("pk", linked))}
    seen = _last_seen({*people, *linked})
    silent = _asked_for_quiet(people, on)
    speakers = _speakers(people, on)
    found: dict[int, list[LeadEntry]] = {}
    for pk, case in people.items():
        back = case.opened_on - dt.timedelta(days=365)
        rows = [*_former(known.homes[pk], seen.get(pk, back), "An earlier address")]
        for twin in twins[pk]:
            rows += _all_of(known, twin, seen.get(twin, back), "The same name and birth date in our books")
        for one in insured[pk]:
            rows += _former(known.homes[one], seen.get(one, back), "Where who insures them lives", is_current_too=True)
        if pk not in silent:
            for one in dict.fromkeys([*insured[pk], *others[pk]]):
                rows += _relatives(names[one], known.phones[one], seen.get(one, back), on)
            rows += speakers[pk]
        found[case.pk] = _news(rows, known, pk)
    return found


def _twins(people: Mapping[int, TraceCase]) -> dict[int, list[int]]:
    """Others of the same practice with the same name and birth date."""
    found: dict[int, list[int]] = defaultdict(list)
    mine = list(Person.objects.filter(Among("pk", people)))
    names = {one.search_name for one in mine if one.birth_on}
    practices = {one.practice_id for one in mine}
    rows = Person.objects.filter(Among("search_name", names), practice__in=practices, merged_into=None)
    alike: dict[tuple[int, str, dt.date | None], list[int]] = defaultdict(list)
    for row in rows.order_by("pk"):
        alike[row.practice_id, row.search_name, row.birth_on].append(row.pk)
    for one in mine:
        if one.birth_on:
            found[one.pk] = [pk for pk in alike[one.practice_id, one.search_name, one.birth_on] if pk != one.pk]
    return found


def _insured(people: Collection[int]) -> dict[int, list[int]]:
    """Who insures each person, other than they."""
    rows = Coverage.objects.filter(Among("patient__person", people)).exclude(subscriber=None).order_by("pk")
    found: dict[int, list[int]] = defaultdict(list)
    for person, subscriber in rows.values_list("patient__person", "subscriber"):
        if subscriber != person and subscriber not in found[person]:
            found[person].append(subscriber)
    return found


def _others(people: Collection[int]) -> dict[int, list[int]]:
    """Who else was treated on the accounts that each person answers for."""
    rows = Patient.objects.filter(Among("account__guarantor", people), account__merged_into=None).order_by("pk")
    found: dict[int, list[int]] = defaultdict(list)
    for guarantor, patient in rows.values_list("account__guarantor", "person"):
        if patient != guarantor:
            found[guarantor].append(patient)
    return found


def _ways(people: Collection[int]) -> _KnownWays:
    homes: dict[int, list[PersonAddress]] = defaultdict(list)
    phones: dict[int, list[PersonPhone]] = defaultdict(list)
    emails: dict[int, list[PersonEmail]] = defaultdict(list)
    for home in PersonAddress.objects.filter(Among("person", people)).order_by("pk"):
        homes[home.person_id].append(home)
    for phone in PersonPhone.objects.filter(Among("person", people)).order_by("pk"):
        phones[phone.person_id].append(phone)
    for email in PersonEmail.objects.filter(Among("person", people)).order_by("pk"):
        emails[email.person_id].append(email)
    return _KnownWays(homes, phones, emails)


def _last_seen(people: Collection[int]) -> dict[int, dt.date]:
    """The last visit of each person, or that they answered for: so old is what the books know of them."""
    found: dict[int, dt.date] = {}
    for name in ("patient__person", "account__guarantor"):
        rows = Claim.objects.filter(Among(name, people)).order_by().values_list(name).annotate(Max("service_from"))
        for person, day in rows:
            found[person] = max(day, found.get(person, day))
    return found


def _asked_for_quiet(people: Collection[int], on: dt.date) -> frozenset[int]:
    kinds = (PersonFact.Kind.CONFIDENTIAL, PersonFact.Kind.SAFETY)
    rows = PersonFact.objects.filter(standing(on), Among("person", people), kind__in=kinds)
    return frozenset(rows.values_list("person_id", flat=True))


def _speakers(people: Collection[int], on: dt.date) -> dict[int, list[LeadEntry]]:
    found: dict[int, list[LeadEntry]] = defaultdict(list)
    for one in Representative.objects.filter(standing(on), Among("person", people)).order_by("pk"):
        if number := phone_of(one.phone):
            parts = {"name": one.name, "number": number, "relation": one.get_kind_display().lower()}
            found[one.person_id].append(LeadEntry(RELATIVE, parts, BOOKS, one.from_on))
    return found


def _former(
    homes: Iterable[PersonAddress], said_on: dt.date, words: str, *, is_current_too: bool = False
) -> list[LeadEntry]:
    return [
        LeadEntry(ADDRESS, {name: getattr(home, name) for name in _PLACE}, BOOKS, said_on, words=words)
        for home in homes
        if home.line1 and not home.is_bad and (is_current_too or not home.is_current)
    ]


def _all_of(known: _KnownWays, person: int, said_on: dt.date, words: str) -> list[LeadEntry]:
    numbers = [one.number for one in known.phones[person] if not one.is_wrong]
    addresses = [one.address for one in known.emails[person] if not one.is_wrong]
    return [
        *_former(known.homes[person], said_on, words, is_current_too=True),
        *(LeadEntry(PHONE, {"number": number}, BOOKS, said_on, words=words) for number in numbers),
        *(LeadEntry(EMAIL, {"address": address}, BOOKS, said_on, words=words) for address in addresses),
    ]


def _relatives(person: Person, phones: Iterable[PersonPhone], said_on: dt.date, on: dt.date) -> list[LeadEntry]:
    if person.birth_on is not None and add_years(person.birth_on, _OF_AGE) > on:
        return []
    name = f"{person.first} {person.last}".strip()
    rows = [{"name": name, "number": one.number, "relation": "on the account"} for one in phones if not one.is_wrong]
    return [LeadEntry(RELATIVE, parts, BOOKS, said_on) for parts in rows]


def _news(rows: Iterable[LeadEntry], known: _KnownWays, person: int) -> list[LeadEntry]:
    """Of these what is not on file of the person: neither what works nor what failed is a lead again."""
    have = {(PHONE, one.number) for one in known.phones[person]}
    have |= {(RELATIVE, one.number) for one in known.phones[person]}
    have |= {(EMAIL, one.address.strip().lower()) for one in known.emails[person]}
    for home in known.homes[person]:
        if (home.is_current or home.is_bad) and (value := _value(ADDRESS, {k: getattr(home, k) for k in _PLACE})):
            have.add((ADDRESS, value))
    fresh: dict[tuple[str, str], LeadEntry] = {}
    for row in rows:
        value = _value(row.kind, row.parts)
        if value and (row.kind, value) not in have:
            fresh.setdefault((row.kind, value), row)
    return list(fresh.values())


def _value(kind: str, parts: Mapping[str, str]) -> str:
    """The value of a lead; empty where what is on file is too poor to be one."""
    try:
        return clean(kind, parts).value
    except BadLead:
        return ""
