"""Files of codes as CMS gives them out: which codes, which words, from when until when. Pure.

Understood are the order file and the codes file of ICD-10-CM (text of fixed columns) and tables with headings (CSV,
XLSX): the HCPCS file of CMS (HCPC, LONG DESCRIPTION, ADD DT, TERM DT) and any table with `code` and `words`.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arwork.lib.errors import DomainError
from claims.payers.fee_files import table_rows

_ORDER = re.compile(r"\d{5} ([A-Z][0-9A-Z]{2,6}) {1,5}([01]) (.{60}) (.+)")
_CODES = re.compile(r"([A-Z]\d[0-9A-Z]{1,5}) {1,5}(\S.+)")
_CODE = re.compile(r"[0-9A-Z]{2,7}")
_NAMES = {
    "code": ("code", "hcpc", "hcpcs", "hcpcs code", "modifier", "icd-10-cm", "icd10cm"),
    "words": ("words", "description", "long description", "long desc", "title"),
    "short": ("short description", "short desc"),
    "valid_from": ("valid_from", "valid from", "add dt", "add date", "from"),
    "valid_to": ("valid_to", "valid to", "term dt", "term date", "termination date", "to"),
    "continued": ("recid", "rec id", "ric"),
}
_CONTINUES = ("4", "8")  # lines of HCPCS that go on with the description of the one before
_LONGEST = 300
_LOOK_FOR_HEAD = 20


class UnreadableCodeFile(DomainError):
    """A file that holds no codes, or not those that were said."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True)
class FileCode:
    """One code of a file with the days on which it itself can be billed."""

    code: str
    words: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


def read_codes(name: str, content: bytes) -> list[FileCode]:
    """The codes of a file, each once. Raises `UnreadableCodeFile` with what to do."""
    if not name.lower().endswith((".xlsx", ".csv")):
        found = _fixed(content)
        if found:
            return found
    return _table(table_rows(name, content))


def _fixed(content: bytes) -> list[FileCode]:
    """The order file names headings too (0), which cannot be billed; the codes file only what can."""
    found: dict[str, FileCode] = {}
    for line in content.decode("utf-8", "replace").splitlines():
        if match := _ORDER.fullmatch(line.rstrip()):
            if match[2] == "1":
                found[match[1]] = FileCode(match[1], match[4].strip()[:_LONGEST])
        elif match := _CODES.fullmatch(line.rstrip()):
            found[match[1]] = FileCode(match[1], match[2].strip()[:_LONGEST])
    return list(found.values())


def _table(rows: Sequence[Sequence[str]]) -> list[FileCode]:
    head, columns = _head(rows)
    found: dict[str, FileCode] = {}
    last = ""
    for number, row in enumerate(rows[head + 1 :], head + 2):
        cells = {what: row[place].strip() if place < len(row) else "" for what, place in columns.items()}
        code = cells["code"].upper().replace(".", "")
        words = cells.get("words") or cells.get("short", "")
        if cells.get("continued") in _CONTINUES and last:
            before = found[last]
            text = f"{before.words} {words}".strip()[:_LONGEST]
            found[last] = FileCode(last, text, before.valid_from, before.valid_to)
            continue
        if not code:
            continue
        if not _CODE.fullmatch(code):
            raise UnreadableCodeFile(f"Line {number} has a code with other signs than letters and digits.")
        if not words:
            raise UnreadableCodeFile(f"Line {number} has a code without words.")
        begins, ends = (_day(cells.get(what, ""), number) for what in ("valid_from", "valid_to"))
        found[code] = FileCode(code, words[:_LONGEST], begins, ends)
        last = code
    if not found:
        raise UnreadableCodeFile("There are no codes in this file. Take the one with codes and descriptions.")
    return list(found.values())


def _head(rows: Sequence[Sequence[str]]) -> tuple[int, Mapping[str, int]]:
    for place, row in enumerate(rows[:_LOOK_FOR_HEAD]):
        names = [cell.strip().lower() for cell in row]
        columns = {what: names.index(one) for what, known in _NAMES.items() for one in known[::-1] if one in names}
        if "code" in columns and ("words" in columns or "short" in columns):
            return place, columns
    raise UnreadableCodeFile(
        "No codes were found: neither the text file of ICD-10-CM nor a table with the columns code and description."
    )


def _day(text: str, number: int) -> dt.date | None:
    digits = re.sub(r"\D", "", text.partition(" ")[0])
    if not digits:
        return None
    try:
        if re.match(r"\d{1,2}/\d{1,2}/\d{4}", text):
            month, day, year = text.partition(" ")[0].split("/")
            return dt.date(int(year), int(month), int(day))
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise UnreadableCodeFile(f"Line {number} has a day that is none: write it as 2026-01-31.") from None
