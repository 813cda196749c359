"""Who is offered the work of whoever is away.

The owner of an item never changes for an absence: only its place in the queue does, and that is worked out anew from
the day. So nothing has to be given back: when the absence is over or ended early, the item stands with its owner again.

Of the stand-ins of an absent owner those count who are there themselves, may work items and see the practice; of these
the closest: named for payer and kind before payer alone, before kind alone, before all work. Several of the same
closeness share by what they work in a day, and a guarantor account stays with one of them. Where none is left,
everybody who sees the practice is offered the work: it never lies there until somebody comes back.
"""

import datetime as dt
import hashlib
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q

from arwork.staff.access import CAPABILITIES, Capability
from collections_app.limits.selectors import limit_book
from collections_app.worklist.absence_models import Absence, StandIn, WorkCapacity

#: Who may work items at all, by role.
WORKING_ROLES = tuple(role for role, may_do in CAPABILITIES.items() if Capability.WORK_ITEMS in may_do)
USUAL_DAY = "workday_minutes"


class CoverRule(NamedTuple):
    """One stand-in as the rule sees them: for which work, in which practices, with how many minutes a day."""

    person: int
    practices: frozenset[int]
    payer: int | None = None
    kind: str = ""
    minutes: int = 1

    def fits(self, practice: int, payer: int | None, kind: str) -> bool:
        """Whether they are named for such an item and see it."""
        return practice in self.practices and self.payer in (None, payer) and self.kind in ("", kind)

    @property
    def closeness(self) -> tuple[bool, bool]:
        return self.payer is not None, self.kind != ""


@dataclass(frozen=True, slots=True)
class CoverBook:
    """Everybody who is away on a day, with those who stand in for them. Pure."""

    by_absent: Mapping[int, tuple[CoverRule, ...]] = field(default_factory=dict)

    def offered_to(self, owner: int | None, *, practice: int, payer: int | None, kind: str, key: int) -> int | None:
        """Who is offered an item of `owner`; None is everybody. `key` keeps together what one person is to have."""
        if owner is None or owner not in self.by_absent:
            return owner
        able = [rule for rule in self.by_absent[owner] if rule.fits(practice, payer, kind)]
        if not able:
            return None
        closest = max(rule.closeness for rule in able)
        minutes = {rule.person: rule.minutes for rule in able if rule.closeness == closest}
        return max(sorted(minutes), key=lambda person: _draw(person, key, minutes[person]))


def _draw(person: int, key: int, weight: int) -> float:
    """Weighted rendezvous: the highest draw wins `key`, in proportion to weight; when a person comes or goes, only what
    is theirs moves."""
    digest = hashlib.blake2b(b"%d:%d" % (person, key), digest_size=8).digest()
    return -max(weight, 1) / math.log((int.from_bytes(digest) + 0.5) / 2**64)


def away_from(day: dt.date, prefix: str = "") -> Q:
    """Absences that run on `day`."""
    begun = Q(**{f"{prefix}starts_on__lte": day, f"{prefix}ends_on__gte": day})
    return begun & (Q(**{f"{prefix}back_on": None}) | Q(**{f"{prefix}back_on__gt": day}))


def away_on(day: dt.date) -> dict[int, dt.date]:
    """Who is away on `day`, with the last day of it. One query."""
    found: dict[int, dt.date] = {}
    for absence in Absence.objects.filter(away_from(day)):
        found[absence.person_id] = max(absence.until, found.get(absence.person_id, absence.until))
    return found


def cover_on(day: dt.date) -> CoverBook:
    """Everybody away on `day` and who stands in. At most three queries, however much work there is."""
    away = away_on(day)
    if not away:
        return CoverBook()
    named = (
        StandIn.objects.filter(away_from(day, "absence__"), person__is_active=True, person__role__in=WORKING_ROLES)
        .exclude(person__in=away)
        .order_by("pk")
        .values_list("absence__person", "person", "payer", "kind", "person__practices")
    )
    practices: dict[tuple[int, int, int | None, str], set[int]] = {}
    for absent, person, payer_id, kind, practice in named:
        practices.setdefault((absent, person, payer_id, kind), set()).add(practice)
    minutes = capacities({person for _, person, _, _ in practices}, on=day)
    rules: dict[int, list[CoverRule]] = {person: [] for person in away}
    for (absent, person, payer, kind), seen in practices.items():
        rules[absent].append(CoverRule(person, frozenset(seen), payer, kind, minutes[person]))
    return CoverBook({absent: tuple(found) for absent, found in rules.items()})


def capacities(people: Collection[int], *, on: dt.date) -> dict[int, int]:
    """Minutes of items that each of `people` works in a day: their own figure, else the usual one. One query."""
    own = dict(WorkCapacity.objects.filter(person__in=people).values_list("person", "minutes")) if people else {}
    usual = limit_book().value(USUAL_DAY, on=on)
    return {person: own.get(person, usual) for person in people}
