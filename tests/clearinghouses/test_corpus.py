"""Corrected claims of public 837 files pass the gate, or it names a defect that the file they came from had."""

import re
from pathlib import Path

import pytest

from claims.edi.x12.claim_text import ClaimText
from collections_app.clearinghouses.envelopes import VERSIONS
from collections_app.clearinghouses.gate import UNREADABLE, check_file
from collections_app.outgoing_claims.texts import for_purpose
from tests.clearinghouses.samples import EDI, texts_of
from tests.clearinghouses.test_envelopes import made

#: The file was cut, or nobody can read it: its claims lack what stood behind.
CUT = {("ST", "2"), ("ISA", UNREADABLE)}


def corrected(path: Path) -> list[ClaimText]:
    try:
        return [for_purpose(one, "corrected", icn="ICN0001") for one in texts_of(path)]
    except ValueError:  # the file is a fragment, or names no level
        return []


def complaints(text: str) -> set[tuple[str, str]]:
    return {(one.place, one.code) for one in check_file(text)}


def as_its_guide(path: Path, form: str) -> str:
    """The file as it came, as a file of the guide that we write."""
    text = path.read_text(encoding="latin-1")
    text = text[text.index("ISA") :]
    element, terminator = re.escape(text[3]), text[105]
    version = VERSIONS[f"837{form}"]
    named = rf"(ST{element}837{element}[^{element}{terminator}\s]+)({element}\w+)?"
    text = re.sub(named, rf"\1{text[3]}{version}", text)
    return re.sub(rf"(X{element})00\d{{4}}X\w+", rf"\g<1>{version}", text)


@pytest.mark.skipif(not EDI.exists(), reason="the public files are not here")
@pytest.mark.parametrize("form", ["P", "I"])
def test_corrected_claims_pass_or_bear_a_defect_of_their_original(form: str) -> None:
    passed, bore, new = 0, 0, []
    for path in sorted((EDI / f"837{form}").iterdir()):
        if b"005010X22" not in path.read_bytes() or not (claims := corrected(path)) or len(claims) > 20:
            continue
        found = complaints(made(claims))
        if not found:
            passed += 1
            continue
        before = complaints(as_its_guide(path, form))
        if found <= before or before & CUT:
            bore += 1
        else:
            new.append((path.name, found - before))
    assert new == []
    assert passed >= {"P": 30, "I": 2}[form], (passed, bore)
