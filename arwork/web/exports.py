"""Tables as files: CSV that streams, XLSX whose numbers are numbers, and neither runs as a formula.

A page hands over a `Sheet`: columns with their kinds, rows as they come from a selector, totals if it has any.
Money is `Decimal` dollars, dates are dates; nothing is formatted for the eye on its way into a file.
"""

import csv
import datetime as dt
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from io import StringIO
from itertools import chain
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from arwork.lib.errors import DomainError

#: A workbook is made while somebody waits: about 10,000 rows a second.
XLSX_ROWS = 100_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A cell that begins so is run as a formula by spreadsheets; an apostrophe makes it text again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class TooManyRows(DomainError):
    """More rows than a workbook is made of."""

    code = "too_many_rows"


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    MONEY = "money"
    NUMBER = "number"
    DATE = "date"
    PERCENT = "percent"


_NUMERIC = (Kind.MONEY, Kind.NUMBER, Kind.PERCENT)
_FORMATS = {
    Kind.MONEY: "#,##0.00;-#,##0.00",
    Kind.NUMBER: "#,##0",
    Kind.DATE: "yyyy-mm-dd",
    Kind.PERCENT: "0.0%",
}
_WIDTHS = {Kind.TEXT: 24, Kind.MONEY: 16, Kind.NUMBER: 10, Kind.DATE: 12, Kind.PERCENT: 10}


@dataclass(frozen=True)
class Column:
    """One column: what it is called, what its values are, how many characters wide."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 0


@dataclass(frozen=True)
class Sheet:
    """One table. `notes` say above it (XLSX) what it shows: the day, the basis, the filters; a figure of the tie-out is
    a note of its words and its dollars, so that it can be counted with."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    totals: Sequence[Any] | None = None
    notes: Sequence[str | tuple[str, Decimal]] = ()


def asked_for(request: HttpRequest) -> str:
    """The kind of file that the address asks for by `export`, as `table_response` takes it; "" for the page itself."""
    kind = request.GET.get("export", "")
    return kind if kind in ("csv", "xlsx") else ""


def filtered_by(asked: Any, *, but: Collection[str]) -> dict[str, Any]:
    """Which rows a file was asked for, for the audit trail: the fields of a filter that are in use. `but` are those
    of free text, which may name a patient: of them only that they were used."""
    used = {one.name: getattr(asked, one.name) for one in fields(asked) if getattr(asked, one.name)}
    return {name: True if name in but else value for name, value in used.items()}


def table_response(kind: str, name: str, *sheets: Sheet) -> HttpResponseBase:
    """The answer to `?export=csv` (the first sheet) or `?export=xlsx` (all of them)."""
    if kind == "xlsx":
        return xlsx_response(name, *sheets)
    sheet = sheets[0]
    return csv_response(name, _csv_rows(sheet))


def csv_response(name: str, rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """`name.csv`, written row by row; amounts and dates as they are, text defused."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow([_cell(value) for value in row]) for row in rows)
    return StreamingHttpResponse(
        _with_mark(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"},
    )


def csv_text(sheet: Sheet) -> str:
    """The same file as text, to be kept: without the mark at its beginning."""
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerows([[_cell(value) for value in row] for row in _csv_rows(sheet)])
    return written.getvalue()


def xlsx_response(name: str, *sheets: Sheet) -> FileResponse:
    """`name.xlsx`: typed cells, a frozen head with filters, totals below. Raises `TooManyRows`."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        write_workbook(file, sheets)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{name}.xlsx", content_type=_XLSX, headers={"Cache-Control": "no-store"}
    )


def write_workbook(file: Any, sheets: Sequence[Sheet]) -> None:
    """Write sheets to an open binary file, row by row: memory stays flat however many rows there are."""
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    formats = _Formats(book)
    for sheet in sheets:
        _write_sheet(book.add_worksheet(_sheet_name(sheet.title)), sheet, formats)
    book.close()


class _Formats:
    """The cell formats of a workbook, one for each kind, plain and bold."""

    def __init__(self, book: Any) -> None:
        self.head = {
            numeric: book.add_format({"bold": True, "bottom": 1, "align": "right" if numeric else "left"})
            for numeric in (False, True)
        }
        self.note = book.add_format({"italic": True})
        self.plain = {kind: book.add_format(self._of(kind)) for kind in Kind}
        self.total = {kind: book.add_format({**self._of(kind), "bold": True, "top": 1}) for kind in Kind}

    @staticmethod
    def _of(kind: Kind) -> dict[str, Any]:
        return {"num_format": _FORMATS[kind]} if kind in _FORMATS else {}


def _write_sheet(page: Any, sheet: Sheet, formats: _Formats) -> None:
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width or max(_WIDTHS[column.kind], len(column.title) + 2))
    for number, note in enumerate(sheet.notes):
        words, *figure = (note,) if isinstance(note, str) else note
        page.write_string(number, 0, words, formats.note)
        if figure:
            page.write_number(number, 1, figure[0], formats.plain[Kind.MONEY])
    head = len(sheet.notes) + bool(sheet.notes)
    for index, column in enumerate(sheet.columns):
        page.write_string(head, index, column.title, formats.head[column.kind in _NUMERIC])
    page.freeze_panes(head + 1, 0)
    last = head
    for last, row in enumerate(sheet.rows, head + 1):
        if last - head > XLSX_ROWS:
            raise TooManyRows(
                f"A workbook holds up to {XLSX_ROWS:,} rows here. Take the CSV file, or narrow what is shown."
            )
        _write_row(page, last, sheet.columns, row, formats.plain)
    page.autofilter(head, 0, max(last, head + 1), len(sheet.columns) - 1)
    if sheet.totals is not None:
        _write_row(page, last + 1, sheet.columns, sheet.totals, formats.total)
    page.repeat_rows(head)
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _write_row(page: Any, number: int, columns: Sequence[Column], row: Sequence[Any], formats: dict[Kind, Any]) -> None:
    for index, (column, value) in enumerate(zip(columns, row, strict=True)):
        style = formats[column.kind]
        if value is None or value == "":
            page.write_blank(number, index, None, style)
        elif isinstance(value, dt.datetime):
            page.write_datetime(number, index, value.replace(tzinfo=None), style)
        elif isinstance(value, dt.date):
            page.write_datetime(number, index, value, style)
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            page.write_number(number, index, value, style)
        else:
            page.write_string(number, index, str(value), style)


def _sheet_name(title: str) -> str:
    """What a workbook takes as the name of a sheet: 31 characters, none of []:*?/\\."""
    return "".join("-" if letter in "[]:*?/\\" else letter for letter in title)[:31]


def _csv_rows(sheet: Sheet) -> Iterator[Sequence[Any]]:
    yield [column.title for column in sheet.columns]
    shares = [index for index, column in enumerate(sheet.columns) if column.kind is Kind.PERCENT]
    for row in chain(sheet.rows, [] if sheet.totals is None else [sheet.totals]):
        yield _readable(row, shares) if shares else row


def _readable(row: Sequence[Any], shares: Sequence[int]) -> Sequence[Any]:
    """A row whose shares have the four places that a hundredth of a percent takes, not the 28 of a quotient."""
    return [
        round(value, 4) if index in shares and isinstance(value, Decimal) else value for index, value in enumerate(row)
    ]


class _Echo:
    def write(self, value: str) -> str:
        return value


def _with_mark(lines: Iterator[str]) -> Iterator[str]:
    yield "\ufeff"  # so that Excel reads it as UTF-8
    yield from lines


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
