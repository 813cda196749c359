"""One claim payment of an 835: CLP, what describes it, and its service lines.

A claim is read when all its segments are there, in one loop with few calls: this is where the time of a large
file goes (some 20 segments a claim, a million in a file of 50,000).
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from .elements import procedure, read_amount, read_cas, read_day, read_quantity, require
from .problems import Log
from .records_835 import Cas, Clp, RemitPerson, Svc
from .values import amount, at, days, quantity

_ONE = Decimal(1)
_PADDING = [""] * 10
_PASSED_OVER = frozenset({"QTY", "PER", "TS2", "TS3"})
_STATUSES = frozenset({"1", "2", "3", "4", "19", "20", "21", "22", "23", "25"})
_STATUSES_4010 = frozenset({"5", "10", "13", "15", "16", "17", "27"})
_NOBODY = RemitPerson()


class _Part:
    """What stands at claim level, or at one line."""

    __slots__ = ("adjustments", "amounts", "dates", "e", "n", "nameless_at", "rarcs", "refs")

    def __init__(self, e: list[str], n: int) -> None:
        self.e, self.n, self.nameless_at = e, n, 0
        self.adjustments: list[Cas] = []
        self.rarcs: list[str] = []
        self.amounts: dict[str, Decimal] = {}
        self.refs: dict[str, str] = {}
        self.dates: dict[str, tuple[date | None, date | None]] = {}


def read_claim(segments: Sequence[list[str]], first_segment: int, *, position: int, component: str, log: Log) -> Clp:
    """The claim whose CLP is the first of `segments`; its problems are those of reading it, from `log`."""
    part = claim = _Part(segments[0], first_segment)
    parts: list[_Part] = []
    names: dict[str, list[str]] = {}
    for n, e in enumerate(segments, first_segment):
        tag = e[0]
        if len(e) < 3:
            e = [*e, "", ""]  # so that elements 1 and 2 can be taken below without asking
        if tag == "CAS":
            part.adjustments += read_cas(e, n, log)
        elif tag == "DTM":
            part.dates[e[1]] = _dtm(e, n, log)
        elif tag == "REF":
            part.refs.setdefault(e[1], e[2])
        elif tag == "AMT":
            part.amounts.setdefault(e[1], read_amount(e, 2, n, log))
        elif tag == "SVC":
            part = _Part(e, n)
            parts.append(part)
        elif tag == "NM1":
            names.setdefault(e[1], e)
        elif tag == "LQ":
            part.rarcs += [e[2]] if e[1] == "HE" else []
        elif tag == "MOA":
            claim.rarcs += [code for code in e[3:8] if code]
        elif tag == "MIA":
            claim.rarcs += [code for code in (*e[5:6], *e[20:24]) if code]
        elif tag != "CLP" and tag not in _PASSED_OVER:
            log.unknown(n, tag, "a segment of an 835 claim, such as CAS, NM1, SVC or DTM")
    lines = tuple([_line(part, number, component, log) for number, part in enumerate(parts, 1)])
    patient = names.get("QC", ())
    if "74" in names:
        at_name = next(n for n, e in enumerate(segments, first_segment) if e[:2] == ["NM1", "74"])
        message = f"Segment {at_name}, NM109: the payer knows the insured otherwise (NM1*74); see its claim."
        log.warn(at_name, "NM1", 9, "corrected_insured", message)
    if len(patient) < 4 or not patient[3]:
        claim.nameless_at = next((n for n, e in enumerate(segments, first_segment) if e is patient), first_segment)
    return _claim(claim, names, lines, position, first_segment + len(segments) - 1, log)


def _claim(
    part: _Part, names: dict[str, list[str]], lines: tuple[Svc, ...], position: int, last_segment: int, log: Log
) -> Clp:
    e, n = part.e, part.n
    _, clp01, status, _, _, _, filing, icn, facility, frequency, *_ = e + _PADDING
    if not (clp01 and status):
        require(e, 1, n, log, "our claim number")
        require(e, 2, n, log, "a claim status code")
    if status not in _STATUSES and status and status not in _STATUSES_4010:
        message = f"Segment {n}, CLP02: expected a claim status code such as 1, 2, 3, 4, 19, 20, 21, 22, 23 or 25."
        log.warn(n, "CLP", 2, "unknown_status", message)
    if not icn:
        log.warn(n, "CLP", 7, "missing_element", f"Segment {n}, CLP07: expected the payer's control number.")
    first, to = _span(part, lines)
    rendering, crossover = names.get("82", _PADDING), names.get("TT", _PADDING)
    charge, paid = read_amount(e, 3, n, log, required=True), read_amount(e, 4, n, log, required=True)
    share = read_amount(e, 5, n, log)
    if part.nameless_at and not any(problem.severity == "error" for problem in log.found):
        message = f"Segment {part.nameless_at}, NM103: expected the patient's name (NM1*QC) with this claim."
        log.warn(part.nameless_at, "NM1", 3, "no_patient", message)
    return Clp(
        position=position,
        clp01=clp01,
        status=status,
        charge=charge,
        paid=paid,
        patient_responsibility=share,
        filing=filing,
        icn=icn,
        facility=facility,
        frequency=frequency,
        patient=_member(names.get("QC")) or _NOBODY,
        subscriber=_member(names.get("IL")),
        corrected=_member(names.get("74")),
        rendering_npi=at(rendering, 9) if at(rendering, 8) == "XX" else "",
        crossover_payer=at(crossover, 3),
        crossover_payer_id=at(crossover, 9),
        service_from=first,
        service_to=to,
        received_on=part.dates["050"][0] if "050" in part.dates else None,
        moa_mia_codes=tuple(part.rarcs),
        adjustments=tuple(part.adjustments),
        amounts=part.amounts,
        refs=part.refs,
        lines=lines,
        problems=log.take(),
        first_segment=n,
        last_segment=last_segment,
    )


def _line(part: _Part, position: int, component: str, log: Log) -> Svc:
    e, n = part.e, part.n
    _, composite, charge, paid, revenue, units, submitted, submitted_units, *_ = e + _PADDING
    qualifier, code, modifiers, _ = procedure(composite or require(e, 1, n, log, "a procedure code"), component)
    _, submitted_code, submitted_modifiers, _ = procedure(submitted, component)
    if qualifier == "NU":
        code, revenue = "", revenue or code
    dates = part.dates
    first, to = dates.get("472") or dates.get("150") or (None, None)
    charged, counted = amount(charge), quantity(units) if units else _ONE
    # Positional, in the order of the record: named arguments cost a tenth of the whole run here.
    return Svc(
        position,
        code,
        qualifier,
        modifiers,
        revenue,
        read_amount(e, 2, n, log, required=True) if charged is None else charged,
        read_amount(e, 3, n, log) if (payment := amount(paid)) is None else payment,
        (read_quantity(e, 5, n, log) or _ONE) if counted is None else counted,
        submitted_code,
        submitted_modifiers,
        read_quantity(e, 7, n, log) if submitted_units else None,
        first,
        dates["151"][1] if "151" in dates else to,
        part.refs.get("6R", ""),
        tuple(part.adjustments),
        tuple(part.rarcs),
        part.amounts,
        part.refs,
        n,
    )


def _dtm(e: list[str], n: int, log: Log) -> tuple[date | None, date | None]:
    if len(e) > 6 and e[5] == "RD8":
        return days("RD8", e[6])
    found = days("D8", e[2])
    if found[0] is None:
        read_day(e, 2, n, log)
    return found


def _span(part: _Part, lines: tuple[Svc, ...]) -> tuple[date | None, date | None]:
    stated, end = part.dates.get("232"), part.dates.get("233")
    first = stated[0] if stated else None
    to = end[1] if end else stated[1] if stated else None
    if first is None:
        first = min((line.service_from for line in lines if line.service_from), default=None)
    if to is None:
        to = max((line.service_to for line in lines if line.service_to), default=first)
    return first, to


def _member(e: list[str] | None) -> RemitPerson | None:
    if e is None:
        return None
    _, _, _, last, first, middle, _, suffix, qualifier, own_id, *_ = e + _PADDING
    return RemitPerson(last, first, middle, suffix, own_id, qualifier)
