"""How much one person settles alone, how much they approve for another, and how long a question may wait.

A kind of decision has two limits in `figures.LIMITS`, in cents, with a row for each role: `alone_X` to do it without
anybody, `approve_X` to approve another's. A new kind (a refund) is a row of `figures.DECISIONS` and its shipped
figures; the books ask through `claims.approvals.authority`. A figure of `NO_LIMIT` is none.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.dates import add_business_days
from arwork.lib.money import from_cents
from collections_app.limits.figures import LimitBook
from collections_app.limits.limit_kinds import NO_LIMIT
from collections_app.limits.selectors import limit_book


@dataclass(frozen=True, slots=True)
class LimitAuthority:
    """The limits of a book, as the books ask for them. Raises `LookupError` for a kind without one: no figure is
    invented."""

    book: LimitBook

    def alone(self, name: str, *, role: str, practice_id: int, on: dt.date) -> Decimal | None:
        """The most that somebody of `role` settles without a second person, in dollars; None is no limit."""
        return self._dollars(f"alone_{name}", role, practice_id, on)

    def approves(self, name: str, *, role: str, practice_id: int, on: dt.date) -> Decimal | None:
        """The most that somebody of `role` approves for another, in dollars; None is no limit."""
        return self._dollars(f"approve_{name}", role, practice_id, on)

    def answered_by(self, asked_on: dt.date, *, practice_id: int) -> dt.date:
        """From which day on an unanswered question is everybody's who may."""
        days = self.book.value("approval_days", on=asked_on, practice_id=practice_id)
        return add_business_days(asked_on, days)

    def _dollars(self, name: str, role: str, practice_id: int, on: dt.date) -> Decimal | None:
        cents = self.book.value(name, on=on, practice_id=practice_id, scope=role)
        return None if cents >= NO_LIMIT else from_cents(cents)


def authority() -> LimitAuthority:
    """By the limits that are in force. One query."""
    return LimitAuthority(limit_book())
