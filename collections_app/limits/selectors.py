"""The book of limits (what admins entered, over what is shipped), and the list of them for people."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_choice, require
from collections_app.limits.figures import LIMITS, LimitBook, LimitRow, shipped_limits
from collections_app.limits.limit_kinds import LimitKind
from collections_app.limits.models import Limit

if TYPE_CHECKING:
    from arwork.staff.models import User


def limit_book() -> LimitBook:
    """Every limit, the admins' and the shipped. One query: read it once for a batch."""
    return LimitBook((*(as_row(one) for one in Limit.objects.order_by("pk")), *shipped_limits()))


def figure_lookup() -> Callable[[str, dt.date, int, str], int | None]:
    """The figures as the books ask for them: name, day, practice, scope. One query; None where no row holds."""
    book = limit_book()

    def look_up(name: str, on: dt.date, practice_id: int, scope: str) -> int | None:
        row = book.pick(name, on=on, practice_id=practice_id, scope=scope)
        return row.value if row else None

    return look_up


def as_row(limit: Limit) -> LimitRow:
    """A stored limit as the pure modules want it."""
    return LimitRow(
        name=limit.name,
        value=limit.value,
        scope=limit.scope,
        practice_id=limit.practice_id,
        valid_from=limit.valid_from,
        valid_to=limit.valid_to,
        source=limit.source,
        is_verified=limit.is_verified,
        rule_id=limit.pk,
    )


@dataclass(frozen=True, slots=True)
class ListedLimit:
    """One row of the list; `holds` unless another one outranks it for the same scope and practice, or its days are
    past or to come."""

    row: LimitRow
    holds: bool
    practice: str = ""


def limit_list(*, actor: "User", today: dt.date) -> list[tuple[LimitKind, list[ListedLimit]]]:
    """Every limit with its rows, shipped and entered for practices that the actor sees: all's before a practice's,
    and of one scope the latest to begin first."""
    require(actor, Capability.SEE_CLAIMS)
    book = limit_book()
    names = {practice.id: practice.name for practice in practice_choice(actor).practices}
    found = []
    for name, kind in LIMITS.items():
        seen = [row for row in book.about(name) if row.practice_id is None or row.practice_id in names]
        rows = [ListedLimit(row, _holds(row, book, today), names.get(row.practice_id or 0, "")) for row in seen]
        rows.sort(key=lambda one: (one.row.scope, one.practice, not one.holds, -one.row.begins.toordinal()))
        found.append((kind, rows))
    return found


def limit(limit_id: int, *, actor: "User") -> Limit:
    """One stored limit, of all practices or of one that the actor sees. Raises `NotFound`."""
    mine = [practice.id for practice in practice_choice(actor).practices]
    found = Limit.objects.filter(Q(practice=None) | Q(practice__in=mine), pk=limit_id).first()
    if found is None:
        raise NotFound("There is no such limit any more. Look at the list again.")
    return found


def _holds(row: LimitRow, book: LimitBook, today: dt.date) -> bool:
    return book.pick(row.name, on=today, practice_id=row.practice_id, scope=row.scope) is row
