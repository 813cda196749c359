"""The rows behind a figure: every number of the aging opens the receivables it adds up (RULES 5.4)."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, F, QuerySet, Sum

from arwork.lib.money import ZERO
from claims.billing.models import Bucket, Claim
from claims.ledger import standings
from claims.ledger.standings import Owed
from claims.payers.models import Payer
from collections_app.aging import present
from collections_app.aging.buckets import Basis
from collections_app.aging.columns import DATES, By, parts_of
from collections_app.aging.cuts import Cut
from collections_app.aging.selectors import code_of, is_present
from collections_app.aging.tables import Cell

if TYPE_CHECKING:
    from claims.ledger.models import Receivable

PAGE = 50
_WORDS: dict[str, str] = {code: str(label) for code, label in Bucket.choices}


@dataclass(frozen=True, slots=True)
class OpenRow:
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
        return _WORDS[self.bucket]


@dataclass(frozen=True, slots=True)
class Figured:
    """Which figure: the cut and its row (empty for the whole), the column, the day and the basis."""

    practice_ids: Sequence[int]
    basis: Basis
    as_of: dt.date
    today: dt.date
    by: By
    key: str
    code: str
    #: A cut that this slice doesn't know (a collector's work) narrows the present rows itself.
    among: "Callable[[QuerySet[Receivable]], QuerySet[Receivable]] | None" = None

    @property
    def is_present(self) -> bool:
        return self.among is not None or is_present(self.practice_ids, as_of=self.as_of, today=self.today)


@dataclass(frozen=True)
class RowsPage:
    """One page of the rows, largest amounts first, with the total and count of all pages."""

    rows: Sequence[OpenRow]
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


def page_of(figure: Figured, *, number: int) -> RowsPage:
    """Page `number` (from 1; beyond the last one is the last one)."""
    if figure.is_present:
        rows = _present(figure)
        sums = rows.aggregate(total=Sum("amount"), count=Count("pk"))
        total = Cell(sums["total"] or ZERO, sums["count"])
        number, start = _place(number, total.count)
        ordered = rows.order_by("-amount", "pk")[start : start + PAGE]
        return RowsPage([_from_receivable(row, figure) for row in _joined(ordered)], total, number)
    past = sorted(_past(figure), key=lambda owed: (-owed.amount, owed.claim_id, owed.bucket))
    total = Cell(sum((owed.amount for owed in past), ZERO), len(past))
    number, start = _place(number, total.count)
    return RowsPage(list(_named(past[start : start + PAGE], figure)), total, number)


def all_of(figure: Figured) -> Iterator[OpenRow]:
    """Every row of a figure for an export, in flat memory where the present is asked for."""
    if figure.is_present:
        rows = _joined(_present(figure).order_by("-amount", "pk"))
        for row in rows.iterator(chunk_size=2_000):
            yield _from_receivable(row, figure)
        return
    past = sorted(_past(figure), key=lambda owed: (-owed.amount, owed.claim_id, owed.bucket))
    for start in range(0, len(past), 2_000):
        yield from _named(past[start : start + 2_000], figure)


def label_of(figure: Figured) -> str:
    """What people call the row of the figure; empty for the whole table."""
    return Cut(figure.by).labels([figure.key]).get(figure.key, "") if figure.key else ""


def _place(number: int, count: int) -> tuple[int, int]:
    last = max(1, -(-count // PAGE))
    number = min(max(1, number), last)
    return number, (number - 1) * PAGE


def _present(figure: Figured) -> "QuerySet[Receivable]":
    rows = standings.receivables(figure.practice_ids)
    if figure.among:
        rows = figure.among(rows)
    elif figure.key:
        rows = rows.filter(Cut(figure.by).where(figure.key))
    return rows.filter(present.within(figure.code, basis=figure.basis, as_of=figure.as_of))


def _joined(rows: "QuerySet[Receivable]") -> "QuerySet[Receivable]":
    names = ("claim__number", "account__number", "payer__name")
    fields = ("bucket", "amount", *DATES.values())
    return rows.select_related("claim", "account", "payer").only(*fields, *names)


def _from_receivable(row: "Receivable", figure: Figured) -> OpenRow:
    return OpenRow(
        claim_id=row.claim_id,
        claim_number=row.claim.number,
        account_id=row.account_id,
        account_number=row.account.number,
        payer=row.payer.name if row.payer else "",
        bucket=row.bucket,
        service_on=row.service_on,
        first_billed_on=row.first_billed_on,
        last_billed_on=row.last_billed_on,
        since_on=row.since_on,
        basis_on=getattr(row, DATES[figure.basis]),
        amount=row.amount,
    )


def _past(figure: Figured) -> Iterator[Owed]:
    cut, codes = Cut(figure.by), set(parts_of(figure.code))
    for owed in standings.owed_as_of(figure.practice_ids, as_of=figure.as_of, today=figure.today):
        key = cut.key_for(
            practice_id=owed.practice_id, payer_id=owed.payer_id, plan_id=owed.plan_id, bucket=owed.bucket
        )
        if figure.key in ("", key) and code_of(owed, basis=figure.basis, as_of=figure.as_of) in codes:
            yield owed


def _named(page: Sequence[Owed], figure: Figured) -> Iterator[OpenRow]:
    claims = {
        claim_id: (number, account)
        for claim_id, number, account in Claim.objects.filter(pk__in={owed.claim_id for owed in page}).values_list(
            "pk", "number", F("account__number")
        )
    }
    payers = dict(Payer.objects.filter(pk__in={owed.payer_id for owed in page}).values_list("pk", "name"))
    for owed in page:
        number, account = claims[owed.claim_id]
        yield OpenRow(
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
