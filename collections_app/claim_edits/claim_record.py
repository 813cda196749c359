"""A claim of segments as our own reader reads it: what is checked is what the books would take in. Pure."""

from typing import cast

from claims.edi.x12.claim_text import ClaimText
from claims.edi.x12.delimiters import Delimiters
from claims.edi.x12.records import ClaimRead, Envelope, Kind
from claims.edi.x12.records_837 import Claim837
from claims.edi.x12.walk_837 import Walk837

_VERSIONS = {"P": "005010X222A1", "I": "005010X223A2", "D": "005010X224A2"}
_DELIMITERS = Delimiters("*", ":", "~", "^")


def record_of(text: ClaimText) -> Claim837:
    """The claim as `claims.edi.x12` reads it, with the problems of reading it. Raises `ValueError` without a CLM."""
    kind = cast(Kind, f"837{text.form}")
    walk = Walk837(Envelope(version=_VERSIONS[text.form]), 1, _DELIMITERS, kind)
    segments: list[list[str]] = [["HL", "1", "", "20", "1"], *map(list, text.billing)]
    segments += [["HL", "2", "1", "22", "1" if text.patient else "0"], *map(list, text.subscriber)]
    if text.patient:
        segments += [["HL", "3", "2", "23", "0"], *map(list, text.patient)]
    segments += map(list, text.claim)
    events = [*walk.feed(segments, 1, cut=False), *walk.finish()]
    found = [event.claim for event in events if isinstance(event, ClaimRead)]
    if not found:
        raise ValueError("no CLM in the claim")
    return cast(Claim837, found[0])
