"""Service lines: codes, modifiers, units, pointers, days, drugs, and what was billed before. Pure.

Loops 2400 and 2410 of 005010X222A1, X223A2 and X224A2.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from arwork.lib.dates import long_day
from claims.edi.x12.claim_text import Segment
from claims.edi.x12.records_837 import Line837
from claims.edi.x12.values import quantity
from claims.payers.code_words import is_known_place
from collections_app.claim_edits.code_forms import (
    contradictions,
    is_evaluation,
    is_modifier,
    is_ndc,
    is_procedure,
    is_revenue_code,
    modifiers_known,
)
from collections_app.claim_edits.findings import Finding, stop, warn
from collections_app.claim_edits.subject import Subject, element

_MOST_LINES = {"P": 50, "I": 999, "D": 50}
_UNIT_BASES = {"P": ("UN", "MJ"), "I": ("UN", "DA"), "D": ("UN",)}
_DRUG_UNITS = ("F2", "GR", "ME", "ML", "UN")
_ONLY_EVALUATION = ("24", "25", "57")
_MOST_UNITS = Decimal("9999999.9")


def check_lines(subject: Subject) -> Iterator[Finding]:
    """Every line, and all of them together."""
    record = subject.record
    if not record.lines:
        yield stop("lines_missing", "loop 2400", "A claim needs a service line.", "lines")
    if len(record.lines) > _MOST_LINES[subject.text.form]:
        words = f"A claim of this form holds at most {_MOST_LINES[subject.text.form]} lines: split it."
        yield stop("lines_many", "loop 2400", words, "lines")
    for ordinal, line, segments in subject.line_segments():
        yield from _code(subject, ordinal, line)
        yield from _modifiers(subject, ordinal, line)
        yield from _figures(subject, ordinal, line, segments)
        yield from _pointers(subject, ordinal, line)
        yield from _line_days(subject, ordinal, line)
        yield from _drug(ordinal, line, segments)
        yield from _sent_before(subject, ordinal, line)
    yield from _repeated(subject)


def _code(subject: Subject, ordinal: int, line: Line837) -> Iterator[Finding]:
    field = f"lines.{ordinal}.code"
    if subject.is_institutional:
        if not is_revenue_code(line.revenue_code):
            words = "A revenue code has four digits, such as 0450."
            yield stop("revenue_code", f"line {ordinal}, SV201", words, f"lines.{ordinal}.revenue_code")
        if not line.code:
            return
    if not line.code:
        yield stop("code_missing", f"line {ordinal}", "The code of the service is missing.", field)
    elif not is_procedure(line.code, line.qualifier):
        words = f"{line.code} is not built like a code of this kind: five letters and digits, a dental code D and four."
        yield stop("code_form", f"line {ordinal}", words, field)
    elif line.code[0].isalpha() and line.qualifier in ("HC", "AD"):
        on = line.service_from or subject.record.service_from or subject.facts.today
        if subject.facts.is_valid("hcpcs", line.code, on) is False:
            words = f"{line.code} is no code that can be billed on {long_day(on)}. Look it up."
            yield stop("code_invalid", f"line {ordinal}", words, field)


def _modifiers(subject: Subject, ordinal: int, line: Line837) -> Iterator[Finding]:
    place, field = f"line {ordinal}, modifiers", f"lines.{ordinal}.modifiers"
    for code in line.modifiers:
        if not is_modifier(code):
            yield stop("modifier_form", place, f"{code} is no modifier: two letters or digits.", field)
        elif code not in modifiers_known() and not subject.facts.is_valid("modifier", code, subject.facts.today):
            yield warn("modifier_unknown", place, f"No list here knows the modifier {code}. Look it up.", field)
    if len(set(line.modifiers)) < len(line.modifiers):
        yield stop("modifier_twice", place, "A modifier stands there twice.", field)
    for one, other, why in contradictions(line.modifiers):
        yield stop("modifiers_contradict", place, f"{one} and {other} cannot stand together: {why}.", field)
    if line.code and line.qualifier == "HC" and not is_evaluation(line.code):
        for code in line.modifiers:
            if code in _ONLY_EVALUATION:
                words = f"{code} belongs to an evaluation and management service, and {line.code} is none."
                yield warn("modifier_evaluation", place, words, field)


def _figures(subject: Subject, ordinal: int, line: Line837, segments: tuple[Segment, ...]) -> Iterator[Finding]:
    field, place = f"lines.{ordinal}.units", f"line {ordinal}, units"
    if line.charge < 0:
        words = "The charge of a line is never below zero."
        yield stop("line_charge", f"line {ordinal}, charge", words, f"lines.{ordinal}.charge")
    elif line.charge == 0:
        words = "The line charges nothing. Leave it only where the payer wants to see the service."
        yield warn("line_free", f"line {ordinal}, charge", words, f"lines.{ordinal}.charge")
    if line.units <= 0 or line.units > _MOST_UNITS:
        yield stop("units", place, "The units are more than none.", field)
    elif subject.text.form == "P" and line.units != line.units.to_integral_value() and line.unit_basis == "MJ":
        yield stop("units_whole", place, "Minutes of anesthesia are whole.", field)
    elif line.units != line.units.to_integral_value() and line.unit_basis == "UN" and not _may_be_split(line):
        yield stop("units_whole", place, "The units of this service are whole.", field)
    if line.unit_basis not in _UNIT_BASES[subject.text.form]:
        words = f"Units are counted in {' or '.join(_UNIT_BASES[subject.text.form])}."
        yield stop("unit_basis", f"line {ordinal}", words, f"lines.{ordinal}.unit_basis")
    if line.place and not is_known_place(line.place):
        words = "There is no such place of service: look it up, 11 is the office."
        yield stop("line_place_unknown", f"line {ordinal}, place", words, f"lines.{ordinal}.place")
    controls = [element(one, 2) for one in segments if one[:2] == ("REF", "6R")]
    if any(len(control) > 30 for control in controls):
        words = "The line's control number has at most 30 characters."
        yield stop("line_control", f"line {ordinal}, REF*6R", words, f"lines.{ordinal}.control")


def _may_be_split(line: Line837) -> bool:
    """Miles of a ride are counted in tenths (A0425, A0435, A0436)."""
    return line.code in ("A0425", "A0435", "A0436")


def _pointers(subject: Subject, ordinal: int, line: Line837) -> Iterator[Finding]:
    if subject.text.form != "P":
        return
    place, field = f"line {ordinal}, SV107", f"lines.{ordinal}.pointers"
    known = len([one for one in subject.record.diagnoses if one.qualifier in ("BK", "ABK", "BF", "ABF")])
    if not line.dx_pointers:
        yield stop("pointer_missing", place, "Say for which diagnosis the service was: the line points to none.", field)
    if len(line.dx_pointers) > 4:
        yield stop("pointers_many", place, "A line points to at most four diagnoses.", field)
    for pointer in line.dx_pointers:
        if not 1 <= pointer <= known:
            words = f"The line points to diagnosis {pointer}, and the claim has {known}."
            yield stop("pointer_beyond", place, words, field)
    if len(set(line.dx_pointers)) < len(line.dx_pointers):
        yield stop("pointer_twice", place, "The line points to one diagnosis twice.", field)


def _line_days(subject: Subject, ordinal: int, line: Line837) -> Iterator[Finding]:
    place, field = f"line {ordinal}, DTP*472", f"lines.{ordinal}.service_from"
    first, last, record = line.service_from, line.service_to, subject.record
    if first is None or last is None:
        if subject.text.form == "P":
            yield stop("line_day_missing", place, "The day of the service is missing.", field)
        return
    if last < first:
        yield stop("line_backwards", place, "The last day of the line lies before its first.", field)
    if last > subject.facts.today:
        yield stop("line_future", place, f"The service of {long_day(last)} is still to come.", field)
    begins, ends = record.service_from, record.service_to
    if subject.is_institutional and begins and ends and not begins <= first <= last <= ends:
        words = "The service lies outside the days of the bill (DTP*434)."
        yield stop("line_outside", place, words, field)


def _drug(ordinal: int, line: Line837, segments: tuple[Segment, ...]) -> Iterator[Finding]:
    field = f"lines.{ordinal}.ndc"
    lin = next((one for one in segments if one[0] == "LIN"), ())
    if not lin:
        return
    if element(lin, 2) == "N4" and not is_ndc(element(lin, 3)):
        words = "A drug's number has eleven digits without hyphens (5-4-2): put a 0 before the part that is too short."
        yield stop("ndc_form", f"line {ordinal}, LIN03", words, field)
    counted = next((one for one in segments if one[0] == "CTP"), ())
    amount = quantity(element(counted, 4))
    if amount is None or amount <= 0:
        words = "How much of the drug was given is missing (CTP04): it stands beside the units of the service."
        yield stop("ndc_quantity", f"line {ordinal}, CTP04", words, f"lines.{ordinal}.ndc_quantity")
    if re.split(r":", element(counted, 5))[0] not in _DRUG_UNITS:
        words = "A drug is counted in F2 (international units), GR, ME, ML or UN (CTP05)."
        yield stop("ndc_unit", f"line {ordinal}, CTP05", words, f"lines.{ordinal}.ndc_unit")


def _sent_before(subject: Subject, ordinal: int, line: Line837) -> Iterator[Finding]:
    if subject.record.frequency in ("7", "8") or subject.facts.sequence not in ("", "P"):
        return
    for one in subject.facts.sent:
        same = (one.day, one.code, frozenset(one.modifiers), one.charge)
        if same == (line.service_from, line.code, frozenset(line.modifiers), line.charge) and line.code:
            words = (
                f"Claim {one.number} bills the same service of the same day and is still open: a second one is denied "
                "as a duplicate. Ask for its status, correct it, or say with a modifier (76, 77, 59) why it is another."
            )
            yield warn("sent_before", f"line {ordinal}", words, f"lines.{ordinal}.code")
            return


def _repeated(subject: Subject) -> Iterator[Finding]:
    seen: dict[tuple[object, ...], int] = {}
    for ordinal, line, _ in subject.line_segments():
        key = (line.service_from, line.service_to, line.revenue_code, line.code, line.modifiers, line.charge)
        if line.code and key in seen:
            words = f"Line {ordinal} repeats line {seen[key]}: one with more units, or a modifier that tells why."
            yield warn("line_twice", f"line {ordinal}", words, f"lines.{ordinal}.code")
        seen.setdefault(key, ordinal)
