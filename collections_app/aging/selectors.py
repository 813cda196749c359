"""The aging report, exact from the books, as of any day.

`aging` reads in one GROUP BY the receivables that stand as they stood on the day asked for, and tells the others from
their postings up to it (`claims.ledger.receivables_as_of`). Both ways agree for the same day: tests prove it.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Q, Sum

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS
from claims.ledger import receivables_as_of
from claims.ledger.receivables_as_of import ReceivableAsOf
from claims.ledger.selectors import flows, totals_of, unapplied_of_payers
from claims.parties.models import Account
from collections_app.aging import current_aging, tables
from collections_app.aging.breakdowns import AgingCut, group
from collections_app.aging.buckets import LONG_AGE_BUCKETS, Basis, age_bucket_on
from collections_app.aging.table_columns import CREDIT, DATES, AgingBy, columns
from collections_app.aging.tables import AgingTable, Cell, Figure, ReceivablesTieOut


def aging(
    *,
    practice_ids: Sequence[int],
    basis: Basis,
    as_of: dt.date,
    today: dt.date,
    by: AgingBy = AgingBy.PAYER,
    split_oldest: bool = False,
) -> AgingTable:
    """The table of one day, exact from the books."""
    cut = AgingCut(by)
    rows = receivables_as_of.unmoved_receivables(practice_ids, as_of=as_of, today=today)
    figures = [
        Figure(cut.key_of(*keys), code, amount, count)
        for keys, code, amount, count in current_aging.cells(rows, group=group(by), basis=basis, as_of=as_of)
    ]
    figures += _told(practice_ids, cut, basis=basis, as_of=as_of, today=today)
    return table(figures, cut, basis=basis, as_of=as_of, split_oldest=split_oldest)


def table(
    figures: Sequence[Figure], cut: AgingCut, *, basis: Basis, as_of: dt.date, split_oldest: bool = False
) -> AgingTable:
    """Figures with their names, folded into the columns shown."""
    return tables.build(
        figures,
        labels=cut.labels({figure.key for figure in figures}),
        by=cut.by.value,
        basis=basis,
        as_of=as_of,
        columns=columns(split_oldest=split_oldest),
    )


def tie_out(
    *, practice_ids: Sequence[int], as_of: dt.date, today: dt.date, shown: AgingTable | None = None
) -> ReceivablesTieOut:
    """The receivables and the unapplied cash as the rows keep them, beside what the postings add up to (RULES 5.4).

    `shown` is the table of the same question where there is one; without it the rows are added up anew.
    """
    moved = flows(practice_ids, as_of=as_of)
    totals = totals_of(moved)
    control = sum((totals[name] for name in (*BUCKETS, "UNAPPLIED")), ZERO)
    if shown:
        debits, credits = shown.totals.debits.amount, shown.totals.credits.amount
    else:
        debits, credits = _sides(practice_ids, as_of=as_of, today=today)
    of_payers = unapplied_of_payers(moved)
    if receivables_as_of.is_posted_after(practice_ids, as_of):
        return ReceivablesTieOut(debits, credits, -totals["UNAPPLIED"], control, of_payers)
    held = Account.objects.filter(practice__in=practice_ids).aggregate(total=Sum("unapplied"))["total"] or ZERO
    return ReceivablesTieOut(debits, credits, held + of_payers, control, of_payers)


def _sides(practice_ids: Sequence[int], *, as_of: dt.date, today: dt.date) -> tuple[Decimal, Decimal]:
    """What is owed and what is owed back, from the rows."""
    rows = receivables_as_of.unmoved_receivables(practice_ids, as_of=as_of, today=today)
    kept = rows.aggregate(
        debits=Sum("amount", filter=Q(amount__gt=0), default=ZERO),
        credits=Sum("amount", filter=Q(amount__lt=0), default=ZERO),
    )
    debits, credits = kept["debits"], kept["credits"]
    for owed in receivables_as_of.moved_receivables(practice_ids, as_of=as_of, today=today):
        debits, credits = debits + max(owed.amount, ZERO), credits + min(owed.amount, ZERO)
    return debits, credits


def _told(practice_ids: Sequence[int], cut: AgingCut, *, basis: Basis, as_of: dt.date, today: dt.date) -> list[Figure]:
    sums: dict[tuple[str, str], Cell] = {}
    for owed in receivables_as_of.moved_receivables(practice_ids, as_of=as_of, today=today):
        place = (row_key(cut, owed), column_code(owed, basis=basis, as_of=as_of))
        sums[place] = sums.get(place, tables.NOTHING).plus(Cell(owed.amount, 1))
    return [Figure(key, code, cell.amount, cell.count) for (key, code), cell in sums.items()]


def column_code(owed: ReceivableAsOf, *, basis: Basis, as_of: dt.date) -> str:
    """The stored column of one amount."""
    if owed.amount < 0:
        return CREDIT
    return age_bucket_on(as_of, getattr(owed, DATES[basis]), buckets=LONG_AGE_BUCKETS).code


def row_key(cut: AgingCut, owed: ReceivableAsOf) -> str:
    """The row that one amount is in."""
    return cut.key_for(practice_id=owed.practice_id, payer_id=owed.payer_id, plan_id=owed.plan_id, bucket=owed.bucket)
