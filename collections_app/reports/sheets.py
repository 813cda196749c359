"""Reports as sheets for XLSX and CSV: the figures as they are, with the day, the basis and the tie-out above them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from arwork.web import formats
from arwork.web.exports import Column, Kind, Sheet
from collections_app.aging.buckets import age_days
from collections_app.aging.rows import ReceivableRow
from collections_app.aging.tables import AgingRow, AgingTable, Cell, ReceivablesTieOut
from collections_app.reports.deposits import Deposit
from collections_app.reports.rollforward import RollForward


def aging_sheet(table: AgingTable, tie: ReceivablesTieOut, *, by_label: str) -> Sheet:
    """Dollars and counts of every column, credits, net; totals below."""
    columns = [Column(by_label.capitalize(), width=32)]
    for column in table.columns:
        columns += [Column(column.label, Kind.MONEY), Column(f"{column.label} claims", Kind.NUMBER)]
    columns += [Column("Total debits", Kind.MONEY), Column("Credits", Kind.MONEY), Column("Net", Kind.MONEY)]
    notes = (
        f"Aging as of {formats.isoday(table.as_of)}, aged from: {table.basis.label}; credits are shown, never netted",
        ("Buckets", tie.debits),
        ("Credits", tie.credits),
        ("Unapplied, taken off", -tie.unapplied),
        ("Together", tie.report),
        ("Ledger control total", tie.control),
        ("Difference", tie.difference),
    )

    def values(row: AgingRow) -> list[Any]:
        found = [row.cell(column.code) for column in table.columns]
        cells = [value for cell in found for value in (cell.amount, cell.count)]
        return [row.label, *cells, row.debits.amount, row.credits.amount, row.net.amount]

    return Sheet("Aging", columns, [values(row) for row in table.rows], values(table.totals), notes)


def rows_sheet(rows: Iterable[ReceivableRow], total: Cell, *, as_of: dt.date, title: str) -> Sheet:
    """Receivables one by one, every date of them, the amount last; its total equals the figure they are behind."""
    columns = [
        Column("Claim"),
        Column("Account"),
        Column("Who owes"),
        Column("Payer", width=32),
        Column("Date of service", Kind.DATE),
        Column("First billed", Kind.DATE),
        Column("Last billed", Kind.DATE),
        Column("With this party since", Kind.DATE),
        Column("Aged from", Kind.DATE),
        Column("Age in days", Kind.NUMBER),
        Column("Amount", Kind.MONEY),
    ]
    values = (
        (
            row.claim_number,
            row.account_number,
            row.owed_by,
            row.payer,
            row.service_on,
            row.first_billed_on,
            row.last_billed_on,
            row.since_on,
            row.basis_on,
            None if row.basis_on is None else age_days(as_of, row.basis_on),
            row.amount,
        )
        for row in rows
    )
    return Sheet("Rows", columns, values, ("Total", *[None] * 9, total.amount), (title,))


def roll_sheet(rolls: Sequence[RollForward], *, period: str) -> Sheet:
    """The roll-forwards one below the other."""
    columns = [
        Column("Account"),
        Column("Line", width=44),
        Column("Increase", Kind.MONEY),
        Column("Decrease", Kind.MONEY),
        Column("Net", Kind.MONEY),
        Column("Postings", Kind.NUMBER),
    ]
    rows: list[Sequence[Any]] = []
    for roll in rolls:
        rows.append((roll.title, "Opening", None, None, roll.opening, None))
        rows += [(roll.title, line.label, line.increase, line.decrease, line.net, line.count) for line in roll.lines]
        rows.append((roll.title, "Closing by the ledger", None, None, roll.closing, None))
        rows.append((roll.title, "Difference", None, None, roll.difference, None))
    return Sheet("Roll-forward", columns, rows, notes=(period,))


def deposits_sheet(rows: Iterable[Deposit], *, period: str) -> Sheet:
    """Every deposit of the period and where its money stands."""
    columns = [
        Column("Paid on", Kind.DATE),
        Column("Practice", width=28),
        Column("Payer", width=32),
        Column("Check or trace"),
        Column("Method", width=8),
        Column("Deposit", Kind.MONEY),
        Column("Posted to claims", Kind.MONEY),
        Column("Unapplied", Kind.MONEY),
        Column("Provider level", Kind.MONEY),
        Column("Not booked", Kind.MONEY),
        Column("State"),
    ]
    values = (
        (
            one.paid_on,
            one.practice,
            one.payer,
            one.trace,
            one.method,
            one.amount,
            one.posted,
            one.unapplied,
            one.provider,
            one.unbooked,
            "closed" if one.is_closed else "money waits",
        )
        for one in rows
    )
    return Sheet("Deposits", columns, values, notes=(period,))
