"""Cases of people that are open and need somebody's next step, as every slice that keeps such cases tells of them.

A dispute, an application for assistance, a bankruptcy: each stands on a page of its own with its owner, its next action
and the day of it. Here they are one list: for the search for what nobody follows, and for the day of who works them.
Sources are registered once, when the app of the work is ready.
"""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from arwork.lib.errors import NotFound

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One open case: its `kind` in words, whose account it is about (None: a payer's), and the page (name of the
    address, with `pk`) that shows it. What is None or empty is missing: then nobody follows the case. `source` names
    who tells of it."""

    kind: str
    pk: int
    account_id: int | None
    url_name: str
    owner_id: int | None = None
    next_action: str = ""
    next_on: dt.date | None = None
    source: str = ""

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is missing for somebody to follow it, in words."""
        missing = (
            ("an owner", self.owner_id is None),
            ("a next step", not self.next_action.strip()),
            ("a day", self.next_on is None),
        )
        return tuple(words for words, is_missing in missing if is_missing)

    def is_overdue(self, today: dt.date) -> bool:
        """Whether its next step was due before today."""
        return self.next_on is not None and self.next_on < today


#: (practices, today) -> their open cases, at most `MOST_OF_A_SOURCE`, the earliest next day first.
CaseSource = Callable[[Collection[int], dt.date], Collection[OpenCase]]
#: So many are read of one source at a time.
MOST_OF_A_SOURCE = 2_000
_sources: dict[str, tuple[CaseSource, "AssignCase | None"]] = {}


class AssignCase(Protocol):
    """Gives a case of its source to somebody, with a next step today where it has none."""

    def __call__(
        self, pk: int, *, owner_id: int, kind: str, actor: "User", today: dt.date, now: dt.datetime
    ) -> None: ...


def register_case_source(name: str, source: CaseSource, *, assign: AssignCase | None = None) -> None:
    """Ask `source` as well; `assign` gives one of its cases to somebody where that can be done from a list. A name
    stands once: the last one counts."""
    _sources[name] = (source, assign)


def can_assign(source: str) -> bool:
    """Whether a case of this source can be given to somebody from a list."""
    return source in _sources and _sources[source][1] is not None


def assign_case(
    source: str, pk: int, *, owner_id: int, kind: str, actor: "User", today: dt.date, now: dt.datetime
) -> None:
    """Give a case to somebody. Raises `NotFound` where its source does not offer that, or has no such case."""
    _, assign = _sources.get(source, (None, None))
    if assign is None:
        raise NotFound("This case is given to somebody on its own page.")
    assign(pk, owner_id=owner_id, kind=kind, actor=actor, today=today, now=now)


def cases_of(practice_ids: Collection[int], today: dt.date) -> list[OpenCase]:
    """The open cases of some practices: those that nobody follows first, then by the day of their next step. As many
    queries as the sources need, however many cases."""
    if not practice_ids:
        return []
    found = [
        replace(one, source=name)
        for name, (source, _) in _sources.items()
        for one in [*source(practice_ids, today)][:MOST_OF_A_SOURCE]
    ]
    return sorted(found, key=lambda one: (not one.lacks, one.next_on or dt.date.min, one.kind, one.pk))
