"""A claim as text: cut out of a file, read back, its fields written and read, what differs told in full."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.edi.x12.claim_text import ClaimText, Segment
from claims.edi.x12.reading import read_all
from claims.edi.x12.records import Claim837
from claims.edi.x12.values import amount
from collections_app.outgoing_claims.content import kept, read_back
from collections_app.outgoing_claims.differences import differences
from collections_app.outgoing_claims.fields import (
    NamedField,
    UnsendableField,
    add_line,
    fields_of,
    read_field,
    remove_line,
    with_sum,
    write_field,
)
from collections_app.outgoing_claims.originals import texts_at
from collections_app.outgoing_claims.reading import read_claim
from tests.conftest import SHARED
from tests.edi_intake.writing import Sent, write_837

CORPUS = sorted((SHARED / "edi").glob("837[PID]/*"))
#: A file whose version and separators contradict each other: its lines read otherwise in every way of reading.
CONTRADICTS_ITSELF = "Silvenga__vscode-edi-x12-support__bad-header.edi"
OWN = write_837(
    [
        Sent(number="HC-1", lines=(("99213", "85.00"), ("87070", "40.00")), extra=("NTE*ADD*SEEN TWICE",)),
        Sent(number="HC-2", child=("ANN", "20150101"), icn="ICN1", frequency="7", prior=("FIRST", "F1", "20.00")),
    ]
)
INSTITUTIONAL: tuple[Segment, ...] = (
    ("CLM", "HI-1", "500", "", "", "11:A:1", "", "A", "Y", "Y"),
    ("DTP", "434", "RD8", "20260901-20260903"), ("CL1", "1", "1", "01"),
    ("HI", "ABK:I10:::::::Y"), ("HI", "ABF:E119:::::::N", "ABF:J449"), ("HI", "BBR:0DTJ4ZZ:D8:20260902"),
    ("NM1", "71", "1", "DOE", "JANE", "", "", "", "XX", "1245319599"),
    ("LX", "1"), ("SV2", "0450", "HC:99283:25", "300", "UN", "1"), ("DTP", "472", "D8", "20260901"),
    ("LX", "2"), ("SV2", "0300", "HC:80053", "200", "UN", "2"), ("DTP", "472", "D8", "20260901"),
)  # fmt: skip
VALUES = {
    "text": "ABC 1", "code": "A1", "day": "2026-01-31", "from": "2026-01-02", "to": "2026-03-04", "amount": "12.5",
    "quantity": "3", "words": "A1 B2", "diagnoses": "M545 E119",
}  # fmt: skip


def samples() -> list[ClaimText]:
    own = list(texts_at(OWN).values())
    levels = own[0]
    return [*own, ClaimText("I", levels.billing, levels.subscriber, (), INSTITUTIONAL)]


def value_for(one: NamedField) -> str:
    if one.about.choices:
        return one.about.choices[-1][0]
    return VALUES[one.about.kind][: one.about.longest].strip()


def plainly(value: str) -> str | Decimal:
    """Amounts by what they are: 125.00 is 125."""
    found = amount(value)
    return value if found is None else found


def facts(claim: Claim837) -> dict[str, Any]:
    """What a claim says, without where in a file it says so."""
    left_out = ("position", "first_segment", "last_segment", "problems", "submitted_on", "lines")
    told = {name: getattr(claim, name) for name in Claim837.__slots__ if name not in left_out}
    lines = [{name: getattr(line, name) for name in line.__slots__ if name != "segment"} for line in claim.lines]
    return told | {"lines": lines}


def claims_of(content: bytes) -> Iterator[tuple[tuple[int, int], Claim837]]:
    for place, transaction in enumerate(read_all(content), 1):
        if transaction.kind.startswith("837"):
            for claim in transaction.body:
                assert isinstance(claim, Claim837)
                yield (place, claim.position), claim


def same_books(content: bytes) -> None:
    """What is cut out of a file is understood as the file is: the same people, cover, lines and money."""
    texts = texts_at(content)
    found = dict(claims_of(content))
    assert set(texts) == set(found)
    for place, claim in found.items():
        assert facts(read_claim(texts[place])) == facts(claim)
        assert read_back(kept(texts[place])) == texts[place]


def test_a_claim_cut_out_of_our_own_files_reads_as_the_file_does() -> None:
    same_books(OWN)
    same_books(OWN.replace(b"~\n", b"|").replace(b":", b">").replace(b"*", b"!"))


@pytest.mark.skipif(not CORPUS, reason="needs the public files")
def test_every_public_claim_file_reads_the_same_claim_by_claim() -> None:
    for path in CORPUS:
        if Path(path).name != CONTRADICTS_ITSELF:
            same_books(path.read_bytes())


def test_only_the_claims_asked_for_are_cut_out() -> None:
    assert set(texts_at(OWN, [(1, 2), (1, 9)])) == {(1, 2)}


@pytest.mark.parametrize("text", samples(), ids=lambda one: f"{one.form}-{one.claim[0][1]}")
def test_each_field_says_what_was_written_and_nothing_else_changes(text: ClaimText) -> None:
    for one in fields_of(text):
        written = value_for(one)
        after = write_field(text, one.name, written)
        assert read_field(after, one.name) == written, one.name
        for other in fields_of(text):
            pair = {one.name.split(".")[-1], other.name.split(".")[-1]}
            if other.name != one.name and pair != {"service_from", "service_to"}:
                assert read_field(after, other.name) == read_field(text, other.name), (one.name, other.name)
        told = {change.field for change in differences(text, after)}
        assert told <= {one.name, one.name.replace("_from", "_to"), one.name.replace("_to", "_from")}
        assert told or after == text
        untouched = [e for e in text.claim if e not in after.claim]
        assert len(untouched) <= 2, one.name  # the segment itself; a hospital's diagnoses stand in two
        back = write_field(after, one.name, read_field(text, one.name))
        assert plainly(read_field(back, one.name)) == plainly(read_field(text, one.name))


@settings(max_examples=40)
@given(st.sampled_from(samples()), st.lists(st.integers(0, 400), min_size=1, max_size=6))
def test_whatever_is_entered_reads_back_and_every_difference_is_told(text: ClaimText, chosen: list[int]) -> None:
    after, wanted = text, {}
    for number in chosen:
        names = list(fields_of(after))
        one = names[number % len(names)]
        after = write_field(after, one.name, value_for(one))
        wanted[one.name] = value_for(one)
    dates = {name for name in wanted if name.endswith(("service_from", "service_to"))}
    assert all(read_field(after, name) == value for name, value in wanted.items() if name not in dates)
    assert (after == text) == (not differences(text, after))
    read_claim(after)  # whatever was entered, it stays a claim


def test_what_x12_cannot_hold_is_refused_by_name() -> None:
    text = samples()[0]
    for name, value in (
        ("member_id", "A*B"),
        ("lines.1.charge", "many"),
        ("accident_on", "soon"),
        ("diagnoses", "A A"),
    ):
        with pytest.raises(UnsendableField) as refused:
            write_field(text, name, value)
        assert refused.value.facts["field"] == name


def test_a_hospitals_diagnoses_keep_their_indicators() -> None:
    text = write_field(samples()[-1], "diagnoses", "E11.9 I10 Z9911")
    assert [e for e in text.claim if e[0] == "HI"] == [
        ("HI", "ABK:E119:::::::N"), ("HI", "ABF:I10:::::::Y", "ABF:Z9911"), ("HI", "BBR:0DTJ4ZZ:D8:20260902"),
    ]  # fmt: skip


def test_lines_are_added_taken_out_and_the_claim_adds_them_up() -> None:
    text = add_line(samples()[0])
    text = write_field(write_field(text, "lines.3.code", "36415"), "lines.3.charge", "7.50")
    assert read_field(with_sum(text), "charge") == "132.5"
    left = with_sum(remove_line(text, 1))
    assert [read_field(left, f"lines.{n}.code") for n in (1, 2)] == ["87070", "36415"]
    assert [e[1] for e in left.claim if e[0] == "LX"] == ["1", "2"]
    assert read_field(left, "charge") == "47.5"
    told = [(one.label, one.was, one.now) for one in differences(samples()[0], with_sum(text))]
    assert ("Line 3", "", "36415, $7.50, units 0") in told
    with pytest.raises(UnsendableField):
        remove_line(remove_line(left, 1), 1)
