"""A CMS-1500: each box by its number, six lines a page, the data in the PDF as it stands in the boxes."""

import datetime as dt
import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from collections_app.paper_claims import cms1500
from collections_app.paper_claims.boxes import NotForThisForm, pages_of
from collections_app.paper_claims.places import place_of
from tests.claim_edits.sample_claims import changed, institutional, professional, secondary, with_patient

ON = dt.date(2026, 9, 30)


def boxes(text) -> dict[str, str]:
    (page,) = pages_of(text, on=ON)
    return page.boxes


def test_a_claim_fills_the_boxes_by_their_numbers() -> None:
    found = boxes(professional())
    told = {
        "1_group": "X", "1a": "ABC123456", "2": "DOE, JANE", "3_birth": "01 02 1980", "3_f": "X", "4": "DOE, JANE",
        "5_street": "1 ELM ST", "5_zip": "12207", "6_self": "X", "10a_no": "X", "10b_no": "X", "10c_no": "X",
        "11": "GRP1", "11d_no": "X", "12": "SIGNATURE ON FILE", "13": "SIGNATURE ON FILE", "20_no": "X",
        "21_indicator": "0", "21_A": "E119", "21_B": "I10", "24.1_from": "09 01 26", "24.1_to": "09 01 26",
        "24.1_place": "11", "24.1_code": "99213", "24.1_modifier_1": "25", "24.1_pointers": "AB",
        "24.1_charge_dollars": "150", "24.1_charge_cents": "00", "24.1_units": "1", "24.1_npi": "1245319599",
        "24.2_shaded": "N400409379501 ML1", "25": "123456789", "25_ein": "X", "26": "C1001", "27_yes": "X",
        "28_dollars": "350", "28_cents": "00", "31": "SIGNATURE ON FILE", "31_date": "09 30 26",
        "32_1": "HARBOR CLINIC", "33_1": "HARBOR CLINIC", "33_3": "ALBANY NY 12207-1234", "33a": "1234567893",
        "33b": "ZZ207Q00000X",
    }  # fmt: skip
    assert {name: found.get(name) for name in told} == told
    assert not {"29_dollars", "22_code", "23", "9", "17", "14"} & set(found)


def test_a_child_is_named_beside_the_insured() -> None:
    found = boxes(with_patient())
    assert (found["2"], found["4"], found["6_child"]) == ("DOE, TIM", "DOE, JANE", "X")
    assert (found["3_birth"], found["11a_birth"]) == ("03 04 2015", "01 02 1980")


def test_a_second_payer_sees_the_other_plan_and_what_it_paid() -> None:
    found = boxes(secondary())
    told = ("9", "9d", "11d_yes", "29_dollars", "29_cents")
    assert [found[name] for name in told] == ["DOE, JANE", "FIRST HEALTH", "X", "200", "00"]


def test_a_replacement_names_what_it_replaces() -> None:
    clm = "CLM*C1001*350***11:B:1*Y*A*Y*Y"
    text = changed(professional(), "claim", clm, "CLM*C1001*350***11:B:7*Y*A*Y*Y**AA:::NY")
    extra = (
        ("DTP", "439", "D8", "20260830"), ("DTP", "431", "D8", "20260831"),
        ("REF", "F8", "ICN77"), ("REF", "G1", "PA9"),
        ("NTE", "ADD", "Seen again"), ("NM1", "DN", "1", "KING", "ANN", "", "", "MD", "XX", "1234567893"),
    )  # fmt: skip
    found = boxes(replace(text, claim=(text.claim[0], *extra, *text.claim[1:])))
    told = {
        "22_code": "7", "22_reference": "ICN77", "23": "PA9", "10b_yes": "X", "10b_state": "NY", "14": "08 31 26",
        "14_qualifier": "431", "15": "08 30 26", "15_qualifier": "439", "19": "SEEN AGAIN", "17_qualifier": "DN",
        "17": "ANN KING MD", "17b": "1234567893",
    }  # fmt: skip
    assert {name: found.get(name) for name in told} == told


def test_medicare_alone_says_that_nothing_stands_before_it() -> None:
    text = changed(professional(), "subscriber", "SBR*P*18*GRP1******CI", "SBR*P*18*******MB")
    assert (boxes(text)["1_medicare"], boxes(text)["11"]) == ("X", "NONE")


@pytest.mark.parametrize(("lines", "pages"), [(6, 1), (7, 2), (13, 3)])
def test_six_lines_a_page_and_the_sum_on_the_last(lines, pages) -> None:
    text = professional()
    first = next(n for n, e in enumerate(text.claim) if e[0] == "LX")
    line = (("SV1", "HC:99213", "50", "UN", "1", "", "", "1"), ("DTP", "472", "D8", "20260901"))
    many = [one for n in range(lines) for one in (("LX", str(n + 1)), *line)]
    found = pages_of(replace(text, claim=(*text.claim[:first], *many)), on=ON)
    assert [one.pages for one in found] == [pages] * pages
    assert all(one.boxes["28_dollars"] == "CONTINUED" for one in found[:-1])
    assert found[-1].boxes["28_dollars"] == "350"
    shown = sum(f"24.{row}_code" in one.boxes for one in found for row in range(1, 7))
    assert shown == lines


def test_every_box_has_its_place_within_the_sheet() -> None:
    for make in (professional, with_patient, secondary):
        for page in pages_of(make(), on=ON):
            for name in page.boxes:
                place = place_of(name)
                assert 1 <= place.line <= 63
                assert 1 <= place.column <= place.column + place.length <= 80, name


def test_hospital_claims_have_a_form_of_their_own() -> None:
    with pytest.raises(NotForThisForm):
        pages_of(institutional(), on=ON)


def test_the_pdf_says_what_the_boxes_hold_with_and_without_the_form() -> None:
    proof = cms1500.pdf(professional(), on=ON, is_proof=True)
    data = cms1500.pdf(professional(), on=ON, is_proof=False, right=10, down=-5)
    words = [PdfReader(io.BytesIO(one)).pages[0].extract_text() for one in (proof, data)]
    for value in ("DOE, JANE", "E119", "1234567893", "N400409379501 ML1"):
        assert all(value in text for text in words)
    assert "Patient's name" in words[0]
    assert "Patient's name" not in words[1]
    assert cms1500.pdf(professional(), on=ON, is_proof=True) == proof
