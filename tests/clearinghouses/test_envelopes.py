"""Claims in an interchange: levels, counts, numbers, characters; and what the gate says of it."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.edi.x12 import read_all
from claims.edi.x12.claim_text import ClaimText
from claims.edi.x12.records import ClaimRead, TransactionEnd, TransactionStart
from collections_app.clearinghouses.characters import BASIC, written
from collections_app.clearinghouses.claim_transactions import ClaimKey, Submitter, claim_transaction, in_transactions
from collections_app.clearinghouses.envelopes import EnvelopeParties, interchange
from collections_app.clearinghouses.gate import UNREADABLE, check_file
from tests.clearinghouses.samples import claim

AT = dt.datetime(2026, 11, 30, 21, 5, tzinfo=dt.UTC)
PARTIES = EnvelopeParties("ZZ", "SENDER", "30", "123456789", "SENDERGS", "RECEIVERGS", "T")
SUBMITTER = Submitter("Lakeside Billing", "S01057", "Kathy Smith", "4105558888", "Clear House", "12345")
CHILD = "PAT*19~NM1*QC*1*WILLIAMSON*TED~N3*128 BROADCREEK~N4*BALTIMORE*MD*21234~DMG*D8*20150110*M~"


def made(texts: list[ClaimText], *, most: int = 5_000, parties: EnvelopeParties = PARTIES) -> str:
    numbered = []
    for n, some in enumerate(in_transactions([ClaimKey(n, one) for n, one in enumerate(texts)], most=most), 1):
        one = claim_transaction(some, submitter=SUBMITTER, reference=f"B7-{n}", made_at=AT)
        numbered.append(one.numbered(f"{n:04d}"))
    return interchange(numbered, parties=parties, isa_control=7, gs_controls=(41, 42, 43), made_at=AT)


def test_two_claims_of_one_subscriber_stand_under_one_level_and_the_guide_is_content() -> None:
    text = made([claim("A1"), claim("A2", charge="20")])
    lines = text.splitlines()
    assert lines[0] == (
        "ISA*00*          *00*          *ZZ*SENDER         *30*123456789      *261130*2105*^*00501*000000007*0*T*:~"
    )
    assert lines[1:3] == ["GS*HC*SENDERGS*RECEIVERGS*20261130*2105*41*X*005010X222A1~", "ST*837*0001*005010X222A1~"]
    assert [one for one in lines if one.startswith("HL")] == ["HL*1**20*1~", "HL*2*1*22*0~"]
    assert lines[3] == "BHT*0019*00*B7-1*20261130*2105*CH~"
    assert lines[4].startswith("NM1*41*2*LAKESIDE BILLING*")
    assert lines[-3:] == [f"SE*{len(lines) - 4}*0001~", "GE*1*41~", "IEA*1*000000007~"]
    assert check_file(text) == []


def test_a_child_has_a_level_of_its_own_beside_claims_of_the_subscriber() -> None:
    child = ClaimText("P", claim().billing, claim().subscriber, claim(patient=CHILD).patient, claim("A3").claim)
    text = made([claim("A1"), child, claim("A2")])
    hl = [one.rstrip("~").split("*") for one in text.splitlines() if one.startswith("HL")]
    assert [(one[2], one[3], one[4]) for one in hl] == [
        ("", "20", "1"),
        ("1", "22", "0"),
        ("1", "22", "1"),
        ("3", "23", "0"),
    ]
    order = [one.split("*")[1] for one in text.splitlines() if one.startswith("CLM")]
    assert order == ["A1", "A2", "A3"]


def test_forms_are_groups_of_their_own_and_a_transaction_holds_so_many_claims() -> None:
    texts = [claim(f"A{n}") for n in range(5)] + [claim("D1", form="D")]
    lines = made(texts, most=2).splitlines()
    assert [one.split("*")[8] for one in lines if one.startswith("GS")] == ["005010X222A1~", "005010X224A2~"]
    assert [one for one in lines if one.startswith("GE")] == ["GE*3*41~", "GE*1*42~"]
    assert [one.split("*")[2] for one in lines if one.startswith("ST")] == ["0001", "0002", "0003", "0004"]


def test_only_characters_of_the_agreed_set_leave() -> None:
    told = ("NM1", "IL", "1", "Núñez–O’Hara ~*", "josé", "", "", "", "MI", "w12a", "", "")
    assert written(told) == ("NM1", "IL", "1", "NUNEZ-O'HARA", "JOSE", "", "", "", "MI", "w12a")
    assert written(("PER", "IC", "a@b_c"), characters=BASIC) == ("PER", "IC", "A B C")
    assert written(("CLM", "ab~1", "5")) == ("CLM", "ab 1", "5")


def test_the_gate_names_segment_and_element_and_never_the_value() -> None:
    bad = claim("SECRET1", charge="12x.5")
    found = check_file(made([claim("A1"), bad]))
    assert {one.place for one in found} >= {"CLM02", "SV102"}
    assert {one.st_control for one in found} == {"0001"}
    assert not any("12" in one.words or "SECRET" in one.words for one in found)
    [clm] = [one for one in found if one.place == "CLM02"]
    assert "Total Claim Charge Amount" in clm.words


def test_a_complaint_finds_its_claims() -> None:
    keyed = [ClaimKey(11, claim("A1")), ClaimKey(12, claim("A2", charge="x"))]
    one = claim_transaction(keyed, submitter=SUBMITTER, reference="B", made_at=AT)
    text = interchange([one.numbered("0001")], parties=PARTIES, isa_control=1, gs_controls=[1], made_at=AT)
    assert {key for told in check_file(text) for key in one.keys_at(told.position)} == {12}
    assert one.keys_at(2) == (11, 12)
    assert one.keys_at(6) == (11, 12), "a level is about every claim below it"


def test_what_no_guide_reads_does_not_pass() -> None:
    assert [one.code for one in check_file("nothing")] == [UNREADABLE]
    text = made([claim()]).replace("005010X222A1", "005010X222A9")
    assert [one.code for one in check_file(text)] == [UNREADABLE]


def test_the_gate_tells_how_far_it_is() -> None:
    heard: list[int] = []
    check_file(made([claim("A1"), claim("A2")]), progress=heard.append)
    assert heard == [1, 2]


_PATIENTS = st.sampled_from(["", CHILD, CHILD.replace("TED", "LIZ")])
_CLAIMS = st.lists(st.tuples(_PATIENTS, st.sampled_from("AB"), st.integers(1, 10**6)), min_size=1, max_size=12)


@given(told=_CLAIMS, most=st.integers(1, 5))
def test_our_own_reader_finds_every_claim_in_sound_envelopes(told: list[tuple[str, str, int]], most: int) -> None:
    """Oracle: the reader of files that come in, and a plain count of what went in."""
    texts = []
    for n, (patient, provider, cents) in enumerate(told):
        one = claim(f"N{n}", charge=f"{cents / 100:.2f}", patient=patient)
        billing = tuple(tuple(provider if e == "DAVID" else e for e in segment) for segment in one.billing)
        texts.append(ClaimText("P", billing, one.subscriber, one.patient, one.claim))
    events = read_all(made(texts, most=most).encode())
    claims = [one.claim for one in events if isinstance(one, ClaimRead)]
    assert Counter(one.number for one in claims) == Counter(f"N{n}" for n in range(len(told)))
    starts = [one for one in events if isinstance(one, TransactionStart)]
    assert len(starts) == -(-len(told) // most)
    problems = [p for one in events if isinstance(one, TransactionEnd) for p in one.problems]
    assert not [p for p in problems if p.code != "charges"], problems


@pytest.mark.parametrize(("isa", "gs"), [(1, ()), (1_000_000_000, (1,))])
def test_a_file_without_its_numbers_is_not_written(isa: int, gs: tuple[int, ...]) -> None:
    one = claim_transaction([ClaimKey(1, claim())], submitter=SUBMITTER, reference="B", made_at=AT)
    with pytest.raises(ValueError, match="number"):
        interchange([one.numbered("1")], parties=PARTIES, isa_control=isa, gs_controls=gs, made_at=AT)
