"""The fields of a claim, one a row: name, words, section, and where the guides keep it (X222A1, X223A2, X224A2)."""

from dataclasses import dataclass

from collections_app.outgoing_claims.loops import DRUG, Spot

PROVIDER, PAYER, SUBSCRIBER, PATIENT = "Provider", "Payer", "Subscriber", "Patient"
CLAIM, NUMBERS, DATES, PEOPLE, LINES = "Claim", "Numbers", "Dates", "Other providers", "Lines"
SECTIONS = (CLAIM, NUMBERS, DATES, PROVIDER, PEOPLE, SUBSCRIBER, PATIENT, PAYER)
_ALL, _P, _I, _PD, _PI = "PID", "P", "I", "PD", "PI"
YES_NO = (("Y", "Yes"), ("N", "No"))
RELATIONS = (
    ("18", "Self"), ("01", "Spouse"), ("19", "Child"), ("20", "Employee"), ("21", "Unknown"), ("39", "Organ donor"),
    ("40", "Cadaver donor"), ("53", "Life partner"), ("G8", "Other"),
)  # fmt: skip
SEXES = (("F", "Female"), ("M", "Male"), ("U", "Unknown"))


@dataclass(frozen=True, slots=True)
class ClaimField:
    """One field. `kind` says how it is written: text, code (capitals), day, from, to, amount, quantity, words or
    diagnoses; `parts` are the first component and how many, of words. `needed` ones may not be empty."""

    name: str
    label: str
    section: str
    spot: Spot
    forms: str = _ALL
    kind: str = "text"
    longest: int = 80
    choices: tuple[tuple[str, str], ...] = ()
    parts: tuple[int, int] = (0, 0)
    needed: bool = False


def _found(*values: str, at: int = 1) -> tuple[tuple[int, frozenset[str]], ...]:
    return ((at, frozenset(values)),)


def _name(level: str, loop: str, element: int, *, beside: str = "", stays: bool = False, entity: str = "1") -> Spot:
    made = ("NM1", loop.split("|")[0], entity)
    return Spot(level, loop, made, element, beside=((8, beside),) if beside else (), stays=stays, name=made)


def _ref(level: str, loop: str, qualifier: str, *others: str) -> Spot:
    return Spot(level, loop, ("REF", qualifier), 2, found_by=_found(qualifier, *others))


def _date(qualifier: str, level: str = "claim") -> Spot:
    return Spot(level, "", ("DTP", qualifier, "D8"), 3, found_by=_found(qualifier))


def _clm(element: int, part: int | None = None) -> Spot:
    return Spot("claim", "", ("CLM",), element, part, stays=True)


def _address(level: str, loop: str) -> list[tuple[str, str, Spot, int]]:
    return [
        ("address", "Street", Spot(level, loop, ("N3",), 1, stays=False), 55),
        ("city", "City", Spot(level, loop, ("N4",), 1), 30),
        ("state", "State", Spot(level, loop, ("N4",), 2), 2),
        ("zip", "ZIP", Spot(level, loop, ("N4",), 3), 15),
    ]


def _lived(prefix: str, section: str, level: str, loop: str, *, needed: bool) -> list[ClaimField]:
    return [
        ClaimField(f"{prefix}_{name}", label, section, spot, longest=longest, needed=needed)
        for name, label, spot, longest in _address(level, loop)
    ]


def _person(prefix: str, section: str, level: str, loop: str) -> list[ClaimField]:
    birth = Spot(level, loop, ("DMG", "D8"), 2)
    sex = Spot(level, loop, ("DMG", "D8"), 3)
    return [
        ClaimField(f"{prefix}_last", "Last name", section, _name(level, loop, 3, stays=True), longest=60, needed=True),
        ClaimField(f"{prefix}_first", "First name", section, _name(level, loop, 4, stays=True), longest=35),
        ClaimField(f"{prefix}_middle", "Middle name", section, _name(level, loop, 5, stays=True), longest=25),
        ClaimField(f"{prefix}_birth", "Born", section, birth, kind="day"),
        ClaimField(f"{prefix}_sex", "Sex", section, sex, choices=SEXES),
        *_lived(prefix, section, level, loop, needed=False),
    ]


def _provider(prefix: str, label: str, loop: str, forms: str, *, taxonomy: str = "") -> list[ClaimField]:
    rows = [
        ClaimField(f"{prefix}_last", f"{label}: name or last name", PEOPLE, _name("claim", loop, 3), forms, longest=60),
        ClaimField(f"{prefix}_first", f"{label}: first name", PEOPLE, _name("claim", loop, 4), forms, longest=35),
        ClaimField(f"{prefix}_npi", f"{label}: NPI", PEOPLE, _name("claim", loop, 9, beside="XX"), forms, longest=10),
    ]
    if taxonomy:
        made = ("PRV", taxonomy, "PXC")
        spot = Spot("claim", loop, made, 3, found_by=_found(taxonomy), name=("NM1", loop.split("|")[0], "1"))
        rows.append(ClaimField(f"{prefix}_taxonomy", f"{label}: taxonomy", PEOPLE, spot, forms, longest=10))
    return rows


