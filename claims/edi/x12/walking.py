"""What every walker does, and the walker of what is not understood."""

from collections.abc import Sequence
from typing import Protocol

from .problems import Log
from .records import Envelope, Event, Kind, Plb, Totals, TransactionStart


class Walker(Protocol):
    """What reads one kind of transaction, segment by segment between ST and SE.

    `feed` gives the events a segment completes; `finish` those that the end completes; `totals` is asked once
    after that, and may add to `log` what does not tie out.
    """

    kind: Kind
    log: Log
    plbs: list[Plb]

    def feed(self, e: list[str], n: int) -> Sequence[Event]: ...

    def finish(self, n: int, *, truncated: bool) -> Sequence[Event]: ...

    def totals(self) -> Totals: ...


class WalkOther:
    """A transaction that is kept and named, but not understood."""

    def __init__(self, envelope: Envelope, first_segment: int, kind: Kind) -> None:
        self.kind = kind
        self.log = Log()
        self.plbs: list[Plb] = []
        self._start = TransactionStart(kind, envelope, first_segment)
        code = envelope.set_code[:6]
        message = f"Segment {first_segment}, ST01: expected 835, 837, 277, 999 or 997; {code} is not understood."
        self.log.warn(first_segment, "ST", 1, "not_understood", message)

    def feed(self, e: list[str], n: int) -> Sequence[Event]:
        return ()

    def finish(self, n: int, *, truncated: bool) -> Sequence[Event]:
        return (self._start,)

    def totals(self) -> Totals:
        return Totals()
