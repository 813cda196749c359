"""The aging table as people see it: shades, shares and where each figure leads. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO
from arwork.web import charts, formats
from collections_app.aging.buckets import AGE_BUCKETS
from collections_app.aging.snapshots import TrendPoint
from collections_app.aging.tables import AgingRow, AgingTable, Cell

Link = Callable[[str, str], str]
_OLD = tuple(bucket.code for bucket in AGE_BUCKETS if (bucket.first or 0) > 90)


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """One figure: dollars, receivables, where its rows are, and its share of the largest cell (for the shade)."""

    amount: Decimal
    count: int
    url: str
    share: Decimal = ZERO


@dataclass(frozen=True)
class ShownRow:
    """One row: the aged cells, what they add up to, the credits beside them, and the sum of both."""

    label: str
    cells: Sequence[ShownFigure]
    debits: ShownFigure
    credits: ShownFigure
    net: ShownFigure
    old_share: Decimal


@dataclass(frozen=True)
class ShownTable:
    """Everything that the page writes of a table."""

    heads: Sequence[str]
    rows: Sequence[ShownRow]
    totals: ShownRow


def shown(table: AgingTable, *, link: Link) -> ShownTable:
    """`link(key, code)` is the address of the rows behind a figure."""
    largest = max((row.cell(column.code).amount for row in table.rows for column in table.columns), default=ZERO)
    return ShownTable(
        heads=[column.label for column in table.columns],
        rows=[_row(row, table, link, largest) for row in table.rows],
        totals=_row(table.totals, table, link, ZERO),
    )


def old_share(row: AgingRow) -> Decimal:
    """The part of the debits that is older than 90 days, between 0 and 1."""
    if not row.debits.amount:
        return ZERO
    return sum((row.cell(code).amount for code in _OLD), ZERO) / row.debits.amount


def trend_chart(days: Sequence[TrendPoint], *, title: str) -> charts.Chart:
    """The debits of every remembered day, stacked by age, youngest at the bottom."""
    series = [
        charts.Series(bucket.label, [day.ages.cell(bucket.code).amount for day in days]) for bucket in AGE_BUCKETS
    ]
    return charts.stack_chart(
        title,
        [f"{day.day:%b} {day.day.day}" for day in days],
        series,
        at=[day.day.toordinal() for day in days],
        write=formats.usd_short,
    )


def _row(row: AgingRow, table: AgingTable, link: Link, largest: Decimal) -> ShownRow:
    def one(cell: Cell, code: str) -> ShownFigure:
        share = cell.amount / largest if largest > 0 and cell.amount > 0 else ZERO
        return ShownFigure(cell.amount, cell.count, link(row.key, code), share)

    return ShownRow(
        label=row.label,
        cells=[one(row.cell(column.code), column.code) for column in table.columns],
        debits=one(row.debits, "total"),
        credits=one(row.credits, "credit"),
        net=one(row.net, "net"),
        old_share=old_share(row),
    )
