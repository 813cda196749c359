"""Claim status: 277CA (005010X214, acknowledgment of claims) and 277 (005010X212, answer to an inquiry).

Each HL is a level: who sends the status (20), who receives it (21), the provider (19), the patient or subscriber
(22, PT, 23). A TRN begins a claim, an SVC a line of it, and each that has an STC is given as a status.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from .elements import procedure, read_day, read_optional_amount
from .hierarchy import Hierarchy
from .problems import Log
from .records import ClaimStatus, Envelope, Event, Kind, Plb, StatusCode, StatusRead, Totals, TransactionStart
from .records_status import Level
from .values import at, days
from .walking import note_cut

_LEVELS: dict[str, Level] = {
    "20": "source", "21": "receiver", "19": "provider", "22": "claim", "PT": "claim", "23": "claim",
}  # fmt: skip
_KNOWN = frozenset({"ST", "BHT", "QTY", "AMT", "DMG", "PER", "N3", "N4", "TOO", "PWK"})


class _Draft:
    """What is said of one level, claim or line until the next begins."""

    def __init__(self, level: Level, n: int, *, trace: str = "", refs: dict[str, str] | None = None) -> None:
        self.level, self.first, self.trace = level, n, trace
        self.codes: list[StatusCode] = []
        self.refs: dict[str, str] = dict(refs or {})
        self.dates: tuple[date | None, date | None] = (None, None)
        self.charge: Decimal | None = None
        self.paid: Decimal | None = None
        self.check = self.line_code = ""
        self.log = Log()


class Walk277:
    """One 277 in the making."""

    begins = frozenset({"HL", "TRN", "SVC"})

    def __init__(self, envelope: Envelope, first_segment: int, component: str, kind: Kind) -> None:
        self.kind = kind
        self.log = Log()
        self.plbs: list[Plb] = []
        self._start: TransactionStart | None = TransactionStart(kind, envelope, first_segment)
        self._component = component
        self._tree = Hierarchy(frozenset({"20"}))
        self._level: Level = "source"
        self._names: dict[Level, list[str]] = {}
        self._draft: _Draft | None = None
        self._last = first_segment

    def feed(self, group: list[list[str]], n: int, *, cut: bool) -> Sequence[Event]:
        """Take one group; give the events it completes."""
        events: list[Event] = []
        for number, e in enumerate(group, n):
            events += self._take(e, number)
        if cut and self._draft is not None:
            note_cut(self._draft.log, self._last, "status")
        return events

    def _take(self, e: list[str], n: int) -> Sequence[Event]:
        tag, events = e[0], self._begin()
        if tag == "HL":
            events += self._close(e)
            self._enter(e, n)
        elif tag == "TRN":
            if self._draft is None or self._draft.trace or self._draft.codes:
                events += self._close(e)
                self._draft = _Draft(self._level, n)
            self._draft.trace = at(e, 2)
        elif tag == "SVC":
            claim = self._draft
            events += self._close(e)
            self._draft = self._line(e, n, claim)
        elif tag == "NM1":
            self._names[self._level] = e
        elif self._draft is None:
            if tag not in _KNOWN:
                self._unknown(tag, n, self.log)
        else:
            self._describe(self._draft, tag, e, n)
        self._last = n
        return events

    def finish(self) -> Sequence[Event]:
        """The transaction is over."""
        return self._begin() + self._close(None)

    def totals(self) -> Totals:
        """How many patients and subscribers the statuses were about."""
        counts = self._tree.counts
        return Totals(subscribers=counts.get("22", 0), patients=counts.get("23", 0) + counts.get("PT", 0))

    def _begin(self) -> list[Event]:
        events: list[Event] = [self._start] if self._start else []
        self._start = None
        return events

    def _enter(self, e: list[str], n: int) -> None:
        problem = self._tree.enter(e, n)
        code = at(e, 3)
        self._level = _LEVELS.get(code, "claim")
        if code not in _LEVELS:
            self.log.warn(n, "HL", 3, "bad_level", f"Segment {n}, HL03: expected 20, 21, 19, 22, PT or 23.")
        self._names.pop(self._level, None)
        self._draft = _Draft(self._level, n)
        if problem:
            self._draft.log.found.append(problem)

    def _line(self, e: list[str], n: int, claim: _Draft | None) -> _Draft:
        line = _Draft("line", n, trace=claim.trace if claim else "", refs=claim.refs if claim else None)
        line.refs.pop("FJ", None)
        _, code, _, _ = procedure(at(e, 1), self._component)
        line.line_code = code
        line.charge = read_optional_amount(e, 2, n, line.log)
        line.paid = read_optional_amount(e, 3, n, line.log)
        return line

    def _describe(self, draft: _Draft, tag: str, e: list[str], n: int) -> None:
        if tag == "STC":
            self._read_stc(draft, e, n)
        elif tag == "REF":
            draft.refs[at(e, 1)] = at(e, 2)
        elif tag == "DTP":
            if at(e, 1) == "472":
                draft.dates = days(at(e, 2), at(e, 3))
        elif tag not in _KNOWN:
            self._unknown(tag, n, draft.log)

    def _read_stc(self, draft: _Draft, e: list[str], n: int) -> None:
        effective_on = read_day(e, 2, n, draft.log)
        charge = read_optional_amount(e, 4, n, draft.log)
        if not at(e, 1):
            draft.log.error(n, "STC", 1, "missing_element", f"Segment {n}, STC01: expected a status category and code.")
        for index in (1, 10, 11):
            composite = at(e, index)
            if composite:
                parts = [part.strip() for part in composite.split(self._component)] + ["", ""]
                code = StatusCode(parts[0], parts[1], parts[2], at(e, 3), effective_on, charge, at(e, 12))
                draft.codes.append(code)
        draft.charge = draft.charge if charge is None else charge
        paid = read_optional_amount(e, 5, n, draft.log)
        draft.paid = draft.paid if paid is None else paid
        draft.check = draft.check or at(e, 9)

    def _unknown(self, tag: str, n: int, log: Log) -> None:
        log.unknown(n, tag, "a segment of a 277 (HL, NM1, TRN, STC, REF, DTP, SVC)", "warning")

    def _close(self, following: list[str] | None) -> list[Event]:
        draft, self._draft = self._draft, None
        if draft is None:
            return []
        if not draft.codes:
            has_lines = following is not None and following[0] == "SVC"
            if draft.level in ("claim", "line") and draft.trace and not has_lines:
                message = f"Segment {draft.first}: expected an STC for this claim or line before the next."
                self.log.error(draft.first, "STC", None, "missing_segment", message)
            return []
        names = self._names
        own = names.get("claim" if draft.level == "line" else draft.level, [])
        provider, source = names.get("provider", []), names.get("source", [])
        is_claim = draft.level in ("claim", "line")
        echoed = draft.trace if is_claim and self.kind == "277CA" else ""
        status = ClaimStatus(
            level=draft.level,
            trace=draft.trace,
            codes=tuple(draft.codes),
            claim_number=draft.refs.get("EJ", "") or echoed,
            icn=draft.refs.get("1K", ""),
            clearinghouse_control=draft.refs.get("D9", ""),
            refs=draft.refs,
            name=", ".join(part for part in (at(own, 3), at(own, 4)) if part),
            member_id=at(own, 9) if is_claim else "",
            provider_npi=at(provider, 9) if at(provider, 8) == "XX" else "",
            payer_name=at(source, 3),
            payer_id=at(source, 9),
            service_from=draft.dates[0],
            service_to=draft.dates[1],
            charge=draft.charge,
            paid=draft.paid,
            check_number=draft.check,
            line_code=draft.line_code,
            line_control=draft.refs.get("FJ", "") if draft.level == "line" else "",
            problems=draft.log.take(),
            first_segment=draft.first,
            last_segment=self._last,
        )
        return [StatusRead(status)]
