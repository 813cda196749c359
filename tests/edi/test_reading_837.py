"""An 837 is read claim by claim, each with the billing provider, subscriber, patient and payer above it."""

from datetime import date
from decimal import Decimal

import pytest

from claims.edi.x12 import read, read_all
from claims.edi.x12.records import Cas, Claim837, ClaimRead, TransactionEnd, TransactionStart

from .x12files import file_of

HEADER = [
    "BHT*0019*00*REF1*20250103*1200*CH", "NM1*41*2*SENDER*****46*S1", "PER*IC*X*TE*5551112222",
    "NM1*40*2*CLEARING*****46*R1",
]  # fmt: skip
BILLING = [
    "HL*1**20*1", "PRV*BI*PXC*207Q00000X", "NM1*85*2*EXAMPLE GROUP*****XX*1234567893", "N3*1 MAIN ST*STE 2",
    "N4*CHICAGO*IL*60601", "REF*EI*987654321", "PER*IC*BILLING*TE*3125550100", "NM1*87*2", "N3*PO BOX 1",
    "N4*CHICAGO*IL*60602",
]  # fmt: skip
SUBSCRIBER = [
    "HL*2*1*22*1", "SBR*P**GRP1*BIG EMPLOYER*****CI", "NM1*IL*1*ROE*RICHARD*A**SR*MI*W123", "N3*2 OAK ST",
    "N4*GARY*IN*46402", "DMG*D8*19600102*M", "NM1*PR*2*EXAMPLE PLAN*****PI*12345", "REF*2U*X1",
]  # fmt: skip
PATIENT = ["HL*3*2*23*0", "PAT*19", "NM1*QC*1*ROE*JANE", "N3*2 OAK ST", "N4*GARY*IN*46402", "DMG*D8*20010304*F"]
CLAIM = [
    "CLM*CN-7*150***11:B:7*Y*A*Y*Y**AA:::IL", "DTP*439*D8*20241130", "DTP*431*D8*20241129", "AMT*F5*10",
    "REF*F8*OLDICN", "REF*G1*AUTH1", "REF*9F*REFER1", "REF*D9*CH1", "REF*EA*MR1", "HI*ABK:M5450*ABF:S134XXA",
    "HI*BH:11:D8:20241130*BE:01:::125.5", "NM1*DN*1*REFER*RITA****XX*1111111112",
    "NM1*82*1*WELBY*MARCUS****XX*1999999992", "PRV*PE*PXC*208D00000X", "NM1*77*2*THE SITE*****XX*1888888884",
    "SBR*S*18*G2*OTHER GROUP*****MB", "CAS*CO*45*20", "AMT*D*60", "AMT*EAF*5", "OI***Y***Y",
    "NM1*IL*1*ROE*RICHARD****MI*M77", "NM1*PR*2*OTHER PLAN*****PI*99999", "DTP*573*D8*20241220", "REF*F8*OTHERICN",
    "LX*1", "SV1*HC:99213:25*100*UN*1*11**1:2", "DTP*472*RD8*20241201-20241202", "REF*6R*L1",
    "LIN**N4*00000000001", "NM1*82*1*LINE*DOC****XX*1777777776", "SVD*99999*60*HC:99213**1", "CAS*CO*45*20",
    "CAS*PR*2*20", "DTP*573*D8*20241220", "LX*2", "SV1*HC:72100*50*UN*1***2", "DTP*472*D8*20241203",
]  # fmt: skip


def professional(*segments: str, version: str = "005010X222A1") -> bytes:
    return file_of([*HEADER, *segments], code="837", version=version, group="HC")


def claims_of(data: bytes) -> list[Claim837]:
    return [event.claim for event in read(data) if isinstance(event, ClaimRead)]


@pytest.fixture
def claim() -> Claim837:
    [found] = claims_of(professional(*BILLING, *SUBSCRIBER, *PATIENT, *CLAIM))
    assert [one.code for one in found.problems] == ["patient_paid"]
    return found


