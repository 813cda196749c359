"""Acknowledgments of syntax: 999 (005010X231), its forerunner 997, and the TA1 of an interchange."""

from collections.abc import Iterator, Sequence

from .elements import read_day
from .problems import Log
from .records import (
    AckError,
    AckRead,
    Envelope,
    Event,
    GroupAck,
    InterchangeAck,
    Kind,
    Plb,
    SetAck,
    Totals,
    TransactionEnd,
    TransactionStart,
)
from .values import at, whole
from .walking import note_cut

_PASSED_OVER = frozenset({"ST", "CTX"})


class Walk999:
    """One 999 or 997: a `SetAck` for each AK2 loop, a `GroupAck` for each AK9."""

    begins = frozenset({"AK1", "AK2", "AK9"})

    def __init__(self, envelope: Envelope, first_segment: int, component: str, kind: Kind) -> None:
        self.kind = kind
        self.log = Log()
        self.plbs: list[Plb] = []
        self._start: TransactionStart | None = TransactionStart(kind, envelope, first_segment)
        self._component = component
        self._group: list[str] = []
        self._set: list[str] = []
        self._verdict: list[str] = []
        self._errors: list[AckError] = []
        self._set_log = Log()
        self._first = self._last = first_segment

    def feed(self, group: list[list[str]], n: int, *, cut: bool) -> Sequence[Event]:
        """Take one group; give the events it completes."""
        events: list[Event] = []
        for number, e in enumerate(group, n):
            events += self._take(e, number)
        if cut and self._set:
            note_cut(self._set_log, self._last, "acknowledgment")
        return events

    def _take(self, e: list[str], n: int) -> Sequence[Event]:
        tag, events = e[0], list[Event]()
        if self._start:
            events.append(self._start)
            self._start = None
        if tag == "AK1":
            self._group = e
        elif tag == "AK2":
            events += self._close()
            self._set, self._first = e, n
        elif tag in ("IK3", "AK3"):
            self._errors.append(AckError(at(e, 1), whole(at(e, 2)), at(e, 3), at(e, 4)))
        elif tag in ("IK4", "AK4"):
            self._read_element_error(e)
        elif tag in ("IK5", "AK5"):
            self._read_verdict(e, n)
        elif tag == "AK9":
            events += self._close()
            events.append(AckRead(self._group_ack(e, n)))
        elif tag not in _PASSED_OVER:
            self.log.unknown(n, tag, f"a segment of a {self.kind} (AK1, AK2, IK3, IK4, IK5, AK9)", "warning")
        self._last = n
        return events

    def finish(self) -> Sequence[Event]:
        """The transaction is over."""
        events: list[Event] = [self._start] if self._start else []
        self._start = None
        return events + self._close()

    def totals(self) -> Totals:
        """Acknowledgments carry no money."""
        return Totals()

    def _read_verdict(self, e: list[str], n: int) -> None:
        if not self._set:
            message = f"Segment {n}, {e[0]}: expected AK2 before it, to say which transaction it judges."
            self.log.error(n, e[0], None, "misplaced_segment", message)
            return
        if self._verdict:
            message = f"Segment {n}, {e[0]}: expected one verdict on a transaction, found another; the last counts."
            self._set_log.error(n, e[0], None, "repeated_segment", message)
        self._verdict = e

    def _read_element_error(self, e: list[str]) -> None:
        place = at(e, 1).split(self._component)
        near = self._errors[-1] if self._errors else AckError("", None, "", "")
        component = whole(place[1].strip()) if len(place) > 1 else None
        error = AckError(
            near.segment_id, near.segment_position, near.loop, at(e, 3), whole(place[0].strip()), component
        )
        self._errors.append(error)

    def _close(self) -> list[Event]:
        if not self._set:
            return []
        if not self._verdict:
            message = f"Segment {self._last}: expected IK5 or AK5; the verdict on this transaction is missing."
            self._set_log.error(self._last, "IK5", None, "missing_segment", message)
        ack = SetAck(
            group_code=at(self._group, 1),
            group_control=at(self._group, 2),
            set_code=at(self._set, 1),
            set_control=at(self._set, 2),
            code=at(self._verdict, 1),
            set_errors=tuple(code for index in range(2, 7) if (code := at(self._verdict, index))),
            errors=tuple(self._errors),
            problems=self._set_log.take(),
            first_segment=self._first,
            last_segment=self._last,
        )
        self._set, self._verdict, self._errors = [], [], []
        return [AckRead(ack)]

    def _group_ack(self, e: list[str], n: int) -> GroupAck:
        log = Log()
        if not at(e, 1):
            log.error(n, "AK9", 1, "missing_element", f"Segment {n}, AK901: expected A, E, P or R.")
        return GroupAck(
            group_code=at(self._group, 1),
            group_control=at(self._group, 2),
            code=at(e, 1),
            included=whole(at(e, 2)),
            received=whole(at(e, 3)),
            accepted=whole(at(e, 4)),
            errors=tuple(code for index in range(5, 10) if (code := at(e, index))),
            problems=log.take(),
        )


def read_ta1(e: list[str], n: int, envelope: Envelope) -> Iterator[Event]:
    """A TA1 stands alone in its interchange, so its one segment makes a whole transaction."""
    log = Log()
    yield TransactionStart("TA1", envelope, n)
    if at(e, 4) not in ("A", "E", "R"):
        log.error(n, "TA1", 4, "missing_element", f"Segment {n}, TA104: expected A, E or R.")
    ack = InterchangeAck(
        interchange_control=at(e, 1),
        interchange_on=read_day(e, 2, n, log),
        code=at(e, 4),
        note=at(e, 5),
        problems=log.take(),
    )
    yield AckRead(ack)
    yield TransactionEnd("TA1", n, Totals())
