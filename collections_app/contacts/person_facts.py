"""What is so about people on a day, as the gate and the pages ask for it: in sets, in a bounded number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from arwork.lib.bulk import Among
from arwork.lib.dates import add_years
from arwork.staff.access import practice_ids
from claims.parties.models import Person
from collections_app.contacts.person_models import PersonFact, Representative
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Facts that change how somebody is spoken to, and forbid nothing by themselves.
FLAGS = frozenset({"scra", "disabil", "jail", "hospice", "safety"})


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours by the person's clock in which nobody calls; they end on the next day where they end before they start.
    `weekdays` is empty for every day; 1 is Monday."""

    starts: dt.time
    ends: dt.time
    weekdays: str = ""
    words: str = ""

    def covers(self, at: dt.datetime) -> bool:
        """Whether a moment by the person's clock lies in them."""
        clock, day = at.time(), at.isoweekday()
        if self.starts < self.ends:
            return self._on(day) and self.starts <= clock < self.ends
        yesterday = (day - 2) % 7 + 1
        return (self._on(day) and clock >= self.starts) or (self._on(yesterday) and clock < self.ends)

    def _on(self, day: int) -> bool:
        return not self.weekdays or str(day) in self.weekdays


@dataclass(frozen=True, slots=True)
class RepresentativeFacts:
    """Somebody who may speak for a person; `has_proof` where a document shows it."""

    id: int
    kind: str
    name: str
    phone: str
    has_proof: bool


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is so about one person on a day; the defaults say that nothing is known."""

    person_id: int
    language: str = ""
    quiet: tuple[QuietHours, ...] = ()
    not_at_work: bool = False
    not_at_work_until: dt.date | None = None
    not_at_work_source: str = ""
    places: tuple[str, ...] = ()
    is_minor: bool = False
    is_estate: bool = False
    is_confidential: bool = False
    only_address_id: int | None = None
    flags: frozenset[str] = frozenset()
    representatives: tuple[RepresentativeFacts, ...] = ()

    @property
    def attorney(self) -> RepresentativeFacts | None:
        """The attorney, where one is named: then nobody but the attorney is contacted (12 CFR 1006.6(b)(2))."""
        return next((one for one in self.representatives if one.kind == Representative.Kind.ATTORNEY), None)


def facts_of(person_ids: Collection[int], on: dt.date) -> dict[int, PersonFacts]:
    """What is so about each of these people on a day. Four queries, however many people."""
    kinds, of_age = PersonFact.Kind, limit_book().value("of_age_years", on=on)
    by_person: dict[int, list[PersonFact]] = defaultdict(list)
    for row in PersonFact.objects.filter(standing(on), Among("person", person_ids)).order_by("pk"):
        by_person[row.person_id].append(row)
    speakers: dict[int, list[RepresentativeFacts]] = defaultdict(list)
    for one in Representative.objects.filter(standing(on), Among("person", person_ids)).order_by("pk"):
        told = RepresentativeFacts(one.pk, one.kind, one.name, one.phone, one.proof_id is not None)
        speakers[one.person_id].append(told)
    found = {}
    columns = ("pk", "birth_on", "language")
    for pk, born, language in Person.objects.filter(Among("id", person_ids)).values_list(*columns):
        rows = by_person[pk]
        named = {row.kind for row in rows}
        work = [row for row in rows if row.kind == kinds.NOT_AT_WORK]
        longest = max(work, key=lambda row: row.until_on or dt.date.max, default=None)
        only = [row.address_id for row in rows if row.kind == kinds.CONFIDENTIAL and row.address_id]
        found[pk] = PersonFacts(
            person_id=pk,
            language=language,
            quiet=tuple(
                QuietHours(row.starts, row.ends, row.weekdays, row.words)
                for row in rows
                if row.kind == kinds.QUIET and row.starts is not None and row.ends is not None
            ),
            not_at_work=longest is not None,
            not_at_work_until=longest.until_on if longest else None,
            not_at_work_source=longest.source if longest else "",
            places=tuple(row.words for row in rows if row.kind == kinds.PLACE),
            is_minor=kinds.MINOR in named or is_under_age(born, on, of_age=of_age),
            is_estate=kinds.ESTATE in named,
            is_confidential=kinds.CONFIDENTIAL in named,
            only_address_id=only[-1] if only else None,
            flags=FLAGS & named,
            representatives=tuple(speakers[pk]),
        )
    return found


def is_under_age(born: dt.date | None, on: dt.date, *, of_age: int) -> bool:
    """Whether somebody born on a day is a minor on another one; False where nobody knows the day."""
    return born is not None and add_years(born, of_age) > on


def standing(on: dt.date) -> Q:
    """Facts and authorities that stand on a day."""
    return Q(ended_at=None, from_on__lte=on) & (Q(until_on=None) | Q(until_on__gte=on))


def fact_rows(person_ids: Collection[int], *, actor: "User") -> QuerySet[PersonFact]:
    """Every fact of these people, those that were ended too, the newest first."""
    rows = PersonFact.objects.filter(Among("person", person_ids), practice__in=practice_ids(actor))
    return rows.select_related("recorded_by", "ended_by", "address", "person").order_by("-pk")


def representative_rows(person_ids: Collection[int], *, actor: "User") -> QuerySet[Representative]:
    """Everybody who speaks or spoke for these people, the newest first."""
    rows = Representative.objects.filter(Among("person", person_ids), practice__in=practice_ids(actor))
    return rows.select_related("recorded_by", "ended_by", "proof", "person").order_by("-pk")
