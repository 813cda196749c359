"""However a file is delimited, wrapped, padded or cluttered, the same segments come out."""

import io
from pathlib import Path

import pytest

from claims.edi.x12 import read, read_all
from claims.edi.x12.records import FileEnd

from .x12files import claim, file_of, remittance

PLAIN = remittance(claim("A"), claim("B"), paid="160")


def warnings_of(data: bytes) -> list[str]:
    *_, end = read(data)
    assert isinstance(end, FileEnd)
    return [problem.code for problem in end.problems]


@pytest.mark.parametrize("element", ["*", "|", "\x1d", "!"])
@pytest.mark.parametrize("component", [":", ">", "<", "\\"])
@pytest.mark.parametrize(("terminator", "line_end"), [("~", ""), ("~", "\r\n"), ("\n", ""), ("\r\n", ""), ("'", "\n")])
def test_any_delimiters(element: str, component: str, terminator: str, line_end: str) -> None:
    data = remittance(
        claim("A"),
        claim("B"),
        paid="160",
        element=element,
        component=component,
        terminator=terminator,
        line_end=line_end,
    )
    assert [t.body for t in read_all(data)] == [t.body for t in read_all(PLAIN)]


@pytest.mark.parametrize(
    "junk",
    [
        b"\xef\xbb\xbf",
        b"\r\n\r\n  ",
        b"Scenario \x93one\x94 \x96 r\xe9sum\xe9\r\n\r\nISA follows:\r\n",
        b"x" * 700_000 + b"\n",
    ],
)
def test_text_before_the_first_segment_is_skipped(junk: bytes) -> None:
    assert [t.body for t in read_all(junk + PLAIN)] == [t.body for t in read_all(PLAIN)]
    assert warnings_of(junk + PLAIN) == (["text_before"] if junk.strip(b"\xef\xbb\xbf\r\n ") else [])


def test_an_isa_of_wrong_length_is_read() -> None:
    short = PLAIN.replace(b"PAYER          ", b"PAYER").replace(b"GROUP          ", b"A VERY LONG RECEIVER NAME")
    [transaction] = read_all(short)
    assert (transaction.envelope.sender, transaction.envelope.receiver) == ("PAYER", "A VERY LONG RECEIVER NAME")
    assert [t.body for t in read_all(short)] == [t.body for t in read_all(PLAIN)]


def test_a_file_wrapped_at_80_columns_is_read() -> None:
    wrapped = b"\r\n".join(PLAIN[at : at + 80] for at in range(0, len(PLAIN), 80))
    assert read_all(wrapped) == read_all(PLAIN)


def test_padding_around_elements_is_dropped() -> None:
    padded = PLAIN.replace(b"CLP*A*1*100", b"  CLP*A  *1 * 100").replace(b"~NM1", b" ~\t NM1")
    assert [t.body for t in read_all(padded + b"   \x1a")] == [t.body for t in read_all(PLAIN)]


@pytest.mark.parametrize("start", [b"GS*", b"ST*"])
@pytest.mark.parametrize(("component", "terminator"), [(":", "~"), (">", "\n"), ("<", "!")])
def test_a_file_without_envelope_has_its_delimiters_guessed(start: bytes, component: str, terminator: str) -> None:
    whole = remittance(claim("A"), claim("B"), paid="160", component=component, terminator=terminator)
    bare = whole[whole.index(start) : whole.index(b"GE*")]
    [transaction] = read_all(bare)
    assert [(clp.clp01, clp.lines[0].code, clp.lines[0].modifiers) for clp in transaction.body] == [
        ("A", "99213", ("25",)),
        ("B", "99213", ("25",)),
    ]
    assert transaction.totals.balanced
    assert "no_interchange" in warnings_of(bare)


def test_interchanges_with_different_delimiters_in_one_file() -> None:
    other = remittance(claim("C"), paid="80", element="|", component=">", terminator="\n")
    third = remittance(claim("D"), paid="80", element="!", component="<", terminator="'")
    data = PLAIN + b"\r\nsome words between\r\n" + other + third
    assert [[clp.clp01 for clp in t.body] for t in read_all(data)] == [["A", "B"], ["C"], ["D"]]


def test_an_interchange_that_begins_inside_a_broken_one_is_found() -> None:
    cut = PLAIN[: PLAIN.index(b"CLP*B") + 20]
    broken, whole = read_all(cut + PLAIN)
    assert [p.code for p in broken.problems] == ["truncated"]
    assert whole.problems == ()
    assert whole.body == tuple(read_all(PLAIN)[0].body) or len(whole.body) == 2


def test_several_groups_and_sets_keep_their_control_numbers() -> None:
    inside = PLAIN[PLAIN.index(b"GS*") : PLAIN.index(b"IEA*")]
    second = inside.replace(b"*1200*9*X", b"*1200*10*X").replace(b"GE*1*9", b"GE*1*10").replace(b"0001", b"0002")
    data = PLAIN.replace(b"IEA*1", second + b"IEA*2")
    assert [(t.envelope.gs_control, t.envelope.st_control) for t in read_all(data)] == [("9", "0001"), ("10", "0002")]
    assert warnings_of(data) == []


def test_wrong_counts_and_control_numbers_are_warnings() -> None:
    wrong = PLAIN.replace(b"IEA*1*000000007", b"IEA*3*000000008").replace(b"SE*20*0001", b"SE*9*0009")
    [transaction] = read_all(wrong)
    assert [(p.code, p.where.element, p.severity) for p in transaction.problems] == [
        ("count", 1, "warning"),
        ("control", 2, "warning"),
    ]
    assert transaction.totals.balanced
    assert warnings_of(wrong) == ["count", "control"]


def test_bytes_path_and_stream_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "remit.835"
    path.write_bytes(PLAIN)
    assert list(read(path)) == list(read(str(path))) == list(read(io.BytesIO(PLAIN))) == list(read(PLAIN))


def test_names_in_utf8_and_windows_1252_are_both_read() -> None:
    for encoding in ("utf-8", "cp1252"):
        data = PLAIN.replace(b"DOE*JANE", "MUÑOZ*JOSÉ".encode(encoding))
        assert {(clp.patient.last, clp.patient.first) for clp in read_all(data)[0].body} == {("MUÑOZ", "JOSÉ")}


def test_a_set_that_is_not_understood_is_named() -> None:
    [transaction] = read_all(file_of(["BGN*00*1*20250101"], code="834", version="005010X220A1", group="BE"))
    assert (transaction.kind, transaction.envelope.set_code) == ("other", "834")
    assert [(p.code, p.severity) for p in transaction.problems] == [("not_understood", "warning")]
    assert "834" in transaction.problems[0].message


def test_a_large_file_is_read_claim_by_claim() -> None:
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert size > 0
            self.taken += size
            return super().read(size)

    stream = Counting(remittance(*[claim(f"N{n}") for n in range(20_000)], paid="1600000"))
    events = read(stream)
    for _ in range(100):
        next(events)
    assert stream.taken < len(stream.getvalue()) / 2
