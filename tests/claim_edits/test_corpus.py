"""Real claims and random damage: nothing that a file holds makes a check raise, and damage is found."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.edi.x12.claim_text import ClaimText
from collections_app.claim_edits.checks import run_checks
from collections_app.claim_edits.claim_record import record_of
from collections_app.claim_edits.findings import Finding
from collections_app.claim_edits.subject import CheckedClaim, Facts
from collections_app.outgoing_claims.originals import texts_at
from collections_app.paper_claims.boxes import pages_of
from tests.claim_edits.sample_claims import professional, secondary

TODAY = dt.date(2026, 9, 30)


def found(text: ClaimText) -> list[Finding]:
    return run_checks(CheckedClaim(text, record_of(text), Facts("", "", TODAY)))


def test_claims_of_public_files_are_checked_and_printed(shared: Path) -> None:
    checked = 0
    for folder in ("837P", "837I", "837D"):
        for path in sorted((shared / "edi" / folder).iterdir()):
            for text in texts_at(path.read_bytes()).values():
                checked += 1
                assert all(one.place and one.words for one in found(text)), path.name
                if text.form == "P":
                    assert pages_of(text, on=TODAY)
    assert checked > 50


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_damage_makes_a_check_raise(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([professional(), secondary()]))
    level = data.draw(st.sampled_from(["billing", "subscriber", "claim"]))
    segments = list(getattr(text, level))
    place = data.draw(st.integers(0, len(segments) - 1))
    segment = list(segments[place])
    element = data.draw(st.integers(0, len(segment) - 1))
    segment[element] = data.draw(st.sampled_from(["", "X", "-1", "999999999999", "20261332", ":::", "A^B", "é", "0"]))
    segments[place] = tuple(segment)
    if level == "claim" and place == 0 and segment[0] != "CLM":
        return
    damaged = replace(text, **{level: tuple(segments)})
    assert all(one.place and one.words and one.level in ("stop", "warn") for one in found(damaged))


_NEEDED = {
    "billing": ("NM1", "N3", "N4", "REF"),
    "subscriber": ("SBR", "NM1", "N3", "N4", "DMG"),
    "claim": ("HI", "SV1", "DTP", "CTP"),
}


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_segment_that_is_needed_is_missed(data: st.DataObject) -> None:
    text = professional()
    level = data.draw(st.sampled_from(sorted(_NEEDED)))
    segments = getattr(text, level)
    places = [n for n, one in enumerate(segments) if one[0] in _NEEDED[level]]
    gone = data.draw(st.sampled_from(places))
    assert found(text) == []
    assert found(replace(text, **{level: (*segments[:gone], *segments[gone + 1 :])}))


@pytest.mark.parametrize("npi", ["1234567893", "1245319599"])
def test_any_other_last_digit_of_an_npi_is_found(npi: str) -> None:
    text = professional()
    for digit in "0123456789":
        other = npi[:-1] + digit
        billing = tuple((*one[:9], other) if one[0] == "NM1" else one for one in text.billing)
        codes = {one.code for one in found(replace(text, billing=billing))}
        assert ("billing_npi_form" in codes) == (other != npi)
