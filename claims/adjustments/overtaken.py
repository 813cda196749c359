"""Write-offs that wait for an answer while what they would take off is settled otherwise: paid, moved, void, merged.

Where nothing is open any more there is nothing to approve: the question ends, and says so. Where less is open than was
asked, whoever answers is told.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q

from arwork.lib import bulk
from arwork.lib.events import Changed
from arwork.lib.money import ZERO
from claims.adjustments.models import WriteOff
from claims.adjustments.services import claims_of_adjustments, target_of
from claims.adjustments.standing import locked_standing
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.ledger.balances import lock_claims


def settle_overtaken(event: Changed, *, now: dt.datetime) -> int:
    """End the questions about changed claims and accounts of which nothing is open; how many. Usually one query."""
    of_account = Q(bulk.Among("account", event.accounts), claim__isnull=True)
    waiting = WriteOff.objects.filter(
        Q(bulk.Among("claim", event.claims)) | of_account, state=WriteOff.State.WAITING, approval__isnull=False
    )
    with transaction.atomic():
        if not (found := list(waiting.order_by("pk"))):
            return 0
        lock_claims(claims_of_adjustments(found))
        rows = list(waiting.order_by("pk"))  # as they stand under the locks
        standing = locked_standing([target_of(row) for row in rows])
        gone = [row.approval_id for row in rows if standing.open_now(target_of(row)) <= ZERO]
        return approvals.supersede(ApprovalRequest.objects.filter(bulk.Among("pk", gone)), actor=None, now=now)
