"""Fee schedules as payers send them: which column is what, which rows can be read, what they would change. Pure.

Nothing is guessed silently: a row that can't be read is reported with its line and what is wrong with it, and the
same code twice with two amounts is a bad row, not the last one. A schedule with a facility and a non-facility column
(Medicare's) has two fees in a row, each for its places.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from arwork.lib.errors import DomainError
from claims.payers.fee_places import ANYWHERE, AT_FACILITY, ELSEWHERE, read_place

MOST_ROWS = 20_000
MOST_CELLS = 2_000_000
_MOST_UNPACKED = 50_000_000
#: A cell with something in it, by its place: letters and a number.
_CELL = re.compile(rb"""<(?:\w+:)?c\b[^<>]*\br=["']([A-Z]{1,3})([0-9]{1,7})["'][^<>]*(?<!/)>""")
_LOOK_FOR_HEAD = 20
_CODE = re.compile(r"[A-Z0-9]{4,7}")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_ENDS_OF_MONEY = re.compile(r"^\(?\$?|\)$")
#: A comma that is no thousands separator: 85,10 is what a European Excel makes of 85.10, and no fee of 8,510 dollars.
_STRAY_COMMA = re.compile(r",(?!\d{3}(?!\d))|\..*,")
_FACILITY = ("facility fee", "facility", "facility price", "facility rate", "facility amount", "facility allowed")
_NAMES = {
    "code": ("code", "cpt", "hcpcs", "cpt code", "hcpcs code", "cpt/hcpcs", "cpt hcpcs", "procedure", "procedure code",
             "proc code", "proc", "service code"),
    "modifier": ("modifier", "mod", "modifiers", "mod 1", "mod1", "modifier 1"),
    "allowed": ("allowed", "allowed amount", "allowable", "fee", "rate", "amount", "contract rate", "contracted rate",
                "reimbursement", "price", "fee schedule amount", "par amount", "par fee"),
    "place": ("place", "pos", "place of service", "pos code", "place of service code"),
    "non-facility": tuple(f"{non}{what}" for non in ("non-", "non", "non ") for what in _FACILITY),
    "facility": _FACILITY,
}  # fmt: skip
#: Columns with an amount, and the place of the fee that each means.
_AMOUNTS = {"allowed": ANYWHERE, "non-facility": ELSEWHERE, "facility": AT_FACILITY}
#: What stands in one of two amounts where the service is not paid at such places.
_NOT_PAID_THERE = ("", "NA", "N/A", "-")
#: Code, modifier, place; see `fee_places`.
FeeKey = tuple[str, str, str]


class UnreadableFeeFile(DomainError):
    """A file that is no fee schedule."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be used: its line in the file, what stands there and what is wrong."""

    line: int
    text: str
    wrong: str


@dataclass(frozen=True, slots=True)
class FeeFile:
    """What was read: fees by (code, modifier, place), bad rows, and which heading was taken for what."""

    fees: Mapping[FeeKey, Decimal]
    bad: Sequence[BadRow]
    columns: Mapping[str, str]


@dataclass(slots=True)
class FeeDifference:
    """What a file would change in a schedule. `missing` are fees that the file does not name."""

    new: list[tuple[FeeKey, Decimal]] = field(default_factory=list)
    changed: list[tuple[FeeKey, Decimal, Decimal]] = field(default_factory=list)
    unchanged: int = 0
    missing: list[tuple[FeeKey, Decimal]] = field(default_factory=list)


def read_fees(name: str, content: bytes) -> FeeFile:
    """Read a CSV or XLSX file. Raises `UnreadableFeeFile` with a sentence that says what to do."""
    rows = table_rows(name, content)
    if len(rows) > MOST_ROWS + _LOOK_FOR_HEAD:
        raise UnreadableFeeFile(f"The file has more than {MOST_ROWS:,} rows. Split it.")
    head, columns = _head(rows)
    fees: dict[FeeKey, Decimal] = {}
    lines: dict[FeeKey, int] = {}
    bad: list[BadRow] = []
    for number, row in enumerate(rows[head + 1 :], head + 2):
        if not any(cell.strip() for cell in row):
            continue
        got, wrong = _read(row, columns)
        for key in got:
            if key in fees and fees[key] != got[key]:
                wrong = f"the same code stands on line {lines[key]} with {fees[key]}"
        if wrong:
            bad.append(BadRow(number, ", ".join(row)[:200], wrong))
            continue
        fees |= got
        for key in got:
            lines.setdefault(key, number)
    if not fees and not bad:
        raise UnreadableFeeFile("The file has headings but no rows.")
    return FeeFile(fees, bad, {what: rows[head][place].strip() for what, place in columns.items()})


def fee_difference(now: Mapping[FeeKey, Decimal], then: Mapping[FeeKey, Decimal]) -> FeeDifference:
    """What `then` makes of the schedule `now`."""
    found = FeeDifference()
    for key, amount in sorted(then.items()):
        before = now.get(key)
        if before is None:
            found.new.append((key, amount))
        elif before != amount:
            found.changed.append((key, before, amount))
        else:
            found.unchanged += 1
    found.missing = sorted((key, amount) for key, amount in now.items() if key not in then)
    return found


def table_rows(name: str, content: bytes) -> list[list[str]]:
    """The cells of a CSV or XLSX file as text, row by row. Raises `UnreadableFeeFile` with what to do."""
    if not content:
        raise UnreadableFeeFile("The file is empty.")
    if content[:4] == b"PK\x03\x04" or content[:4] == b"\xd0\xcf\x11\xe0":
        return _workbook(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise UnreadableFeeFile("This is neither a CSV file nor an XLSX workbook. Save it as one of them.")
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:4096], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        return list(csv.reader(io.StringIO(text), dialect))
    except csv.Error as error:
        raise UnreadableFeeFile("This CSV file can't be read. Save it again as CSV (UTF-8).") from error


def _workbook(content: bytes) -> list[list[str]]:
    try:
        if content.startswith(b"PK"):
            _ensure_not_vast(content)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except PasswordError as error:
        raise UnreadableFeeFile("The workbook is protected by a password. Save it without one.") from error
    except (CalamineError, IndexError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise UnreadableFeeFile("The workbook can't be opened. Save it again as XLSX or CSV.") from error


def _ensure_not_vast(content: bytes) -> None:
    """A sheet is laid out whole, empty cells included: one stray cell far out takes all the memory of the process."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _MOST_UNPACKED:
            raise UnreadableFeeFile("The workbook is too large. Save the sheet with the fees alone, or as CSV.")
        for name in archive.namelist():
            cells = _CELL.findall(archive.read(name)) if "worksheets/" in name else []
            rows = max((int(row) for _, row in cells), default=0)
            if rows * max((_column(letters) for letters, _ in cells), default=0) > MOST_CELLS:
                raise UnreadableFeeFile(
                    "Something stands far below or beside the table. Delete it there, or save it as CSV."
                )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    """A cell as text; 99213.0 is the code 99213, and cents stay cents."""
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else str(round(Decimal(repr(cell)), 4).normalize())
    return str(cell)


def _head(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    for number, row in enumerate(rows[:_LOOK_FOR_HEAD]):
        words = [" ".join(cell.lower().replace("_", " ").split()) for cell in row]
        columns = {
            what: next(words.index(name) for name in names if name in words)
            for what, names in _NAMES.items()
            if set(names) & set(words)
        }
        if "code" in columns and _AMOUNTS.keys() & columns.keys():
            return number, columns
    raise UnreadableFeeFile(
        "No row of headings was found. The file needs a column named Code (or CPT, HCPCS) and one named Allowed "
        "(or Fee, Rate, Amount), or two named Non-facility fee and Facility fee; Modifier and Place may follow."
    )


def _read(row: Sequence[str], columns: Mapping[str, int]) -> tuple[dict[FeeKey, Decimal], str]:
    """The fees of a row, and what is wrong with it; with anything wrong there are none."""
    cells = {what: row[column].strip() if column < len(row) else "" for what, column in columns.items()}
    code, modifier = cells["code"].upper().replace(" ", ""), cells.get("modifier", "").upper()
    modifier = "" if modifier in ("00", "-", "N/A") else modifier
    if not code:
        return {}, "no code"
    if not _CODE.fullmatch(code):
        return {}, f"{code[:20]} is no procedure code"
    if modifier and not _MODIFIER.fullmatch(modifier):
        return {}, f"{modifier[:20]} is no modifier: two letters or digits, one modifier a row"
    place = read_place(cells.get("place", ""))
    if place is None:
        return {}, f"{cells['place'][:20]} is no place: two digits, F for facilities or N for other places, one a row"
    amounts = {what: cells[what] for what in _AMOUNTS if what in cells}
    if len(amounts) > 1:
        amounts = {what: text for what, text in amounts.items() if text.upper() not in _NOT_PAID_THERE}
        if not amounts:
            return {}, "no amount"
    fees: dict[FeeKey, Decimal] = {}
    for what, text in amounts.items():
        amount, wrong = _amount(text)
        if amount is None:
            return {}, wrong
        if place and _AMOUNTS[what]:
            return {}, f"place {place} and a {what} amount: a row has one or the other"
        fees[code, modifier, place or _AMOUNTS[what]] = amount
    return fees, ""


def _amount(text: str) -> tuple[Decimal | None, str]:
    if not text:
        return None, "no amount"
    if _STRAY_COMMA.search(text):
        return None, f"{text[:20]} has a comma where no thousands end; write cents behind a point"
    if text.startswith(("(", "-")):
        return None, f"{text[:20]} is below zero"
    try:
        amount = Decimal(_ENDS_OF_MONEY.sub("", text).replace(",", "").strip())
    except InvalidOperation:
        return None, f"{text[:20]} is no amount"
    if not amount.is_finite() or amount != round(amount, 2):
        return None, f"{text[:20]} has fractions of a cent"
    if amount > 1_000_000:
        return None, f"{text[:20]} is more than any fee"
    return round(amount, 2), ""


def keys_of(rows: Iterable[tuple[str, str, str, Decimal]]) -> dict[FeeKey, Decimal]:
    """Stored rows (code, modifier, place, allowed) as a schedule."""
    return {(code, modifier, place): allowed for code, modifier, place, allowed in rows}
