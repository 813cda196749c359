"""Each check: a claim that nothing is wrong with is broken once, and that is named."""

import datetime as dt
from dataclasses import replace

import pytest

from claims.edi.x12.claim_text import ClaimText
from claims.payers.deadlines import Deadline
from collections_app.claim_edits.checks import run_checks
from collections_app.claim_edits.claim_record import record_of
from collections_app.claim_edits.findings import Finding
from collections_app.claim_edits.subject import Facts, SentService, Subject
from tests.claim_edits.sample_claims import changed, institutional, professional, secondary, with_patient

TODAY = dt.date(2026, 9, 30)


def found(text: ClaimText, **facts: object) -> list[Finding]:
    sequence = next(e for e in text.subscriber if e[0] == "SBR")[1]
    frequency = text.claim[0][5].split(":")[2]
    known = Facts(sequence=sequence, frequency=frequency, today=TODAY)
    return run_checks(Subject(text, record_of(text), replace(known, **facts)))


def codes(text: ClaimText, **facts: object) -> set[str]:
    return {one.code for one in found(text, **facts)}


@pytest.mark.parametrize("make", [professional, institutional, with_patient, secondary])
def test_a_clean_claim_has_no_findings(make) -> None:
    assert found(make()) == []


CLM = "CLM*C1001*350***11:B:1*Y*A*Y*Y"
SV1 = "SV1*HC:99213:25*150*UN*1***1:2"
DRUG = "SV1*HC:J1885*200*UN*2***1"
HI = "HI*ABK:E119*ABF:I10"
P, INST, B, S, C = professional, institutional, "billing", "subscriber", "claim"
BROKEN = [
    # who is named
    ("billing_npi_form", P, B, "NM1*85*2*HARBOR CLINIC*****XX*1234567893", "NM1*85*2*HARBOR CLINIC*****XX*1234567890"),
    ("billing_npi_missing", P, B, "NM1*85*2*HARBOR CLINIC*****XX*1234567893", "NM1*85*2*HARBOR CLINIC"),
    ("billing_tin_missing", P, B, "REF*EI*123456789", ""),
    ("billing_tin_form", P, B, "REF*EI*123456789", "REF*EI*1234"),
    ("billing_missing", P, B, "NM1*85*2*HARBOR CLINIC*****XX*1234567893", ""),
    ("taxonomy_form", P, B, "PRV*BI*PXC*207Q00000X", "PRV*BI*PXC*207Q"),
    ("billing_address", P, B, "N3*12 QUAY ST", ""),
    ("billing_po_box", P, B, "N3*12 QUAY ST", "N3*P.O. BOX 12"),
    ("billing_zip4", P, B, "N4*ALBANY*NY*122071234", "N4*ALBANY*NY*12207"),
    ("sequence_form", P, S, "SBR*P*18*GRP1******CI", "SBR**18*GRP1******CI"),
    ("filing_missing", P, S, "SBR*P*18*GRP1******CI", "SBR*P*18*GRP1"),
    ("patient_missing", P, S, "SBR*P*18*GRP1******CI", "SBR*P**GRP1******CI"),
    ("subscriber_name", P, S, "NM1*IL*1*DOE*JANE****MI*ABC123456", "NM1*IL*1**JANE****MI*ABC123456"),
    ("member_id_missing", P, S, "NM1*IL*1*DOE*JANE****MI*ABC123456", "NM1*IL*1*DOE*JANE"),
    ("member_id_form", P, S, "NM1*IL*1*DOE*JANE****MI*ABC123456", "NM1*IL*1*DOE*JANE****MI*ABC/12"),
    ("subscriber_address", P, S, "N3*1 ELM ST", ""),
    ("subscriber_birth_missing", P, S, "DMG*D8*19800102*F", ""),
    ("subscriber_birth_late", P, S, "DMG*D8*19800102*F", "DMG*D8*20260902*F"),
    ("subscriber_sex", P, S, "DMG*D8*19800102*F", "DMG*D8*19800102*X"),
    ("payer_missing", P, S, "NM1*PR*2*ACME HEALTH*****PI*60054", ""),
    ("payer_id_missing", P, S, "NM1*PR*2*ACME HEALTH*****PI*60054", "NM1*PR*2*ACME HEALTH"),
    ("patient_twice", with_patient, S, "SBR*P**GRP1******CI", "SBR*P*18*GRP1******CI"),
    ("relationship_missing", with_patient, "patient", "PAT*19", "PAT"),
    ("patient_name", with_patient, "patient", "NM1*QC*1*DOE*TIM", "NM1*QC*1**TIM"),
    ("patient_birth_missing", with_patient, "patient", "DMG*D8*20150304*M", ""),
    ("rendering_npi_form", P, C, "NM1*82*1*LANE*RUTH****XX*1245319599", "NM1*82*1*LANE*RUTH****XX*1245319590"),
    ("attending_missing", INST, C, "NM1*71*1*LANE*RUTH****XX*1245319599", ""),
    # the claim
    ("claim_number", P, C, CLM, "CLM*C1001C1001C1001C1001C*350***11:B:1*Y*A*Y*Y"),
    ("sum", P, C, CLM, "CLM*C1001*351***11:B:1*Y*A*Y*Y"),
    ("place_unknown", P, C, CLM, "CLM*C1001*350***88:B:1*Y*A*Y*Y"),
    ("icn_missing", P, C, CLM, "CLM*C1001*350***11:B:7*Y*A*Y*Y"),
    ("signature", P, C, CLM, "CLM*C1001*350***11:B:1**A*Y*Y"),
    ("assignment", P, C, CLM, "CLM*C1001*350***11:B:1*Y**Y*Y"),
    ("benefits", P, C, CLM, "CLM*C1001*350***11:B:1*Y*A**Y"),
    ("benefits_not_assigned", P, C, CLM, "CLM*C1001*350***11:B:1*Y*A*N*Y"),
    ("release", P, C, CLM, "CLM*C1001*350***11:B:1*Y*A*Y*N"),
    ("accident_missing", P, C, CLM, "CLM*C1001*350***11:B:1*Y*A*Y*Y**AA:::NY"),
    ("accident_state", P, C, CLM, "CLM*C1001*350***11:B:1*Y*A*Y*Y**AA"),
    ("cause_form", P, C, CLM, "CLM*C1001*350***11:B:1*Y*A*Y*Y**ZZ"),
    ("diagnosis_missing", P, C, HI, ""),
    ("diagnosis_form", P, C, HI, "HI*ABK:E119*ABF:10"),
    ("diagnosis_twice", P, C, HI, "HI*ABK:E119*ABF:E119"),
    ("external_cause_first", P, C, HI, "HI*ABK:W19XXXA*ABF:I10"),
    ("icd9", P, C, HI, "HI*BK:25000*BF:4019"),
    ("principal_missing", P, C, HI, "HI*ABF:E119*ABF:I10"),
    ("bill_type", INST, C, "CLM*H1*1000***11:A:1**A*Y*Y", "CLM*H1*1000***1:A:1**A*Y*Y"),
    ("statement_missing", INST, C, "DTP*434*RD8*20260901-20260903", ""),
    ("admission_missing", INST, C, "DTP*435*DT*202609010800", ""),
    ("admission_late", INST, C, "DTP*435*DT*202609010800", "DTP*435*DT*202609020800"),
    ("patient_status", INST, C, "CL1*1*1*01", "CL1*1*1"),
    ("admission_type", INST, C, "CL1*1*1*01", "CL1**1*01"),
    # the lines
    ("code_missing", P, C, SV1, "SV1*HC::25*150*UN*1***1:2"),
    ("code_form", P, C, SV1, "SV1*HC:9921*150*UN*1***1:2"),
    ("revenue_code", INST, C, "SV2*0120**700*DA*2", "SV2*120**700*DA*2"),
    ("modifier_form", P, C, SV1, "SV1*HC:99213:2*150*UN*1***1:2"),
    ("modifier_unknown", P, C, SV1, "SV1*HC:99213:ZQ*150*UN*1***1:2"),
    ("modifier_twice", P, C, SV1, "SV1*HC:99213:25:25*150*UN*1***1:2"),
    ("modifiers_contradict", P, C, SV1, "SV1*HC:71046:26:TC*150*UN*1***1:2"),
    ("modifier_evaluation", P, C, SV1, "SV1*HC:11042:25*150*UN*1***1:2"),
    ("line_charge", P, C, SV1, "SV1*HC:99213:25*-150*UN*1***1:2"),
    ("line_free", P, C, SV1, "SV1*HC:99213:25*0*UN*1***1:2"),
    ("units", P, C, SV1, "SV1*HC:99213:25*150*UN*0***1:2"),
    ("units_whole", P, C, SV1, "SV1*HC:99213:25*150*UN*1.5***1:2"),
    ("unit_basis", P, C, SV1, "SV1*HC:99213:25*150*XX*1***1:2"),
    ("line_place_unknown", P, C, SV1, "SV1*HC:99213:25*150*UN*1*88**1:2"),
    ("pointer_missing", P, C, SV1, "SV1*HC:99213:25*150*UN*1"),
    ("pointer_beyond", P, C, SV1, "SV1*HC:99213:25*150*UN*1***1:3"),
    ("pointer_twice", P, C, SV1, "SV1*HC:99213:25*150*UN*1***1:1"),
    ("line_day_missing", P, C, "DTP*472*D8*20260901", ""),
    ("line_future", P, C, "DTP*472*D8*20260901", "DTP*472*D8*20261001"),
    ("line_backwards", P, C, "DTP*472*D8*20260901", "DTP*472*RD8*20260902-20260901"),
    ("line_outside", INST, C, "DTP*472*D8*20260902", "DTP*472*D8*20260904"),
    ("line_twice", P, C, DRUG, "SV1*HC:99213:25*150*UN*1***1:2"),
    ("ndc_form", P, C, "LIN**N4*00409379501", "LIN**N4*0409-3795-01"),
    ("ndc_quantity", P, C, "CTP****1*ML", "CTP*****ML"),
    ("ndc_unit", P, C, "CTP****1*ML", "CTP****1*XX"),
    ("unreadable", P, C, SV1, "SV1*HC:99213:25*1,50*UN*1***1:2"),
    # earlier payers
    ("cob_line", secondary, C, "CAS*PR*1*70", "CAS*PR*1*60"),
    ("cob_claim", secondary, C, "AMT*D*200", "AMT*D*210"),
    ("cob_paid", secondary, C, "AMT*D*200", "AMT*D*210"),
    ("cob_paid_missing", secondary, C, "AMT*D*200", ""),
]


