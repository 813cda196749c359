"""The public sample files, one after the other into one set of books: figures as counted, and the books verify."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from claims.billing.models import Claim
from claims.ledger.models import Posting
from claims.remits import exceptions as remits
from claims.remits.models import RemitException
from claims.remits.selectors import tie_out
from tests.acceptance.conftest import ImportEdi, report_of
from tests.balances import balance_of
from tests.cast import NOW, TODAY, make_sol

TERRAVIC = "terravic__x12-to-json-parser__sample_"


def test_every_public_remittance_has_its_figures_and_leaves_books_that_verify(
    import_edi: ImportEdi, shared: Path
) -> None:
    edi = shared / "edi"
    truths = json.loads((edi / "truths.json").read_text())
    told = report_of(edi / "835", edi / "faults", create_missing_claims=True)
    by_file: dict[str, list[dict]] = {}
    for one in told:
        if "file" in one:
            by_file.setdefault(str(Path(one["file"]).relative_to(edi)), []).append(one)
    for name, found in by_file.items():
        if name.startswith("faults/"):
            continue
        for one, truth in zip(found, truths[name]["transactions"], strict=True):
            ours = [one["claims"], one["charge"], one["paid"], one["patient_responsibility"], one["bpr"], one["plb"]]
            theirs = [truth[key] for key in ("claims", "charge", "paid", "patient_resp", "bpr02", "plb_total")]
            assert [Decimal(str(value)) for value in ours] == [Decimal(str(value)) for value in theirs], name
            assert {key: Decimal(value) for key, value in one["adjustments"].items() if Decimal(value)} == {
                key: Decimal(value) for key, value in truth["cas"].items() if Decimal(value)
            }, name
    assert len(by_file) == 41
    posted = Posting.objects.count()
    again = report_of(edi / "835", edi / "faults", create_missing_claims=True)
    assert {(one["status"], one["posted"]) for one in again if "file" in one} <= {("duplicate", 0), ("rejected", 0)}
    assert Posting.objects.count() == posted


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_public_triple_waits_says_why_and_is_resolved_by_a_person(
    import_edi: ImportEdi, shared: Path, order: tuple[int, ...]
) -> None:
    edi = shared / "edi"
    files = [
        next((edi / "837P").glob(f"{TERRAVIC}*")),
        edi / "277CA" / f"{TERRAVIC}277_request.x12",
        edi / "835" / f"{TERRAVIC}835_remittance.x12",
    ]
    for place in order:
        report_of(files[place], create_missing_claims=True)
    claim = Claim.objects.get(number="CLM-2026-98124")
    exception = RemitException.objects.get(remit_claim__number="CLM-2026-98124")
    assert str(claim.balance) == "1500.00"
    assert exception.code == "unbalanced"
    assert "1,500.00 less adjustments 1,100.00 leaves 400.00, but 950.00 was paid" in exception.detail
    assert claim.acknowledgments.filter(kind="277CA").exists()

    sol = make_sol(claim.practice)
    remits.accept_exception(exception.pk, actor=sol, today=TODAY, now=NOW)
    owed = {bucket: str(amount) for bucket, amount in balance_of(claim.pk).items() if amount}
    exception.refresh_from_db()
    assert (exception.state, exception.resolution, exception.resolved_by) == ("resolved", "accept", sol)
    assert owed == {"PAYER1": "100.00", "PATIENT": "100.00"}  # CO-96 is a denial: never written off
    assert [(row.carc, str(row.amount)) for row in claim.denials.all()] == [("96", "100.00")]
    assert tie_out(exception.remittance_id).is_tied
