"""A chosen route as a row, for tests that need one of every kind."""

from decimal import Decimal
from typing import TYPE_CHECKING

from collections_app.routes.models import RouteChoice
from tests.cast import NOW, TODAY

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.billing.models import Claim


def route_of(claim: "Claim", actor: "User", *, words: str) -> dict[str, int]:
    """A call that was chosen for a claim instead of an appeal: the id that addresses name."""
    found = RouteChoice.objects.create(
        practice_id=claim.practice_id, claim=claim, route="call", label="Call the payer", category="coding",
        amount=Decimal(5), best="appeal", offered=[], why=words, next_action="call_payer", next_on=TODAY,
        chosen_at=NOW, chosen_by=actor,
    )  # fmt: skip
    return {"choice_id": found.pk}
