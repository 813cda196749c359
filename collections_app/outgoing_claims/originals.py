"""A claim as it stands in a file that was sent: its very segments, whatever had delimited them. Pure.

The place of a claim in a file is the transaction's and its own within that, both from 1, as `Submission.source` names
them after the file's hash. Levels belong together as the reader takes them (HL02): a subscriber stands under the
billing provider that it names, a patient under the subscriber before it.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import BinaryIO

from claims.edi.x12.claim_text import ClaimText, Segment
from claims.edi.x12.delimiters import Delimiters
from claims.edi.x12.envelopes import form_named
from claims.edi.x12.segments import SegmentReader

Place = tuple[int, int]
_BILLING, _SUBSCRIBER, _PATIENT = "20", "22", "23"
_ENDS = frozenset({"SE", "ST", "GE", "IEA", "ISA", "GS"})
_FORM_OF_SERVICE = {"SV1": "P", "SV2": "I", "SV3": "D"}
_OURS = "*:~^"


def texts_at(source: bytes | BinaryIO, places: Collection[Place] | None = None) -> dict[Place, ClaimText]:
    """The claims that stand at these places of an 837 (all of them when None). A place without a claim is left out."""
    last = max(places, default=(0, 0)) if places is not None else None
    found: dict[Place, ClaimText] = {}
    for place, text in _claims(source):
        if places is None or place in places:
            found[place] = text
        if last is not None and place >= last:
            break
    return found


def _claims(source: bytes | BinaryIO) -> Iterator[tuple[Place, ClaimText]]:
    levels = _Levels("")
    transaction, claim, group = 0, 0, ""
    open_claim: list[Segment] | None = None
    for e in _segments(source):
        tag = e[0]
        if open_claim is not None and (tag in _ENDS or tag in ("HL", "CLM")):
            yield (transaction, claim), levels.text(open_claim)
            open_claim = None
        if tag in ("ST", "TA1"):
            transaction, claim = transaction + 1, 0
            levels = _Levels(form_named((*e, "", "", "")[3], group))
        elif tag == "GS":
            group = (*e, *[""] * 8)[8]
        elif tag == "HL":
            levels.enter(e)
        elif tag == "CLM":
            claim += 1
            open_claim = [e]
        elif open_claim is not None:
            open_claim.append(e)
        elif tag not in _ENDS:
            levels.take(e)
    if open_claim is not None:
        yield (transaction, claim), levels.text(open_claim)


class _Levels:
    """What stands above the claims that come next."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._billing: dict[str, list[Segment]] = {}
        self._above = ClaimText("", (), (), (), ())
        self._open: list[Segment] = []
        self._code = ""

    def enter(self, e: Segment) -> None:
        """A level begins: HL01 is its number, HL02 that of its parent."""
        self._close()
        number, parent, self._code = (*e[1:4], "", "", "")[:3]
        self._open = []
        if self._code == _BILLING:
            self._billing[number] = self._open
            self._above = ClaimText("", (), (), (), ())
        elif self._code == _SUBSCRIBER:
            known = self._billing.get(parent)
            billing = tuple(known) if known is not None else self._above.billing
            self._above = ClaimText("", billing, (), (), ())

    def take(self, e: Segment) -> None:
        """A segment of the level that is open; BHT and the names of sender and receiver belong to none."""
        if self._code:
            self._open.append(e)

    def text(self, claim: list[Segment]) -> ClaimText:
        """The claim with what stands above it."""
        self._close()
        form = self._form or next((_FORM_OF_SERVICE[e[0]] for e in claim if e[0] in _FORM_OF_SERVICE), "P")
        return replace(self._above, form=form, claim=tuple(claim))

    def _close(self) -> None:
        if self._code == _BILLING:
            self._above = replace(self._above, billing=tuple(self._open))
        elif self._code == _SUBSCRIBER:
            self._above = replace(self._above, subscriber=tuple(self._open), patient=())
        elif self._code == _PATIENT:
            self._above = replace(self._above, patient=tuple(self._open))


def _segments(source: bytes | BinaryIO) -> Iterator[Segment]:
    reader = SegmentReader(source)
    for block in reader.blocks():
        for e in block:
            yield normal(e, reader.delimiters)


def normal(e: list[str], delimiters: Delimiters) -> Segment:
    """A segment with ":" between components and "^" between repetitions, without empty elements at its end. What the
    text itself has of our delimiters becomes a blank: it could not be sent."""
    if e[0] == "ISA":
        return tuple(e)
    foreign = [one for one in _OURS if one not in (delimiters.component, delimiters.repetition)]
    elements = [_normal(part, delimiters, foreign) for part in e]
    while len(elements) > 1 and not elements[-1]:
        elements.pop()
    return tuple(elements)


def _normal(part: str, delimiters: Delimiters, foreign: list[str]) -> str:
    for sign in foreign:
        if sign in part:
            part = part.replace(sign, " ")
    if delimiters.component == ":" and delimiters.repetition in ("^", ""):
        return part
    return part.translate(
        {ord(delimiters.component): ":"} | ({ord(delimiters.repetition): "^"} if delimiters.repetition else {})
    )
