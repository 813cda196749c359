"""The public 835s, each as the onboarding of a practice that has nothing else: figures equal the raw segments,
every deposit that was released ties out, and a second import posts nothing."""

import json
from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest

from claims.edi.files import RemitSummary
from claims.edi.models import EdiFile, EdiTransaction
from claims.edi.remits_835 import take_835
from claims.edi.x12.reading import read
from claims.edi.x12.records import TransactionStart
from claims.ledger.models import Posting
from claims.remits.models import Remittance
from claims.remits.selectors import tie_out
from tests import cast

pytestmark = pytest.mark.django_db


def take_file(path: Path, *, sha: str) -> list[RemitSummary]:
    file = EdiFile.objects.create(sha256=sha, name=path.name, size=1, received_at=cast.NOW)
    found = []
    events = read(path)
    for event in events:
        if isinstance(event, TransactionStart) and event.kind == "835":
            row = EdiTransaction.objects.create(file=file, position=len(found) + 1, kind="835")
            found.append(
                take_835(
                    file=file,
                    transaction=row,
                    events=chain([event], events),
                    practice_id=None,
                    create_missing=True,
                    today=cast.TODAY,
                    now=cast.NOW,
                )
            )
    return found


def test_every_public_remittance_comes_in_with_its_figures_and_ties_out(shared: Path) -> None:
    truths = json.loads((shared / "edi" / "truths.json").read_text())
    seen = 0
    for name in sorted(name for name in truths if name.startswith("835/")):
        truth = [one for one in truths[name]["transactions"] if one["code"] == "835" and one["bpr_count"]]
        before = Remittance.objects.count()
        found = take_file(shared / "edi" / name, sha=f"{seen:064d}")
        assert len(found) >= len(truth), name
        for summary, figures in zip(found, truth, strict=False):
            if summary.status == "rejected":
                assert summary.problems, name
                continue
            assert summary.figures["claims"] == figures["claims"], name
            for ours, theirs in (("charge", "charge"), ("paid", "paid"), ("patient_responsibility", "patient_resp")):
                assert Decimal(summary.figures[ours]) == Decimal(figures[theirs]), (name, ours)
            seen += 1
        assert Remittance.objects.count() <= before + len(found)
        for row in Remittance.objects.exclude(state="staged"):
            assert tie_out(row.pk).is_tied, name
    assert seen > 20
    posted = Posting.objects.count()
    for index, name in enumerate(sorted(name for name in truths if name.startswith("835/"))):
        again = take_file(shared / "edi" / name, sha=f"again{index:059d}")
        assert {one.status for one in again} <= {"duplicate", "rejected"}, name
    assert Posting.objects.count() == posted
