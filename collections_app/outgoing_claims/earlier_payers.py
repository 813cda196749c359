"""What the payers before this one decided, in a claim for the next one: loops 2320, 2330 and 2430. Pure.

RULES 3.1: a secondary claim carries each earlier payer's payment (AMT*D, SVD), adjustments (CAS) and day (DTP*573), and
these balance: a line's charge is what was paid on it and adjusted on it; the claim's is AMT*D and every adjustment (X12
005010X222A1 1.4.4.3). What the payer decided for lines stands at the lines alone, and what it took off the claim as a
whole at the claim.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.edi.x12.claim_text import ClaimText, Segment
from claims.edi.x12.values import amount
from collections_app.outgoing_claims.fields import plain_amount, read_field
from collections_app.outgoing_claims.loops import bare, line_spans, own_part

CasAmount = tuple[str, str, Decimal]
PATIENT_GROUP = "PR"
_OF_A_CAS = 6


@dataclass(frozen=True, slots=True)
class LineDecision:
    """What a payer decided for one line, by its ordinal: paid, the code it paid under, units, adjustments."""

    line: int
    paid: Decimal
    adjustments: tuple[CasAmount, ...] = ()
    code: str = ""
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    units: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """What is explained of the line's charge."""
        return self.paid + sum((amount for _, _, amount in self.adjustments), ZERO)

    @property
    def patient_share(self) -> Decimal:
        """What it left to the patient."""
        return _patient_share(self.adjustments)


@dataclass(frozen=True, slots=True)
class Insured:
    """Who holds a coverage, as loop 2330A names them."""

    last: str
    first: str = ""
    middle: str = ""
    is_person: bool = True
    member_id: str = ""


@dataclass(frozen=True, slots=True)
class PayerDecision:
    """What one earlier payer decided; `sequence` is P, S or T, `adjustments` are those of the claim as a whole."""

    sequence: str
    relationship: str
    insured: Insured
    payer_name: str
    payer_id: str
    filing: str = ""
    group_number: str = ""
    group_name: str = ""
    icn: str = ""
    decided_on: dt.date | None = None
    paid: Decimal = ZERO
    adjustments: tuple[CasAmount, ...] = ()
    remarks: tuple[str, ...] = ()
    lines: tuple[LineDecision, ...] = field(default_factory=tuple)


def imbalances(text: ClaimText, decision: PayerDecision) -> list[str]:
    """Where the decision does not explain the charge, in words; empty where all of it balances."""
    charges = _charges(text)
    found = []
    for one in decision.lines:
        charge = charges.get(one.line, ZERO)
        if one.total != charge:
            found.append(
                f"Line {one.line}: charged {charge:,.2f}, but {decision.payer_name} explains {one.total:,.2f}."
            )
    of_lines = sum((_total(one.adjustments) for one in decision.lines), ZERO)
    explained = decision.paid + _total(decision.adjustments) + of_lines
    charge = sum(charges.values(), ZERO)
    if explained != charge:
        found.append(f"The claim: charged {charge:,.2f}, but {decision.payer_name} explains {explained:,.2f}.")
    return found


def with_decisions(text: ClaimText, decisions: Sequence[PayerDecision]) -> ClaimText:
    """The claim with these payers' decisions in the place of every other coverage that it named."""
    claim = list(text.claim)
    end = own_part(claim)
    first_line = next((index for index, e in enumerate(claim) if e[0] == "LX"), len(claim))
    lines: list[Segment] = []
    for number, (start, stop) in enumerate(line_spans(claim), 1):
        body = claim[start:stop]
        until = next((index for index, e in enumerate(body) if e[0] in ("SVD", "LQ")), len(body))  # LQ: loop 2440
        behind = next((index for index in range(until, len(body)) if body[index][0] == "LQ"), len(body))
        lines += body[:until]
        lines += [e for one in decisions for e in _line_loops(one, number, text.form, body[:until])]
        lines += body[behind:]
    others = [e for one in decisions for e in _claim_loops(one, text.form)]
    return replace(text, claim=(*claim[:end], *others, *(lines if first_line < len(claim) else [])))


