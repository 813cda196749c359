"""What holds for settlements in each practice on a day, as the set-up shows it; the figures are limits."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.staff.access import practice_choice
from arwork.staff.models import Role
from collections_app.limits.patient_limits import SETTLED_AGES, SETTLED_BANDS
from collections_app.limits.selectors import limit_book
from collections_app.settlements.authority import AuthorityCell, matrix

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Who settles at all.
ROLES = (Role.COLLECTOR, Role.SUPERVISOR, Role.ADMIN, Role.OWNER)
_DAYS = (
    "settle_middle_days", "settle_old_days", "settle_offer_days", "settle_longest_days", "settle_payments",
    "settle_grace_days", "prompt_pay_percent", "prompt_pay_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PracticePolicy:
    """The matrix of a practice by role, the heads of its columns, and its other figures by name."""

    practice: str
    heads: Sequence[str]
    roles: Sequence[tuple[str, Sequence[AuthorityCell]]]
    figures: dict[str, int]
    large: Decimal


def settlement_policies(actor: "User", *, today: dt.date) -> list[PracticePolicy]:
    """What holds today in each practice of the actor. Two queries."""
    book, found = limit_book(), []
    heads = [f"{age} and {band}" for age in SETTLED_AGES.values() for band in SETTLED_BANDS.values()]
    for one in practice_choice(actor).practices:
        cells = matrix(book, roles=[role.value for role in ROLES], on=today, practice_id=one.id)
        figures = {name: book.value(name, on=today, practice_id=one.id) for name in _DAYS}
        roles = [(str(role.label), cells[role.value]) for role in ROLES]
        large = book.dollars("settle_large", on=today, practice_id=one.id)
        found.append(PracticePolicy(one.name, heads, roles, figures, large))
    return found
