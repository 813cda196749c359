"""An outgoing claim as a row, for tests that need one of every kind."""

from arwork.staff.models import User
from claims.billing.models import Claim
from collections_app.outgoing_claims import services
from tests.cast import NOW, TODAY


def outgoing_of(claim: Claim, actor: User) -> dict[str, int]:
    """A draft of this claim: the ids that addresses name."""
    made = services.draft_claim(claim.pk, purpose="new", actor=actor, today=TODAY, now=NOW)
    return {"outgoing_claim_id": made.pk}
