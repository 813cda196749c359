"""What the guides of dental claims (X224A2), status (X212) and eligibility inquiries (X279A1) ask at least. Pure.

The validator has no maps of these three, so they are read here: envelopes and their counts, the HL tree, segments and
elements that no sender may leave out, dates, and charges that add up. It is less than a guide says, and told as such.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from claims.edi.x12.claim_text import Segment


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a file. `position` counts the segments of its transaction (ST is 1; 0: the envelope, or the
    file as a whole); `place` is segment and element ("CLM02"), `words` a sentence without any value."""

    st_control: str
    position: int
    place: str
    code: str
    words: str


#: A segment with the elements that it may not go without: ("NM1", "85") is an NM1 of that entity.
Wanted = tuple[tuple[str, ...], tuple[int, ...]]
_BILLING: tuple[Wanted, ...] = ((("NM1", "85"), (2, 3)), (("N3",), (1,)), (("N4",), (1,)), (("REF",), (1, 2)))
_NAMED = (1, 2, 3)
#: By kind and level (HL03); "CLM" is a claim, "SV3" one of its lines, "" the header.
GUIDES: Mapping[str, Mapping[str, tuple[Wanted, ...]]] = {
    "005010X224A2": {
        "": ((("BHT",), (1, 2, 3, 4, 5, 6)), (("NM1", "41"), (2, 3, 8, 9)), (("PER",), (1, 3, 4)),
             (("NM1", "40"), (2, 3, 8, 9))),
        "20": _BILLING,
        "22": ((("SBR",), (1, 9)), (("NM1", "IL"), _NAMED), (("NM1", "PR"), (2, 3, 8, 9))),
        "23": ((("PAT",), (1,)), (("NM1", "QC"), _NAMED), (("N3",), (1,)), (("N4",), (1,)), (("DMG",), (1, 2, 3))),
        "CLM": ((("CLM",), (1, 2, 5, 6, 7, 8, 9)), (("LX",), (1,)), (("SV3",), (1, 2))),
    },
    "005010X212": {
        "": ((("BHT",), (1, 2, 3, 4, 5)),),
        "20": ((("NM1", "PR"), (2, 3, 8, 9)),),
        "21": ((("NM1", "41"), (2, 3, 8, 9)),),
        "19": ((("NM1", "1P"), (2, 8, 9)),),
        "22": ((("NM1", "IL"), _NAMED),),
        "23": ((("NM1", "QC"), (1, 2, 3)),),
    },
    "005010X279A1": {
        "": ((("BHT",), (1, 2, 3, 4, 5)),),
        "20": ((("NM1", "PR"), (2, 3, 8, 9)),),
        "21": ((("NM1", "1P"), (2, 3, 8, 9)),),
        "22": ((("NM1", "IL"), (1, 2)),),
        "23": ((("NM1", "03"), (1, 2)),),
    },
}  # fmt: skip


@dataclass(slots=True)
class _Reading:
    """One transaction while it is read: where its level began, and what stands in it."""

    version: str
    control: str = ""
    position: int = 0
    level: str = ""
    began: int = 1
    seen: list[Segment] = field(default_factory=list)
    parents: dict[str, bool] = field(default_factory=dict)
    levels: int = 0
    lines: int = 0
    found: list[Complaint] = field(default_factory=list)

    def complain(self, place: str, words: str, *, code: str = "1", at: int | None = None) -> None:
        position = self.position if at is None else at
        self.found.append(Complaint(self.control, position, place, code, words))


def check(segments: Sequence[Segment], version: str) -> list[Complaint]:
    """What is wrong with a file of that guide (a key of `GUIDES`), its segments from ISA to IEA."""
    envelope = list(_envelope(segments))
    reading = _Reading(version)
    for e in segments:
        if e[0] in ("ISA", "GS", "GE", "IEA"):
            continue
        if e[0] == "ST":
            reading = _Reading(version, _at(e, 2), found=reading.found)
        reading.position += 1
        _take(reading, e)
    return envelope + reading.found


