"""Where an interchange begins, and which characters delimit it.

ISA is the one segment that says how the rest is delimited: the character after "ISA" separates elements,
ISA16 separates components, what follows ISA16 ends a segment, and ISA11 separates repetitions from version
00402 on. Its fixed length of 106 is not relied upon, because real files pad it wrongly. A file that starts at
GS or ST has its delimiters guessed from the fixed forms of those segments.
"""

import re
from dataclasses import dataclass

_ISA = re.compile(
    rb"ISA(?P<e>[^A-Za-z0-9 \r\n\x80-\xff])"
    rb"(?:(?:(?!(?P=e))[^\r\n]){0,60}(?P=e)){10}"
    rb"(?P<rep>(?:(?!(?P=e))[^\r\n]){0,3})(?P=e)"
    rb"\d{3,6}(?P=e)(?:(?!(?P=e))[^\r\n]){0,15}(?P=e)(?:(?!(?P=e))[^\r\n]){0,3}(?P=e)"
    rb"(?:(?!(?P=e))[^\r\n]){0,3}(?P=e)"
    rb"(?P<comp>[^A-Za-z0-9 \r\n\x80-\xff])(?P<term>\r\n|[^A-Za-z0-9 \x80-\xff])"
)
_GS = re.compile(
    rb"(?<![A-Za-z0-9])GS(?P<e>[^A-Za-z0-9 \r\n\x80-\xff])[A-Z]{2}(?P=e)"
    rb"(?:(?:(?!(?P=e))[^\r\n]){0,40}(?P=e)){5}[A-Z]{1,2}(?P=e)\w{1,12}(?P<term>\r\n|[^A-Za-z0-9 \x80-\xff])"
)
_ST = re.compile(
    rb"(?<![A-Za-z0-9])ST(?P<e>[^A-Za-z0-9 \r\n\x80-\xff])\d{3}(?P=e)\w{1,9}(?:(?P=e)\w{0,35})?"
    rb"(?P<term>\r\n|(?!(?P=e))[^A-Za-z0-9 \x80-\xff])"
)
_LONGEST_HEADER = 400

# Composites whose first component has a known form, as they stand after "TAG<element separator>".
_COMPOSITE = rb"(?:SVC|SV1|SV3|SV2{e}\w{{0,8}}){e}(?:HC|AD|HP|NU|N4|ER|IV|WK)([^A-Za-z0-9 {e}])"
_OTHER_COMPOSITE = rb"(?:STC{e}[A-Z]\w{{0,2}}|HI{e}A?BK)([^A-Za-z0-9 {e}])"


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The characters that delimit one interchange. `repetition` is "" where the version has none."""

    element: str
    component: str
    terminator: str
    repetition: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The beginning of an interchange (or of what is left of one) in a buffer."""

    start: int
    delimiters: Delimiters
    has_isa: bool


def find_isa(buffer: bytes, start: int = 0) -> Header | None:
    """The first well-formed ISA at or after `start`, also one broken by line wrapping."""
    at = buffer.find(b"ISA", start)
    while at >= 0:
        piece = buffer[at : at + _LONGEST_HEADER]
        match = _ISA.match(piece) or _ISA.match(piece.replace(b"\r", b"").replace(b"\n", b""))
        if match:
            return Header(at, _from_isa(match), has_isa=True)
        at = buffer.find(b"ISA", at + 3)
    return None


def find_start(buffer: bytes) -> Header | None:
    """The first ISA; or a GS or ST that stands before any ISA, with guessed delimiters."""
    isa = find_isa(buffer)
    limit = isa.start if isa else len(buffer)
    bare = [match for match in (_GS.search(buffer, 0, limit), _ST.search(buffer, 0, limit)) if match]
    if not bare:
        return isa
    first = min(bare, key=lambda match: match.start())
    element = first["e"].decode("ascii")
    component = _guess_component(buffer[first.start() : limit], first["e"])
    return Header(first.start(), Delimiters(element, component, _terminator(first), "^"), has_isa=False)


def _from_isa(match: re.Match[bytes]) -> Delimiters:
    rep = match["rep"].strip()
    repetition = rep.decode("ascii", "ignore") if len(rep) == 1 and not rep.isalnum() else ""
    return Delimiters(match["e"].decode("ascii"), match["comp"].decode("ascii"), _terminator(match), repetition)


def _terminator(match: re.Match[bytes]) -> str:
    # Of CRLF only the line feed counts; the carriage return is dropped with other stray line ends.
    return match["term"].decode("ascii")[-1]


def _guess_component(text: bytes, element: bytes) -> str:
    for form in (_COMPOSITE, _OTHER_COMPOSITE):
        found = re.search(form.replace(b"{e}", re.escape(element)).replace(b"{{", b"{").replace(b"}}", b"}"), text)
        if found:
            return found[1].decode("latin-1")
    return ":"


def may_hold_header_start(buffer: bytes) -> int:
    """Where an ISA that the buffer's end may have cut begins, or the buffer's length."""
    at = buffer.rfind(b"ISA", max(0, len(buffer) - _LONGEST_HEADER))
    return at if at > 0 else len(buffer)
