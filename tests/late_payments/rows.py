"""A late payment in a demand as rows, for tests that need one of every kind."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from claims.remits.models import RemitClaim
from collections_app.late_payments.models import InterestDemand, InterestDemandEvent, LatePayment
from tests.cast import NOW, TODAY

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.billing.models import Claim

DAY = dt.timedelta(days=1)


def interest_demand_of(claim: "Claim", actor: "User", *, words: str) -> dict[str, int]:
    """9.07 demanded for a payment that its practice has, as if it had been about the claim: the ids that addresses
    name."""
    demand = InterestDemand.objects.create(
        practice_id=claim.practice_id, payer_id=claim.payer_id, amount=Decimal("9.07"), count=1, owner=actor,
        next_action=words[:120], next_on=TODAY, made_at=NOW,
    )  # fmt: skip
    InterestDemandEvent.objects.create(demand=demand, code="drafted", words=words, on=TODAY, at=NOW, by=actor)
    row = RemitClaim.objects.filter(remittance__practice=claim.practice_id).order_by("pk").first()
    late = LatePayment.objects.create(
        practice_id=claim.practice_id, claim=claim, remit_claim=row, payer_id=claim.payer_id, is_proven=False,
        received_on=TODAY - 60 * DAY, due_on=TODAY - 30 * DAY, paid_on=TODAY, paid=Decimal(1), rate=1200,
        interest=Decimal("9.07"), counted="30 days", found_on=TODAY, state="demanded", demand=demand,
        waived_because=words,
    )  # fmt: skip
    return {"interest_demand_id": demand.pk, "late_payment_id": late.pk}
