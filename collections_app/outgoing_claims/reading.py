"""An outgoing claim as our own reader understands it, and as the bill that the books would take in. Pure.

The same reader and the same translation as for files that come in: what we send means to us what it will mean when the
file is read back.
"""

import datetime as dt

from claims.billing.submitted_claims import Bill
from claims.edi.translate_837 import TransactionContext, translate_claim
from claims.edi.x12.claim_text import ClaimText, Segment
from claims.edi.x12.delimiters import Delimiters
from claims.edi.x12.records import Claim837, ClaimRead, Envelope
from claims.edi.x12.walk_837 import Walk837

OURS = Delimiters("*", ":", "~", "^")
_VERSIONS = {"P": "005010X222A1", "I": "005010X223A2", "D": "005010X224A2"}


def read_claim(text: ClaimText) -> Claim837:
    """The claim as a record, with the problems of reading it. Raises `ValueError` where there is no CLM."""
    kind = {"I": "837I", "D": "837D"}.get(text.form, "837P")
    envelope = Envelope(set_code="837", version=_VERSIONS.get(text.form, _VERSIONS["P"]))
    walker = Walk837(envelope, 1, OURS, kind)  # type: ignore[arg-type]
    segments = [["ST", "837"], ["HL", "1", "", "20", "1"], *_lists(text.billing), ["HL", "2", "1", "22", "0"]]
    segments += _lists(text.subscriber)
    if text.patient:
        segments += [["HL", "3", "2", "23", "0"], *_lists(text.patient)]
    segments += _lists(text.claim)
    events = [*walker.feed(segments, 1, cut=False), *walker.finish()]
    for event in events:
        if isinstance(event, ClaimRead) and isinstance(event.claim, Claim837):
            return event.claim
    raise ValueError("a claim has a CLM segment")


def bill_of(text: ClaimText, *, practice_id: int, envelope: Envelope, sent_on: dt.date) -> Bill:
    """The bill that a claim sent on that day is to the books; the caller names its `source`."""
    around = TransactionContext(envelope, "CH", "", sent_on)
    return translate_claim(read_claim(text), practice_id=practice_id, around=around).bill


def _lists(segments: tuple[Segment, ...]) -> list[list[str]]:
    return [list(one) for one in segments]
