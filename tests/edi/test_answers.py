"""Acknowledgments and claim status: what was received, accepted, rejected, and which claim it is about."""

from datetime import date
from decimal import Decimal

from claims.edi.x12 import read_all
from claims.edi.x12.records import GroupAck, InterchangeAck, SetAck

from .x12files import file_of

LEVELS = [
    "BHT*0085*08*B1*20250103*1200*TH", "HL*1**20*1", "NM1*PR*2*EXAMPLE PLAN*****PI*12345", "TRN*1*SRC1",
    "DTP*050*D8*20250102", "HL*2*1*21*1", "NM1*41*2*SENDER*****46*S1", "TRN*2*BATCH1", "STC*A1:19:PR*20250102*WQ*150",
    "QTY*90*1", "HL*3*2*19*1", "NM1*85*2*EXAMPLE GROUP*****XX*1234567893", "TRN*2*0", "STC*A1:19*20250102*WQ*150",
]  # fmt: skip
ACCEPTED = [
    "HL*4*3*PT", "NM1*QC*1*ROE*JANE****MI*W123", "TRN*2*CN-7", "STC*A2:20*20250102*WQ*150", "REF*1K*ICN99",
    "REF*D9*CH1", "DTP*472*RD8*20241201-20241203",
]  # fmt: skip
REJECTED = [
    "HL*5*3*PT", "NM1*QC*1*DOE*JOHN****MI*W124", "TRN*2*CN-8",
    "STC*A7:562:85*20250102*U*90******A7:164:IL**NPI AND MEMBER", "SVC*HC:99213*90*****1",
    "STC*A7:507**U", "REF*FJ*L1", "DTP*472*D8*20241201",
]  # fmt: skip


def test_a_277ca_names_claims_by_our_number_and_the_payers() -> None:
    [transaction] = read_all(file_of([*LEVELS, *ACCEPTED], code="277", version="005010X214", group="HN"))
    assert transaction.kind == "277CA"
    assert [status.level for status in transaction.body] == ["receiver", "provider", "claim"]
    status = transaction.body[2]
    assert (status.claim_number, status.icn, status.clearinghouse_control) == ("CN-7", "ICN99", "CH1")
    assert (status.category, status.status_code, status.action, status.effective_on) == (
        "A2", "20", "WQ", date(2025, 1, 2),
    )  # fmt: skip
    assert (status.amount, status.charge, status.name, status.member_id) == (
        Decimal(150), Decimal(150), "ROE, JANE", "W123",
    )  # fmt: skip
    assert (status.provider_npi, status.payer_name, status.payer_id) == ("1234567893", "EXAMPLE PLAN", "12345")
    assert (status.service_from, status.service_to) == (date(2024, 12, 1), date(2024, 12, 3))


def test_a_rejection_keeps_every_reason_and_its_lines() -> None:
    [transaction] = read_all(file_of([*LEVELS, *REJECTED], code="277", version="005010X214", group="HN"))
    claim, line = transaction.body[2:]
    assert [(code.category, code.status, code.entity) for code in claim.codes] == [
        ("A7", "562", "85"),
        ("A7", "164", "IL"),
    ]
    assert (claim.action, claim.message) == ("U", "NPI AND MEMBER")
    assert (line.level, line.claim_number, line.line_code, line.line_control, line.charge) == (
        "line", "CN-8", "99213", "L1", Decimal(90),
    )  # fmt: skip


def test_a_277_answers_an_inquiry_with_our_account_number() -> None:
    answer = [
        "HL*4*3*22*0",
        "NM1*IL*1*ROE*JANE****MI*W123",
        "TRN*2*ASK1",
        "STC*F1:65*20250102**150*120*20250103**20250103*CHK9",
    ]
    answer += ["REF*1K*ICN99", "REF*EJ*CN-7"]
    [transaction] = read_all(file_of([*LEVELS, *answer], code="277", version="005010X212", group="HN"))
    status = transaction.body[-1]
    assert transaction.kind == "277"
    assert (status.trace, status.claim_number, status.icn, status.paid, status.check_number) == (
        "ASK1", "CN-7", "ICN99", Decimal(120), "CHK9",
    )  # fmt: skip


def test_a_claim_without_status_is_a_problem_and_not_forgotten() -> None:
    silent = ["HL*4*3*PT", "NM1*QC*1*ROE*JANE", "TRN*2*CN-7"]
    [transaction] = read_all(file_of([*LEVELS, *silent, *REJECTED], code="277", version="005010X214", group="HN"))
    assert [(p.code, p.where.tag) for p in transaction.problems] == [("missing_segment", "STC")]
    assert [status.claim_number for status in transaction.body[2:]] == ["CN-8", "CN-8"]


def test_a_999_tells_sets_apart_and_where_they_failed() -> None:
    segments = ["AK1*HC*9*005010X222A1", "AK2*837*0001", "IK5*A", "AK2*837*0002", "IK3*CLM*22*2300*8", "CTX*CLM01:X"]
    segments += ["IK4*2:1*782*1*SECRET", "IK5*R*5*I5", "AK9*P*2*2*1"]
    [transaction] = read_all(file_of(segments, code="999", version="005010X231A1", group="FA"))
    accepted, rejected, group = transaction.body
    assert isinstance(accepted, SetAck)
    assert (accepted.group_control, accepted.set_control, accepted.accepted) == ("9", "0001", True)
    assert (rejected.set_control, rejected.code, rejected.accepted, rejected.set_errors) == (
        "0002",
        "R",
        False,
        ("5", "I5"),
    )
    segment, element = rejected.errors
    assert (segment.segment_id, segment.segment_position, segment.loop, segment.code) == ("CLM", 22, "2300", "8")
    assert (element.element, element.component, element.code) == (2, 1, "1")
    assert "SECRET" not in repr(transaction)
    assert isinstance(group, GroupAck)
    assert (group.code, group.included, group.received, group.accepted) == ("P", 2, 2, 1)


def test_a_997_reads_like_a_999() -> None:
    segments = ["AK1*HC*9", "AK2*837*0001", "AK3*CLM*22**8", "AK4*2*782*1", "AK5*R*5", "AK9*R*1*1*0"]
    [transaction] = read_all(file_of(segments, code="997", version="004010", group="FA"))
    assert transaction.kind == "997"
    assert [(ack.code, len(ack.errors)) for ack in transaction.body if isinstance(ack, SetAck)] == [("R", 2)]


def test_a_set_without_verdict_says_so() -> None:
    [transaction] = read_all(file_of(["AK1*HC*9", "AK2*837*0001", "AK9*A*1*1*1"], code="999", group="FA"))
    assert [p.code for p in transaction.body[0].problems] == ["missing_segment"]
    assert transaction.body[0].accepted is False


def test_a_ta1_judges_an_interchange() -> None:
    whole = file_of([], code="999", group="FA")
    data = whole[: whole.index(b"GS*")] + b"TA1*000000123*250102*1200*R*006~" + whole[whole.index(b"IEA*") :]
    [transaction] = read_all(data)
    assert transaction.kind == "TA1"
    assert transaction.body == (InterchangeAck("000000123", date(2025, 1, 2), "R", "006"),)
