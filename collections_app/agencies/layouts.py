"""What files that go to an agency name, in whose order, and how a file that comes from one is read. Pure.

No more than the agency needs to collect (45 CFR 164.502(b), RULES 12.3): who owes what since when, no diagnosis, no
procedure. Columns are chosen agency by agency; some may not be left out. Text that a spreadsheet would run as a formula
gets an apostrophe before it.
"""

import csv
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from io import StringIO
from typing import Any

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from collections_app.agencies.states import ISO, RETURN_CODES, RowKind

#: What files of placements may name, by column.
COLUMNS = {
    "reference": "our reference",
    "account": "account number",
    "last": "last name",
    "first": "first name",
    "street": "street",
    "street2": "street, second line",
    "city": "city",
    "state": "state",
    "zip": "ZIP code",
    "phone": "phone",
    "birth": "date of birth",
    "language": "language",
    "visit": "visit",
    "service": "date of service",
    "amount": "amount placed",
    "creditor": "creditor",
    "first_statement": "first statement",
    "last_payment": "last payment",
    "placement": "placement number",
}
#: Without these nobody can collect, report back, or send a validation notice (12 CFR 1006.34(c)).
NEEDED = ("reference", "last", "first", "street", "city", "state", "zip", "visit", "service", "amount", "creditor")
DEFAULT = (
    "reference", "account", "last", "first", "street", "street2", "city", "state", "zip", "phone", "language", "visit",
    "service", "amount", "creditor", "first_statement", "last_payment", "placement",
)  # fmt: skip
#: What a file of an agency has to name, and may.
REPORTED = ("key", "reference", "type", "date")
MAY_REPORT = ("amount", "fee", "code", "note")
MOST_ROWS, MOST_BYTES = 20_000, 5_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_US = "%m/%d/%Y"


class BadLayout(DomainError):
    """Columns that no file could have, or a file that is none of ours."""

    code = "bad_layout"


def check_columns(names: Sequence[str]) -> list[str]:
    """Columns as they are kept. Raises `BadLayout` naming what is wrong."""
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise BadLayout(f"There is no column {unknown[0]}.", field="columns")
    if len(set(names)) < len(names):
        raise BadLayout("A column stands once.", field="columns")
    if missing := [COLUMNS[name] for name in NEEDED if name not in names]:
        raise BadLayout(f"Nobody can collect without: {', '.join(missing)}.", field="columns")
    return list(names)


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file as it goes out: bytes, their SHA-256, and its control totals."""

    content: str
    sha256: str
    count: int
    amount: Decimal


def table_file(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, date_format: str) -> MadeFile:
    """A CSV of rows, UTF-8 without a mark, lines ended by CRLF (RFC 4180); `amount` is totalled."""
    text, count, amount = StringIO(), 0, ZERO
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name], date_format) for name in columns])
        count += 1
        amount += row.get("amount") or ZERO
    content = text.getvalue()
    return MadeFile(content, hashlib.sha256(content.encode()).hexdigest(), count, amount)


def manifest(name: str, made_on: dt.date, sha256: str, count: int, amount: Decimal) -> str:
    """What the agency checks a file by."""
    return f"file: {name}\nmade: {made_on.isoformat()}\nrows: {count}\namount: {amount:.2f}\nsha256: {sha256}\n"


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A line of an agency's file as it says it. `trouble` says what can't be read; then nothing else counts."""

    line: int
    key: str = ""
    reference: str = ""
    kind: str = ""
    amount: Decimal = ZERO
    fee: Decimal | None = None
    on: dt.date | None = None
    code: str = ""
    note: str = ""
    trouble: str = ""


def read_report(content: bytes, *, date_format: str) -> list[ReportedRow]:
    """The lines of an agency's file, those that can't be read with what is wrong. Raises `BadLayout` where it is no
    such file at all."""
    if len(content) > MOST_BYTES:
        raise BadLayout("This file is larger than any of an agency's: 5 MB at most.", field="file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadLayout("This is no text in UTF-8. Save it as CSV (UTF-8).", field="file") from error
    if "\x00" in text:
        raise BadLayout("This is no text file. Save it as CSV (UTF-8).", field="file")
    reader = csv.reader(StringIO(text, newline=""))
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadLayout(
            "This is no CSV: a quotation mark is never closed, or a line never ends.", field="file"
        ) from error
    if not rows:
        raise BadLayout("This file is empty.", field="file")
    if len(rows) > MOST_ROWS + 1:
        raise BadLayout(f"At most {MOST_ROWS:,} lines at a time. Split the file.", field="file")
    names = [cell.strip().lower() for cell in rows[0][1]]
    if missing := [name for name in REPORTED if name not in names]:
        raise BadLayout(f"The first line must name the columns; it lacks {', '.join(missing)}.", field="file")
    if len(set(names)) < len(names):
        raise BadLayout("A column stands twice in the first line.", field="file")
    return [
        _read(line, dict(zip(names, row, strict=False)), len(row), len(names), date_format) for line, row in rows[1:]
    ]


def _read(line: int, cells: dict[str, str], width: int, wanted: int, date_format: str) -> ReportedRow:
    told = {name: cell.strip() for name, cell in cells.items()}
    try:
        if width != wanted:
            raise BadLayout(f"It has {width} columns where the first line has {wanted}")
        key, kind = told["key"], told["type"].lower()
        if not 0 < len(key) <= 60:  # noqa: PLR2004 (as long as the column)
            raise BadLayout("Its key is missing or longer than 60 characters")
        if kind not in RowKind:
            raise BadLayout(f"Its type is none of {', '.join(RowKind)}")
        if not 0 < len(told["reference"]) <= 24:  # noqa: PLR2004 (as long as the column)
            raise BadLayout("Its reference is missing or longer than 24 characters")
        amount = _money(told.get("amount", ""), "amount") or ZERO
        if kind in (RowKind.PAYMENT, RowKind.DIRECT) and amount <= ZERO:
            raise BadLayout("A payment is more than zero")
        fee = _money(told.get("fee", ""), "fee")
        if fee is not None and not ZERO <= fee <= amount:
            raise BadLayout("Its fee is below zero or above its amount")
        code = told.get("code", "").lower()
        if kind == RowKind.RETURN and code not in RETURN_CODES:
            raise BadLayout(f"Its code is none of {', '.join(RETURN_CODES)}")
        return ReportedRow(
            line, key, told["reference"].upper(), kind, amount, fee, _day(told["date"], date_format), code[:12],
            told.get("note", "")[:300],
        )  # fmt: skip
    except BadLayout as error:
        return ReportedRow(line, key=told.get("key", "")[:60], trouble=str(error))


def _money(text: str, name: str) -> Decimal | None:
    bare = text.removeprefix("$").replace(",", "")
    if not bare:
        return None
    try:
        amount = Decimal(bare)
    except InvalidOperation as error:
        raise BadLayout(f"Its {name} is no amount") from error
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -2 or abs(amount) >= 10**8:  # noqa: PLR2004 (cents; a slip of the hand)
        raise BadLayout(f"Its {name} is no amount in cents")
    return amount


def _day(text: str, date_format: str) -> dt.date:
    try:
        if date_format == ISO:
            return dt.date.fromisoformat(text)
        return dt.datetime.strptime(text, _US).replace(tzinfo=dt.UTC).date()
    except ValueError as error:
        raise BadLayout("Its date is none of the agreed form") from error


def _cell(value: Any, date_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat() if date_format == ISO else value.strftime(_US)
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
