"""No story and none of its orders is left out."""

from pathlib import Path

from tests.acceptance.edi_cases import test_identity, test_payer_order, test_postings, test_sendings
from tests.acceptance.edi_cases.playing import PLAYED, runs_of

MODULES = (test_identity, test_payer_order, test_postings, test_sendings)


def test_every_named_order_of_every_story_is_played(shared: Path) -> None:
    folders = [folder for folder in sorted((shared / "edi" / "cases").iterdir()) if folder.is_dir()]
    named = {(folder.name, run) for folder in folders for run in range(len(runs_of(folder)))}
    assert named
    assert {case for case in PLAYED if case[0].startswith("p")} == named
