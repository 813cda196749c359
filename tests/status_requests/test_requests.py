"""276 and 270 as they are written, read back segment by segment by a reader of the tests' own."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collections_app.status_requests.request_270 import CoverageInquiry, coverage_transaction
from collections_app.status_requests.request_276 import AskedPerson, Asker, StatusInquiry, status_transaction
from collections_app.status_requests.transactions import fitting
from tests.edi.x12files import SHARED

MADE = dt.datetime(2026, 11, 20, 15, 4, tzinfo=dt.UTC)
ASKER = Asker("Meridian Choice", "MER01", "Harbor Clinic", "HARBOR01")
GUS = AskedPerson("Guarino", "Gus", dt.date(1960, 2, 3), "M", "MBR001")
ANN = AskedPerson("Guarino", "Ann", dt.date(2015, 11, 1), "F")


def inquiry(trace: str = "S1", **changed: object) -> StatusInquiry:
    told: dict[str, object] = {
        "trace": trace, "provider_name": "Harbor Clinic", "provider_npi": "1245319599", "subscriber": GUS,
        "patient": None, "claim_number": "HC-1", "icn": "", "bill_type": "", "charge": Decimal("150.00"),
        "service_from": dt.date(2026, 10, 1), "service_to": dt.date(2026, 10, 1), **changed,
    }  # fmt: skip
    return StatusInquiry(**told)  # type: ignore[arg-type]


def text_of(segments: list[tuple[str, ...]]) -> str:
    return "~".join("*".join(one) for one in segments)


def test_a_question_about_a_subscribers_claim() -> None:
    made = status_transaction([inquiry(icn="ICN9")], ASKER, reference="R1", made_at=MADE)
    assert text_of(made) == (
        "BHT*0010*13*R1*20261120*1504~HL*1**20*1~NM1*PR*2*MERIDIAN CHOICE*****PI*MER01~"
        "HL*2*1*21*1~NM1*41*2*HARBOR CLINIC*****46*HARBOR01~HL*3*2*19*1~NM1*1P*2*HARBOR CLINIC*****XX*1245319599~"
        "HL*4*3*22*0~DMG*D8*19600203*M~NM1*IL*1*GUARINO*GUS****MI*MBR001~TRN*1*S1~REF*1K*ICN9~REF*EJ*HC-1~"
        "AMT*T3*150.00~DTP*472*D8*20261001"
    )


def test_a_dependent_stands_below_the_subscriber_and_has_the_question() -> None:
    made = status_transaction(
        [inquiry(patient=ANN, service_to=dt.date(2026, 10, 4), bill_type="131")],
        ASKER, reference="R1", made_at=MADE,
    )  # fmt: skip
    text = text_of(made)
    assert "HL*4*3*22*1~NM1*IL*1*GUARINO*GUS****MI*MBR001~HL*5*4*23~DMG*D8*20151101*F~NM1*QC*1*GUARINO*ANN~" in text
    assert "REF*BLT*131~REF*EJ*HC-1~AMT*T3*150.00~DTP*472*RD8*20261001-20261004" in text


def test_a_question_about_coverage() -> None:
    asked = CoverageInquiry("E1", "Harbor Clinic", "1245319599", GUS, None, dt.date(2026, 10, 1))
    made = coverage_transaction([asked], ASKER, reference="R2", made_at=MADE)
    assert text_of(made) == (
        "BHT*0022*13*R2*20261120*1504~HL*1**20*1~NM1*PR*2*MERIDIAN CHOICE*****PI*MER01~"
        "HL*2*1*21*1~NM1*1P*2*HARBOR CLINIC*****XX*1245319599~HL*3*2*22*0~TRN*1*E1*9HARBOR010~"
        "NM1*IL*1*GUARINO*GUS****MI*MBR001~DMG*D8*19600203*M~DTP*291*D8*20261001~EQ*30"
    )


names = st.text(min_size=1, max_size=40)
people = st.builds(AskedPerson, last=names, first=names, member_id=st.text(max_size=20))


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(people, st.none() | people, st.sampled_from(["1245319599", "1999999992"]), names),
        min_size=1,
        max_size=8,
    )
)
def test_levels_counts_and_traces_hold_whatever_is_asked(asked: list[tuple]) -> None:
    inquiries = [
        inquiry(f"S{n}", subscriber=subscriber, patient=patient, provider_npi=npi, claim_number=number)
        for n, (subscriber, patient, npi, number) in enumerate(asked)
    ]
    made = status_transaction(inquiries, ASKER, reference="R", made_at=MADE)
    seen: dict[str, str] = {}
    for each in made:
        assert not set("".join(each)) & set("*~:^"), "no delimiter gets into an element"
        if each[0] == "HL":
            assert each[1] == str(len(seen) + 1)
            expected = {"20": "", "21": "20", "19": "21", "22": "19", "23": "22"}[each[3]]
            assert (seen[each[2]] if each[2] else "") == expected
            seen[each[1]] = each[3]
    assert sorted(one[2] for one in made if one[0] == "TRN") == sorted(one.trace for one in inquiries)
    assert sum(code == "19" for code in seen.values()) == len({one.provider_npi for one in inquiries})


def test_only_the_basic_character_set_is_sent() -> None:
    assert fitting("Zoë  O'Brien*~:^|", 60) == "ZO O'BRIEN"
    assert fitting("abcdef", 3) == "ABC"


def test_every_276_of_others_has_the_segments_that_ours_has() -> None:
    if not SHARED.exists():
        pytest.skip("no shared files here")
    ours = {one[0] for one in status_transaction(
        [inquiry(icn="I", patient=ANN)], ASKER, reference="R", made_at=MADE)}  # fmt: skip
    for path in sorted((SHARED / "276").iterdir()):
        text = path.read_text(errors="replace")
        text = text[text.index("ISA") :]
        end = text[105]
        tags = {one.strip().split(text[3])[0] for one in text.split(end) if one.strip()}
        assert {"BHT", "HL", "NM1", "TRN", "DTP"} <= tags & ours, path.name
        assert ours - tags <= {"REF", "AMT", "DMG"}, path.name
