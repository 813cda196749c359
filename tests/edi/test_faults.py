"""What is broken is isolated: it says where and what was expected, and its neighbors are whole."""

from io import BytesIO

import pytest

from claims.edi.x12 import read, read_all
from claims.edi.x12.problems import Problem
from claims.edi.x12.records import FileEnd

from .x12files import SHARED, claim, file_of, remittance


def problems_by_claim(data: bytes) -> dict[str, list[tuple[str, str]]]:
    [transaction] = read_all(data)
    return {clp.clp01: [(str(p.where), p.code) for p in clp.problems] for clp in transaction.body}


def test_a_bad_amount_names_segment_element_and_expectation() -> None:
    data = remittance(claim("A"), claim("B", charge="1OO"), claim("C"), paid="240")
    [transaction] = read_all(data)
    first, second, third = transaction.body
    assert first.problems == third.problems == ()
    problem = second.problems[0]
    assert (problem.where.tag, problem.where.element, problem.code, problem.severity) == (
        "CLP", 3, "bad_amount", "error",
    )  # fmt: skip
    assert problem.where.segment == 17
    assert problem.message == "Segment 17, CLP03: expected an amount in dollars and cents such as 125.00."
    assert (second.paid, second.icn) == (80, "ICNB")
    assert not transaction.totals.balanced


def test_a_segment_without_an_end_is_not_read_for_ever() -> None:
    stream = BytesIO(remittance(claim("A"), paid="80")[:106] + b"A*" * (1 << 23))
    *_, end = read(stream)
    assert isinstance(end, FileEnd)
    assert [(one.code, one.severity) for one in end.problems if one.code == "no_end"] == [("no_end", "error")]
    assert stream.tell() < 1 << 23, "half a gigabyte would take an hour: each block is searched with all before it"


@pytest.mark.parametrize(
    "text", ["1OO", "1,000.00", "12.345", "NaN", "1E3", "--5", "$5", "Infinity", "٣", "12345678901"]
)
def test_only_plain_dollars_and_cents_are_amounts(text: str) -> None:
    found = problems_by_claim(remittance(claim("A", charge=text), paid="80"))
    assert ("segment 12, CLP03", "bad_amount") in found["A"]


def test_a_short_clp_is_kept_with_what_it_has() -> None:
    data = remittance(claim("A"), ["CLP*B*1"], claim("C"), paid="160")
    found = problems_by_claim(data)
    assert found["A"] == found["C"] == []
    assert [code for _, code in found["B"]] == ["missing_element"] * 3


def test_an_unknown_segment_marks_only_its_claim() -> None:
    found = problems_by_claim(remittance(claim("A"), [*claim("B"), "ZZZ*1*2"], claim("C"), paid="240"))
    assert found == {"A": [], "B": [("segment 22, ZZZ", "unknown_segment")], "C": []}


def test_an_unreadable_adjustment_is_left_out_and_named() -> None:
    [transaction] = read_all(remittance([*claim("A"), "CAS*CO*45*see letter*1*97*10"], paid="80"))
    [clp] = transaction.body
    assert [(p.code, p.where.element) for p in clp.problems] == [("bad_amount", 3)]
    assert [cas.carc for cas in clp.lines[0].adjustments] == ["2", "97"]


@pytest.mark.parametrize(("cas", "code"), [("CAS*XX*45*0", "bad_group"), ("CAS*CO**5", "bad_reason")])
def test_a_malformed_adjustment_is_an_error(cas: str, code: str) -> None:
    [transaction] = read_all(remittance([*claim("A"), cas], paid="80"))
    assert code in {problem.code for problem in transaction.body[0].problems}


def test_problems_never_repeat_what_the_file_says() -> None:
    data = remittance(
        ["CLP*SECRETNAME*1*SECRETNAME*SECRETNAME**12", "SECRETNAME*1", "CAS*SECRETNAME*X*SECRETNAME"], paid="0"
    )
    messages = [
        problem.message for transaction in read_all(data) for clp in transaction.body for problem in clp.problems
    ]
    assert messages
    assert not [message for message in messages if "SECRETNAME" in message]


