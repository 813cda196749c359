"""A bank file as a table (CSV): its columns by name, as a practice's layout says. Pure: no Django import."""

import csv
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO

from arwork.lib.money import ZERO, NotMoney, money
from claims.cash.bank_lines import MOST_LINES, BadBankFile, BankEntry, BankStatement, bad

_FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%Y%m%d", "%m-%d-%Y")
_WORDS = {
    "date": ("date", "day"),
    "amount": ("credit", "amount", "deposit", "sum"),
    "description": ("description", "memo", "details", "text"),
    "reference": ("reference", "customer", "check", "number"),
}
_AMOUNT = re.compile(r"(?P<sign>[-+]?)\$?(?P<whole>\d{1,3}(?:,\d{3})+|\d*)(?P<cents>\.\d{1,2})?(?P<minus>-?)")


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """Which column says what; the last two may be empty."""

    date: str
    amount: str
    description: str = ""
    reference: str = ""


def columns_of(text: str) -> list[str]:
    """The names of the columns, as the first line says."""
    return [name.strip() for name in next(_rows(text), (0, []))[1]]


def guess_columns(names: Sequence[str]) -> dict[str, str]:
    """Which of these columns may say what, for a person to correct."""
    found = {}
    for what, words in _WORDS.items():
        name = next((one for word in words for one in names if word in one.casefold()), "")
        if name:
            found[what] = name
    return found


def read_csv(text: str, names: ColumnNames) -> BankStatement:
    """The money that came in. Raises `BadBankFile` naming line and column."""
    rows = _rows(text)
    number, head = next(rows, (1, []))
    places = {name.strip().casefold(): place for place, name in enumerate(head)}
    wanted = [name for name in (names.date, names.amount, names.description, names.reference) if name]
    for name in wanted:
        if name.strip().casefold() not in places:
            there = ", ".join(filter(None, (one.strip() for one in head))) or "none"
            raise bad(number, name, f"there is no such column. The file has: {there}.")

    def cell(row: list[str], name: str) -> str:
        place = places[name.strip().casefold()] if name else -1
        return row[place].strip() if 0 <= place < len(row) else ""

    entries, others = [], 0
    for number, row in rows:
        amount = _amount(cell(row, names.amount), number, names.amount)
        on = _day(cell(row, names.date), number, names.date)
        if amount <= ZERO:
            others += 1
            continue
        said = cell(row, names.description)[:300]
        entries.append(BankEntry(number, on, amount, said, cell(row, names.reference)[:80]))
        if len(entries) > MOST_LINES:
            raise bad(number, "file", f"more than {MOST_LINES:,} deposits. Ask the bank for a shorter period.")
    return BankStatement("csv", tuple(entries), others)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that says something, with the line it ends on."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadBankFile(
                f"Line {reader.line_num}: this is no row of a table ({error}).", line=reader.line_num, name="row"
            ) from error
        if any(one.strip() for one in row):
            yield reader.line_num, row


def _amount(text: str, number: int, name: str) -> Decimal:
    """`1,240.50`, `$12`, `-3.10`, `3.10-`, `(3.10)`; nothing is nothing."""
    if not text:
        return ZERO
    in_brackets = text.startswith("(") and text.endswith(")")
    found = _AMOUNT.fullmatch(text.strip("()").replace(" ", ""))
    if not found or not (found["whole"] or found["cents"]):
        raise bad(number, name, f"“{text[:20]}” is no amount of dollars and cents.")
    try:
        amount = money((found["whole"].replace(",", "") or "0") + (found["cents"] or ""))
    except NotMoney as error:
        raise bad(number, name, f"“{text[:20]}”: {error}.") from error
    return -amount if in_brackets or found["sign"] == "-" or found["minus"] else amount


def _day(text: str, number: int, name: str) -> dt.date:
    for form in _FORMS:
        try:
            found = dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if 1990 <= found.year < 2100:
            return found
    raise bad(number, name, f"“{text[:20]}” is no day. Write it as 2026-11-30 or 11/30/2026.")
