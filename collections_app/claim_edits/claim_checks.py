"""The claim itself: number, kind, frequency, signature, days, diagnoses, type of bill, accident. Pure.

Loop 2300 of 005010X222A1, X223A2 and X224A2; frequency by RULES 8.1 and 8.2, filing by RULES 9.1.
"""

import re
from collections.abc import Iterator

from arwork.lib.dates import long_day
from claims.payers.code_words import is_known_place
from collections_app.claim_edits.code_forms import is_icd10, plain_icd
from collections_app.claim_edits.findings import Finding, stop, warn
from collections_app.claim_edits.subject import Subject, element

ICD10_QUALIFIERS = frozenset({"ABK", "ABF", "ABJ", "APR", "ABN"})
_PRINCIPAL = ("BK", "ABK")
_FREQUENCIES = frozenset("123456789")
CORRECTING = ("7", "8")
_MOST_DIAGNOSES = 12
_NUMBER = re.compile(r"[0-9A-Za-z .#/_-]{1,20}")


def check_claim(subject: Subject) -> Iterator[Finding]:
    """Everything at the level of the claim."""
    yield from _kind(subject)
    yield from _frequency(subject)
    yield from _signatures(subject)
    yield from _days(subject)
    yield from _diagnoses(subject)
    yield from _institutional(subject)
    yield from _accident(subject)
    yield from _filing(subject)


def _kind(subject: Subject) -> Iterator[Finding]:
    record = subject.record
    if not _NUMBER.fullmatch(record.number):
        words = "Our claim number has 1 to 20 letters and digits: payers cut longer ones off."
        yield stop("claim_number", "CLM01", words, "number")
    if record.charge < 0:
        yield stop("charge_negative", "CLM02", "The charge of a claim is never below zero.", "charge")
    if subject.is_institutional:
        return
    if not is_known_place(record.facility_code):
        words = "There is no such place of service: look it up, 11 is the office."
        yield stop("place_unknown", "CLM05-1", words, "place")


def _frequency(subject: Subject) -> Iterator[Finding]:
    record, facts = subject.record, subject.facts
    if record.frequency not in _FREQUENCIES:
        words = "Frequency is 1 for a new claim, 7 for a replacement, 8 for a void."
        yield stop("frequency_form", "CLM05-3", words, "frequency")
        return
    if facts.frequency and record.frequency != facts.frequency:
        words = f"The claim is to go out with frequency {facts.frequency} but says {record.frequency}."
        yield stop("frequency_other", "CLM05-3", words, "frequency")
    if record.frequency in CORRECTING:
        if facts.payer_class == "medicare" and not subject.is_institutional:
            words = (
                "Medicare Part B takes no replacement and no void: ask for a clerical error reopening, or send a new "
                "claim (frequency 1) where it never decided (MA130)."
            )
            yield stop("frequency_part_b", "CLM05-3", words, "frequency")
        if not record.original_icn:
            words = "A replacement or void names the payer's own claim number (REF*F8): it stands on the remittance."
            yield stop("icn_missing", "loop 2300, REF*F8", words, "icn")
    elif record.original_icn and record.frequency == "1":
        words = "A new claim does not name the payer's claim number (REF*F8): take it out, or send a replacement."
        yield stop("icn_on_new", "loop 2300, REF*F8", words, "icn")


def _signatures(subject: Subject) -> Iterator[Finding]:
    clm, record = subject.segment("CLM"), subject.record
    if subject.text.form != "I" and element(clm, 6) not in ("Y", "N"):
        words = "Whether the provider's signature is on file is Y or N (CLM06)."
        yield stop("signature", "CLM06", words, "provider_signature")
    if record.assignment not in ("A", "B", "C"):
        words = "Whether the provider accepts assignment is A, B (laboratory only) or C (CLM07)."
        yield stop("assignment", "CLM07", words, "assignment")
    if record.benefits_assigned not in ("Y", "N", "W"):
        words = "Whether the patient assigned the benefits is Y, N or W (CLM08)."
        yield stop("benefits", "CLM08", words, "benefits_assigned")
    elif record.benefits_assigned == "N":
        words = "The benefits are not assigned: the payer will pay the patient, not the practice."
        yield warn("benefits_not_assigned", "CLM08", words, "benefits_assigned")
    if element(clm, 9) not in ("Y", "I"):
        words = "Whether the patient let the records go to the payer is Y or I (CLM09)."
        yield stop("release", "CLM09", words, "release")


def _days(subject: Subject) -> Iterator[Finding]:
    record, facts = subject.record, subject.facts
    first, last = record.service_from, record.service_to
    if first is None or last is None:
        yield stop("service_missing", "DTP*472 or 434", "The day of the service is missing.", "service_from")
        return
    if last < first:
        yield stop("service_backwards", "DTP", "The last day of the service lies before its first.", "service_to")
    if last > facts.today:
        words = f"The service ends on {long_day(last)}, which is still to come."
        yield stop("service_future", "DTP", words, "service_to")
    if facts.covered_from and first < facts.covered_from:
        words = f"The coverage begins on {long_day(facts.covered_from)}, after the service: ask who insured before."
        yield stop("before_coverage", "DTP", words, "service_from")
    if facts.covered_to and last > facts.covered_to:
        words = f"The coverage ended on {long_day(facts.covered_to)}, before the service: ask who insures now."
        yield stop("after_coverage", "DTP", words, "service_to")
    if record.admitted_on and record.admitted_on > first and subject.is_inpatient:
        words = "The admission lies after the first day of the stay."
        yield stop("admission_late", "DTP*435", words, "admitted_on")
    if record.onset_on and record.onset_on > last:
        yield stop("onset_late", "DTP*431", "The illness begins after the service.", "onset_on")