def test_the_claim_itself(claim: Claim837) -> None:
    assert (claim.number, claim.charge, claim.form, claim.facility_code, claim.frequency, claim.assignment) == (
        "CN-7", Decimal("150.00"), "P", "11", "7", "A",
    )  # fmt: skip
    assert (claim.original_icn, claim.prior_auth, claim.referral, claim.claim_control, claim.medical_record) == (
        "OLDICN", "AUTH1", "REFER1", "CH1", "MR1",
    )  # fmt: skip
    assert (claim.accident_on, claim.onset_on, claim.related_causes, claim.accident_state) == (
        date(2024, 11, 30), date(2024, 11, 29), ("AA",), "IL",
    )  # fmt: skip
    assert (claim.service_from, claim.service_to) == (date(2024, 12, 1), date(2024, 12, 3))
    assert [code.code for code in claim.diagnoses] == ["M5450", "S134XXA"]
    assert [(code.qualifier, code.code, code.amount) for code in claim.codes] == [
        ("BH", "11", None),
        ("BE", "01", Decimal("125.50")),
    ]
    assert (claim.submitted_on, claim.patient_paid) == (date(2025, 1, 3), Decimal(10))


def test_the_people_and_places_around_it(claim: Claim837) -> None:
    billing = claim.billing
    assert (billing.name, billing.npi, billing.tin, billing.taxonomy) == (
        "EXAMPLE GROUP", "1234567893", "987654321", "207Q00000X",
    )  # fmt: skip
    assert (billing.party.address1, billing.party.address2, billing.party.zip, billing.party.phone) == (
        "1 MAIN ST", "STE 2", "60601", "3125550100",
    )  # fmt: skip
    assert claim.pay_to.party.address1 == "PO BOX 1"
    assert (claim.rendering.name, claim.rendering.npi, claim.rendering.taxonomy) == (
        "WELBY, MARCUS", "1999999992", "208D00000X",
    )  # fmt: skip
    assert (claim.referring.npi, claim.facility.name) == ("1111111112", "THE SITE")
    subscriber = claim.subscriber
    assert (subscriber.member_id, subscriber.sequence, subscriber.relationship, subscriber.filing) == (
        "W123", "P", "19", "CI",
    )  # fmt: skip
    assert (subscriber.group_number, subscriber.group_name) == ("GRP1", "BIG EMPLOYER")
    assert (subscriber.party.birth_on, subscriber.party.sex, subscriber.party.suffix) == (date(1960, 1, 2), "M", "SR")
    assert (claim.patient.first, claim.patient.birth_on, claim.patient_is_subscriber) == (
        "JANE", date(2001, 3, 4), False,
    )  # fmt: skip
    assert (claim.payer.name, claim.payer.id_qualifier, claim.payer.id) == ("EXAMPLE PLAN", "PI", "12345")


def test_what_other_payers_did(claim: Claim837) -> None:
    [other] = claim.other_coverages
    assert (other.subscriber.sequence, other.subscriber.member_id, other.payer.id) == ("S", "M77", "99999")
    assert (other.paid, other.remaining_patient_liability, other.icn) == (Decimal(60), Decimal(5), "OTHERICN")
    assert other.adjustments == (Cas("CO", "45", Decimal(20)),)
    assert other.adjudicated_on == date(2024, 12, 20)
    [svd] = claim.lines[0].svds
    assert (svd.payer_id, svd.paid, svd.code, svd.adjudicated_on) == (
        "99999", Decimal(60), "99213", date(2024, 12, 20),
    )  # fmt: skip
    assert [cas.group for cas in svd.adjustments] == ["CO", "PR"]


