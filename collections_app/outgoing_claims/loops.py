"""Where in a claim something stands, read and written: a level, a loop in it, a segment, an element, a component. Pure.

A loop is found by its first segment: the NM1 of somebody, the LX of a line, the LIN of a drug. What is missing is put
where the guides have it (005010X222A1, X223A2, X224A2); what loses its last word goes, with its loop where nothing else
stands in that. Nothing beside the place itself is touched.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from claims.edi.x12.claim_text import ClaimText, Segment

_UNSENDABLE = re.compile(r"[*~^\x00-\x1f\x7f]")
HEAD, DRUG = "", "LIN"
_HEAD_ENDS = frozenset({"NM1", "LX", "LIN", "SVD", "LQ"})
_ORDER = {
    name: tuple(tags.split())
    for name, tags in (
        ("head", "PRV CUR SBR PAT CLM DTP CL1 DN1 DN2 PWK CN1 AMT REF K3 NTE CR1 CR2 CR3 CR5 CR6 CRC HI HCP"),
        ("line", "LX SV1 SV2 SV3 SV4 SV5 TOO PWK CR1 CR3 CRC DTP QTY MEA CN1 REF AMT K3 NTE PS1 HCP"),
        ("name", "NM1 N2 PRV N3 N4 DMG REF PER"),
        ("drug", "LIN CTP REF"),
    )
}
_NAMES = {
    form: tuple(codes.split())
    for form, codes in (
        ("P", "85 87 PE IL PR QC DN P3 82 QB 77 DQ DK PW 45"),
        ("I", "85 87 PE IL PR QC 71 72 ZZ 82 77 DN"),
        ("D", "85 87 PE IL PR QC DN 82 77 DD DQ QD"),
    )
}


@dataclass(frozen=True, slots=True)
class Spot:
    """One element (or component of it) of a claim.

    `loop` is "" for the level itself (or the line), an entity code for the loop of that NM1, or `LIN`. `made` is the
    segment where there is none yet: what it holds beside the element are its constants, by which it is found too
    (`found_by`: which of its elements, each with the values that count). `beside` is set with a value, and gone without
    one: the qualifier of an id. One that `stays` is never taken out.
    """

    level: str
    loop: str
    made: Segment
    element: int
    part: int | None = None
    found_by: tuple[tuple[int, frozenset[str]], ...] = ()
    beside: tuple[tuple[int, str], ...] = ()
    stays: bool = False
    name: Segment = field(default=())


def read_at(text: ClaimText, spot: Spot, line: int = 0) -> str:
    """What stands there, "" where nothing does. `line` is the ordinal of a service line, 0 for none."""
    segments = list(getattr(text, spot.level))
    found = _segment_at(segments, spot, line)
    if found is None:
        return ""
    return _part(_element(segments[found], spot.element), spot.part)


def write_at(text: ClaimText, spot: Spot, value: str, line: int = 0) -> ClaimText:
    """The claim with `value` there."""
    segments = list(getattr(text, spot.level))
    found = _segment_at(segments, spot, line)
    if found is None:
        if not value:
            return text
        found = _made(segments, spot, line, text.form)
        if found is None:
            return text
    standing = segments[found]
    composite = _with_part(_element(standing, spot.element), spot.part, value)
    after = with_element(standing, spot.element, composite)
    for index, constant in spot.beside:
        if not value:
            after = with_element(after, index, "")
        elif not _element(after, index):
            after = with_element(after, index, constant)
    segments[found] = after
    if not value and not spot.stays and _says_nothing(after, spot):
        _take_out(segments, found, spot, line)
    return _with_level(text, spot.level, segments)


def blanked(text: ClaimText, spot: Spot, line: int = 0) -> ClaimText:
    """The claim with nothing there, its segment staying, or going where it says nothing else either."""
    segments = list(getattr(text, spot.level))
    found = _segment_at(segments, spot, line)
    if found is None:
        return text
    standing = segments[found]
    after = with_element(standing, spot.element, _with_part(_element(standing, spot.element), spot.part, ""))
    for index, _ in spot.beside:
        after = with_element(after, index, "")
    segments[found] = after
    if not spot.stays and _says_nothing(after, spot):
        _take_out(segments, found, spot, line)
    return _with_level(text, spot.level, segments)


def bare(*elements: str) -> Segment:
    """A segment of these elements, without what can't be sent in one, and without empty ones at its end. Composites are
    the caller's: their components stand apart by ":" already."""
    said = [_UNSENDABLE.sub(" ", one).strip() for one in elements]
    while len(said) > 1 and not said[-1]:
        said.pop()
    return tuple(said)


def with_element(segment: Segment, index: int, value: str) -> Segment:
    """The segment with its element `index` so, without empty ones at the end."""
    elements = [*segment, *[""] * (index + 1 - len(segment))]
    elements[index] = value
    while len(elements) > 1 and not elements[-1]:
        elements.pop()
    return tuple(elements)


