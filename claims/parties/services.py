"""Find people, accounts, patients and coverages by their keyed digests, and open the ones not known yet.

Set-based: a batch of a thousand claims costs the same dozen of queries as a batch of one. Rows that another
import opened at the same moment are left alone and read back.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from arwork.lib import bulk
from claims.parties.contact_details import note_addresses, note_phones
from claims.parties.match_keys import account_number, person_key
from claims.parties.models import Account, Coverage, CoverageAlias, Patient, Person, PersonAlias
from claims.parties.name_index import learn_names
from claims.parties.party_drafts import CoverageDraft, Parties, PartiesDraft, PersonDraft

Place = tuple[int, str]  # practice id, match key


def open_parties(drafts: Sequence[PartiesDraft], *, today: dt.date) -> list[Parties]:
    """The rows of each draft, in order; what is not known yet is opened. Call inside a transaction."""
    keys = _Keys(drafts)
    people = _open_people(drafts, keys, today=today)
    accounts = _open_accounts(drafts, keys, people, today=today)
    patients = _open_patients(drafts, keys, people, accounts)
    coverages = _open_coverages(drafts, keys, people, patients)
    found = []
    for draft in drafts:
        patient_key = keys.of(draft.practice_id, draft.patient)
        patient_id, account_id = patients[draft.practice_id, patient_key]
        ranks = {cover.rank: coverages[_cover_place(patient_id, cover)] for cover in draft.coverages}
        found.append(Parties(patient_id, account_id, patient_key, ranks))
    return found


def key_of_person(practice_id: int, draft: PersonDraft) -> str:
    """The match key of a person at a practice."""
    return person_key(
        practice_id=practice_id,
        last=draft.last,
        first=draft.first,
        birth_on=draft.birth_on,
        otherwise=draft.otherwise,
    )


def _merged_keys(places: Iterable[Place]) -> dict[Place, str]:
    """Of people who were merged: the key of who stands for them now. One query for a batch of a practice."""
    found: dict[Place, str] = {}
    for practice_id, batch in _per_practice(places):
        rows = Person.objects.filter(practice=practice_id, match_key__in=batch, merged_into__isnull=False)
        found.update({(practice_id, key): new for key, new in rows.values_list("match_key", "merged_into__match_key")})
    return found


def standing_keys(people: Sequence[tuple[int, PersonDraft]]) -> list[str]:
    """The match key by which the books know each (practice id, person), in order: of somebody whose name was corrected
    the one that they were opened by, of somebody who was merged that of who stands for them. Two queries a practice."""
    keys = {named: (named[0], key_of_person(*named)) for named in set(people)}
    opened_by = _aliased(set(keys.values()))
    known = {named: (place[0], opened_by.get(place, place[1])) for named, place in keys.items()}
    standing = _merged_keys(set(known.values()))
    return [standing.get(known[named], known[named][1]) for named in people]


def correct_insured(coverage: Coverage, *, member_id: str, insured: PersonDraft) -> Coverage:
    """Bring a coverage to the member id and the insured that its payer knows; the coverage that says so now, which is
    another one where the patient has it already. The patient stays who they are. Call inside a transaction."""
    practice_id = coverage.patient.practice_id
    same = Coverage.objects.filter(patient=coverage.patient_id, payer=coverage.payer_id, rank=coverage.rank)
    standing = (same.filter(member_id=member_id).first() if member_id else None) or coverage
    standing.member_id = member_id or coverage.member_id
    standing.subscriber = person_named(practice_id, insured)
    standing.save(update_fields=["member_id", "subscriber"])
    return standing


def person_named(practice_id: int, draft: PersonDraft) -> Person:
    """Whom a name and a day of birth mean, opened where nobody is known by them."""
    (key,) = standing_keys([(practice_id, draft)])
    person = Person.objects.filter(practice=practice_id, match_key=key).first()
    if person is None:
        person = _person((practice_id, key), draft)
        bulk.insert(Person, [person])
        learn_names([person])
    return person


def open_coverages(drafts: Sequence[tuple[int, CoverageDraft]]) -> list[int]:
    """The coverage of each (patient id, draft), in order; what is not known yet is opened, with nobody as insured."""
    found = _coverages_at({_cover_place(patient_id, cover): (cover, None) for patient_id, cover in drafts})
    return [found[_cover_place(patient_id, cover)] for patient_id, cover in drafts]


class _Keys:
    """Match keys of a batch, computed once each: patient, guarantor and subscriber are often one person."""

    def __init__(self, drafts: Sequence[PartiesDraft]) -> None:
        named = list(dict.fromkeys((draft.practice_id, one) for draft in drafts for one in _people_of(draft)))
        self._known = dict(zip(named, standing_keys(named), strict=True))

    def of(self, practice_id: int, draft: PersonDraft) -> str:
        return self._known[practice_id, draft]


def _people_of(draft: PartiesDraft) -> list[PersonDraft]:
    insured = (cover.subscriber for cover in draft.coverages if cover.subscriber)
    return [draft.patient, draft.guarantor, *insured]


def _aliased(places: Set[Place]) -> dict[Place, str]:
    """Of match keys that are another name of somebody, the key that they were opened by."""
    found: dict[Place, str] = {}
    for practice_id, batch in _per_practice(places):
        rows = PersonAlias.objects.filter(practice=practice_id, match_key__in=batch).exclude(person__match_key="")
        found |= {(practice_id, key): own for key, own in rows.values_list("match_key", "person__match_key")}
    return found


def _open_people(drafts: Sequence[PartiesDraft], keys: _Keys, *, today: dt.date) -> dict[Place, int]:
    wanted: dict[Place, PersonDraft] = {}
    told: dict[Place, PartiesDraft] = {}
    for draft in drafts:
        for person in _people_of(draft):
            place = (draft.practice_id, keys.of(draft.practice_id, person))
            known = wanted.get(place)
            if known is None or (person.address1 and not known.address1):
                wanted[place], told[place] = person, draft
    known_people = _by_key(Person, wanted)
    fresh = {place: draft for place, draft in wanted.items() if place not in known_people}
    rows = [_person(place, draft) for place, draft in fresh.items()]
    bulk.insert(Person, rows)
    learn_names(rows)
    opened: dict[Place, int] = {(row.practice_id, row.match_key): row.pk for row in rows}
    people = known_people | opened
    note_addresses(
        {people[place]: (draft, told[place]) for place, draft in wanted.items()}, new=set(opened.values()), today=today
    )
    note_phones({people[place]: draft for place, draft in wanted.items()})
    return people


def _open_accounts(
    drafts: Sequence[PartiesDraft], keys: _Keys, people: dict[Place, int], *, today: dt.date
) -> dict[Place, int]:
    wanted = {(draft.practice_id, keys.of(draft.practice_id, draft.guarantor)) for draft in drafts}
    known = _by_key(Account, wanted)
    rows = [
        Account(
            practice_id=practice_id,
            match_key=key,
            number=account_number(practice_id, key),
            guarantor_id=people[practice_id, key],
            opened_on=today,
        )
        for practice_id, key in sorted(wanted - known.keys())
    ]
    bulk.insert(Account, rows)
    return known | {(row.practice_id, row.match_key): row.pk for row in rows}


def _open_patients(
    drafts: Sequence[PartiesDraft], keys: _Keys, people: dict[Place, int], accounts: dict[Place, int]
) -> dict[Place, tuple[int, int]]:
    wanted: dict[Place, PartiesDraft] = {}
    for draft in drafts:
        wanted.setdefault((draft.practice_id, keys.of(draft.practice_id, draft.patient)), draft)
    known: dict[Place, tuple[int, int]] = {}
    for practice_id, batch in _per_practice(wanted):
        found = Patient.objects.filter(practice=practice_id, match_key__in=batch)
        for key, patient_id, account_id in found.values_list("match_key", "id", "account_id"):
            known[practice_id, key] = (patient_id, account_id)
    rows = [
        Patient(
            practice_id=place[0],
            match_key=place[1],
            person_id=people[place],
            account_id=accounts[place[0], keys.of(place[0], draft.guarantor)],
            medical_record=draft.medical_record[:50],
        )
        for place, draft in wanted.items()
        if place not in known
    ]
    bulk.insert(Patient, rows)
    return known | {(row.practice_id, row.match_key): (row.pk, row.account_id) for row in rows}


def _open_coverages(
    drafts: Sequence[PartiesDraft],
    keys: _Keys,
    people: dict[Place, int],
    patients: dict[Place, tuple[int, int]],
) -> dict[tuple[Any, ...], int]:
    wanted: dict[tuple[Any, ...], tuple[int, CoverageDraft]] = {}
    for draft in drafts:
        patient_id, _ = patients[draft.practice_id, keys.of(draft.practice_id, draft.patient)]
        for cover in draft.coverages:
            wanted.setdefault(_cover_place(patient_id, cover), (draft.practice_id, cover))
    return _coverages_at(
        {
            place: (cover, people[practice_id, keys.of(practice_id, cover.subscriber)] if cover.subscriber else None)
            for place, (practice_id, cover) in wanted.items()
        }
    )


def _coverages_at(wanted: Mapping[tuple[Any, ...], tuple[CoverageDraft, int | None]]) -> dict[tuple[Any, ...], int]:
    """The coverages at these places, each with its subscriber; a bill confirms what a remittance said before."""
    known: dict[tuple[Any, ...], int] = {}
    confirmed = []
    for batch in bulk.chunks(sorted({place[0] for place in wanted})):
        rows = Coverage.objects.filter(patient__in=batch)
        for pk, source, *place in rows.values_list("id", "source", "patient_id", "payer_id", "member_id", "rank"):
            known[tuple(place)] = pk
            asked = wanted.get(tuple(place))
            if asked and source == Coverage.Source.REMITTANCE and not asked[0].is_learned:
                confirmed.append(pk)
        other = CoverageAlias.objects.filter(coverage__patient__in=batch)
        columns = ("coverage_id", "coverage__patient_id", "coverage__payer_id", "member_id", "rank")
        for pk, *place in other.values_list(*columns):
            known.setdefault(tuple(place), pk)
    if confirmed:
        Coverage.objects.filter(bulk.Among("id", confirmed)).update(source=Coverage.Source.CLAIM)
    fresh = [_coverage(place, cover, insured) for place, (cover, insured) in wanted.items() if place not in known]
    bulk.insert(Coverage, fresh)
    return known | {(row.patient_id, row.payer_id, row.member_id, row.rank): row.pk for row in fresh}


def _cover_place(patient_id: int, cover: CoverageDraft) -> tuple[int, int, str, int]:
    return (patient_id, cover.payer_id, cover.member_id[:80], cover.rank)


def _coverage(place: tuple[Any, ...], cover: CoverageDraft, subscriber_id: int | None) -> Coverage:
    patient_id, payer_id, member_id, rank = place
    return Coverage(
        patient_id=patient_id,
        payer_id=payer_id,
        member_id=member_id,
        rank=rank,
        group_number=cover.group_number[:50],
        group_name=cover.group_name[:60],
        filing_code=cover.filing_code[:2],
        relationship=cover.relationship[:2],
        subscriber_id=subscriber_id,
        source=Coverage.Source.REMITTANCE if cover.is_learned else Coverage.Source.CLAIM,
    )


def _person(place: Place, draft: PersonDraft) -> Person:
    return Person(
        practice_id=place[0],
        match_key=place[1],
        last=draft.last[:60],
        first=draft.first[:35],
        middle=draft.middle[:25],
        suffix=draft.suffix[:10],
        birth_on=draft.birth_on,
        sex=draft.sex[:1],
        search_name=draft.search_name,
        turned_name=draft.turned_name,
    )


def _by_key(model: type[Person] | type[Account], wanted: Iterable[Place]) -> dict[Place, int]:
    known: dict[Place, int] = {}
    for practice_id, batch in _per_practice(wanted):
        rows = model._default_manager.filter(practice=practice_id, match_key__in=batch)
        known.update({(practice_id, key): pk for key, pk in rows.values_list("match_key", "id")})
    return known


def _per_practice(wanted: Iterable[Place]) -> Iterable[tuple[int, list[str]]]:
    keys: dict[int, list[str]] = {}
    for practice_id, key in wanted:
        keys.setdefault(practice_id, []).append(key)
    for practice_id in sorted(keys):
        for batch in bulk.chunks(keys[practice_id]):
            yield practice_id, batch
