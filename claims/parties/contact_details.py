"""Addresses and phones that claims bring along.

A claim's address is where the provider believed the patient to live, so a new one becomes the current one and
the old one stays on record: unless a person has confirmed where somebody lives. Then what a claim says is kept beside
it and offered (`FileSuggestion`). A phone from a claim carries no consent to anything (RULES 10.2).
"""

import datetime as dt
from collections.abc import Mapping, Set

from arwork.lib import bulk
from claims.parties.models import ENDING, FROM_CLAIM, FileSuggestion, PersonAddress, PersonPhone
from claims.parties.party_drafts import PartiesDraft, PersonDraft
from claims.plausible.contacts import phone_of

Told = tuple[PersonDraft, PartiesDraft]  # somebody, and the bill that names them


def note_addresses(people: Mapping[int, Told], *, new: Set[int], today: dt.date) -> None:
    """Record each person's address unless it is on file; `new` people have none yet."""
    given = {person_id: told for person_id, told in people.items() if told[0].address1}
    known: set[tuple[int, str, str]] = set()
    confirmed: set[int] = set()
    columns = ("person_id", "line1", "zip", "source", "is_current", "is_bad")
    for batch in bulk.chunks(sorted(given.keys() - new)):
        rows = PersonAddress.objects.filter(person__in=batch).values_list(*columns)
        for person_id, line1, zip_code, source, is_current, is_bad in rows:
            known.add((person_id, *folded_place(line1, zip_code)))
            if is_current and source != FROM_CLAIM and not is_bad:
                confirmed.add(person_id)
    fresh = {
        person_id: told
        for person_id, told in given.items()
        if (person_id, *folded_place(told[0].address1, told[0].zip)) not in known
    }
    for batch in bulk.chunks(sorted(fresh.keys() - new - confirmed)):
        PersonAddress.objects.filter(person__in=batch, is_current=True).update(is_current=False)
    opened = {pk: _address(pk, draft, is_current=pk not in confirmed) for pk, (draft, _) in fresh.items()}
    bulk.insert(PersonAddress, list(opened.values()))
    offered = [_suggestion(opened[pk], told, today) for pk, (_, told) in fresh.items() if pk in confirmed]
    bulk.insert(FileSuggestion, offered)


def note_phones(people: Mapping[int, PersonDraft]) -> None:
    """Record each person's phone once."""
    rows = [
        PersonPhone(person_id=person_id, number=number, ending=number[-ENDING:])
        for person_id, draft in people.items()
        if (number := phone_of(draft.phone))
    ]
    bulk.insert(PersonPhone, rows, ignore_conflicts=True)


def folded_place(line1: str, zip_code: str) -> tuple[str, str]:
    """What two spellings of one address have in common."""
    return "".join(filter(str.isalnum, line1.upper())), zip_code[:5]


def _address(person_id: int, draft: PersonDraft, *, is_current: bool) -> PersonAddress:
    return PersonAddress(
        person_id=person_id,
        line1=draft.address1[:80],
        line2=draft.address2[:80],
        city=draft.city[:60],
        state=draft.state[:2],
        zip=draft.zip[:10],
        is_current=is_current,
    )


def _suggestion(address: PersonAddress, told: PartiesDraft, today: dt.date) -> FileSuggestion:
    return FileSuggestion(
        practice_id=told.practice_id,
        person_id=address.person_id,
        address=address,
        file_source=told.file_source[:80],
        told_on=told.told_on or today,
    )
