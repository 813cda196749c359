"""Read an X12 file as a stream of events, one claim at a time.

This module follows the envelopes and hands what lies between ST and SE to the walker of its kind. Envelopes in
the wild are often wrong in their counts; that is a warning. A transaction without an end is an error, because
nobody can know what is missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .envelopes import Envelopes
from .records import (
    AckRead,
    ClaimRead,
    CoverageRead,
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
from .walk_271 import Walk271
from .walk_277 import Walk277
from .walk_835 import Walk835
from .walk_837 import Walk837
from .walk_999 import Walk999, read_ta1
from .walking import Walker, WalkOther

_LINES = frozenset({"LX", "SVC"})  # of an 837 and of an 835, where LX is no part of a claim
_ENVELOPE = frozenset({"ISA", "IEA", "GS", "GE", "ST", "SE", "TA1"})


_SEGMENTS_PER_LINE = 50  # that a claim may hold for each line it may have


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """How much is read: segments of a file, service lines of a claim. Far above real files."""

    segments: int = 5_000_000
    lines: int = 2_000


def read(source: Source, most: ReadingLimits = ReadingLimits()) -> Iterator[Event]:
    """The events of a file given as bytes, a path or an open binary file, in file order (see records.py).

    Nothing a file holds makes this raise: what cannot be read becomes a problem of the claim, the transaction
    or the file. Only errors of the disk do.
    """
    return _Reading(source, most).events()


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
        elif isinstance(event, CoverageRead):
            body.append(event.answer)
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
    """One pass over one file.

    Segments are gathered into groups, and a walker is fed whole groups: from a tag that it says begins something
    (`begins`: a claim, a level, a status) to before the next such tag. The first group begins with ST.
    """

    def __init__(self, source: Source, most: ReadingLimits) -> None:
        self._most = most
        self._segments = SegmentReader(source)
        self._log = self._segments.log
        self._envelopes = Envelopes(self._log)
        self._walker: Walker | None = None
        self._group: list[list[str]] = []
        self._group_at = 1
        self._breaks = _ENVELOPE

    def events(self) -> Iterator[Event]:
        n = 0
        gather, breaks = self._group.append, self._breaks
        for block in self._segments.blocks():
            for e in block:
                n += 1
                if e[0] in breaks:
                    yield from self._turn(e, n)
                    gather, breaks = self._group.append, self._breaks
                else:
                    gather(e)
            if n > self._most.segments:
                message = f"Segment {n}: expected at most {self._most.segments:,} segments in a file; no more was read."
                self._log.error(n, "IEA", None, "file_too_long", message)
                break
            # One segment more than may be shows that there were more; a claim without an end must not fill the memory.
            del self._group[self._most.lines * _SEGMENTS_PER_LINE + 1 :]
        yield from self._end_set(n, None)
        self._envelopes.end(n)
        yield FileEnd(n, self._envelopes.interchanges, self._log.take())

    def _turn(self, e: list[str], n: int) -> Iterator[Event]:
        tag, envelopes = e[0], self._envelopes
        if tag not in _ENVELOPE:
            yield from self._feed(cut=False)
            self._group, self._group_at = [e], n
            return
        yield from self._end_set(n if tag == "SE" else n - 1, e if tag == "SE" else None)
        self._group_at = n + 1
        if tag == "ST":
            envelope, kind = envelopes.open_set(e, n)
            self._walker = self._walker_for(kind, envelope, n)
            self._group, self._group_at = [e], n
            self._breaks = _ENVELOPE | self._walker.begins
        elif tag == "TA1":
            yield from read_ta1(e, n, envelopes.interchange_envelope())
        elif tag == "GS":
            envelopes.open_group(e, n)
        elif tag == "GE":
            envelopes.close_group(e, n)
        elif tag == "ISA":
            envelopes.open_interchange(e, n)
        elif tag == "IEA":
            envelopes.close_interchange(e, n)

    def _feed(self, *, cut: bool) -> Sequence[Event]:
        group, self._group = self._group, []
        if self._walker is not None:
            if len(group) > self._most.lines and (end := self._end_of_lines(group)):
                at, tag = self._group_at, group[0][0]
                message = (
                    f"Segment {at}, {tag}: expected at most {self._most.lines:,} service lines in this claim; from "
                    f"segment {at + end} on they were not read, and the claim is not taken in."
                )
                self._walker.log.error(at, tag, None, "claim_too_long", message)
                group, cut = group[:end], True
            return self._walker.feed(group, self._group_at, cut=cut)
        if group:
            at = self._group_at
            skipped = "1 segment was" if len(group) == 1 else f"{len(group)} segments were"
            message = f"Segment {at}: expected ISA, GS, ST, GE or IEA here; {skipped} skipped."
            self._log.warn(at, "ST", None, "outside_transaction", message)
        return ()

    def _end_of_lines(self, group: list[list[str]]) -> int:
        """Where in a long group the lines that may be there end; 0 where it holds no more of them."""
        lines = 0
        for place, e in enumerate(group):
            lines += e[0] in _LINES
            if lines > self._most.lines:
                return place
        most = self._most.lines * _SEGMENTS_PER_LINE
        return most if len(group) > most else 0

    def _end_set(self, n: int, se: list[str] | None) -> Iterator[Event]:
        """The transaction ends at its SE, or without one where something else begins or the file stops."""
        yield from self._feed(cut=se is None)
        walker, self._walker, self._breaks = self._walker, None, _ENVELOPE
        if walker is None:
            if se:
                self._log.error(n, "SE", None, "misplaced_segment", f"Segment {n}, SE: expected ST before it.")
            return
        yield from walker.finish()
        if se:
            self._envelopes.close_set(se, n, walker.log)
        else:
            message = f"Segment {n}: expected SE after it; the transaction has no end, so segments may be missing."
            walker.log.error(n, "SE", None, "truncated", message)
        totals = walker.totals()
        yield TransactionEnd(walker.kind, n, totals, tuple(walker.plbs), walker.log.take())

    def _walker_for(self, kind: Kind, envelope: Envelope, n: int) -> Walker:
        component = self._segments.delimiters.component
        if kind == "835":
            return Walk835(envelope, n, component)
        if kind.startswith("837"):
            return Walk837(envelope, n, self._segments.delimiters, kind)
        if kind in ("277", "277CA"):
            return Walk277(envelope, n, component, kind)
        if kind == "271":
            return Walk271(envelope, n, self._segments.delimiters.repetition)
        if kind in ("999", "997"):
            return Walk999(envelope, n, component, kind)
        return WalkOther(envelope, n, kind)
