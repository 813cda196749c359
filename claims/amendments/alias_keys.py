"""Other names and member ids that mean the same person or coverage, kept with every change of them.

The keys by which a person, a patient and an account were opened stay for their life: account numbers and claims hang
on them. Beside them stand the keys of the names that were corrected to, so that a bill under the old name and one under
the new name belong to the same person.
"""

import datetime as dt
from typing import Any

from django.db.models import Q

from arwork.lib.errors import Conflict
from claims.amendments.subjects import IDENTITY, Step
from claims.parties.models import Coverage, CoverageAlias, Person, PersonAlias
from claims.parties.name_index import learn_names
from claims.parties.party_drafts import PersonDraft
from claims.parties.services import key_of_person


def follow_names(step: Step, *, is_undone: bool) -> None:
    """After a person's row was written: search columns, the index of words, and the keys of the old and new name."""
    if not step.after or not set(step.after) & set(IDENTITY):
        return
    person = Person.objects.get(pk=step.row_id)
    now_named = _draft(person, {})
    before_named = _draft(person, step.before or {})
    person.search_name, person.turned_name = now_named.search_name, now_named.turned_name
    person.save(update_fields=["search_name", "turned_name"])
    learn_names([person])
    _ensure_free(person, now_named)
    for draft in (before_named, now_named):
        PersonAlias.objects.update_or_create(
            practice_id=person.practice_id,
            match_key=key_of_person(person.practice_id, draft),
            defaults={"person": person, "search_name": draft.search_name, "turned_name": draft.turned_name},
        )
    if is_undone:  # nobody is known by what was never right
        wrong = key_of_person(person.practice_id, before_named)
        kept = {key_of_person(person.practice_id, now_named), person.match_key}
        PersonAlias.objects.filter(person=person, match_key=wrong).exclude(match_key__in=kept).delete()


def follow_cover(step: Step, *, is_undone: bool) -> None:
    """After a coverage's row was written: bills may go on naming it by the rank and the member id of before."""
    if not step.before or not step.after or not {"rank", "member_id"} & set(step.after):
        return
    row = Coverage.objects.get(pk=step.row_id)
    CoverageAlias.objects.filter(coverage=row, rank=row.rank, member_id=row.member_id).delete()  # its own place now
    if not is_undone:
        place = {"rank": step.before.get("rank", row.rank), "member_id": step.before.get("member_id", row.member_id)}
        CoverageAlias.objects.get_or_create(coverage=row, **place)


def _ensure_free(person: Person, named: PersonDraft) -> None:
    key = key_of_person(person.practice_id, named)
    others = Person.objects.filter(practice=person.practice_id).exclude(pk=person.pk)
    other = others.filter(Q(match_key=key) | Q(aliases__match_key=key)).first()
    if other is not None:
        raise Conflict(
            f"{other} is on file already with this name and day of birth. If the two are one person, merge them.",
            field="last",
        )


def _draft(person: Person, other: dict[str, Any]) -> PersonDraft:
    """The person as files would name them, with `other` values in place of their own."""
    values = {name: other.get(name, getattr(person, name)) for name in IDENTITY}
    born = values["birth_on"]
    values["birth_on"] = dt.date.fromisoformat(born) if isinstance(born, str) else born
    return PersonDraft(**values, otherwise="" if values["birth_on"] else _otherwise(person))


def _otherwise(person: Person) -> str:
    """What tells somebody of no known day of birth apart: a member id, as in files, else that it is this person."""
    member_ids = Coverage.objects.filter(patient__person=person).order_by("pk").values_list("member_id", flat=True)
    return next(filter(None, member_ids), f"person {person.pk}")
