"""Which decisions about money one person takes alone: by kind, role, practice and day. Pure but for `alone_rule`.

A kind of decision has the limit `alone_KIND` in `figures.LIMITS`, in cents, with a row for each role and one for every
other. A new kind (a write-off, a refund) is a row there, its shipped figures, and a call of `needs_second_person`.
"""

import datetime as dt
from decimal import Decimal

from collections_app.limits.figures import LimitBook
from collections_app.limits.selectors import limit_book


def needs_second_person(
    kind: str, amount: Decimal, role: str, limits: LimitBook, *, on: dt.date, practice_id: int | None = None
) -> bool:
    """Whether `amount` dollars, of either sign, are more than somebody of `role` settles alone on a day.

    Raises `LookupError` for a kind without a limit: a figure is never invented.
    """
    return abs(amount) > limits.dollars(f"alone_{kind}", on=on, practice_id=practice_id, scope=role)


def alone_rule(kind: str, amount: Decimal, role: str, practice_id: int, on: dt.date) -> bool:
    """The same by the limits that are in force, for the books. One query."""
    return needs_second_person(kind, amount, role, limit_book(), on=on, practice_id=practice_id)
