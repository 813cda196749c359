"""The dated figures that credits and refunds go by, which a slice above keeps, and the work that is there about them.

Until somebody has answered there is no figure: no clock runs, nothing is stale, nothing goes to a state.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

#: name, day, practice, scope (a class of payers, a state) -> days; None where there is none.
Figure = Callable[[str, dt.date, int, str], int | None]
OVERPAYMENT, STALE, DORMANT = "overpayment_days", "refund_stale_days", "refund_dormant_days"


class CreditWork(NamedTuple):
    """The open work about a claim: its id, the bucket it is about, and the last day to return the overpayment."""

    item_id: int
    bucket: str
    due_on: dt.date | None


#: claims -> the open work about each.
WorkSource = Callable[[Collection[int]], Mapping[int, CreditWork]]
_books: list[Callable[[], Figure]] = []
_work: list[WorkSource] = []


def register_figures(book: Callable[[], Figure]) -> None:
    """Let `book` open the dated figures; the app says so when it is ready, nobody else."""
    _books.append(book)


def register_work(source: WorkSource) -> None:
    """Let `source` say what work there is about claims; the app says so when it is ready, nobody else."""
    _work.append(source)


def figures() -> Figure:
    """The figures in force: read them once for a batch."""
    books = [book() for book in _books]
    return lambda name, on, practice_id, scope: next(
        (days for one in books if (days := one(name, on, practice_id, scope)) is not None), None
    )


def work_about(claim_ids: Collection[int]) -> Mapping[int, CreditWork]:
    """The open work about claims."""
    found: dict[int, CreditWork] = {}
    for source in _work:
        found |= source(claim_ids)
    return found
