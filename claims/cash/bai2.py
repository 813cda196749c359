"""A bank file as BAI2 (Cash Management Balance Reporting, version 2). Pure: no Django import.

    01 file header      99 file trailer: control total, groups, records
    02 group header     98 group trailer: control total, accounts, records; the group names the day
    03 account          49 account trailer: control total, records
    16 one movement: type code, amount in cents, funds type, bank reference, customer reference, text
    88 goes on with the record before it

Type codes from 100 to 399 are credits, money that came in; 400 to 699 are debits. All control totals and counts are
proven: a file that was cut off is refused, never half read.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from arwork.lib.money import from_cents
from claims.cash.bank_lines import MOST_LINES, BankEntry, BankStatement, bad

_CREDITS, _DEBITS = range(100, 400), range(400, 700)
_MOST_CENTS = 10**13


@dataclass(slots=True)
class _Record:
    """A record with what 88 added: the line it began on, how many lines it has, its fields as they stand."""

    number: int
    code: str
    text: str
    lines: int = 1


@dataclass(slots=True)
class _Open:
    """A file, group or account that has not ended: what has been added up so far."""

    number: int
    total: int = 0
    parts: int = 0
    lines: int = 0


@dataclass(slots=True)
class _Reading:
    open: dict[str, _Open] = field(default_factory=dict)
    day: dt.date | None = None
    entries: list[BankEntry] = field(default_factory=list)
    others: int = 0
    is_over: bool = False


#: code of a trailer: (header, what it is, the one that holds it, place of the count of lines)
_TRAILERS = {"49": ("03", "account", "02", 2), "98": ("02", "group", "01", 3), "99": ("01", "file", "", 3)}
_HEADERS = {"01": "", "02": "01", "03": "02"}


def is_bai2(text: str) -> bool:
    """Whether the text begins as such a file does."""
    return text.lstrip("\ufeff \r\n\t").startswith("01,")


def read_bai2(text: str) -> BankStatement:
    """The money that came in. Raises `BadBankFile` naming line and field."""
    state = _Reading()
    number = 0
    for record in _records(text):
        number = record.number
        if state.is_over:
            raise bad(number, "record", "stands after the end of the file (99).")
        _take(state, record)
        if len(state.entries) > MOST_LINES:
            raise bad(number, "file", f"more than {MOST_LINES:,} deposits. Ask the bank for a shorter period.")
    if not state.is_over:
        raise bad(number + 1, "99", "the file breaks off: its trailer is missing. Get it from the bank again.")
    return BankStatement("bai2", tuple(state.entries), state.others)


def _records(text: str) -> Iterator[_Record]:
    found: _Record | None = None
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        line = raw.strip()
        if not line:
            continue
        code, _, rest = line.partition(",")
        if code == "88":
            if found is None:
                raise bad(number, "88", "goes on with nothing: no record stands before it.")
            _go_on(found, rest)
            continue
        if found:
            yield found
        if len(code) != 2 or not code.isdigit():
            raise bad(number, "record code", f"“{code[:10]}” is none.")
        found = _Record(number, code, rest)
    if found:
        yield found


def _go_on(record: _Record, rest: str) -> None:
    """A record that ended with a slash goes on with its next field, one that did not within its text."""
    joint = "," if record.text.endswith("/") else " "
    record.text = record.text.removesuffix("/") + joint + rest
    record.lines += 1


def _take(state: _Reading, record: _Record) -> None:
    code, fields = record.code, record.text.removesuffix("/").split(",")
    if code in _HEADERS:
        _begin(state, record, fields)
    elif code == "16":
        _count(state, record, "03", "16")
        state.open["03"].total += _movement(state, record)
    elif code in _TRAILERS:
        _end(state, record, fields)
    else:
        raise bad(record.number, "record code", f"“{code}” is none of BAI2.")


def _begin(state: _Reading, record: _Record, fields: Sequence[str]) -> None:
    code, holder = record.code, _HEADERS[record.code]
    if code in state.open:
        raise bad(record.number, code, f"begins before what began on line {state.open[code].number} has ended.")
    if holder and holder not in state.open:
        raise bad(record.number, code, f"stands outside of a record {holder}.")
    state.open[code] = _Open(record.number)
    _count(state, record, code, code)
    if code == "02":
        state.day = _day(fields, 3, record.number)
        _ensure_dollars(fields, 5, record.number)
    if code == "03":
        _ensure_dollars(fields, 1, record.number)
        state.open[code].total = _summaries(fields, record.number)


def _count(state: _Reading, record: _Record, place: str, code: str) -> None:
    if place not in state.open:
        raise bad(record.number, code, f"stands outside of a record {place}.")
    state.open[place].lines += record.lines


def _end(state: _Reading, record: _Record, fields: Sequence[str]) -> None:
    header, what, holder, place = _TRAILERS[record.code]
    if header not in state.open:
        raise bad(record.number, record.code, f"ends no {what}.")
    inner = {"01": "02", "02": "03"}.get(header)
    if inner and inner in state.open:
        begun = state.open[inner].number
        raise bad(record.number, record.code, f"ends the {what} while what began on line {begun} lasts.")
    whole = state.open.pop(header)
    whole.lines += record.lines
    said = _cents(fields, 0, record.number, "control total")
    if said != whole.total:
        found = from_cents(whole.total)
        raise bad(record.number, "control total", f"says {from_cents(said)}, but its {what} adds up to {found}.")
    if header != "03":
        _ensure_count(fields, 1, whole.parts, record.number, f"number of {'groups' if header == '01' else 'accounts'}")
    _ensure_count(fields, place - 1 if header == "03" else 2, whole.lines, record.number, "number of records")
    if holder:
        state.open[holder].total += whole.total
        state.open[holder].parts += 1
        state.open[holder].lines += whole.lines
    else:
        state.is_over = True


def _ensure_count(fields: Sequence[str], place: int, found: int, number: int, name: str) -> None:
    said = _whole(fields, place, number, name)
    if said != found:
        raise bad(number, name, f"says {said}, but there are {found}. The file is not whole.")


def _summaries(fields: Sequence[str], number: int) -> int:
    """Cents of the sums of an account: type code, amount, items, funds type, again and again."""
    total, place = 0, 2
    while place < len(fields) and any(part.strip() for part in fields[place:]):
        if fields[place].strip() and _at(fields, place + 1):
            total += _cents(fields, place + 1, number, "amount")
        place = _after_funds(fields, place + 3, number)
    return total


def _movement(state: _Reading, record: _Record) -> int:
    """Take one movement in; its cents."""
    fields = record.text.split(",")
    kind = _whole(fields, 0, record.number, "type code")
    cents = _cents(fields, 1, record.number, "amount") if _at(fields, 1) else 0
    funds = _at(fields, 2).upper()
    after = _after_funds(fields, 2, record.number)
    on = state.day
    if funds == "V":
        on = _day(fields, 3, record.number)
    bank, customer = (_at(fields, after).strip(), _at(fields, after + 1).strip())
    text = ",".join(fields[after + 2 :]).removesuffix("/").strip()
    if kind in _CREDITS and cents > 0:
        assert on
        words = " ".join(text.strip(" ,").split())[:300]
        state.entries.append(BankEntry(record.number, on, from_cents(cents), words, (customer or bank)[:80]))
    elif kind in _CREDITS or kind in _DEBITS:
        state.others += 1
    return cents


def _after_funds(fields: Sequence[str], place: int, number: int) -> int:
    """The place after a funds type and what it brings: S three amounts, V a day and a time, D a count of pairs."""
    funds = _at(fields, place).upper()
    if funds == "S":
        return place + 4
    if funds == "V":
        return place + 3
    if funds == "D":
        pairs = _whole(fields, place + 1, number, "number of distributions")
        if pairs > len(fields):
            raise bad(number, "number of distributions", f"says {pairs}, more than there are.")
        return place + 2 + 2 * pairs
    if funds not in ("", "0", "1", "2", "Z"):
        raise bad(number, "funds type", f"“{funds[:10]}” is none.")
    return place + 1


def _at(fields: Sequence[str], place: int) -> str:
    return fields[place].strip().removesuffix("/") if place < len(fields) else ""


def _day(fields: Sequence[str], place: int, number: int) -> dt.date:
    text = _at(fields, place)
    for form, length in (("%y%m%d", 6), ("%Y%m%d", 8)):
        if len(text) == length and text.isdigit():
            try:
                return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                break
    raise bad(number, "date", f"“{text[:12]}” is no day (YYMMDD).")


def _ensure_dollars(fields: Sequence[str], place: int, number: int) -> None:
    if (currency := _at(fields, place).upper()) not in ("", "USD"):
        raise bad(number, "currency", f"“{currency[:10]}”: only US dollars are read.")


def _whole(fields: Sequence[str], place: int, number: int, name: str) -> int:
    text = _at(fields, place)
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise bad(number, name, f"“{text[:12]}” is no whole number.")
    return int(text)


def _cents(fields: Sequence[str], place: int, number: int, name: str) -> int:
    text = _at(fields, place)
    digits = text.lstrip("+-")
    if not (digits.isascii() and digits.isdigit()) or len(text) - len(digits) > 1 or int(digits[:20]) > _MOST_CENTS:
        raise bad(number, name, f"“{text[:20]}” is no amount in cents.")
    return -int(digits) if text.startswith("-") else int(digits)