def _take(reading: _Reading, e: Segment) -> None:
    tag = e[0]
    if tag == "SE":
        _close(reading)
        if _at(e, 1) != str(reading.position) or _at(e, 2) != reading.control:
            reading.complain("SE", "SE counts other segments than there are, or bears another number than ST.")
        return
    if tag in ("HL", "CLM"):
        _close(reading)
        reading.began, reading.seen = reading.position, []
        reading.level = "CLM" if tag == "CLM" else _at(e, 3)
        if tag == "HL":
            _enter(reading, e)
        reading.lines = 0
    if tag == "LX":
        reading.lines += 1
        if _at(e, 1) != str(reading.lines):
            reading.complain("LX01", "LX01 does not count the lines from 1 on.", code="LX")
    if tag == "DTP" and not _is_date(_at(e, 2), _at(e, 3)):
        reading.complain("DTP03", "DTP03 is no valid date.", code="8")
    reading.seen.append(e)


def _enter(reading: _Reading, e: Segment) -> None:
    reading.levels += 1
    parent = _at(e, 2)
    if _at(e, 1) != str(reading.levels) or (parent and not reading.parents.get(parent)):
        reading.complain("HL", "The levels (HL) are not counted on, or name a level above that has none below.")
    reading.parents[_at(e, 1)] = _at(e, 4) == "1" or len(e) < 5


def _close(reading: _Reading) -> None:
    """A level or claim ends: what does it lack?"""
    for wanted, elements in GUIDES[reading.version].get(reading.level, ()):
        found = [e for e in reading.seen if e[: len(wanted)] == wanted]
        name = "*".join(wanted)
        if not found:
            reading.complain(wanted[0], f"{name} is missing.", code="3", at=reading.began)
            continue
        for n in elements:
            if not _at(found[0], n):
                place = f"{wanted[0]}{n:02d}"
                reading.complain(place, f"{place} of {name} is missing.", at=reading.began)
    if reading.level == "CLM":
        _add_up(reading)


def _add_up(reading: _Reading) -> None:
    claim = reading.seen[0]
    try:
        total = Decimal(_at(claim, 2))
        lines = sum((Decimal(_at(e, 2)) for e in reading.seen if e[0] == "SV3"), Decimal(0))
    except InvalidOperation:
        reading.complain("CLM02", "A charge is no amount.", code="6", at=reading.began)
        return
    if total != lines:
        reading.complain("CLM02", "The charges of the lines do not add up to that of the claim.", at=reading.began)


def _envelope(segments: Sequence[Segment]) -> Iterator[Complaint]:
    tags = [e[0] for e in segments]
    if not tags or tags[0] != "ISA" or tags[-1] != "IEA":
        yield Complaint("", 0, "ISA", "1", "The file does not go from ISA to IEA.")
        return
    groups = [e for e in segments if e[0] == "GS"]
    if _at(segments[-1], 1) != str(len(groups)) or _at(segments[-1], 2) != _at(segments[0], 13):
        yield Complaint("", 0, "IEA", "021", "Counts or control numbers of the interchange disagree.")
    sets, group = 0, ""
    for e in segments:
        if e[0] == "GS":
            sets, group = 0, _at(e, 6)
        sets += e[0] == "ST"
        if e[0] == "GE" and (_at(e, 1) != str(sets) or _at(e, 2) != group):
            yield Complaint("", 0, "GE", "5", "Counts or control numbers of the group disagree.")


def _is_date(qualifier: str, text: str) -> bool:
    days = text.split("-") if qualifier == "RD8" else [text]
    if qualifier not in ("D8", "RD8"):
        return True
    return all(len(one) == 8 and _day(one) is not None for one in days)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    except ValueError:
        return None


def _at(e: Segment, n: int) -> str:
    return e[n] if n < len(e) else ""
