"""Who is meant: the rungs of the claim ladder and of the line ladder (RULES 2.3). Pure.

A control number alone is no identity: numbers are reused, and files are sent to the wrong practice. A claim that
was found by its number but disagrees in two of charge, dates and name is a question, never a merge.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from claims.remits.era import figure


@dataclass(frozen=True, slots=True)
class SoughtClaim:
    """What a CLP says of the claim it pays. `charge` is absolute: a reversal repeats it with a minus."""

    number: str
    icn: str
    member_id: str
    last: str
    first: str
    charge: Decimal
    service_from: dt.date | None
    service_to: dt.date | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim of the practice that may be meant."""

    id: int
    number: str
    icn: str
    charge: Decimal
    service_from: dt.date
    service_to: dt.date
    last: str
    payers: tuple[int | None, ...] = (None, None, None)


@dataclass(frozen=True, slots=True)
class SoughtLine:
    """What an SVC says of the line it pays."""

    control: str
    code: str
    modifiers: str
    submitted_code: str
    charge: Decimal
    service_from: dt.date | None


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A line of the matched claim."""

    id: int
    number: int
    control: str
    code: str
    modifiers: str
    charge: Decimal
    service_from: dt.date


@dataclass(frozen=True, slots=True)
class BilledVersion:
    """The lines of a claim as one of its submissions billed them; no charge where all billed the same."""

    lines: Sequence[CandidateLine]
    charge: Decimal | None = None


def claim_mismatch(sought: SoughtClaim, found: Candidate) -> str:
    """Why `found` cannot be what was sought though its number says so, or ""."""
    wrong = []
    if sought.charge != found.charge:
        wrong.append(f"charge {figure(sought.charge)} against {figure(found.charge)} billed")
    if not days_agree(sought, found):
        wrong.append(f"service from {sought.service_from} against {found.service_from}")
    if sought.last and found.last and plain_name(sought.last) != plain_name(found.last):
        wrong.append("another last name")
    # A payer may split a claim over several CLPs, each with part of the charge; never with more of it.
    is_unexplained = sought.charge > found.charge or (sought.charge != found.charge and not sought.service_from)
    return "; ".join(wrong) if len(wrong) > 1 or is_unexplained else ""


def plain_name(name: str) -> str:
    """A name for comparing: capital letters only."""
    return "".join(letter for letter in name.upper() if letter.isalpha())


def match_lines(sought: Sequence[SoughtLine], lines: Sequence[CandidateLine]) -> list[int | None]:
    """The line each SVC pays, or None. Rungs: control number, then code, modifiers, day and charge, then the
    submitted code, then without modifiers. Each rung takes a line once; a control number may pay it in parts, and so
    may services that all name its code as submitted and make up its charge: one service paid as several.

    A control number that only counts the lines says nothing of a line with another code: a replacement counts anew.
    """
    by_control = {line.control: line for line in lines if line.control}
    by_control.update({str(line.number): line for line in lines if not line.control})
    found = [_of_control(one, by_control.get(one.control)) if one.control else None for one in sought]
    if None not in found:
        return found
    taken = {line_id for line_id in found if line_id}
    for rung in _RUNGS:
        free: dict[Hashable, list[int]] = {}
        for line in lines:
            if line.id not in taken:
                free.setdefault(rung.of_line(line), []).append(line.id)
        for index, one in enumerate(sought):
            key = rung.of_sought(one)
            if found[index] is None and key is not None and (candidates := _on_day(free, key, one, lines)):
                found[index] = candidates
                taken.add(candidates)
                free[key].remove(candidates)
    if None in found:
        for line in lines:
            _take_in_parts(line, sought, found)
    return found


def _of_control(one: SoughtLine, line: CandidateLine | None) -> int | None:
    if line is None:
        return None
    is_counted = line.control in ("", str(line.number))
    return line.id if not is_counted or line.code in (one.code, one.submitted_code) else None


def match_billed_lines(
    sought: Sequence[SoughtLine], versions: Sequence[BilledVersion], *, charge: Decimal
) -> list[int | None]:
    """The line each SVC pays, in the version of the claim that the payment answers: the one of its charge that fits
    most lines, the last of several. `versions` are the oldest first."""
    best: list[int | None] = [None] * len(sought)
    likest = (False, -1)
    for version in versions:
        found = match_lines(sought, version.lines)
        charges = {line.id: line.charge for line in version.lines}
        fitting = sum(charges.get(line_id or 0) == one.charge for one, line_id in zip(sought, found, strict=True))
        if (likeness := (version.charge == charge, fitting)) >= likest:
            best, likest = found, likeness
    return best


def _take_in_parts(line: CandidateLine, sought: Sequence[SoughtLine], found: list[int | None]) -> None:
    parts = [
        index
        for index, one in enumerate(sought)
        if one.submitted_code == line.code != ""
        and found[index] in (None, line.id)
        and one.service_from in (None, line.service_from)
    ]
    if sum((sought[index].charge for index in parts), Decimal()) == line.charge:
        for index in parts:
            found[index] = line.id


@dataclass(frozen=True, slots=True)
class _Rung:
    of_line: Callable[[CandidateLine], Hashable]
    of_sought: Callable[[SoughtLine], Hashable | None]


_RUNGS = (
    _Rung(
        lambda line: (line.code, line.modifiers, line.charge),
        lambda one: (one.code, one.modifiers, one.charge) if one.code else None,
    ),
    _Rung(
        lambda line: (line.code, line.charge),
        lambda one: (one.submitted_code, one.charge) if one.submitted_code else None,
    ),
    _Rung(
        lambda line: (line.code, line.charge),
        lambda one: (one.code, one.charge) if one.code else None,
    ),
)


def _on_day(
    free: dict[Hashable, list[int]], key: Hashable, one: SoughtLine, lines: Sequence[CandidateLine]
) -> int | None:
    """The first free line under `key` of the day that the payer names; any day where it names none."""
    days = {line.id: line.service_from for line in lines}
    for line_id in free.get(key, ()):
        if one.service_from is None or days[line_id] == one.service_from:
            return line_id
    return None


def days_agree(sought: SoughtClaim, found: Candidate) -> bool:
    """Whether the days that a payer names overlap those of the claim; so do no days at all."""
    if sought.service_from is None:
        return True
    last = sought.service_to or sought.service_from
    return sought.service_from <= found.service_to and found.service_from <= last