CLAIM_FIELDS: tuple[ClaimField, ...] = (
    ClaimField("number", "Claim number", CLAIM, _clm(1), longest=38, needed=True),
    ClaimField("charge", "Charge", CLAIM, _clm(2), kind="amount", needed=True),
    ClaimField("place", "Place of service", CLAIM, _clm(5, 0), _PD, "code", 2, needed=True),
    ClaimField("bill_type", "Type of bill, first two digits", CLAIM, _clm(5, 0), _I, "code", 2, needed=True),
    ClaimField("frequency", "Frequency", CLAIM, _clm(5, 2), kind="code", longest=1, needed=True),
    ClaimField("provider_signature", "Provider's signature on file", CLAIM, _clm(6), choices=YES_NO, forms=_PD),
    ClaimField("assignment", "Accepts assignment", CLAIM, _clm(7),
               choices=(("A", "Assigned"), ("B", "Laboratory services only"), ("C", "Not assigned")), needed=True),
    ClaimField("benefits_assigned", "Benefits assigned to the provider", CLAIM, _clm(8),
               choices=(*YES_NO, ("W", "Not applicable")), needed=True),
    ClaimField("release", "Release of information", CLAIM, _clm(9),
               choices=(("Y", "Signed"), ("I", "Informed consent")), needed=True),
    ClaimField("diagnoses", "Diagnoses", CLAIM, Spot("claim", "", ("HI",), 1), kind="diagnoses", longest=250),
    ClaimField("related_cause", "Related cause", CLAIM, _clm(11, 0), _PD,
               choices=(("AA", "Auto accident"), ("EM", "Employment"), ("OA", "Other accident"))),
    ClaimField("accident_state", "State of the accident", CLAIM, _clm(11, 3), _PD, "code", 2),
    ClaimField("note", "Note", CLAIM, Spot("claim", "", ("NTE", "ADD"), 2), longest=80),
    ClaimField("admission_type", "Admission type", CLAIM, Spot("claim", "", ("CL1",), 1), _I, longest=1),
    ClaimField("admission_source", "Admission source", CLAIM, Spot("claim", "", ("CL1",), 2), _I, longest=1),
    ClaimField("patient_status", "Patient status", CLAIM, Spot("claim", "", ("CL1",), 3), _I, longest=2),
    ClaimField("patient_paid", "The patient paid", CLAIM, Spot("claim", "", ("AMT", "F5"), 2, found_by=_found("F5")),
               kind="amount"),
    ClaimField("icn", "Payer's claim number", NUMBERS, _ref("claim", "", "F8"), longest=50),
    ClaimField("prior_auth", "Prior authorization", NUMBERS, _ref("claim", "", "G1"), longest=50),
    ClaimField("referral", "Referral number", NUMBERS, _ref("claim", "", "9F"), longest=50),
    ClaimField("clia", "CLIA number", NUMBERS, _ref("claim", "", "X4"), _P, longest=50),
    ClaimField("medical_record", "Medical record number", NUMBERS, _ref("claim", "", "EA"), longest=50),
    ClaimField("paper_type", "Attachment: report type", NUMBERS, Spot("claim", "", ("PWK",), 1), longest=2),
    ClaimField("paper_way", "Attachment: sent by", NUMBERS, Spot("claim", "", ("PWK",), 2),
               choices=(("AA", "On request"), ("BM", "Mail"), ("EL", "Electronically"), ("EM", "E-mail"),
                        ("FT", "File transfer"), ("FX", "Fax"))),
    ClaimField("paper_control", "Attachment: control number", NUMBERS,
               Spot("claim", "", ("PWK",), 6, beside=((5, "AC"),)), longest=50),
    ClaimField("service_from", "Statement from", DATES, _date("434"), _I, "from", needed=True),
    ClaimField("service_to", "Statement through", DATES, _date("434"), _I, "to", needed=True),
    ClaimField("onset_on", "Onset of illness", DATES, _date("431"), _P, "day"),
    ClaimField("accident_on", "Accident", DATES, _date("439"), _PD, "day"),
    ClaimField("admitted_on", "Admission", DATES, _date("435"), _PI, "day"),
    ClaimField("discharged_on", "Discharge", DATES, _date("096"), _P, "day"),
    ClaimField("billing_name", "Name", PROVIDER, _name("billing", "85", 3, stays=True, entity="2"), longest=60,
               needed=True),
    ClaimField("billing_npi", "NPI", PROVIDER, _name("billing", "85", 9, beside="XX", stays=True, entity="2"),
               longest=10, needed=True),
    ClaimField("billing_tin", "Tax number", PROVIDER, _ref("billing", "85", "EI", "SY"), longest=9, needed=True),
    ClaimField("billing_taxonomy", "Taxonomy", PROVIDER, Spot("billing", "", ("PRV", "BI", "PXC"), 3), longest=10),
    *_lived("billing", PROVIDER, "billing", "85", needed=True),
    *_provider("rendering", "Rendering", "82", _ALL, taxonomy="PE"),
    *_provider("referring", "Referring", "DN|P3", _ALL),
    *_provider("facility", "Facility", "77", _ALL),
    *_provider("attending", "Attending", "71", _I, taxonomy="AT"),
    ClaimField("relationship", "Patient's relationship", SUBSCRIBER, Spot("subscriber", "", ("SBR",), 2, stays=True),
               choices=RELATIONS),
    ClaimField("member_id", "Member id", SUBSCRIBER, _name("subscriber", "IL", 9, beside="MI", stays=True), longest=80,
               needed=True),
    ClaimField("group_number", "Group number", SUBSCRIBER, Spot("subscriber", "", ("SBR",), 3, stays=True), longest=50),
    ClaimField("group_name", "Group name", SUBSCRIBER, Spot("subscriber", "", ("SBR",), 4, stays=True), longest=60),
    ClaimField("filing", "Claim filing code", SUBSCRIBER, Spot("subscriber", "", ("SBR",), 9, stays=True), kind="code",
               longest=2, needed=True),
    *_person("subscriber", SUBSCRIBER, "subscriber", "IL"),
    ClaimField("patient_relationship", "Relationship to the subscriber", PATIENT,
               Spot("patient", "", ("PAT",), 1, stays=True), choices=RELATIONS, needed=True),
    *_person("patient", PATIENT, "patient", "QC"),
    ClaimField("payer_name", "Name", PAYER, _name("subscriber", "PR", 3, stays=True, entity="2"), longest=60,
               needed=True),
    ClaimField("payer_id", "Payer id", PAYER, _name("subscriber", "PR", 9, beside="PI", stays=True, entity="2"),
               needed=True),
)  # fmt: skip


