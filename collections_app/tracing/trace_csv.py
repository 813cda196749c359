"""Reading and writing the files of addresses and of people, line by line. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from arwork.lib.errors import DomainError

#: A file has at most so many lines.
MOST_LINES = 50_000
_ID = re.compile(r"[Pp](\d{1,17})")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class BadTraceFile(DomainError):
    """A file that can't be read at all."""

    code = "bad_trace_file"


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line below the names of the columns: its number in the file, and its cells by column."""

    line: int
    cells: Mapping[str, str]


def read_lines(content: bytes, needed: Sequence[str], aliases: Mapping[str, str]) -> list[FileLine]:
    """The lines of a CSV by the names of its columns; `aliases` are other names for some of them.

    Raises `BadTraceFile` for what is no such file.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadTraceFile("This is no text in UTF-8. Save it as CSV (UTF-8).", field="file") from None
    rows = csv.reader(io.StringIO(text))
    head = [_column(name, aliases) for name in next(rows, [])]
    if lacking := [name for name in needed if name not in head]:
        raise BadTraceFile(f"The first line lacks the column {' and '.join(lacking)}.", field="file")
    found = []
    for number, row in enumerate(rows, 2):
        if number > MOST_LINES:
            raise BadTraceFile(f"A file has at most {MOST_LINES:,} lines. Split it.", field="file")
        if any(cell.strip() for cell in row):
            found.append(FileLine(number, {name: cell.strip() for name, cell in zip(head, row, strict=False) if name}))
    if not found:
        raise BadTraceFile("The file has no lines below the names of its columns.", field="file")
    return found


def written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV with its columns; no cell is taken for a formula by who opens it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(_safe(row) for row in rows)
    return out.getvalue()


def id_of(person_id: int) -> str:
    """How a person is named in a file: `P123`."""
    return f"P{person_id}"


def person_named(text: str) -> int | None:
    """Which person an id of a file means; None where it is none of ours."""
    found = _ID.fullmatch(text.strip())
    return int(found[1]) if found else None


def _column(name: str, aliases: Mapping[str, str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")
    return aliases.get(plain, plain)


def _safe(row: Sequence[str]) -> Iterator[str]:
    for cell in row:
        yield f"'{cell}" if cell.startswith(_FORMULA) else cell
