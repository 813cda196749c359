"""What every walker does, and the walker of what is not understood."""

from collections.abc import Sequence
from typing import Protocol

from .problems import Log
from .records import Envelope, Event, Kind, Plb, Totals, TransactionStart


class Walker(Protocol):
    """What reads one kind of transaction, one group of segments at a time.

    A group begins with ST or with one of the tags in `begins`. `feed` gives the events a group completes (`cut`:
    the file or the transaction broke off after it), `finish` those that the end completes. `totals` is asked once
    after that, and may add to `log` what does not tie out.
    """

    kind: Kind
    begins: frozenset[str]
    log: Log
    plbs: list[Plb]

    def feed(self, group: list[list[str]], n: int, *, cut: bool) -> Sequence[Event]: ...

    def finish(self) -> Sequence[Event]: ...

    def totals(self) -> Totals: ...


def note_cut(log: Log, n: int, what: str) -> None:
    """Note on a record that the end of its segments may be missing."""
    message = f"Segment {n}: expected more segments or SE; the file breaks off in or right after this {what}."
    log.error(n, "SE", None, "truncated", message)


class WalkOther:
    """A transaction that is kept and named, but not understood."""

    begins: frozenset[str] = frozenset()

    def __init__(self, envelope: Envelope, first_segment: int, kind: Kind) -> None:
        self.kind = kind
        self.log = Log()
        self.plbs: list[Plb] = []
        self._start = TransactionStart(kind, envelope, first_segment)
        code = envelope.set_code if envelope.set_code.isdecimal() else "this set"
        message = f"Segment {first_segment}, ST01: expected 835, 837, 277, 999 or 997; {code} is not understood."
        self.log.warn(first_segment, "ST", 1, "not_understood", message)

    def feed(self, group: list[list[str]], n: int, *, cut: bool) -> Sequence[Event]:
        """The whole transaction is one group."""
        return (self._start,)

    def finish(self) -> Sequence[Event]:
        """Nothing is left to give."""
        return ()

    def totals(self) -> Totals:
        """Nothing is known of its money."""
        return Totals()