def test_its_lines(claim: Claim837) -> None:
    first, second = claim.lines
    assert (first.number, first.control, first.code, first.modifiers, first.dx_pointers, first.place) == (
        1, "L1", "99213", ("25",), (1, 2), "11",
    )  # fmt: skip
    assert (first.charge, first.units, first.unit_basis, first.ndc, first.rendering_npi) == (
        Decimal(100), Decimal(1), "UN", "00000000001", "1777777776",
    )  # fmt: skip
    assert (first.service_from, first.service_to) == (date(2024, 12, 1), date(2024, 12, 2))
    assert (second.number, second.dx_pointers, second.service_from) == (2, (2,), date(2024, 12, 3))


def test_a_subscriber_without_dependents_is_the_patient() -> None:
    own = [segment.replace("SBR*P**", "SBR*P*18*") for segment in SUBSCRIBER]
    first, second = claims_of(professional(*BILLING, *own, "CLM*A*0***11:B:1", "CLM*B*0***11:B:1"))
    assert first.patient_is_subscriber
    assert first.patient.last == "ROE"
    assert (first.subscriber.relationship, second.subscriber.member_id) == ("18", "W123")
    assert (first.position, second.position) == (1, 2)


def test_institutional_lines_name_revenue_codes() -> None:
    segments = ["CLM*A*300***11:A:1", "DTP*434*RD8*20241201-20241205", "DTP*435*DT*202412010830", "HI*BK:J189"]
    segments += ["LX*1", "SV2*0450*HC:99284*200*UN*1", "LX*2", "SV2*0250**100*UN*4"]
    data = professional(*BILLING, *SUBSCRIBER, *segments, version="005010X223A2")
    [claim] = claims_of(data)
    assert (claim.form, claim.service_from, claim.service_to, claim.admitted_on) == (
        "I", date(2024, 12, 1), date(2024, 12, 5), date(2024, 12, 1),
    )  # fmt: skip
    assert [(line.revenue_code, line.code, line.units) for line in claim.lines] == [
        ("0450", "99284", 1),
        ("0250", "", 4),
    ]
    assert read_all(data)[0].kind == "837I"


def test_an_unknown_version_is_told_by_its_lines() -> None:
    data = professional(*BILLING, *SUBSCRIBER, "CLM*A*9***11:B:1", "LX*1", "SV3*AD:D0120*9**", version="005010")
    assert [type(event) for event in list(read(data))[:3]] == [TransactionStart, ClaimRead, TransactionEnd]
    [transaction] = read_all(data)
    assert (transaction.kind, transaction.body[0].form, transaction.body[0].lines[0].code) == ("837D", "D", "D0120")


def test_an_orphaned_level_is_noted_on_its_claims_only() -> None:
    orphan = ["HL*9*77*22*0", *SUBSCRIBER[1:], "CLM*B*0***11:B:1"]
    first, second = claims_of(professional(*BILLING, *SUBSCRIBER, "CLM*A*0***11:B:1", *orphan))
    assert first.problems == ()
    assert [(p.code, p.severity) for p in second.problems] == [("hl_orphan", "warning")]
    assert second.billing.npi == "1234567893"


def test_a_claim_returns_to_an_earlier_billing_provider_by_its_parent() -> None:
    second = ["HL*5**20*1", "NM1*85*2*SECOND GROUP*****XX*1222222222"]
    back = ["HL*6*1*22*0", *SUBSCRIBER[1:], "CLM*A*0***11:B:1"]
    [claim] = claims_of(professional(*BILLING, *second, *back))
    assert claim.billing.npi == "1234567893"


def test_a_bad_line_charge_marks_its_claim_and_not_the_next() -> None:
    bad = ["CLM*A*100***11:B:1", "LX*1", "SV1*HC:99213*1OO*UN*1***1"]
    good = ["CLM*B*100***11:B:1", "LX*1", "SV1*HC:99213*100*UN*1***1"]
    first, second = claims_of(professional(*BILLING, *SUBSCRIBER, *bad, *good))
    assert [p.code for p in first.problems if p.severity == "error"] == ["bad_amount"]
    assert second.problems == ()
