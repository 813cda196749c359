"""The rows behind a figure: every number of the aging opens the receivables it adds up (RULES 5.4)."""

import datetime as dt
import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, QuerySet, Sum

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.billing.buckets import Bucket
from claims.billing.models import Claim
from claims.ledger import receivables_as_of
from claims.ledger.receivables_as_of import ReceivableAsOf
from claims.payers.models import Payer
from collections_app.aging import current_aging
from collections_app.aging.breakdowns import AgingCut
from collections_app.aging.buckets import Basis
from collections_app.aging.selectors import column_code, row_key
from collections_app.aging.table_columns import DATES, AgingBy, parts_of
from collections_app.aging.tables import Cell

if TYPE_CHECKING:
    from claims.ledger.models import Receivable

PAGE = 50
_MANY = 2_000
_COLUMNS = [field.name for field in fields(ReceivableAsOf)]


@dataclass(frozen=True, slots=True)
class ReceivableRow:
    """One receivable behind a figure. `basis_on` is the day its age counts from, None where there is none."""

    claim_id: int
    claim_number: str
    account_id: int
    account_number: str
    payer: str
    bucket: str
    service_on: dt.date
    first_billed_on: dt.date
    last_billed_on: dt.date
    since_on: dt.date
    basis_on: dt.date | None
    amount: Decimal

    @property
    def owed_by(self) -> str:
        return Bucket(self.bucket).label


@dataclass(frozen=True, slots=True)
class FigureAsked:
    """Which figure: the cut and its row (empty for the whole), the column, the day and the basis."""

    practice_ids: Sequence[int]
    basis: Basis
    as_of: dt.date
    today: dt.date
    by: AgingBy
    key: str
    code: str
    #: A cut that this slice doesn't know (a collector's work) narrows the present rows itself.
    among: "Callable[[QuerySet[Receivable]], QuerySet[Receivable]] | None" = None


@dataclass(frozen=True)
class ReceivablesPage:
    """One page of the rows, largest amounts first, with the total and count of all pages."""

    rows: Sequence[ReceivableRow]
    total: Cell
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total.count // PAGE))

    @property
    def next_number(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None

    @property
    def previous_number(self) -> int | None:
        return self.number - 1 if self.number > 1 else None


def receivables_page(figure: FigureAsked, *, number: int) -> ReceivablesPage:
    """Page `number` (from 1; beyond the last one is the last one)."""
    rows, told = _still(figure), _moved(figure)
    sums = rows.aggregate(total=Sum("amount", default=ZERO), count=Count("pk"))
    total = Cell(sums["total"], sums["count"]).plus(Cell(sum((owed.amount for owed in told), ZERO), len(told)))
    last = max(1, -(-total.count // PAGE))
    number = min(max(1, number), last)
    end = number * PAGE
    first_rows = heapq.merge((ReceivableAsOf(*row) for row in rows[:end]), told, key=_place)
    return ReceivablesPage(list(_named(list(islice(first_rows, end - PAGE, end)), figure)), total, number)


def all_receivables(figure: FigureAsked) -> Iterator[ReceivableRow]:
    """Every row of a figure for an export, in flat memory but for those that moved since its day."""
    rows = (ReceivableAsOf(*row) for row in _still(figure).iterator(chunk_size=_MANY))
    for some in bulk.chunks(heapq.merge(rows, _moved(figure), key=_place), _MANY):
        yield from _named(some, figure)


def label_of(figure: FigureAsked) -> str:
    """What people call the row of the figure; empty for the whole table."""
    return AgingCut(figure.by).labels([figure.key]).get(figure.key, "") if figure.key else ""


def _place(owed: ReceivableAsOf) -> tuple[Decimal, int, str]:
    """The largest first."""
    return -owed.amount, owed.claim_id, owed.bucket


def _still(figure: FigureAsked) -> "QuerySet[Receivable, tuple[Any, ...]]":
    """What stands as it stood that day, in order, as the values of `ReceivableAsOf`."""
    if figure.among:
        rows = figure.among(receivables_as_of.receivables(figure.practice_ids))
    else:
        rows = receivables_as_of.unmoved_receivables(figure.practice_ids, as_of=figure.as_of, today=figure.today)
        rows = rows.filter(AgingCut(figure.by).where(figure.key)) if figure.key else rows
    rows = rows.filter(current_aging.within(figure.code, basis=figure.basis, as_of=figure.as_of))
    return rows.order_by("-amount", "claim", "bucket").values_list(*_COLUMNS)


def _moved(figure: FigureAsked) -> list[ReceivableAsOf]:
    """What stood otherwise that day than now, in order."""
    if figure.among:
        return []
    cut, codes = AgingCut(figure.by), set(parts_of(figure.code))
    told = receivables_as_of.moved_receivables(figure.practice_ids, as_of=figure.as_of, today=figure.today)
    ours = (owed for owed in told if figure.key in ("", row_key(cut, owed)))
    return sorted(
        (one for one in ours if column_code(one, basis=figure.basis, as_of=figure.as_of) in codes), key=_place
    )


def _named(page: Sequence[ReceivableAsOf], figure: FigureAsked) -> Iterator[ReceivableRow]:
    claims = {
        claim_id: (number, account)
        for claim_id, number, account in Claim.objects.filter(pk__in={owed.claim_id for owed in page}).values_list(
            "pk", "number", F("account__number")
        )
    }
    payers = dict(Payer.objects.filter(pk__in={owed.payer_id for owed in page}).values_list("pk", "name"))
    for owed in page:
        number, account = claims[owed.claim_id]
        yield ReceivableRow(
            claim_id=owed.claim_id,
            claim_number=number,
            account_id=owed.account_id,
            account_number=account,
            payer=payers.get(owed.payer_id, "") if owed.payer_id else "",
            bucket=owed.bucket,
            service_on=owed.service_on,
            first_billed_on=owed.first_billed_on,
            last_billed_on=owed.last_billed_on,
            since_on=owed.since_on,
            basis_on=getattr(owed, DATES[figure.basis]),
            amount=owed.amount,
        )
