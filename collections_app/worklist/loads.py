"""How much work people have, in minutes beside what they work in a day; and sharing more of it out by that.

An item of forty minutes weighs as much as eight of five, and somebody who works half days is given half. What is due
today is levelled with what is due, what comes later with everything open.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q, Sum

from arwork.staff.models import Role, User
from collections_app.worklist.cover import away_on, capacities
from collections_app.worklist.models import WorkItem
from collections_app.worklist.queue import offerable


class Portion(NamedTuple):
    """An item to be given to somebody."""

    item: int
    account: int | None
    minutes: int
    is_due: bool


@dataclass(slots=True)
class Loads:
    """Minutes due and minutes open of some people, and their minutes a day. Nobody with none is given anything."""

    capacity: dict[int, int]
    due: dict[int, int]
    open: dict[int, int]

    @classmethod
    def none_yet(cls, capacity: dict[int, int]) -> "Loads":
        """People who begin with empty hands."""
        able = {person: minutes for person, minutes in capacity.items() if minutes}
        return cls(able, dict.fromkeys(able, 0), dict.fromkeys(able, 0))

    def lightest(self, *, is_due: bool, among: Collection[int] | None = None) -> int | None:
        """Who has least for their day; None when there is nobody."""
        people = sorted(self.capacity if among is None else self.capacity.keys() & set(among))
        return min(people, key=lambda person: self._weight(person, is_due=is_due), default=None)

    def add(self, person: int, minutes: int, *, is_due: bool) -> None:
        """`person` was given an item of so many minutes."""
        self.open[person] += minutes
        self.due[person] += minutes if is_due else 0

    def _weight(self, person: int, *, is_due: bool) -> tuple[float, float]:
        due, opened = self.due[person] / self.capacity[person], self.open[person] / self.capacity[person]
        return (due, opened) if is_due else (opened, due)


def read_loads(people: Collection[int], *, today: dt.date) -> Loads:
    """What these people have now. Two queries."""
    loads = Loads.none_yet(capacities(people, on=today))
    rows = WorkItem.objects.filter(owner__in=list(loads.capacity), state=WorkItem.State.OPEN).order_by()
    sums = rows.values_list("owner").annotate(
        due=Sum("minutes", filter=offerable(today), default=0), all=Sum("minutes")
    )
    for person, due, opened in sums:
        loads.due[person], loads.open[person] = due, opened
    return loads


def collectors_there(practices: Collection[int], *, today: dt.date) -> dict[int, list[int]]:
    """By practice the collectors who see it and are not away today. Two queries."""
    able = Q(role=Role.COLLECTOR, is_active=True, is_service=False, practices__in=list(practices))
    found: dict[int, list[int]] = {practice: [] for practice in practices}
    for practice, person in (
        User.objects.filter(able).exclude(pk__in=away_on(today)).order_by("pk").values_list("practices", "pk")
    ):
        if practice in found:
            found[practice].append(person)
    return found


def share(portions: Iterable[Portion], loads: Loads, *, among: Collection[int]) -> Iterator[tuple[int, int]]:
    """Each item with who gets it: who got its account already, else whoever of `among` has least for their day."""
    by_account: dict[int, int] = {}
    for one in portions:
        known = by_account.get(one.account) if one.account is not None else None
        person = known or loads.lightest(is_due=one.is_due, among=among)
        if person is None:
            return
        loads.add(person, one.minutes, is_due=one.is_due)
        if one.account is not None:
            by_account[one.account] = person
        yield one.item, person
