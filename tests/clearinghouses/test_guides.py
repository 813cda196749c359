"""Guides of which the validator has no map are checked by rules of our own."""

import pytest

from collections_app.clearinghouses.claim_transactions import ClaimKey, claim_transaction
from collections_app.clearinghouses.gate import check_file, unmapped
from tests.clearinghouses.samples import claim, segments
from tests.clearinghouses.test_envelopes import AT, SUBMITTER, made

LINES = "CLM*D1*150***11:B:1*Y*A*Y*Y~LX*1~SV3*AD:D2150*100~DTP*472*D8*20261102~LX*2~SV3*AD:D1110*50~"


def dental(lines: str = LINES) -> str:
    one = claim(form="D")
    return made([type(one)("D", one.billing, one.subscriber, one.patient, segments(lines))])


def test_a_sound_dental_claim_passes() -> None:
    text = dental()
    assert unmapped(text) == "005010X224A2"
    assert check_file(text) == []


@pytest.mark.parametrize(
    ("was", "becomes", "place"),
    [
        ("*150***", "*151***", "CLM02"),
        ("*150***", "*ten***", "CLM02"),
        ("20261102", "20261302", "DTP03"),
        ("LX*2", "LX*3", "LX01"),
        ("SV3*AD:D2150*100~", "", "CLM02"),
        ("*Y*A*Y*Y", "*Y*A", "CLM08"),
    ],
)
def test_what_a_dental_claim_lacks_is_named(was: str, becomes: str, place: str) -> None:
    found = check_file(dental(LINES.replace(was, becomes)))
    assert place in {one.place for one in found}
    one = claim_transaction([ClaimKey(9, claim(form="D"))], submitter=SUBMITTER, reference="B", made_at=AT)
    assert all(one.keys_at(told.position) == (9,) for told in found)


@pytest.mark.parametrize(
    ("was", "becomes", "place"),
    [
        ("NM1*IL*1*WILLIAMSON", "NM1*IL*1*", "NM103"),
        ("N4*BALTIMORE*MD*212361234~\nREF*EI*987654321~\n", "", "N4"),
        ("HL*2*1*22", "HL*2*7*22", "HL"),
        ("GE*1*41", "GE*2*41", "GE"),
        ("IEA*1*000000007", "IEA*1*000000008", "IEA"),
    ],
)
def test_levels_and_envelopes_of_it_are_read(was: str, becomes: str, place: str) -> None:
    text = dental()
    assert was in text
    assert place in {one.place for one in check_file(text.replace(was, becomes))}
