"""Walk the segments of one 835 and give its claims one by one.

The header goes from ST to the first LX, CLP or PLB, a claim from its CLP to the next of these or SE. Whatever is
wrong inside a claim is noted on that claim, and the next CLP starts clean.
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
from .walking import note_cut

_BETWEEN_CLAIMS = frozenset({"TS2", "TS3"})


class Walk835:
    """One 835 transaction in the making."""

    kind: Kind = "835"
    begins = frozenset({"CLP", "LX", "PLB"})

    def __init__(self, envelope: Envelope, first_segment: int, component: str) -> None:
        self.log = Log()
        self.plbs: list[Plb] = []
        self._envelope, self._component = envelope, component
        self._header = HeaderDraft(self.log)
        self._sums = _Sums()

    def feed(self, group: list[list[str]], n: int, *, cut: bool) -> Sequence[Event]:
        """Take the header, a claim, or what stands between claims; give what it says."""
        tag = group[0][0]
        if tag == "CLP":
            return (ClaimRead(self._read_claim(group, n, cut=cut)),)
        if tag == "ST":
            for number, e in enumerate(group[1:], n + 1):
                self._header.feed(e[0], e, number)
            return (TransactionStart(self.kind, self._envelope, n, self._header.done(n)),)
        if tag == "PLB":
            self._read_plb(group[0], n)
        for number, e in enumerate(group[1:], n + 1):
            if e[0] not in _BETWEEN_CLAIMS:
                self.log.unknown(number, e[0], "CLP, LX, PLB or SE here")
        return ()

    def finish(self) -> Sequence[Event]:
        """Nothing is left to give."""
        return ()

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

    def _read_claim(self, group: list[list[str]], n: int, *, cut: bool) -> Clp:
        log, sums = Log(), self._sums
        if cut:
            note_cut(log, n + len(group) - 1, "claim")
        sums.claims += 1
        claim = read_claim(group, n, position=sums.claims, component=self._component, log=log)
        found = () if is_unreadable(claim.problems) else claim_imbalances(claim)
        if found:
            claim = dataclasses.replace(claim, problems=(*claim.problems, *found))
        sums.add(claim)
        return claim

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
