"""An 835 is read claim by claim, with everything that posting needs."""

from datetime import date
from decimal import Decimal

from claims.edi.x12 import read, read_all
from claims.edi.x12.records import Cas, ClaimRead, FileEnd, Plb, TransactionEnd, TransactionStart

from .x12files import claim, remittance

FULL = [
    "CLP*A-1*19*300*140*50*MB*ICN9*11*7",
    "CAS*OA*23*10",
    "NM1*QC*1*DOE*JANE*Q**JR*MI*M1",
    "NM1*IL*1*ROE*RICHARD****MI*M2",
    "NM1*74*1******C*M1X",
    "NM1*82*1*WELBY*MARCUS****XX*1999999992",
    "NM1*TT*2*NEXT PLAN*****PI*77777",
    "MOA***MA01*N1",
    "REF*EA*REC55",
    "DTM*232*20241201",
    "DTM*233*20241203",
    "DTM*050*20241210",
    "AMT*AU*200",
    "SVC*HC:99213:25:59*200*120**2*HC:99214:26*3",
    "DTM*472*20241201",
    "CAS*CO*45*30*1*253*20.00",
    "CAS*PR*1*30",
    "REF*6R*L1",
    "AMT*B6*150",
    "LQ*HE*N130",
    "LQ*RX*75",
    "SVC*NU:0450*100*30",
    "DTM*150*20241202",
    "DTM*151*20241203",
    "CAS*CO*45*50",
    "CAS*PR*2*20",
]


def test_events_come_in_file_order() -> None:
    data = remittance(claim("A"), claim("B"), paid="150", plbs=["PLB*1234567893*20251231*L6:REF1*-5*WO:ICN7*15"])
    events = list(read(data))
    assert [type(event) for event in events] == [TransactionStart, ClaimRead, ClaimRead, TransactionEnd, FileEnd]
    assert events[3].plbs == (
        Plb("1234567893", date(2025, 12, 31), "L6", "REF1", Decimal("-5.00")),
        Plb("1234567893", date(2025, 12, 31), "WO", "ICN7", Decimal("15.00")),
    )
    assert events[3].totals.balanced
    assert events[4].segments == 25
    assert events[4].problems == ()


def test_the_header_names_payment_payer_and_payee() -> None:
    [transaction] = read_all(remittance(claim("A"), paid="80"))
    header = transaction.header
    assert (header.bpr02, header.credit_debit, header.method, header.handling) == (Decimal("80.00"), "C", "ACH", "I")
    assert (header.paid_on, header.production_on) == (date(2025, 1, 3), date(2025, 1, 2))
    assert (header.trace, header.payer_tin) == ("TRACE1", "1512345678")
    assert header.payer_ids == (("XV", "12345"), ("2U", "P100"))
    assert (header.payee_name, header.payee_npi, header.payee_tin) == ("EXAMPLE GROUP", "1234567893", "987654321")
    assert transaction.envelope.isa_control == "000000007"
    assert transaction.envelope.sender == "PAYER"
    assert transaction.envelope.version == "005010X221A1"


def test_a_claim_keeps_all_it_says() -> None:
    [transaction] = read_all(remittance(FULL, paid="140"))
    [clp] = transaction.body
    assert [one.code for one in clp.problems] == ["corrected_insured"]
    assert (clp.clp01, clp.status, clp.icn, clp.filing, clp.facility, clp.frequency) == (
        "A-1", "19", "ICN9", "MB", "11", "7",
    )  # fmt: skip
    assert (clp.charge, clp.paid, clp.patient_responsibility) == (Decimal("300.00"), Decimal(140), Decimal(50))
    assert (clp.patient.last, clp.patient.first, clp.patient.middle, clp.patient.member_id) == (
        "DOE", "JANE", "Q", "M1",
    )  # fmt: skip
    assert clp.subscriber.member_id == "M2"
    assert clp.corrected.member_id == "M1X"
    assert clp.rendering_npi == "1999999992"
    assert (clp.crossover_payer, clp.crossover_payer_id) == ("NEXT PLAN", "77777")
    assert (clp.service_from, clp.service_to, clp.received_on) == (
        date(2024, 12, 1), date(2024, 12, 3), date(2024, 12, 10),
    )  # fmt: skip
    assert clp.moa_mia_codes == ("MA01", "N1")
    assert clp.adjustments == (Cas("OA", "23", Decimal("10.00")),)
    assert clp.refs == {"EA": "REC55"}
    assert clp.amounts == {"AU": Decimal("200.00")}


def test_lines_keep_codes_adjustments_and_remarks() -> None:
    [transaction] = read_all(remittance(FULL, paid="140"))
    first, second = transaction.body[0].lines
    assert (first.code, first.modifiers, first.units) == ("99213", ("25", "59"), Decimal(2))
    assert (first.submitted_code, first.submitted_modifiers, first.submitted_units) == ("99214", ("26",), Decimal(3))
    assert first.adjustments == (
        Cas("CO", "45", Decimal(30), Decimal(1)),
        Cas("CO", "253", Decimal(20)),
        Cas("PR", "1", Decimal(30)),
    )
    assert (first.control, first.rarcs, first.allowed) == ("L1", ("N130",), Decimal("150.00"))
    assert (second.code, second.revenue_code, second.units, second.allowed) == ("", "0450", Decimal(1), None)
    assert (second.service_from, second.service_to) == (date(2024, 12, 2), date(2024, 12, 3))


def test_claim_dates_come_from_lines_when_the_claim_gives_none() -> None:
    [transaction] = read_all(remittance(claim("A"), paid="80"))
    assert transaction.body[0].service_from == transaction.body[0].service_to == date(2024, 12, 1)


def test_totals_sum_adjustments_by_group() -> None:
    [transaction] = read_all(remittance(FULL, claim("B"), paid="220"))
    totals = transaction.totals
    assert (totals.claims, totals.charge, totals.paid) == (2, Decimal("400.00"), Decimal("220.00"))
    assert totals.adjustments == {"OA": Decimal(10), "CO": Decimal(100), "PR": Decimal(70)}
    assert totals.balanced


def test_a_4010_remittance_reads_the_same() -> None:
    old = read_all(remittance(claim("A"), paid="80", version="004010X091A1"))
    new = read_all(remittance(claim("A"), paid="80"))
    assert old[0].body == new[0].body
    assert old[0].kind == "835"
