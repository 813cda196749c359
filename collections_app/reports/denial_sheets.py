"""The denials of a period as sheets for XLSX and CSV, with the formulas of the rates above them."""

from collections.abc import Iterable
from typing import Any

from arwork.web import formats
from arwork.web.exports import Column, Kind, Sheet
from collections_app.reports.denial_breakdowns import DenialQuery
from collections_app.reports.denials import DenialReport, DenialRow

FORMULAS = (
    "Claims denied of claims remitted in the period (HFMA AR-5); dollars denied of what those claims charged. A denial"
    " counts once, on the day it was first given; answers that the payer reversed do not count.",
    "Overturned of decided: dollars denied and paid after all, of those and the dollars accepted. What was recovered is"
    " less than what was overturned by what the contract takes off.",
)


def denials_sheet(report: DenialReport, *, asked: DenialQuery) -> Sheet:
    """The rows with every figure, totals below."""
    columns = [
        Column(asked.by.label, width=44),
        Column("Claims denied", Kind.NUMBER),
        Column("Claims remitted", Kind.NUMBER),
        Column("Denied of remitted", Kind.PERCENT),
        Column("Denied", Kind.MONEY),
        Column("Charged", Kind.MONEY),
        Column("Denied of charged", Kind.PERCENT),
        Column("Still open", Kind.MONEY),
        Column("Overturned", Kind.MONEY),
        Column("Accepted", Kind.MONEY),
        Column("Reversed by the payer", Kind.MONEY),
        Column("Recovered", Kind.MONEY),
        Column("Overturned of decided", Kind.PERCENT),
    ]

    def values(row: DenialRow) -> list[Any]:
        return [
            row.label, row.claims, row.remitted, row.claim_rate, row.denied, row.charged, row.dollar_rate,
            row.open, row.overturned, row.accepted, row.reversed, row.recovered, row.won,
        ]  # fmt: skip

    period = f"Denials first given from {formats.isoday(asked.since)} to {formats.isoday(asked.until)}"
    narrowed = [words for words in (asked.reason, asked.category) if words]
    notes = (", ".join([period, *narrowed]), *FORMULAS)
    return Sheet("Denials", columns, [values(row) for row in report.rows], values(report.totals), notes)


def rows_sheet(rows: Iterable[Any], *, title: str) -> Sheet:
    """Denials one by one."""
    columns = [
        Column("Claim"),
        Column("Account"),
        Column("Payer", width=32),
        Column("Service"),
        Column("Reason"),
        Column("Remarks"),
        Column("Category"),
        Column("First denied", Kind.DATE),
        Column("State"),
        Column("Closed on", Kind.DATE),
        Column("Denied", Kind.MONEY),
        Column("Recovered", Kind.MONEY),
    ]
    values = (
        (
            row.claim.number,
            row.claim.account.number,
            row.payer.name if row.payer else "",
            (row.line.code or row.line.revenue_code) if row.line else "",
            f"{row.group}-{row.carc}",
            row.rarcs,
            row.category,
            row.initial_on,
            row.get_state_display(),
            row.closed_on,
            row.counted,
            row.recovered,
        )
        for row in rows
    )
    return Sheet("Rows", columns, values, notes=(title,))
