"""An agency with one placement, as rows, for tests that need a record of every kind."""

from typing import TYPE_CHECKING
from uuid import uuid4

from claims.transfers.models import HandTransfer
from collections_app.agencies.models import (
    Agency,
    AgencyFile,
    AgencyFileRow,
    AgencyLicence,
    AgencyPlacement,
    PlacedVisit,
    PlacementBatch,
)
from tests.cast import NOW, TODAY

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.billing.models import Claim


def recalled_placement(claim: "Claim", actor: "User", *, words: str = "the agency") -> dict[str, int]:
    """5.00 of a claim, placed and called back on TODAY; a line of the agency about it waits. Ids by argument."""
    agency = Agency.objects.create(
        practice_id=claim.practice_id, name=words, contact=words, entered_at=NOW, entered_by=actor
    )
    licence = AgencyLicence.objects.create(agency=agency, state="NY", number=words, valid_from=TODAY)
    frozen = {
        "practice_id": claim.practice_id, "agency": agency, "content": words, "count": 1, "amount": "5.00",
        "made_on": TODAY, "made_at": NOW, "made_by": actor,
    }  # fmt: skip
    out = AgencyFile.objects.create(kind="placed", name=f"{words}-out.csv", sha256="0" * 64, **frozen)
    back = AgencyFile.objects.create(kind="answer", name=f"{words}-in.csv", sha256="1" * 64, deposit="5.00", **frozen)
    batch = PlacementBatch.objects.create(
        practice_id=claim.practice_id, agency=agency, key=uuid4(), count=1, amount="5.00", file=out, placed_on=TODAY,
        made_at=NOW, made_by=actor,
    )  # fmt: skip
    placement = AgencyPlacement.objects.create(
        practice_id=claim.practice_id, account_id=claim.account_id, agency=agency, batch=batch,
        reference=f"P{claim.pk:08d}", number=1, age=150, placed_on=TODAY, amount="5.00", state="recalled",
        ended_on=TODAY, because=words,
    )  # fmt: skip
    transfer = HandTransfer.objects.create(
        practice_id=claim.practice_id, claim=claim, origin="PATIENT", target="AGENCY", amount="5.00", reason="placed",
        words=words, moved_on=TODAY, moved_at=NOW, moved_by=actor, undone_on=TODAY,
    )  # fmt: skip
    PlacedVisit.objects.create(placement=placement, claim=claim, transfer=transfer, amount="5.00", since_on=TODAY)
    row = AgencyFileRow.objects.create(
        practice_id=claim.practice_id, agency=agency, file=back, line=2, key=words, kind="status",
        reference=placement.reference, placement=placement, on=TODAY, note=words, state="waiting", why="It asks",
    )  # fmt: skip
    return {
        "agency_id": agency.pk, "agency_licence_id": licence.pk, "agency_file_id": back.pk,
        "placement_batch_id": batch.pk, "agency_placement_id": placement.pk, "agency_row_id": row.pk,
    }  # fmt: skip
