"""Addresses and phones that claims bring along.

A claim's address is where the provider believed the patient to live, so a new one becomes the current one and
the old one stays on record. A phone from a claim carries no consent to anything (RULES 10.2).
"""

from collections.abc import Mapping, Set

from arwork.lib import bulk
from claims.parties.models import ENDING, PersonAddress, PersonPhone
from claims.parties.party_drafts import PersonDraft
from claims.plausible.contacts import phone_of


def note_addresses(people: Mapping[int, PersonDraft], *, new: Set[int]) -> None:
    """Record each person's address unless it is on file; `new` people have none yet."""
    given = {person_id: draft for person_id, draft in people.items() if draft.address1}
    known: set[tuple[int, str, str]] = set()
    for batch in bulk.chunks(sorted(given.keys() - new)):
        rows = PersonAddress.objects.filter(person__in=batch).values_list("person_id", "line1", "zip")
        known.update((person_id, *_folded(line1, zip_code)) for person_id, line1, zip_code in rows)
    fresh = {
        person_id: draft
        for person_id, draft in given.items()
        if (person_id, *_folded(draft.address1, draft.zip)) not in known
    }
    for batch in bulk.chunks(sorted(fresh.keys() - new)):
        PersonAddress.objects.filter(person__in=batch, is_current=True).update(is_current=False)
    bulk.insert(PersonAddress, [_address(person_id, draft) for person_id, draft in fresh.items()])


def note_phones(people: Mapping[int, PersonDraft]) -> None:
    """Record each person's phone once."""
    rows = [
        PersonPhone(person_id=person_id, number=number, ending=number[-ENDING:])
        for person_id, draft in people.items()
        if (number := phone_of(draft.phone))
    ]
    bulk.insert(PersonPhone, rows, ignore_conflicts=True)


def _folded(line1: str, zip_code: str) -> tuple[str, str]:
    return "".join(filter(str.isalnum, line1.upper())), zip_code[:5]


def _address(person_id: int, draft: PersonDraft) -> PersonAddress:
    return PersonAddress(
        person_id=person_id,
        line1=draft.address1[:80],
        line2=draft.address2[:80],
        city=draft.city[:60],
        state=draft.state[:2],
        zip=draft.zip[:10],
    )
