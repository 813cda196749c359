"""A settlement beyond what its maker settles alone is asked of a second person (`claims.approvals`)."""

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone

from arwork.lib.errors import Conflict
from claims.approvals import services as approvals
from claims.approvals.kinds import ApprovalKind, Requests, one_by_one
from claims.approvals.models import ApprovalRequest
from claims.receipts.recording import lock_accounts
from collections_app.settlements.authority import SETTLEMENT
from collections_app.settlements.keeping import note_event
from collections_app.settlements.models import Settlement

if TYPE_CHECKING:
    from arwork.staff.models import User

#: The kind of the question, and what the trail calls the subject.
KIND_CODE = "settlement"
State = Settlement.State


def ask_second(
    settlement: Settlement, *, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> ApprovalRequest:
    """Ask for what comes off, weighed by its dollars. Raises `DomainError` without a reason."""
    question = approvals.Question(
        KIND_CODE, SETTLEMENT, settlement.practice_id, KIND_CODE, settlement.pk, amount=settlement.discount,
        account_id=settlement.account_id, books_to="WO_SETTLEMENT", payload={"offer": str(settlement.offer)},
    )  # fmt: skip
    return approvals.ask(question, reason=reason, actor=actor, today=today, now=now)


def supersede_question(settlement: Settlement, *, actor: "User | None", now: dt.datetime) -> None:
    """The settlement is over: nobody needs to answer any more."""
    asked = ApprovalRequest.objects.filter(kind=KIND_CODE, subject=KIND_CODE, subject_id=settlement.pk)
    approvals.supersede(asked, actor=actor, now=now)


def lock_settlements(requests: Requests) -> None:
    """Lock the accounts of the settlements that are asked about, then the settlements, each in id order."""
    rows = Settlement.objects.filter(pk__in=[one.subject_id for one in requests])
    lock_accounts(rows.values_list("account_id", flat=True))
    list(rows.order_by("pk").select_for_update().values_list("pk"))


def allow(request: ApprovalRequest, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """The second person agreed: it may be offered. Raises `Conflict` where it expired or was withdrawn."""
    settlement = Settlement.objects.get(pk=request.subject_id)
    if settlement.state != State.WAITING or settlement.expires_on < today:
        raise Conflict("It expired or was withdrawn meanwhile. Refuse this.")
    settlement.state = State.OFFERED
    settlement.save(update_fields=["state"])
    note_event(settlement, "allowed", request.note or request.reason, actor=actor, today=today, now=now)


def note_ended(requests: Requests, *, actor: "User | None", now: dt.datetime) -> None:
    """The second person did not agree, or the question was withdrawn: nothing is offered."""
    for request in requests:
        settlement = Settlement.objects.get(pk=request.subject_id)
        if request.state == ApprovalRequest.State.SUPERSEDED or settlement.state != State.WAITING:
            continue
        day = timezone.localdate(now)
        is_refused = request.state == ApprovalRequest.State.REFUSED
        settlement.state = State.REFUSED if is_refused else State.WITHDRAWN
        settlement.ended_on, settlement.ended_at = day, now
        settlement.save(update_fields=["state", "ended_on", "ended_at"])
        code = "refused" if is_refused else "withdrawn"
        note_event(settlement, code, request.note, actor=actor, today=day, now=now)


KIND = ApprovalKind(
    KIND_CODE, "Settlement beyond the authority of who offers it", carry_out=one_by_one(allow), lock=lock_settlements,
    ended=note_ended, address="settlement",
)  # fmt: skip
