"""Reads ACH files by the published record layout, and checks them; shares no code with the writer. Pure.

Returns and notices of change come in the same layout: an entry (6) with an addendum 99 (why it came back) or 98 (what
to change). `read` takes what is there, line by line; `problems` says what a bank would refuse. Banks send lines with
or without line ends.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from arwork.lib.errors import DomainError
from arwork.lib.money import from_cents

_WIDTH, _BLOCK = 94, 10
_FILLER = "9" * _WIDTH
_RETURN, _NOTICE = "99", "98"


class BadNachaFile(DomainError):
    """What was brought is no ACH file. Facts: `line`."""

    code = "bad_nacha_file"


@dataclass(frozen=True, slots=True)
class ReadAddendum:
    """An addendum: its type (`99` return, `98` notice of change, `05` words) and the line as it came."""

    line: int
    kind: str
    text: str

    @property
    def code(self) -> str:
        """`R01`, `C03`; of a return or a notice."""
        return self.text[3:6]

    @property
    def original_trace(self) -> str:
        return self.text[6:21]

    @property
    def corrected(self) -> str:
        """What a notice of change says instead, 29 characters as they stand."""
        return self.text[35:64]

    @property
    def trace(self) -> str:
        return self.text[79:94]


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An entry, in dollars, with its addenda."""

    line: int
    transaction: str
    routing: str
    account: str
    amount: Decimal
    reference: str
    name: str
    discretionary: str
    trace: str
    has_addenda: bool
    addenda: list[ReadAddendum] = field(default_factory=list)

    @property
    def answer(self) -> ReadAddendum | None:
        """Its return or notice of change, if it is one."""
        return next((one for one in self.addenda if one.kind in (_RETURN, _NOTICE)), None)

    @property
    def is_debit(self) -> bool:
        """Whether money is taken; the second digit says so, of live entries, prenotes and returns of either."""
        return self.transaction[1:2] >= "5"


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """A batch; `effective_on` and `settled_on` are None where the file does not say them."""

    line: int
    service_class: str
    company: str
    company_id: str
    sec_code: str
    about: str
    effective_on: dt.date | None
    settled_on: dt.date | None
    number: str
    control: str = ""
    entries: list[ReadEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as it reads. `made_on` is the day of its header."""

    made_on: dt.date | None
    modifier: str
    origin: str
    destination: str
    batches: Sequence[ReadBatch]
    control: str
    count_of_lines: int

    @property
    def entries(self) -> Iterator[tuple[ReadBatch, ReadEntry]]:
        for batch in self.batches:
            for entry in batch.entries:
                yield batch, entry


def read(text: str) -> ReadFile:
    """The file. Raises `BadNachaFile` naming the first line that can't be read."""
    lines = list(_lines(text))
    if not lines or lines[0][:1] != "1":
        raise BadNachaFile("This is no ACH file: the first line is no file header.", line=1, field="file")
    header, control = lines[0], ""
    made_on = _day(header[23:29])
    batches: list[ReadBatch] = []
    is_open = False
    for number, line in enumerate(lines[1:], 2):
        if line == _FILLER:
            continue
        kind = line[0]
        if kind == "5" and not is_open:
            batches.append(_batch(line, number, made_on))
            is_open = True
        elif kind == "6" and is_open:
            batches[-1].entries.append(_entry(line, number))
        elif kind == "7" and is_open and batches[-1].entries:
            batches[-1].entries[-1].addenda.append(ReadAddendum(number, line[1:3], line))
        elif kind == "8" and is_open:
            last = batches.pop()
            batches.append(_closed(last, line))
            is_open = False
        elif kind == "9" and not is_open and not control:
            control = line
        else:
            raise BadNachaFile(f"Line {number} stands where none of its kind can.", line=number, field="file")
    if not control:
        raise BadNachaFile("The file has no end: its last lines are missing.", line=len(lines), field="file")
    return ReadFile(made_on, header[33:34], header[13:23].strip(), header[3:13].strip(), batches, control, len(lines))


def problems(text: str) -> list[str]:
    """What a bank would refuse, in sentences; nothing for a file that keeps the rules."""
    try:
        found = read(text)
    except BadNachaFile as error:
        return [error.message]
    said = [
        f"Line {number} has {len(line)} characters, not {_WIDTH}."
        for number, line in enumerate(_raw_lines(text), 1)
        if len(line) != _WIDTH
    ]
    if found.count_of_lines % _BLOCK:
        said.append(f"{found.count_of_lines} lines are no whole blocks of {_BLOCK}.")
    sums = [0, 0, 0, 0]  # entries and addenda, hash, debits, credits
    last_trace = ""
    for batch in found.batches:
        count, hashed, debits, credits = 0, 0, 0, 0
        for entry in batch.entries:
            count += 1 + len(entry.addenda)
            hashed += int(entry.routing[:8])
            cents = int(entry.amount * 100)
            debits, credits = (debits + cents, credits) if entry.is_debit else (debits, credits + cents)
            said += _entry_problems(entry, batch)
            if entry.trace <= last_trace:
                said.append(f"Line {entry.line}: its trace does not follow the one before it.")
            last_trace = entry.trace
        last_trace = ""
        if not batch.entries:
            said.append(f"Line {batch.line}: a batch without an entry.")
        said += _differences(f"Batch {int(batch.number)}", _batch_totals(batch), (count, hashed, debits, credits))
        if batch.service_class not in _classes(debits, credits):
            said.append(f"Batch {int(batch.number)}: class {batch.service_class} is not what it holds.")
        sums = [one + more for one, more in zip(sums, (count, hashed, debits, credits), strict=True)]
    control = found.control
    said += _differences(
        "File", (int(control[13:21]), int(control[21:31]), int(control[31:43]), int(control[43:55])), sums
    )
    if int(control[1:7]) != len(found.batches):
        said.append(f"File: {len(found.batches)} batches, its control says {int(control[1:7])}.")
    if int(control[7:13]) * _BLOCK != found.count_of_lines:
        said.append(f"File: {found.count_of_lines} lines, its control says {int(control[7:13])} blocks.")
    return said


def _raw_lines(text: str) -> list[str]:
    """The lines as they stand; a stream without line ends is cut."""
    found = [line.rstrip("\r") for line in text.replace("\x1a", "").split("\n")]
    found = [line for line in found if line.strip()]
    if len(found) == 1 and len(found[0]) > _WIDTH and len(found[0]) % _WIDTH == 0:
        found = [found[0][start : start + _WIDTH] for start in range(0, len(found[0]), _WIDTH)]
    return found


def _lines(text: str) -> Iterator[str]:
    """Lines of 94 characters; what a bank cut off at their end is filled up again."""
    for number, line in enumerate(_raw_lines(text), 1):
        padded = line.ljust(_WIDTH) if line[0] in "1256789" and len(line) < _WIDTH else line
        if len(padded) != _WIDTH:
            raise BadNachaFile(f"Line {number} has {len(line)} characters, not 94.", line=number, field="file")
        yield padded


def _batch(line: str, number: int, made_on: dt.date | None) -> ReadBatch:
    return ReadBatch(
        line=number,
        service_class=line[1:4],
        company=line[4:20].strip(),
        company_id=line[40:50].strip(),
        sec_code=line[50:53],
        about=line[53:63].strip(),
        effective_on=_day(line[69:75]),
        settled_on=_julian(line[75:78], made_on),
        number=line[87:94],
    )


def _entry(line: str, number: int) -> ReadEntry:
    if not line[3:12].isdigit() or not line[29:39].isdigit():
        raise BadNachaFile(f"Line {number}: routing number or amount are no numbers.", line=number, field="file")
    return ReadEntry(
        line=number,
        transaction=line[1:3],
        routing=line[3:12],
        account=line[12:29].strip(),
        amount=from_cents(int(line[29:39])),
        reference=line[39:54].strip(),
        name=line[54:76].strip(),
        discretionary=line[76:78].strip(),
        has_addenda=line[78:79] == "1",
        trace=line[79:94],
    )


def _closed(batch: ReadBatch, control: str) -> ReadBatch:
    return ReadBatch(
        batch.line, batch.service_class, batch.company, batch.company_id, batch.sec_code, batch.about,
        batch.effective_on, batch.settled_on, batch.number, control, batch.entries,
    )  # fmt: skip


def _batch_totals(batch: ReadBatch) -> tuple[int, int, int, int]:
    control = batch.control
    return int(control[4:10]), int(control[10:20]), int(control[20:32]), int(control[32:44])


def _differences(where: str, told: Sequence[int], found: Sequence[int]) -> Iterator[str]:
    names = ("entries and addenda", "hash", "cents of debits", "cents of credits")
    for name, one, other in zip(names, told, found, strict=True):
        counted = other % 10**10 if name == "hash" else other
        if one != counted:
            yield f"{where}: {counted} {name}, its control says {one}."


def _entry_problems(entry: ReadEntry, batch: ReadBatch) -> Iterator[str]:
    digits = [int(digit) for digit in entry.routing]
    if sum(digit * weight for digit, weight in zip(digits, (3, 7, 1) * 3, strict=True)) % 10:
        yield f"Line {entry.line}: the routing number does not check."
    if entry.has_addenda != bool(entry.addenda):
        yield f"Line {entry.line}: it says it has an addendum and has none, or the other way round."
    if entry.transaction[1:2] in "38" and entry.amount:
        yield f"Line {entry.line}: a prenote moves no money."
    if entry.transaction[1:2] in "27" and not entry.amount:
        yield f"Line {entry.line}: an entry of nothing."
    if batch.sec_code in ("WEB", "TEL") and entry.discretionary not in ("S", "R", ""):
        yield f"Line {entry.line}: {batch.sec_code} is single (S) or recurring (R)."


def _classes(debits: int, credits: int) -> tuple[str, ...]:
    """The service classes that a batch with these cents may bear; one of prenotes moves none."""
    if debits and credits:
        return ("200",)
    return ("200", "225") if debits else ("200", "220") if credits else ("200", "220", "225")


def _day(text: str) -> dt.date | None:
    """A day as YYMMDD."""
    try:
        return dt.date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None


def _julian(text: str, near: dt.date | None) -> dt.date | None:
    """The settlement day, as the number of a day in a year: that of the year that lies nearest to the file's day."""
    if not text.isdigit() or int(text) == 0 or near is None:
        return None
    years = (near.year - 1, near.year, near.year + 1)
    days = [dt.date(year, 1, 1) + dt.timedelta(days=int(text) - 1) for year in years]
    return min(days, key=lambda day: abs((day - near).days))
