"""Every public 837, 277CA, 277, 999, 997 and TA1 is taken in, and its figures come out as they were counted."""

import io
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.conftest import SHARED

KINDS = ("837P", "837I", "837D", "277CA", "277", "999", "997", "TA1")
TRUTHS = json.loads((SHARED / "edi" / "truths.json").read_text()) if (SHARED / "edi").is_dir() else {}
NAMES = sorted(name for name in TRUTHS if name.split("/")[0] in KINDS)


def imported(*paths: Path) -> list[dict]:
    out = io.StringIO()
    try:
        call_command("import_edi", *paths, "--create-missing-claims", "--json", stdout=out)
    except SystemExit as stop:
        if stop.code not in (0, 1):
            raise
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES or [pytest.param("", marks=pytest.mark.skip(reason="needs ../shared/edi"))])
def test_a_public_file_is_taken_in_with_its_figures(name: str, shared: Path) -> None:
    lines = imported(shared / "edi" / name)
    truths = TRUTHS[name]["transactions"]
    # Some hold an 837 that has no BHT and no claim: cut off, and said to be, or nobody would ask for the rest.
    is_cut_off = name.startswith("837") and not re.search(rb"BHT[^A-Z0-9]", (shared / "edi" / name).read_bytes())
    assert [line["status"] for line in lines if line["status"] == "rejected"] == ["rejected"] * is_cut_off
    if name.startswith("837"):
        assert len(lines) == len(truths)
        for line, truth in zip(lines, truths, strict=True):
            assert line["type"].startswith("837")
            assert line["claims"] == truth["claims"]
            assert Decimal(line["charge"]) == Decimal(truth["charge"])
            assert line["posted"] + line["exceptions"] == truth["claims"]
    again = imported(shared / "edi" / name)
    assert {line["status"] for line in again} == {"rejected" if is_cut_off else "duplicate"}


@pytest.mark.django_db
def test_what_is_not_understood_is_kept_and_named(shared: Path) -> None:
    path = shared / "edi" / "276" / "LinuxForHealth__x12__demo.276"
    (line,) = imported(path)
    assert line["type"] == "276"
    assert line["status"] == "rejected"
    assert line["problems"][-1]["code"] == "not_understood"
