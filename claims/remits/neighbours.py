"""The other remittances that a posting touches: one order of locks for all.

Whoever decides or posts locks the remittance first and claims after it. What a posting cures or cancels may stand in
other remittances, and by then it holds its claims; waiting for a remittance there could be waiting for somebody who
waits for these claims. So it takes only those that nobody has, and comes back for the rest once it has let go.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from arwork.lib import bulk
from claims.remits.models import RemitException, Remittance

if TYPE_CHECKING:
    from django.db.models import QuerySet


def free(waiting: "QuerySet[RemitException]") -> "tuple[QuerySet[RemitException], set[int]]":
    """Lock the remittances of these exceptions as far as nobody else has them, without waiting.

    The exceptions in those, and the claims of the others.
    """
    places = set(waiting.values_list("remittance_id", "remit_claim__claim"))
    if not places:
        return waiting.none(), set()
    wanted = sorted({place for place, _ in places})
    rows = Remittance.objects.select_for_update(skip_locked=True).filter(bulk.Among("pk", wanted)).order_by("pk")
    ours = set(rows.values_list("pk", flat=True))
    left = {claim_id for place, claim_id in places if place not in ours and claim_id}
    return waiting.filter(bulk.Among("remittance", sorted(ours))), left


def wait_for(claim_ids: Collection[int]) -> None:
    """Lock every remittance in which something waits on these claims. Call before anything else is locked."""
    waiting = RemitException.objects.filter(remit_claim__claim__in=claim_ids, state=RemitException.State.OPEN)
    ids = set(waiting.values_list("remittance_id", flat=True))
    list(Remittance.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
