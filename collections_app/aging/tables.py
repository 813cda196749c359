"""Cells to tables: add up, fold, order, tie out. Pure; amounts are dollars."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from arwork.lib.money import ZERO
from collections_app.aging.buckets import Basis
from collections_app.aging.table_columns import CREDIT, AgingColumn, parts_of


@dataclass(frozen=True, slots=True)
class Cell:
    """A sum of receivables and how many they are."""

    amount: Decimal = ZERO
    count: int = 0

    def plus(self, other: "Cell") -> "Cell":
        return Cell(self.amount + other.amount, self.count + other.count)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured cell: the key of its row, the stored code of its column, its dollars and its rows."""

    key: str
    code: str
    amount: Decimal
    count: int


NOTHING = Cell()


@dataclass(frozen=True)
class AgingRow:
    """One row of the table; `parts` are the stored columns."""

    key: str
    label: str
    parts: Mapping[str, Cell] = field(default_factory=dict)

    def cell(self, code: str) -> Cell:
        """What a column (or `total`, `credit`, `net`) shows in this row."""
        return added(self.parts.get(part, NOTHING) for part in parts_of(code))

    @property
    def debits(self) -> Cell:
        return self.cell("total")

    @property
    def credits(self) -> Cell:
        return self.parts.get(CREDIT, NOTHING)

    @property
    def net(self) -> Cell:
        return self.cell("net")


@dataclass(frozen=True)
class AgingTable:
    """Who owes how much since when, on one day and one basis. `by` names what a row is."""

    by: str
    basis: Basis
    as_of: dt.date
    columns: Sequence[AgingColumn]
    rows: Sequence[AgingRow]
    totals: AgingRow


@dataclass(frozen=True)
class ReceivablesTieOut:
    """What the table adds up to beside what the ledger says (RULES 5.4). Dollars; credits are negative.

    `unapplied` is cash received and not yet applied (a liability, so it lowers the receivable), `control` the net
    debit of all bucket accounts and UNAPPLIED over the postings. `of_payers` is the part of `unapplied` that payers
    paid and no claim has got yet; the rest is the guarantors'.
    """

    debits: Decimal
    credits: Decimal
    unapplied: Decimal
    control: Decimal
    of_payers: Decimal = field(default=ZERO, compare=False)

    @property
    def report(self) -> Decimal:
        """Buckets + credits + unapplied, as the report has them."""
        return self.debits + self.credits - self.unapplied

    @property
    def difference(self) -> Decimal:
        return self.report - self.control

    @property
    def is_tied(self) -> bool:
        return self.difference == ZERO


def added(cells: Iterable[Cell]) -> Cell:
    """The sum of cells."""
    total = NOTHING
    for cell in cells:
        total = total.plus(cell)
    return total


def build(
    figures: Iterable[Figure],
    *,
    labels: Mapping[str, str],
    by: str,
    basis: Basis,
    as_of: dt.date,
    columns: Sequence[AgingColumn],
) -> AgingTable:
    """A table from figures in any order; rows with the largest debits first, then by name."""
    parts: dict[str, dict[str, Cell]] = defaultdict(dict)
    whole: dict[str, Cell] = {}
    for one in figures:
        cell = Cell(one.amount, one.count)
        parts[one.key][one.code] = parts[one.key].get(one.code, NOTHING).plus(cell)
        whole[one.code] = whole.get(one.code, NOTHING).plus(cell)
    rows = [AgingRow(key, labels.get(key, key), cells) for key, cells in parts.items()]
    rows.sort(key=lambda row: (-row.debits.amount, row.label, row.key))
    used = [
        one for one in columns if one.code not in ("future", "undated") or AgingRow("", "", whole).cell(one.code).count
    ]
    return AgingTable(by, basis, as_of, used, rows, AgingRow("", "Total", whole))
