"""Who settles how much without a second person: by role, by how old what is owed is, and by how much it is.

The figures are dated limits (`limits.figures`); the general limit on settlements counts beside them, so that no cell of
the matrix gives away more than its role may (RULES 13.9).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import from_cents
from collections_app.limits.authority import LimitAuthority
from collections_app.limits.figures import LimitBook
from collections_app.limits.limit_kinds import NO_LIMIT
from collections_app.limits.patient_limits import SETTLED_AGES, SETTLED_BANDS

#: The general limit on settlements (`claims.adjustments.classes`), and the one on discounts.
SETTLEMENT, DISCOUNT = "wo_settlement", "wo_discount"


@dataclass(frozen=True, slots=True)
class AuthorityCell:
    """One cell of the matrix for a role: percent, and dollars (None: no limit)."""

    age: str
    band: str
    percent: Decimal
    dollars: Decimal | None

    @property
    def words(self) -> str:
        """Which balances it is for: `older and small balances`."""
        return f"{SETTLED_AGES[self.age]} and {SETTLED_BANDS[self.band]} balances"


def age_of(days: int, book: LimitBook, *, on: dt.date, practice_id: int) -> str:
    """The age of a balance that the patient has owed for so many days."""
    if days >= book.value("settle_old_days", on=on, practice_id=practice_id):
        return "old"
    return "middle" if days >= book.value("settle_middle_days", on=on, practice_id=practice_id) else "young"


def band_of(owed: Decimal, book: LimitBook, *, on: dt.date, practice_id: int) -> str:
    """Whether a balance is small or large."""
    return "large" if owed >= book.dollars("settle_large", on=on, practice_id=practice_id) else "small"


def cell(age: str, band: str, book: LimitBook, *, role: str, on: dt.date, practice_id: int) -> AuthorityCell:
    """What a role settles alone of such balances. Raises `LookupError` where no figure holds: none is invented."""
    percent = book.value(f"settle_{age}_{band}_percent", on=on, practice_id=practice_id, scope=role)
    cents = book.value(f"settle_{age}_{band}_dollars", on=on, practice_id=practice_id, scope=role)
    general = LimitAuthority(book).alone(SETTLEMENT, role=role, practice_id=practice_id, on=on)
    known = [one for one in (None if cents >= NO_LIMIT else from_cents(cents), general) if one is not None]
    return AuthorityCell(age, band, Decimal(percent), min(known, default=None))


def beyond(discount: Decimal, percent: Decimal, limit: AuthorityCell) -> list[str]:
    """What of a discount a cell does not allow alone, in words."""
    found = []
    if percent > limit.percent:
        found.append(f"{percent}% comes off, and you settle {limit.words} up to {limit.percent}% alone.")
    if limit.dollars is not None and discount > limit.dollars:
        found.append(f"${discount:,.2f} comes off, and you settle {limit.words} up to ${limit.dollars:,.2f} alone.")
    return found


def matrix(book: LimitBook, *, roles: Iterable[str], on: dt.date, practice_id: int) -> dict[str, list[AuthorityCell]]:
    """Every cell by role, the youngest and smallest first."""
    return {
        role: [
            cell(age, band, book, role=role, on=on, practice_id=practice_id)
            for age in SETTLED_AGES
            for band in SETTLED_BANDS
        ]
        for role in roles
    }