def _claim_loops(one: PayerDecision, form: str) -> list[Segment]:
    sbr = ("SBR", one.sequence, one.relationship, one.group_number, one.group_name, "", "", "", "", one.filing)
    found: list[Segment] = [bare(*sbr)]
    found += cas_segments(one.adjustments)
    found.append(("AMT", "D", plain_amount(one.paid)))
    if not one.lines and (share := _patient_share(one.adjustments)):
        found.append(("AMT", "EAF", plain_amount(share)))
    found.append(("OI", "", "", "Y", "", "", "Y"))
    if one.remarks and form != "I":  # a hospital's inpatient remarks are MIA's, and say more than we know
        found.append(("MOA", "", "", *one.remarks[:5]))
    who = one.insured
    entity, first, middle = ("1", who.first, who.middle) if who.is_person else ("2", "", "")
    held = ("MI", who.member_id) if who.member_id else ()
    found.append(bare("NM1", "IL", entity, who.last, first, middle, "", "", *held))
    found.append(bare("NM1", "PR", "2", one.payer_name, "", "", "", "", "PI", one.payer_id))
    if one.decided_on and not one.lines:
        found.append(("DTP", "573", "D8", f"{one.decided_on:%Y%m%d}"))
    if one.icn:
        found.append(("REF", "F8", one.icn))
    return found


def _line_loops(one: PayerDecision, number: int, form: str, body: Sequence[Segment]) -> list[Segment]:
    decided = next((line for line in one.lines if line.line == number), None)
    if decided is None:
        return []
    qualifier = "AD" if form == "D" else "HC"
    code = decided.code or _billed_code(body)
    composite = ":".join([qualifier, code, *decided.modifiers]) if code else ""
    units = decided.units if decided.units is not None else Decimal(1)
    found: list[Segment] = [
        bare("SVD", one.payer_id, plain_amount(decided.paid), composite, decided.revenue_code, plain_amount(units)),
        *cas_segments(decided.adjustments),
    ]
    if one.decided_on:
        found.append(("DTP", "573", "D8", f"{one.decided_on:%Y%m%d}"))
    if decided.patient_share:
        found.append(("AMT", "EAF", plain_amount(decided.patient_share)))
    return found


def cas_segments(adjustments: Sequence[CasAmount]) -> list[Segment]:
    """Adjustments as CAS, a segment a group (or more: six fit one), in the order in which they came."""
    groups: dict[str, list[CasAmount]] = {}
    for one in adjustments:
        groups.setdefault(one[0], []).append(one)
    found: list[Segment] = []
    for group, rows in groups.items():
        for at in range(0, len(rows), _OF_A_CAS):
            elements = ["CAS", group]
            for _, carc, adjusted in rows[at : at + _OF_A_CAS]:
                elements += [carc, plain_amount(adjusted), ""]
            found.append(bare(*elements))
    return found


def _billed_code(body: Sequence[Segment]) -> str:
    for e in body:
        if e[0] in ("SV1", "SV3", "SV2"):
            composite = (*e, "", "")[2 if e[0] == "SV2" else 1]
            return (*composite.split(":"), "")[1]
    return ""


def _charges(text: ClaimText) -> Mapping[int, Decimal]:
    count = len(line_spans(text.claim))
    return {n: amount(read_field(text, f"lines.{n}.charge")) or ZERO for n in range(1, count + 1)}


def _total(adjustments: Sequence[CasAmount]) -> Decimal:
    return sum((amount for _, _, amount in adjustments), ZERO)


def _patient_share(adjustments: Sequence[CasAmount]) -> Decimal:
    return sum((amount for group, _, amount in adjustments if group == PATIENT_GROUP), ZERO)
