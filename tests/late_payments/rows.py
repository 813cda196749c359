"""A late payment in a demand as rows, for tests that need one of every kind."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from claims.remits.models import RemitClaim, Remittance
from collections_app.late_payments.models import InterestDemand, InterestDemandEvent, LatePayment
from tests.cast import NOW, TODAY

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.billing.models import Claim

DAY = dt.timedelta(days=1)


def interest_demand_of(claim: "Claim", actor: "User", *, words: str) -> dict[str, int]:
    """9.07 demanded for a payment of a claim, and one that is not pursued: the ids that addresses name."""
    remittance = Remittance.objects.create(
        practice=claim.practice, payer=claim.payer, key=f"late {claim.pk}", trace=words[:50], method="ACH",
        amount=Decimal(1), paid_on=TODAY, received_on=TODAY, posted_on=TODAY, state="posted",
    )  # fmt: skip
    demand = InterestDemand.objects.create(
        practice_id=claim.practice_id, payer_id=claim.payer_id, amount=Decimal("9.07"), count=1, owner=actor,
        next_action=words[:120], next_on=TODAY, made_at=NOW,
    )  # fmt: skip
    InterestDemandEvent.objects.create(demand=demand, code="drafted", words=words, on=TODAY, at=NOW, by=actor)
    for position, told in enumerate(
        ({"state": "demanded", "demand": demand}, {"state": "waived", "waived_because": words, "closed_on": TODAY}), 1
    ):
        row = RemitClaim.objects.create(
            remittance=remittance, position=position, segment=9, claim=claim, number=claim.number, status="1",
            bucket="PAYER1", state="posted", charge=claim.charge, paid=Decimal(1),
        )  # fmt: skip
        late = LatePayment.objects.create(
            practice_id=claim.practice_id, claim=claim, remit_claim=row, payer_id=claim.payer_id, is_proven=False,
            received_on=TODAY - 60 * DAY, due_on=TODAY - 30 * DAY, paid_on=TODAY, paid=Decimal(1), rate=1200,
            interest=Decimal("9.07"), counted="30 days", found_on=TODAY, **told,
        )  # fmt: skip
    return {"interest_demand_id": demand.pk, "late_payment_id": late.pk}