@pytest.mark.parametrize(
    ("code", "make", "where", "was", "now"), BROKEN, ids=[f"{one[0]}-{n}" for n, one in enumerate(BROKEN)]
)
def test_what_is_broken_is_named_with_its_place_and_what_to_do(code, make, where, was, now) -> None:
    one = next((one for one in found(changed(make(), where, was, now)) if one.code == code), None)
    assert one is not None, f"{code} was not found"
    assert one.place
    assert one.words.endswith(".")


def test_a_replacement_names_the_payers_number_and_is_never_for_part_b() -> None:
    text = changed(professional(), "claim", CLM, "CLM*C1001*350***11:B:7*Y*A*Y*Y")
    text = replace(text, claim=(text.claim[0], ("REF", "F8", "ICN1"), *text.claim[1:]))
    assert codes(text) == set()
    assert codes(text, payer_class="medicare") == {"frequency_part_b"}
    assert codes(text, frequency="1") == {"frequency_other"}
    assert codes(professional(), sequence="S") >= {"sequence_other"}


def test_a_new_claim_does_not_name_the_payers_number() -> None:
    text = professional()
    assert codes(replace(text, claim=(text.claim[0], ("REF", "F8", "ICN1"), *text.claim[1:]))) == {"icn_on_new"}


def test_part_a_takes_a_replacement() -> None:
    text = changed(institutional(), "claim", "CLM*H1*1000***11:A:1**A*Y*Y", "CLM*H1*1000***11:A:7**A*Y*Y")
    text = replace(text, claim=(text.claim[0], ("REF", "F8", "ICN1"), *text.claim[1:]))
    assert codes(text, payer_class="medicare") == set()