def line_spans(claim: Sequence[Segment]) -> list[tuple[int, int]]:
    """Where each service line begins and ends (LX to the next LX), in their order."""
    starts = [index for index, e in enumerate(claim) if e[0] == "LX"]
    return list(zip(starts, [*starts[1:], len(claim)], strict=False))


def own_part(claim: Sequence[Segment]) -> int:
    """Where the claim's own loops (2300, 2310) end: at the first other coverage (SBR) or line."""
    return next((index for index, e in enumerate(claim) if index and e[0] in ("SBR", "LX")), len(claim))


def put(segments: list[Segment], start: int, end: int, segment: Segment, order: str) -> int:
    """Put a segment into the loop that stands between `start` and `end`, in the order of its guide; where it stands."""
    tags = _ORDER[order]
    rank = tags.index(segment[0]) if segment[0] in tags else len(tags)
    place = start
    for index in range(start, end):
        tag = segments[index][0]
        if (tags.index(tag) if tag in tags else len(tags)) <= rank:
            place = index + 1
    segments.insert(place, segment)
    return place


def _with_level(text: ClaimText, level: str, segments: Sequence[Segment]) -> ClaimText:
    levels = {name: getattr(text, name) for name in ("billing", "subscriber", "patient", "claim")}
    return ClaimText(text.form, **levels | {level: tuple(segments)})


def _segment_at(segments: list[Segment], spot: Spot, line: int) -> int | None:
    span = _loop(segments, spot, line)
    if span is None:
        return None
    for index in range(*span):
        e = segments[index]
        if e[0] == spot.made[0] and all(_element(e, place) in values for place, values in spot.found_by):
            return index
    return None


def _region(segments: list[Segment], spot: Spot, line: int) -> tuple[int, int] | None:
    """Where the loop is looked for: a line, what comes before lines and other coverages, or the whole level."""
    if line:
        spans = line_spans(segments)
        return spans[line - 1] if line <= len(spans) else None
    return 0, own_part(segments) if spot.level == "claim" else len(segments)


def _loop(segments: list[Segment], spot: Spot, line: int) -> tuple[int, int] | None:
    region = _region(segments, spot, line)
    if region is None:
        return None
    start, end = region
    if spot.loop == HEAD:
        inside = range(start + bool(line), end)
        return start, next((index for index in inside if segments[index][0] in _HEAD_ENDS), end)
    codes = spot.loop.split("|")
    for index in range(start, end):
        e = segments[index]
        if (spot.loop == DRUG and e[0] == "LIN") or (e[0] == "NM1" and _element(e, 1) in codes):
            following = (place for place in range(index + 1, end) if segments[place][0] in _HEAD_ENDS)
            return index, next(following, end)
    return None


def _made(segments: list[Segment], spot: Spot, line: int, form: str) -> int | None:
    span = _loop(segments, spot, line)
    if span is None:
        if _region(segments, spot, line) is None:
            return None
        first = spot.made if spot.made[0] in ("NM1", "LIN") else (spot.name or _first_of(spot))
        place = _put_loop(segments, spot, line, first, form)
        if spot.made[0] in ("NM1", "LIN"):
            return place
        span = place, place + 1
    order = "drug" if spot.loop == DRUG else "name" if spot.loop else "line" if line else "head"
    return put(segments, *span, spot.made, order)


def _first_of(spot: Spot) -> Segment:
    return ("LIN", "", "N4") if spot.loop == DRUG else ("NM1", spot.loop.split("|")[0], "1")


def _put_loop(segments: list[Segment], spot: Spot, line: int, first: Segment, form: str) -> int:
    start, end = _region(segments, spot, line) or (0, 0)
    names = _NAMES.get(form, _NAMES["P"])

    def rank(e: Segment) -> int:
        if e[0] == "LIN":
            return 0
        code = _element(e, 1)
        return 1 + (names.index(code) if code in names else len(names))

    place = end
    for index in range(start, end):
        tag = segments[index][0]
        if tag in ("SVD", "LQ") or (tag in ("NM1", "LIN") and rank(segments[index]) > rank(first)):
            place = index
            break
    segments.insert(place, first)
    return place


def _says_nothing(segment: Segment, spot: Spot) -> bool:
    constants = {index for index, value in enumerate(spot.made) if value}
    return not any(value for index, value in enumerate(segment) if index and index not in constants)


def _take_out(segments: list[Segment], found: int, spot: Spot, line: int) -> None:
    if spot.made[0] in ("NM1", "LIN"):
        span = _loop(segments, spot, line)
        if span is None or span[1] - span[0] > 1:
            return
    del segments[found]


def _element(segment: Segment, index: int) -> str:
    return segment[index] if index < len(segment) else ""


def _part(composite: str, part: int | None) -> str:
    if part is None:
        return composite
    parts = composite.split(":")
    return parts[part] if part < len(parts) else ""


def _with_part(composite: str, part: int | None, value: str) -> str:
    if part is None:
        return value
    parts = composite.split(":")
    parts += [""] * (part + 1 - len(parts))
    parts[part] = value
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return ":".join(parts)
