"""Who is meant: the rungs of the claim ladder and of the line ladder (RULES 2.3). Pure.

A control number alone is no identity: numbers are reused, and files are sent to the wrong practice. A claim that was
found by its number is a question, never a merge, where it is another person's however many figures agree, where two of
charge, dates and person differ, and where another claim fits every fact. Two claims that fit equally are a question.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from claims.billing.service_lines import SentLine
from claims.remits.era import ExceptionReason, Trouble, figure
from claims.remits.identity import is_other_person, member_ids_agree, names_agree


@dataclass(frozen=True, slots=True)
class SoughtClaim:
    """What a CLP says of the claim it pays. `charge` is absolute: a reversal repeats it with a minus. `first` is all
    given names, `rendering_npi` who treated (NM1*82)."""

    number: str
    icn: str
    member_id: str
    last: str
    first: str
    charge: Decimal
    service_from: dt.date | None
    service_to: dt.date | None
    rendering_npi: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim of the practice that may be meant. `first` is all given names, `members` the ids of its coverages."""

    id: int
    number: str
    icn: str
    charge: Decimal
    service_from: dt.date
    service_to: dt.date
    last: str
    first: str = ""
    members: tuple[str, ...] = ()
    rendering_npi: str = ""
    payers: tuple[int | None, ...] = (None, None, None)
    is_revised: bool = False


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a claim has otherwise than the payment says, in words.

    `is_another` says that it is not the claim paid though its number is; `is_person` that nothing speaks against its
    patient being the one paid for.
    """

    differs: tuple[str, ...] = ()
    is_another: bool = False
    is_person: bool = True


#: The claim that bears the number of a payment, and how it compares with it.
NumberedClaim = tuple[Candidate, Likeness]


@dataclass(frozen=True, slots=True)
class ClaimMatch:
    """The claim meant and the rung that found it; or the trouble that kept it from being taken.

    `is_elsewhere` says that a practice of the same tax number has a claim like it: then none is missing here.
    """

    claim_id: int | None = None
    by: str = ""
    payers: tuple[int | None, ...] = (None, None, None)
    trouble: Trouble | None = None
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class SoughtLine:
    """What an SVC says of the line it pays. `code` is "" where it names a revenue code alone (SVC01 NU); `charge` has
    the sign that it had when it was billed: a reversal repeats it with the other one."""

    control: str
    code: str
    modifiers: str
    submitted_code: str
    charge: Decimal
    service_from: dt.date | None
    revenue_code: str = ""


@dataclass(frozen=True, slots=True)
class BilledVersion:
    """The lines of a claim as one of its submissions billed them; no charge where all billed the same."""

    lines: Sequence[SentLine]
    charge: Decimal | None = None


UNMATCHED = Trouble(ExceptionReason.UNMATCHED, "No claim with this number, payer control number, member or name.")
ELSEWHERE = ClaimMatch(
    trouble=Trouble(
        ExceptionReason.UNMATCHED,
        "No claim of this practice fits, but one of another practice under the same tax number does. Somebody who "
        "works in both can match it across.",
    ),
    is_elsewhere=True,
)


def choose_claim(
    sought: SoughtClaim, numbered: NumberedClaim | None, rungs: Mapping[str, Iterable[Candidate]]
) -> ClaimMatch:
    """The claim that a payment means: `numbered` bears its number, `rungs` hold what else was found, best rung first.

    Without the number a claim is taken only if nothing speaks against its person, and if no other fits as well.
    """
    likeness = {claim: compare(sought, claim) for claims in rungs.values() for claim in claims}
    if numbered:
        bearer, found = numbered
        fitting = [claim for claim, one in likeness.items() if not one.differs and claim.id != bearer.id]
        if not found.is_another and not (found.differs and fitting):
            return ClaimMatch(bearer.id, "number", bearer.payers)
        detail = f"A claim has this number, but not the same facts: {'; '.join(found.differs)}."
        if fitting:
            detail += f" {_named(fitting)} every fact."
        return ClaimMatch(by="number", trouble=Trouble(ExceptionReason.MISMATCH, detail))
    possible: dict[int, Candidate] = {}
    for by, claims in rungs.items():
        sound = [one for one in claims if likeness[one].is_person and not likeness[one].is_another]
        best = [one for one in sound if not likeness[one].differs] or sound
        if len(best) == 1:
            return ClaimMatch(best[0].id, by, best[0].payers)
        possible.update({one.id: one for one in best})
    if possible:
        detail = f"No claim has this number. {_named(possible.values())} it equally: say which one was paid."
        return ClaimMatch(trouble=Trouble(ExceptionReason.AMBIGUOUS, detail))
    return ClaimMatch(trouble=UNMATCHED)


def compare(sought: SoughtClaim, found: Candidate) -> Likeness:
    """Every fact that a payment and a claim both state, compared; their numbers apart."""
    figures, person = [], []
    if sought.charge != found.charge:
        figures.append(f"charge {figure(sought.charge)} against {figure(found.charge)} billed")
    if not days_agree(sought, found):
        figures.append(f"service from {sought.service_from} against {found.service_from}")
    last, first = names_agree((sought.last, sought.first), (found.last, found.first))
    member = _member_agrees(sought.member_id, found.members)
    is_same_icn = bool(sought.icn) and sought.icn == found.icn
    for agrees, what in ((last, "last name"), (first, "first name"), (member, "member id")):
        person += [f"another {what}"] if agrees is False else []
    # A payer may split a claim over several CLPs, each with part of the charge; never with more of it.
    is_unexplained = sought.charge > found.charge or (sought.charge != found.charge and not sought.service_from)
    is_other = is_other_person(last=last, first=first, member=member, is_same_icn=is_same_icn)
    treated = (sought.rendering_npi, found.rendering_npi)
    provider = ["another rendering provider"] if all(treated) and treated[0] != treated[1] else []
    return Likeness(
        differs=(*figures, *person, *provider),
        is_another=is_other or is_unexplained or len(figures) + bool(person) > 1,
        is_person=False not in (last, first) and (member is not False or is_same_icn),
    )


def _member_agrees(sought: str, found: Iterable[str]) -> bool | None:
    """Whether an id is one of a claim's coverages; a claim answered by its second payer bears two."""
    answers = {member_ids_agree(sought, one) for one in found}
    return True if True in answers else False if answers == {False} else None