def test_coverage_and_the_days_of_filing_are_named() -> None:
    text = professional()
    assert codes(text, covered_from=dt.date(2026, 9, 2)) == {"before_coverage"}
    assert codes(text, covered_to=dt.date(2026, 8, 31)) == {"after_coverage"}
    passed = Deadline("filing", dt.date(2026, 9, 29), dt.date(2026, 9, 15), ("90 days",))
    (one,) = found(text, filing=passed)
    assert (one.code, one.level) == ("filing_passed", "warn")
    assert "Sep 29, 2026" in one.words
    assert codes(text, filing=replace(passed, last_day=dt.date(2026, 10, 14))) == {"filing_near"}
    assert codes(text, filing=replace(passed, last_day=dt.date(2026, 10, 15))) == set()


def test_a_service_that_was_billed_and_is_open_is_not_billed_again() -> None:
    from decimal import Decimal

    twin = SentService("C0999", dt.date(2026, 9, 1), "99213", ("25",), Decimal("150.00"))
    (one,) = found(professional(), sent=(twin,))
    assert one.code == "sent_before"
    assert "C0999" in one.words
    assert found(professional(), sent=(replace(twin, modifiers=("25", "76")),)) == []


def test_a_code_is_judged_by_the_list_of_its_day() -> None:
    def is_valid(system: str, code: str, on: dt.date) -> bool | None:
        return {"I10": True, "E119": False}.get(code) if system == "icd10cm" else None

    (one,) = found(professional(), is_valid=is_valid)
    assert (one.code, one.field) == ("diagnosis_invalid", "diagnoses.1")


def test_medicaid_wants_the_taxonomy() -> None:
    text = changed(professional(), "billing", "PRV*BI*PXC*207Q00000X", "")
    assert codes(text) == set()
    assert codes(text, payer_class="medicaid_mco") == {"taxonomy_missing"}


def test_a_later_payer_needs_what_the_earlier_decided() -> None:
    text = changed(professional(), "subscriber", "SBR*P*18*GRP1******CI", "SBR*S*18*GRP1******CI")
    assert "earlier_payer_missing" in codes(text)
