"""What of a claim can be looked at and changed, by name: each field with its words, its section, and where it stands.

A line's field is named `lines.2.units`, 2 being its ordinal. Dates are read and written as 2026-01-31, diagnoses and
modifiers with blanks between them, amounts as dollars. Pure.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.errors import DomainError
from claims.edi.x12.claim_text import ClaimText
from claims.edi.x12.values import amount, day, days, quantity
from collections_app.outgoing_claims import diagnoses
from collections_app.outgoing_claims.field_table import CLAIM_FIELDS, LINE_FIELDS, ClaimField
from collections_app.outgoing_claims.loops import line_spans, own_part, read_at, with_element, write_at

_FORBIDDEN = re.compile(r"[*~:^\x00-\x1f\x7f]")
_LINE = re.compile(r"lines\.(\d+)\.(\w+)")
_BY_NAME = {one.name: one for one in CLAIM_FIELDS}
_LINE_BY_NAME = {(form, one.name): one for one in LINE_FIELDS for form in one.forms}


class UnsendableField(DomainError):
    """What was entered can't stand in a claim; names the field."""

    code = "unsendable_field"


@dataclass(frozen=True, slots=True)
class NamedField:
    """A field of one claim: its full name, its line (0: none), and what it is."""

    name: str
    line: int
    about: ClaimField


def fields_of(text: ClaimText) -> Iterator[NamedField]:
    """Every field that a claim of this form has, section by section, then line by line."""
    for one in CLAIM_FIELDS:
        if text.form in one.forms and (one.spot.level != "patient" or text.patient):
            yield NamedField(one.name, 0, one)
    for line in range(1, len(line_spans(text.claim)) + 1):
        for one in LINE_FIELDS:
            if text.form in one.forms:
                yield NamedField(f"lines.{line}.{one.name}", line, one)


def read_field(text: ClaimText, name: str) -> str:
    """What a field says, "" where it says nothing. Raises `KeyError` for a name that is none."""
    about, line = _about(name, text.form)
    return _READ.get(about.kind, _read_plain)(text, about, line)


def write_field(text: ClaimText, name: str, value: str) -> ClaimText:
    """The claim with that in the field. Raises `UnsendableField`, and `KeyError` for a name that is none."""
    about, line = _about(name, text.form)
    said = " ".join(value.split())
    if _FORBIDDEN.search(said):
        raise UnsendableField("The signs * ~ : ^ can't be sent in a claim.", field=name)
    if len(said) > about.longest:
        raise UnsendableField(f"At most {about.longest} signs.", field=name)
    if said == read_field(text, name):
        return text
    return _WRITE.get(about.kind, _write_plain)(text, about, line, said, name)


def words_of(text: ClaimText, name: str) -> str:
    """What a field of this claim is called: `Line 2, units`; "" for a name that is none."""
    try:
        about, line = _about(name, text.form)
    except KeyError:
        return ""
    return f"Line {line}, {in_sentence(about.label)}" if line else about.label