def _diagnoses(subject: Subject) -> Iterator[Finding]:
    record = subject.record
    pointed = [one for one in record.diagnoses if one.qualifier in ("BK", "ABK", "BF", "ABF")]
    if not pointed:
        if subject.text.form != "D":
            words = "A claim needs a diagnosis (HI*ABK)."
            yield stop("diagnosis_missing", "loop 2300, HI", words, "diagnoses")
        return
    if pointed[0].qualifier not in _PRINCIPAL:
        words = "The first diagnosis is the principal one (HI*ABK)."
        yield stop("principal_missing", "loop 2300, HI01", words, "diagnoses")
    if not subject.is_institutional and len(pointed) > _MOST_DIAGNOSES:
        words = f"A claim holds at most {_MOST_DIAGNOSES} diagnoses: leave the least telling ones out."
        yield stop("diagnoses_many", "loop 2300, HI", words, "diagnoses")
    seen: set[str] = set()
    for ordinal, one in enumerate(pointed, 1):
        place, field, code = f"diagnosis {ordinal}", f"diagnoses.{ordinal}", plain_icd(one.code)
        if one.qualifier in ICD10_QUALIFIERS:
            yield from _icd10(subject, one.code, place, field)
        elif (subject.record.service_to or subject.facts.today).year >= 2016:
            words = "ICD-9 ended on 30 September 2015: say ICD-10-CM (qualifiers ABK, ABF)."
            yield stop("icd9", f"{place}, HI", words, field)
        if code in seen:
            yield stop("diagnosis_twice", f"{place}, HI", f"The diagnosis {one.code} stands there twice.", field)
        seen.add(code)
    if plain_icd(pointed[0].code)[:1] in ("V", "W", "X", "Y") and pointed[0].qualifier == "ABK":
        words = "An external cause (V00 to Y99) says how it came about and is never the first diagnosis."
        yield stop("external_cause_first", "diagnosis 1, HI", words, "diagnoses.1")


def _icd10(subject: Subject, code: str, place: str, field: str) -> Iterator[Finding]:
    if not is_icd10(code) or "." in code:
        words = "A diagnosis begins with a letter and has 3 to 7 letters and digits, sent without its point."
        yield stop("diagnosis_form", f"{place}, HI", words, field)
        return
    on = subject.record.service_to or subject.facts.today
    if subject.facts.is_valid("icd10cm", plain_icd(code), on) is False:
        words = (
            f"{code} is no diagnosis that can be billed on {long_day(on)}: it has more digits, began later or was "
            "taken out. Look it up."
        )
        yield stop("diagnosis_invalid", f"{place}, HI", words, field)


def _institutional(subject: Subject) -> Iterator[Finding]:
    if not subject.is_institutional:
        return
    record = subject.record
    if not re.fullmatch(r"[1-9]\d", record.facility_code):
        words = "The type of bill has two digits and the frequency: 11 is a hospital stay, 13 its outpatient part."
        yield stop("bill_type", "CLM05-1", words, "place")
    if not subject.segment("DTP", "434"):
        words = "The first and last day of the bill are missing (DTP*434)."
        yield stop("statement_missing", "DTP*434", words, "service_from")
    codes = subject.segment("CL1")
    if not re.fullmatch(r"\d{2}", element(codes, 3)):
        words = "The patient's status at the end of the bill is missing (CL1-03): 01 is discharged home."
        yield stop("patient_status", "CL103", words, "patient_status")
    if subject.is_inpatient:
        if record.admitted_on is None:
            yield stop("admission_missing", "DTP*435", "A stay needs its day of admission.", "admitted_on")
        if not element(codes, 1):
            words = "A stay needs its kind of admission (CL1-01): 1 emergency, 2 urgent, 3 elective."
            yield stop("admission_type", "CL101", words, "admission_type")


def _accident(subject: Subject) -> Iterator[Finding]:
    record, facts = subject.record, subject.facts
    causes = record.related_causes
    for cause in causes:
        if cause not in ("AA", "EM", "OA"):
            words = "A cause is AA (auto), EM (employment) or OA (other accident)."
            yield stop("cause_form", "CLM11", words, "related_cause")
    if ("AA" in causes or "OA" in causes) and record.accident_on is None:
        yield stop("accident_missing", "DTP*439", "An accident needs its day.", "accident_on")
    if "AA" in causes and not record.accident_state:
        words = "A car accident needs the state in which it happened (CLM11-4)."
        yield stop("accident_state", "CLM11-4", words, "accident_state")
    if record.accident_on and record.accident_on > (record.service_to or facts.today):
        yield stop("accident_late", "DTP*439", "The accident lies after the service.", "accident_on")


def _filing(subject: Subject) -> Iterator[Finding]:
    window, today = subject.facts.filing, subject.facts.today
    if window is None:
        return
    left = (window.last_day - today).days
    if left < 0:
        words = (
            f"The last day to file was {long_day(window.last_day)} ({window.why}). Send it only with proof of an "
            "earlier filing or a reason that the payer accepts."
        )
        yield warn("filing_passed", "timely filing", words)
    elif left <= 14:
        words = f"The last day to file is {long_day(window.last_day)}, in {left} days ({window.why})."
        yield warn("filing_near", "timely filing", words)
