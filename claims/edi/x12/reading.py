"""Read an X12 file as a stream of events, one claim at a time.

This module follows the envelopes and hands what lies between ST and SE to the walker of its kind. Envelopes in
the wild are often wrong in their counts; that is a warning. A transaction without an end is an error, because
nobody can know what is missing.
"""

from collections.abc import Iterator

from .envelopes import Envelopes
from .records import (
    AckRead,
    ClaimRead,
    Envelope,
    Event,
    FileEnd,
    Kind,
    StatusRead,
    Transaction,
    TransactionEnd,
    TransactionStart,
)
from .segments import SegmentReader, Source
from .walk_277 import Walk277
from .walk_835 import Walk835
from .walk_837 import Walk837
from .walk_999 import Walk999, read_ta1
from .walking import Walker, WalkOther

_ENVELOPE = frozenset({"ISA", "IEA", "GS", "GE", "ST", "SE", "TA1"})


def read(source: Source) -> Iterator[Event]:
    """The events of a file given as bytes, a path or an open binary file, in file order (see records.py).

    Nothing a file holds makes this raise: what cannot be read becomes a problem of the claim, the transaction
    or the file. Only errors of the disk do.
    """
    return _Reading(source).events()


def read_all(source: Source) -> list[Transaction]:
    """Every transaction of a file, in memory. For files that people look at, not for imports."""
    found: list[Transaction] = []
    start: TransactionStart | None = None
    body: list[object] = []
    for event in read(source):
        if isinstance(event, TransactionStart):
            start, body = event, []
        elif isinstance(event, ClaimRead):
            body.append(event.claim)
        elif isinstance(event, StatusRead):
            body.append(event.status)
        elif isinstance(event, AckRead):
            body.append(event.ack)
        elif isinstance(event, TransactionEnd) and start:
            found.append(
                Transaction(
                    kind=event.kind,
                    envelope=start.envelope,
                    first_segment=start.first_segment,
                    last_segment=event.last_segment,
                    header=start.header,
                    body=tuple(body),  # type: ignore[arg-type]
                    totals=event.totals,
                    plbs=event.plbs,
                    problems=event.problems,
                )
            )
    return found


class _Reading:
    """One pass over one file."""

    def __init__(self, source: Source) -> None:
        self._segments = SegmentReader(source)
        self._log = self._segments.log
        self._envelopes = Envelopes(self._log)
        self._walker: Walker | None = None
        self._strays = False

    def events(self) -> Iterator[Event]:
        n = 0
        for block in self._segments.blocks():
            for e in block:
                n += 1
                if e[0] in _ENVELOPE:
                    yield from self._envelope_segment(e, n)
                elif self._walker is None:
                    self._stray(e, n)
                else:
                    events = self._walker.feed(e, n)
                    if events:
                        yield from events
        yield from self._cut(n)
        self._envelopes.end(n)
        yield FileEnd(n, self._envelopes.interchanges, self._log.take())

    def _envelope_segment(self, e: list[str], n: int) -> Iterator[Event]:
        tag, envelopes = e[0], self._envelopes
        if tag == "SE":
            yield from self._end_set(e, n)
            return
        yield from self._cut(n - 1)
        self._strays = False
        if tag == "ST":
            envelope, kind = envelopes.open_set(e, n)
            self._walker = self._walker_for(kind, envelope, n)
        elif tag == "TA1":
            yield from read_ta1(e, n, envelopes.interchange_envelope())
        elif tag == "GS":
            envelopes.open_group(e, n)
        elif tag == "GE":
            envelopes.close_group(e, n)
        elif tag == "ISA":
            envelopes.open_interchange(e, n)
        else:
            envelopes.close_interchange(e, n)

    def _walker_for(self, kind: Kind, envelope: Envelope, n: int) -> Walker:
        component = self._segments.delimiters.component
        if kind == "835":
            return Walk835(envelope, n, component)
        if kind.startswith("837"):
            return Walk837(envelope, n, self._segments.delimiters, kind)
        if kind in ("277", "277CA"):
            return Walk277(envelope, n, component, kind)
        if kind in ("999", "997"):
            return Walk999(envelope, n, component, kind)
        return WalkOther(envelope, n, kind)

    def _end_set(self, e: list[str], n: int) -> Iterator[Event]:
        walker = self._walker
        if walker is None:
            self._log.error(n, "SE", None, "misplaced_segment", f"Segment {n}, SE: expected ST before it.")
            return
        yield from walker.finish(n, truncated=False)
        self._envelopes.close_set(e, n, walker.log)
        yield self._ended(walker, n)

    def _cut(self, n: int) -> Iterator[Event]:
        """A transaction without SE: its end is where something else begins, or the file stops."""
        walker = self._walker
        if walker is not None:
            yield from walker.finish(n, truncated=True)
            message = f"Segment {n}: expected SE after it; the transaction has no end, so segments may be missing."
            walker.log.error(n, "SE", None, "truncated", message)
            yield self._ended(walker, n)

    def _ended(self, walker: Walker, n: int) -> TransactionEnd:
        self._walker = None
        totals = walker.totals()
        return TransactionEnd(walker.kind, n, totals, tuple(walker.plbs), walker.log.take())

    def _stray(self, e: list[str], n: int) -> None:
        if not self._strays:
            self._strays = True
            tag = e[0] if e[0].isalnum() and len(e[0]) <= 3 else "?"
            message = f"Segment {n}: expected ISA, GS, ST, GE or IEA here; what stands outside ST and SE is skipped."
            self._log.warn(n, tag, None, "outside_transaction", message)