def test_a_truncated_file_marks_the_last_claim_and_the_transaction() -> None:
    data = remittance(claim("A"), claim("B"), paid="160").partition(b"SE*")[0]
    [transaction] = read_all(data)
    assert [[p.code for p in clp.problems] for clp in transaction.body] == [[], ["truncated"]]
    assert [p.code for p in transaction.problems] == ["truncated"]
    assert not transaction.totals.balanced
    *_, end = read(data)
    assert [p.code for p in end.problems] == ["missing_ge", "missing_iea"]


def test_any_cut_of_a_file_reads_without_raising_and_never_calls_it_whole() -> None:
    data = remittance(claim("A"), claim("B"), paid="160")
    whole = data.index(b"SE*")
    for cut in range(130, whole, 3):
        for transaction in read_all(data[:cut]):
            assert [p for p in transaction.problems if p.code == "truncated"], cut


def test_an_incomplete_plb_pair_is_ignored_and_named() -> None:
    [transaction] = read_all(remittance(claim("A"), paid="75", plbs=["PLB*1*20251231*WO:X*5*CS"]))
    assert [plb.code for plb in transaction.plbs] == ["WO"]
    assert [(p.code, p.severity) for p in transaction.problems] == [("plb_incomplete", "warning")]
    assert transaction.totals.balanced


def test_an_835_without_bpr_says_so_and_keeps_its_claims() -> None:
    [transaction] = read_all(file_of(["N1*PR*P", "LX*1", *claim("A")]))
    assert transaction.header is None
    assert [p.code for p in transaction.problems] == ["missing_segment"]
    assert len(transaction.body) == 1


def test_what_is_not_x12_is_named_so() -> None:
    for data in (b"", b"hello, ISA is a standard", b"%PDF-1.7 " * 100_000):
        [end] = list(read(data))
        assert isinstance(end, FileEnd)
        assert [p.code for p in end.problems] == ["not_x12"]


EXPECTED = {
    "00_good.835": {},
    "01_bad_money.835": {"A2": [("segment 18, CLP03", "bad_amount")]},
    "03_unknown_segment.835": {"A2": [("segment 22, ZZZ", "unknown_segment")]},
    "07_unbalanced_claim.835": {"A2": [("segment 18, CLP04", "unbalanced_claim")]},
    "08_bpr_mismatch.835": {},
    "09_truncated.835": {"A3": [("segment 26, SE", "truncated")]},
    "12_reversal.835": {},
    "17_crlf.835": {},
    "18_newline_terminator.835": {},
}
OF_TRANSACTION = {"08_bpr_mismatch.835": ["unbalanced_transaction"], "09_truncated.835": ["truncated"]}


@pytest.mark.skipif(not SHARED.exists(), reason="the public sample files are not here")
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_injected_fault_is_found_where_it_is(name: str) -> None:
    [transaction] = read_all(SHARED / "faults" / name)
    assert [clp.clp01 for clp in transaction.body] == ["A1", "A2", "A3"]
    found = {c.clp01: [(str(p.where), p.code) for p in c.problems] for c in transaction.body if c.problems}
    assert found == EXPECTED[name]
    errors: list[Problem] = [p for p in transaction.problems if p.severity == "error"]
    assert [p.code for p in errors] == OF_TRANSACTION.get(name, [])


@pytest.mark.skipif(not SHARED.exists(), reason="the public sample files are not here")
def test_two_transactions_and_two_interchanges_in_one_file() -> None:
    sets = read_all(SHARED / "faults" / "21_two_ST.835")
    assert [(t.envelope.st_control, t.totals.claims, t.totals.bpr) for t in sets] == [("0001", 3, 530), ("0002", 1, 5)]
    interchanges = read_all(SHARED / "faults" / "22_two_ISA.835")
    assert [(t.envelope.isa_control, t.totals.claims) for t in interchanges] == [("000000001", 3), ("000000002", 3)]