def _named(claims: Iterable[Candidate]) -> str:
    """Up to four claims by number, as the beginning of a sentence about what fits."""
    numbers = [claim.number for claim in sorted(claims, key=lambda one: one.id)]
    if len(numbers) == 1:
        return f"Claim {numbers[0]} fits"
    rest = len(numbers) - _MOST_NAMED
    listed = ", ".join(numbers[:_MOST_NAMED]) if rest > 0 else ", ".join(numbers[:-1])
    return f"Claims {listed} and {f'{rest} more' if rest > 0 else numbers[-1]} fit"


_MOST_NAMED = 4


def charge_as_billed(charge: Decimal, of_claim: Decimal) -> Decimal:
    """The charge of an SVC with the sign that it was billed with: a reversal turns those of the whole claim."""
    return -charge if of_claim < 0 else charge


def match_lines(sought: Sequence[SoughtLine], lines: Sequence[SentLine]) -> list[int | None]:
    """The line each SVC pays, or None. Rungs: control number, then code, modifiers, day and charge, then the
    submitted code, then without modifiers; an answer by revenue code alone means a line of that code, whatever its
    procedure. Each rung takes a line once; a control number may pay it in parts, and so may services that all name its
    code as submitted and make up its charge: one service paid as several.

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


def _of_control(one: SoughtLine, line: SentLine | None) -> int | None:
    if line is None:
        return None
    is_counted = line.control in ("", str(line.number))
    is_same = line.code in (one.code, one.submitted_code) or (not one.code and line.revenue_code == one.revenue_code)
    return line.id if is_same or not is_counted else None


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


def _take_in_parts(line: SentLine, sought: Sequence[SoughtLine], found: list[int | None]) -> None:
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
    of_line: Callable[[SentLine], Hashable]
    of_sought: Callable[[SoughtLine], Hashable | None]


_RUNGS = (
    _Rung(
        lambda line: (line.code, line.modifiers, abs(line.charge)),
        lambda one: (one.code, one.modifiers, abs(one.charge)) if one.code else None,
    ),
    _Rung(
        lambda line: (line.code, abs(line.charge)),
        lambda one: (one.submitted_code, abs(one.charge)) if one.submitted_code else None,
    ),
    _Rung(
        lambda line: (line.code, abs(line.charge)),
        lambda one: (one.code, abs(one.charge)) if one.code else None,
    ),
    _Rung(
        lambda line: (line.code, line.revenue_code, abs(line.charge)),
        lambda one: ("", one.revenue_code, abs(one.charge)) if one.revenue_code and not one.code else None,
    ),
    _Rung(
        lambda line: (line.revenue_code, abs(line.charge)),
        lambda one: (one.revenue_code, abs(one.charge)) if one.revenue_code and not one.code else None,
    ),
)


def _on_day(free: dict[Hashable, list[int]], key: Hashable, one: SoughtLine, lines: Sequence[SentLine]) -> int | None:
    """The first free line under `key` of the day that the payer names (any day where it names none), of the same sign
    if there is one: some payers turn the sign of a charge."""
    known = {line.id: line for line in lines}
    fit = [pk for pk in free.get(key, ()) if one.service_from in (None, known[pk].service_from)]
    return min(fit, key=lambda pk: known[pk].charge != one.charge, default=None)


def days_agree(sought: SoughtClaim, found: Candidate) -> bool:
    """Whether the days that a payer names overlap those of the claim; so do no days at all."""
    if sought.service_from is None:
        return True
    last = sought.service_to or sought.service_from
    return sought.service_from <= found.service_to and found.service_from <= last
