"""Walk the segments of one 837 and give its claims one by one, each with what the levels above it say.

Levels (HL03): 20 billing provider, 22 subscriber, 23 patient where he is not the subscriber. An 837 of an unknown
version is P, I or D by the first line that says, so the start of a transaction is given with its first claim.
"""

import dataclasses
from collections.abc import Sequence
from typing import cast

from .balance import claim_837_imbalance
from .claim_837 import Above, ClaimDraft837
from .delimiters import Delimiters
from .elements import read_day
from .entities_837 import DESCRIBING, Entity
from .envelopes import names_a_form
from .hierarchy import Hierarchy
from .problems import Log, Problem
from .records import ClaimRead, Envelope, Event, Kind, Plb, Submission837, Totals, TransactionStart
from .values import ZERO, at
from .walking import note_cut

_PASSED_OVER = frozenset({"ST", "CUR", "REF", "DTP", "N2", "NTE"})
_BILLING, _SUBSCRIBER, _PATIENT = "20", "22", "23"


class Walk837:
    """One 837 transaction in the making."""

    begins = frozenset({"HL", "CLM"})

    def __init__(self, envelope: Envelope, first_segment: int, delimiters: Delimiters, kind: Kind) -> None:
        self.kind = kind
        self.log = Log()
        self.plbs: list[Plb] = []
        self._form = kind[3:] if names_a_form(envelope.version) else ""
        self._envelope, self._first, self._delimiters = envelope, first_segment, delimiters
        self._tree = Hierarchy(frozenset({_BILLING}))
        self._billing: dict[str, Above] = {}
        self._above = Above()
        self._orphan: tuple[Problem, ...] = ()
        self._bht: list[str] = []
        self._header: dict[str, Entity] = {}
        self._entity: Entity | None = None
        self._level = ""
        self._claim: ClaimDraft837 | None = None
        self._claims, self._charge = 0, ZERO
        self._started = False
        self._last = first_segment

    def feed(self, group: list[list[str]], n: int, *, cut: bool) -> Sequence[Event]:
        """Take one group; give the events it completes."""
        events: list[Event] = []
        for number, e in enumerate(group, n):
            events += self._take(e, number)
        if cut and self._claim is not None:
            note_cut(self._claim.log, self._last, "claim")
        return events

    def _take(self, e: list[str], n: int) -> Sequence[Event]:
        tag = e[0]
        events: Sequence[Event] = ()
        if tag == "HL":
            events = self._close()
            self._enter(e, n)
        elif tag == "CLM":
            events = self._close()
            self._open(e, n)
        elif self._claim is not None:
            self._claim.feed(tag, e, n)
        else:
            self._read_above(tag, e, n)
        self._last = n
        return events

    def finish(self) -> Sequence[Event]:
        """The transaction is over."""
        events = self._close()
        return events if self._started else [self._start(self._form or "P"), *events]

    def totals(self) -> Totals:
        """Claims and what they charge."""
        counts = self._tree.counts
        return Totals(
            claims=self._claims,
            charge=self._charge,
            subscribers=counts.get(_SUBSCRIBER, 0),
            patients=counts.get(_PATIENT, 0),
        )

    def _open(self, e: list[str], n: int) -> None:
        self._claims += 1
        delimiters = self._delimiters
        self._claim = ClaimDraft837(
            e,
            n,
            position=self._claims,
            component=delimiters.component,
            repetition=delimiters.repetition,
        )

    def _close(self) -> list[Event]:
        draft, self._claim = self._claim, None
        if draft is None:
            return []
        form = self._form or draft.form or self.kind[3:]
        events: list[Event] = [] if self._started else [self._start(form)]
        claim = draft.done(self._above, form=form, last_segment=self._last)
        unequal = claim_837_imbalance(claim)
        extra = self._orphan + ((unequal,) if unequal else ())
        if extra:
            claim = dataclasses.replace(claim, problems=claim.problems + extra)
        self._charge += claim.charge
        return [*events, ClaimRead(claim)]

    def _start(self, form: str) -> TransactionStart:
        self._started = True
        self.kind = cast(Kind, f"837{form}")
        if not self._bht:
            message = f"Segment {self._first}: expected BHT after ST."
            self.log.warn(self._first, "BHT", None, "missing_segment", message)
        return TransactionStart(self.kind, self._envelope, self._first, self._submission())

    def _submission(self) -> Submission837:
        submitter, receiver, bht = self._header.get("41"), self._header.get("40"), self._bht
        return Submission837(
            reference=at(bht, 3),
            submitted_on=self._above.submitted_on,
            purpose=at(bht, 2),
            usage=at(bht, 6),
            submitter_name=submitter.provider().name if submitter else "",
            submitter_id=submitter.ids.get("46", "") if submitter else "",
            receiver_name=receiver.party().last if receiver else "",
            receiver_id=receiver.ids.get("46", "") if receiver else "",
        )

    def _enter(self, e: list[str], n: int) -> None:
        problem = self._tree.enter(e, n)
        self._orphan = (problem,) if problem else ()
        self._level, self._entity = at(e, 3), None
        above = Above()
        above.submitted_on = self._above.submitted_on
        parent = self._above
        if self._level == _BILLING:
            self._billing[at(e, 1)] = above
            self._above = above
            return
        if self._level == _SUBSCRIBER:
            parent = self._billing.get(at(e, 2), parent)
        else:
            above.sbr, above.insured, above.payer = parent.sbr, parent.insured, parent.payer
            above.relationship = parent.relationship
        above.billing, above.pay_to, above.taxonomy = parent.billing, parent.pay_to, parent.taxonomy
        self._above = above

    def _read_above(self, tag: str, e: list[str], n: int) -> None:
        above = self._above
        if tag == "BHT":
            self._bht = e
            above.submitted_on = read_day(e, 4, n, self.log)
        elif tag == "SBR":
            above.sbr, above.relationship, self._entity = e, at(e, 2), None
        elif tag == "PAT":
            above.relationship = at(e, 1) or above.relationship
        elif tag == "NM1":
            self._read_nm1(e)
        elif tag in DESCRIBING and self._entity is not None:
            self._entity.feed(tag, e, n, self.log)
        elif tag == "PRV":
            above.taxonomy = at(e, 3)
        elif tag not in _PASSED_OVER:
            self.log.unknown(n, tag, "a segment of an 837 before its claims (HL, SBR, PAT, NM1, CLM)")

    def _read_nm1(self, e: list[str]) -> None:
        above, entity = self._above, Entity(e)
        self._entity = entity
        if entity.code in ("40", "41"):
            self._header[entity.code] = entity
        elif entity.code == "85":
            entity.taxonomy = above.taxonomy
            above.billing = entity
        elif entity.code == "87":
            above.pay_to = entity
        elif entity.code == "IL":
            above.insured = entity
        elif entity.code == "PR":
            above.payer = entity
        elif entity.code == "QC":
            above.patient = entity
