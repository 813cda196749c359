"""A batch with one claim at fault, as rows, for tests that need a record of every kind."""

from typing import TYPE_CHECKING

from collections_app.claim_batches.models import BatchClaim, BatchEvent, ClaimBatch
from collections_app.clearinghouses.models import ClearinghouseConnection
from collections_app.outgoing_claims.content import kept
from collections_app.outgoing_claims.models import OutgoingClaim
from tests.cast import NOW, TODAY
from tests.clearinghouses.samples import claim as claim_text

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.billing.models import Claim


def batch_with(claim: "Claim", actor: "User", *, words: str = "the house") -> dict[str, int]:
    """A claim that came back from a batch with its complaint. Ids by argument."""
    connection = ClearinghouseConnection.objects.create(
        practice_id=claim.practice_id, name=words[:60], submitter_name=words[:60], submitter_id="S1",
        contact=words[:60], phone="2125550100", receiver_name=words[:60], sender_id=f"C{claim.pk}",
        group_sender="SG", receiver_id="R1", group_receiver="RG", from_on=TODAY, entered_at=NOW, entered_by=actor,
    )  # fmt: skip
    batch = ClaimBatch.objects.create(
        practice_id=claim.practice_id, connection=connection, state="failed", count=1, amount="5.00", problem=words,
        made_at=NOW, made_by=actor,
    )  # fmt: skip
    outgoing = OutgoingClaim.objects.create(
        practice_id=claim.practice_id, claim=claim, payer_id=claim.payer_id or 0, sequence="P", frequency="1",
        purpose="again", base="books", content=kept(claim_text(claim.number)), state="canceled", made_at=NOW,
        canceled_at=NOW,
    )  # fmt: skip
    BatchClaim.objects.create(
        batch=batch, outgoing_claim=outgoing, payer_id=outgoing.payer_id, position=1, form="P", charge="5.00",
        state="faulty", complaint=words,
    )  # fmt: skip
    BatchEvent.objects.create(batch=batch, kind="failed", words=words, at=NOW, by=actor)
    return {"clearinghouse_connection_id": connection.pk, "claim_batch_id": batch.pk}