def in_sentence(label: str) -> str:
    """A label in the middle of a sentence: `units`, but `NDC`."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def add_line(text: ClaimText) -> ClaimText:
    """The claim with another line at its end: the day and place of the one before it, nothing else."""
    spans = line_spans(text.claim)
    number = str(len(spans) + 1)
    service = {"I": ("SV2", "", "HC:", "", "UN", ""), "D": ("SV3", "AD:", "", "", "", "", "")}
    made = [("LX", number), service.get(text.form, ("SV1", "HC:", "", "UN", "", "", "", "1"))]
    if spans:
        made += [e for e in text.claim[slice(*spans[-1])] if e[:2] == ("DTP", "472")][:1]
    return ClaimText(text.form, text.billing, text.subscriber, text.patient, (*text.claim, *made))


def remove_line(text: ClaimText, line: int) -> ClaimText:
    """The claim without its line of that ordinal; later ones move up. Raises `UnsendableField` for the only one."""
    spans = line_spans(text.claim)
    if not 1 <= line <= len(spans):
        raise UnsendableField("There is no such line.", field="lines")
    if len(spans) == 1:
        raise UnsendableField("A claim has at least one line. Void it, or change the line.", field="lines")
    start, end = spans[line - 1]
    left = [*text.claim[:start], *text.claim[end:]]
    number = 0
    for index, e in enumerate(left):
        if e[0] == "LX":
            number += 1
            left[index] = with_element(e, 1, str(number))
    return ClaimText(text.form, text.billing, text.subscriber, text.patient, tuple(left))


def with_sum(text: ClaimText) -> ClaimText:
    """The claim with CLM02 as the sum of its lines."""
    count = len(line_spans(text.claim))
    total = sum((amount(read_field(text, f"lines.{n}.charge")) or Decimal(0) for n in range(1, count + 1)), Decimal(0))
    if not count or total == amount(read_field(text, "charge")):
        return text
    return write_at(text, _BY_NAME["charge"].spot, plain_amount(total))


def plain_amount(value: Decimal) -> str:
    """Dollars as X12 writes them: without needless zeros (type R)."""
    told = f"{value:f}"
    return told.rstrip("0").rstrip(".") if "." in told else told


def _about(name: str, form: str) -> tuple[ClaimField, int]:
    if found := _LINE.fullmatch(name):
        return _LINE_BY_NAME[form, found[2]], int(found[1])
    return _BY_NAME[name], 0


def _read_plain(text: ClaimText, about: ClaimField, line: int) -> str:
    return read_at(text, about.spot, line)


def _write_plain(text: ClaimText, about: ClaimField, line: int, value: str, name: str) -> ClaimText:
    if about.choices and value and value not in dict(about.choices):
        raise UnsendableField("Choose one of the list.", field=name)
    return write_at(text, about.spot, value.upper() if about.kind == "code" else value, line)


def _read_day(text: ClaimText, about: ClaimField, line: int) -> str:
    told = read_at(text, about.spot, line)
    found = day(told)
    return found.isoformat() if found else told


def _write_day(text: ClaimText, about: ClaimField, line: int, value: str, name: str) -> ClaimText:
    return write_at(text, about.spot, f"{_day(value, name):%Y%m%d}" if value else "", line)


def _read_from(text: ClaimText, about: ClaimField, line: int) -> str:
    return _end_of(text, about, line, 0)


def _read_to(text: ClaimText, about: ClaimField, line: int) -> str:
    return _end_of(text, about, line, 1)


def _end_of(text: ClaimText, about: ClaimField, line: int, which: int) -> str:
    told = read_at(text, about.spot, line)
    found = days("", told)[which]
    return found.isoformat() if found else told


def _write_from(text: ClaimText, about: ClaimField, line: int, value: str, name: str) -> ClaimText:
    return _span(text, about, line, (value, _read_to(text, about, line)), name)


def _write_to(text: ClaimText, about: ClaimField, line: int, value: str, name: str) -> ClaimText:
    return _span(text, about, line, (_read_from(text, about, line), value), name)


def _span(text: ClaimText, about: ClaimField, line: int, ends: tuple[str, str], name: str) -> ClaimText:
    """A day or a span (DTP02 D8 or RD8); statement dates of a hospital are always a span. Where only one end is told,
    it is both."""
    first, last = (end or other for end, other in (ends, ends[::-1]))
    if not first:
        return write_at(text, about.spot, "", line)
    begun, ended = _day(first, name), _day(last, name)
    is_span = begun != ended or about.spot.made[1] == "434"
    told = f"{begun:%Y%m%d}-{ended:%Y%m%d}" if is_span else f"{begun:%Y%m%d}"
    after = write_at(text, about.spot, told, line)
    return _with_qualifier(after, about, line, "RD8" if is_span else "D8")


def _with_qualifier(text: ClaimText, about: ClaimField, line: int, qualifier: str) -> ClaimText:
    claim = list(text.claim)
    region = line_spans(claim)[line - 1] if line else (0, own_part(claim))
    for index in range(*region):
        if claim[index][:2] == about.spot.made[:2]:
            claim[index] = with_element(claim[index], 2, qualifier)
            break
    return ClaimText(text.form, text.billing, text.subscriber, text.patient, tuple(claim))


def _day(value: str, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise UnsendableField("Enter a date.", field=name) from error


def _write_amount(text: ClaimText, about: ClaimField, line: int, value: str, name: str) -> ClaimText:
    said = value.replace(",", "").removeprefix("$")
    found = amount(said) if said else None
    if said and (found is None or found < 0):
        raise UnsendableField("Enter an amount in dollars.", field=name)
    if found is not None and found == amount(read_field(text, name)):
        return text
    return write_at(text, about.spot, plain_amount(found) if found is not None else "", line)


def _write_quantity(text: ClaimText, about: ClaimField, line: int, value: str, name: str) -> ClaimText:
    found = quantity(value) if value else None
    if value and (found is None or found < 0):
        raise UnsendableField("Enter a number.", field=name)
    if found is not None and found == quantity(read_field(text, name)):
        return text
    return write_at(text, about.spot, plain_amount(found) if found is not None else "", line)


def _read_words(text: ClaimText, about: ClaimField, line: int) -> str:
    first, count = about.parts
    parts = read_at(text, about.spot, line).split(":")[first : first + count]
    return " ".join(part for part in parts if part)


def _write_words(text: ClaimText, about: ClaimField, line: int, value: str, name: str) -> ClaimText:
    """Several components of one composite, as words with blanks between them."""
    first, count = about.parts
    said = value.upper().split()
    if len(said) > count:
        raise UnsendableField(f"At most {count}.", field=name)
    parts = read_at(text, about.spot, line).split(":")
    parts += [""] * (first - len(parts))
    behind = parts[first + count :]
    words = [*said, *[""] * (count - len(said))] if behind else said
    composite = ":".join([*parts[:first], *words, *behind])
    return write_at(text, about.spot, composite, line)


def _read_diagnoses(text: ClaimText, about: ClaimField, line: int) -> str:
    return " ".join(diagnoses.codes_of(text.claim[: own_part(text.claim)]))


def _write_diagnoses(text: ClaimText, about: ClaimField, line: int, value: str, name: str) -> ClaimText:
    codes = value.upper().replace(".", "").replace(",", " ").split()
    most = diagnoses.MOST[text.form]
    if len(codes) > most or len(set(codes)) != len(codes):
        raise UnsendableField(f"At most {most} different diagnoses.", field=name)
    end = own_part(text.claim)
    head = diagnoses.with_codes(text.claim[:end], codes, form=text.form)
    return ClaimText(text.form, text.billing, text.subscriber, text.patient, (*head, *text.claim[end:]))


_Read = Callable[[ClaimText, ClaimField, int], str]
_Write = Callable[[ClaimText, ClaimField, int, str, str], ClaimText]
_READ: dict[str, _Read] = {
    "day": _read_day, "from": _read_from, "to": _read_to, "words": _read_words, "diagnoses": _read_diagnoses,
}  # fmt: skip
_WRITE: dict[str, _Write] = {
    "day": _write_day, "from": _write_from, "to": _write_to, "amount": _write_amount, "quantity": _write_quantity,
    "words": _write_words, "diagnoses": _write_diagnoses,
}  # fmt: skip
