"""Walk the segments of one 835 and give its claims one by one.

The header is complete when the first LX, CLP or PLB arrives; a claim when the next CLP, LX, PLB or the end
does. Whatever is wrong inside a claim is noted on that claim, and the next CLP starts clean.
"""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from .balance import claim_imbalances, is_unbalanced, is_unreadable, transaction_imbalance
from .claim_835 import read_claim
from .elements import read_amount, read_day
from .header_835 import HeaderDraft
from .problems import Log
from .records import ClaimRead, Clp, Envelope, Event, Kind, Plb, Totals, TransactionStart
from .values import ZERO, at

_ENDS_A_CLAIM = frozenset({"CLP", "LX", "PLB"})
_BETWEEN_CLAIMS = frozenset({"TS2", "TS3"})


class Walk835:
    """One 835 transaction in the making."""

    kind: Kind = "835"

    def __init__(self, envelope: Envelope, first_segment: int, component: str) -> None:
        self.log = Log()
        self.plbs: list[Plb] = []
        self._envelope, self._first, self._component = envelope, first_segment, component
        self._header = HeaderDraft(self.log)
        self._claim: list[list[str]] = []  # its segments, from CLP on
        self._claim_log = Log()
        self._started = False
        self._sums = _Sums()
        self._claim_at = 0

    def feed(self, e: list[str], n: int) -> Sequence[Event]:
        """Take one segment; give the events it completes."""
        tag = e[0]
        events: Sequence[Event] = ()
        if self._claim and tag not in _ENDS_A_CLAIM:
            self._claim.append(e)
        elif tag == "CLP":
            events = self._close()
            self._sums.claims += 1
            self._claim, self._claim_at = [e], n
        elif tag == "LX":
            events = self._close()
        elif tag == "PLB":
            events = self._close()
            self._read_plb(e, n)
        elif not self._started:
            self._header.feed(tag, e, n)
        elif tag not in _BETWEEN_CLAIMS:
            message = f"Segment {n}, {tag}: expected CLP, LX, PLB or SE here."
            self.log.error(n, tag, None, "misplaced_segment", message)
        return events

    def finish(self, n: int, *, truncated: bool) -> Sequence[Event]:
        """The transaction is over; a claim that the end of the file may have cut says so."""
        if truncated and self._claim:
            message = f"Segment {n}: expected more segments or SE; the file ends in or right after this claim."
            self._claim_log.error(n, "SE", None, "truncated", message)
        return self._close()

    def totals(self) -> Totals:
        """Sums over the claims; to be asked once, after `finish`, because it notes what does not tie out."""
        header, sums = self._header, self._sums
        if header.bpr_segment:
            problem = transaction_imbalance(
                bpr02=header.bpr02,
                credit_debit=header.credit_debit,
                paid=sums.paid,
                plb=sums.plb,
                segment=header.bpr_segment,
            )
            self.log.found += [problem] if problem else []
        return Totals(
            claims=sums.claims,
            charge=sums.charge,
            paid=sums.paid,
            patient_responsibility=sums.patient,
            bpr=header.bpr02 if header.bpr_segment else None,
            plb=sums.plb,
            adjustments=sums.groups,
            balanced=sums.tie_out and header.bpr_segment > 0 and not is_unbalanced(self.log.found),
        )

    def _close(self) -> Sequence[Event]:
        events: list[Event] = []
        if not self._started:
            self._started = True
            header = self._header.done(self._first)
            events.append(TransactionStart(self.kind, self._envelope, self._first, header))
        if self._claim:
            claim = read_claim(
                self._claim,
                self._claim_at,
                position=self._sums.claims,
                component=self._component,
                log=self._claim_log,
            )
            self._claim = []
            found = () if is_unreadable(claim.problems) else claim_imbalances(claim)
            if found:
                claim = dataclasses.replace(claim, problems=(*claim.problems, *found))
            self._sums.add(claim)
            events.append(ClaimRead(claim))
        return events

    def _read_plb(self, e: list[str], n: int) -> None:
        fiscal_on = read_day(e, 2, n, self.log)
        for index in range(3, len(e), 2):
            composite, written = at(e, index), at(e, index + 1)
            if not composite and not written:
                continue
            if not composite or not written:
                message = f"Segment {n}, PLB{index:02d}: expected a reason code and an amount together; ignored."
                self.log.warn(n, "PLB", index, "plb_incomplete", message)
                continue
            value = read_amount(e, index + 1, n, self.log)
            code, _, reference = composite.partition(self._component)
            self._sums.plb += value
            self.plbs.append(Plb(at(e, 1), fiscal_on, code.strip(), reference.strip(), value))


class _Sums:
    __slots__ = ("charge", "claims", "groups", "paid", "patient", "plb", "tie_out")

    def __init__(self) -> None:
        self.claims = 0
        self.charge = self.paid = self.patient = self.plb = ZERO
        self.groups: dict[str, Decimal] = {}
        self.tie_out = True

    def add(self, claim: Clp) -> None:
        self.charge += claim.charge
        self.paid += claim.paid
        self.patient += claim.patient_responsibility
        groups = self.groups
        for cas in claim.all_adjustments():
            groups[cas.group] = groups.get(cas.group, ZERO) + cas.amount
        if claim.problems and is_unbalanced(claim.problems):
            self.tie_out = False