def _sv(element: int, form: str, part: int | None = None) -> Spot:
    return Spot("claim", "", ({"P": "SV1", "I": "SV2", "D": "SV3"}[form],), element, part, stays=True)


def _lines(form: str) -> list[ClaimField]:
    """Fields of the service itself, which stand otherwise in each form (SV1, SV2, SV3)."""
    code, charge, basis, units = {"P": (1, 2, 3, 4), "I": (2, 3, 4, 5), "D": (1, 2, 0, 6)}[form]
    rows = [
        ClaimField("code", "Procedure", LINES, _sv(code, form, 1), form, "code", 12, needed=form != "I"),
        ClaimField("modifiers", "Modifiers", LINES, _sv(code, form), form, "words", 11, parts=(2, 4)),
        ClaimField("charge", "Charge", LINES, _sv(charge, form), form, "amount", needed=True),
        ClaimField("units", "Units", LINES, _sv(units, form), form, "quantity", needed=form != "D"),
    ]
    if basis:
        choices = (("UN", "Units"), ("MJ", "Minutes"), ("DA", "Days"))
        rows.append(ClaimField("unit_basis", "Unit", LINES, _sv(basis, form), form, choices=choices))
    return rows


def _drug(tag: str, element: int, part: int | None = None) -> Spot:
    made = ("LIN", "", "N4") if tag == "LIN" else (tag,)
    return Spot("claim", DRUG, made, element, part, name=("LIN", "", "N4"))


LINE_FIELDS: tuple[ClaimField, ...] = (
    ClaimField("revenue_code", "Revenue code", LINES, _sv(1, "I"), _I, "code", 4, needed=True),
    *(row for form in _ALL for row in _lines(form)),
    ClaimField("service_from", "From", LINES, _date("472"), kind="from"),
    ClaimField("service_to", "Through", LINES, _date("472"), kind="to"),
    ClaimField("place", "Place", LINES, _sv(5, "P"), _P, "code", 2),
    ClaimField("place", "Place", LINES, _sv(3, "D"), "D", "code", 2),
    ClaimField("pointers", "Diagnosis pointers", LINES, _sv(7, "P"), _P, "words", 11, parts=(0, 4)),
    ClaimField("pointers", "Diagnosis pointers", LINES, _sv(11, "D"), "D", "words", 11, parts=(0, 4)),
    ClaimField("ndc", "NDC", LINES, _drug("LIN", 3), _PI, longest=11),
    ClaimField("ndc_quantity", "NDC quantity", LINES, _drug("CTP", 4), _PI, "quantity"),
    ClaimField("ndc_unit", "NDC unit", LINES, _drug("CTP", 5, 0), _PI,
               choices=(("F2", "International units"), ("GR", "Grams"), ("ME", "Milligrams"), ("ML", "Milliliters"),
                        ("UN", "Units"))),
    ClaimField("rendering_npi", "Rendering NPI", LINES, _name("claim", "82", 9, beside="XX"), _ALL, longest=10),
    ClaimField("prior_auth", "Prior authorization", LINES, _ref("claim", "", "G1"), longest=50),
    ClaimField("control", "Line number for the payer", LINES, _ref("claim", "", "6R"), longest=30),
    ClaimField("note", "Note", LINES, Spot("claim", "", ("NTE", "ADD"), 2), _P, longest=80),
)  # fmt: skip
