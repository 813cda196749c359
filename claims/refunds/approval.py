"""What happens to a refund when the second person has answered (`claims.approvals`)."""

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone

from claims.approvals.kinds import ApprovalKind, Requests, one_by_one
from claims.approvals.models import ApprovalRequest
from claims.refunds import postings, requests
from claims.refunds.models import Refund
from claims.refunds.states import RefundState

if TYPE_CHECKING:
    from arwork.staff.models import User

_ENDED = {
    ApprovalRequest.State.REFUSED: RefundState.REFUSED,
    ApprovalRequest.State.WITHDRAWN: RefundState.WITHDRAWN,
}


def lock_refunds(asked: Requests) -> None:
    """Lock the places of the credits, in the order in which all lock them, then the refunds."""
    ids = [request.subject_id for request in asked]
    for source in sorted({postings.source_of_refund(one) for one in Refund.objects.filter(pk__in=ids)}):
        postings.lock_source(source)
    list(Refund.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))


def carry_out(request: ApprovalRequest, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """The refund is approved: the credit becomes a debt of ours. Raises `Conflict` where it no longer fits."""
    requests.approve_refund(request.subject_id, actor=actor, today=today, now=now)


def end_refunds(asked: Requests, *, actor: "User | None", now: dt.datetime) -> None:
    """The question was refused or withdrawn: nothing comes of the refund. One settled otherwise says so itself."""
    of_refund = {one.subject_id: one for one in asked if ApprovalRequest.State(one.state) in _ENDED}
    for refund in Refund.objects.select_for_update().filter(pk__in=of_refund, state=RefundState.ASKED).order_by("pk"):
        request = of_refund[refund.pk]
        refund.ended_on = timezone.localdate(now)
        refund.ended_because = request.note or "Withdrawn by who asked."
        requests.settle(refund, _ENDED[ApprovalRequest.State(request.state)], actor=actor, now=now)


KIND = ApprovalKind(
    requests.REFUND,
    "Refund",
    carry_out=one_by_one(carry_out),
    lock=lock_refunds,
    ended=end_refunds,
    address="refund",
)
