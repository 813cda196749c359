"""Asking a second person about an exception, and carrying out what they approved.

Who approves answers for it: the decision is carried out in their name, and the trail names both.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError
from arwork.staff.access import Capability, require
from claims.approvals.kinds import ApprovalKind, Requests, one_by_one
from claims.approvals.models import ApprovalRequest
from claims.remits import exceptions, second_person
from claims.remits.decisions import locked_exception
from claims.remits.models import RemitException, Remittance

if TYPE_CHECKING:
    from arwork.staff.models import User


def ask_second_person(
    exception_id: int, *, action: str, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> ApprovalRequest:
    """Ask somebody else to agree to accepting or dismissing. Raises `Conflict` where nobody needs to be asked, or
    somebody was; `NotFound`."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    if action not in (second_person.ACCEPT, second_person.DISMISS):
        raise DomainError("Say whether it is to be accepted or dismissed.", field="action")
    with transaction.atomic():
        exception = locked_exception(exception_id, actor)
        cost = exceptions.cost_of(exception, action)
        return second_person.ask(exception, action=action, cost=cost, reason=reason, actor=actor, today=today, now=now)


def lock_remittances(requests: Requests) -> None:
    """Lock the remittances of the exceptions that the questions are about, in the order in which all lock them."""
    exceptions_asked = [request.subject_id for request in requests]
    ids = RemitException.objects.filter(pk__in=exceptions_asked).values_list("remittance_id", flat=True)
    list(Remittance.objects.filter(pk__in=set(ids)).order_by("pk").select_for_update().values_list("pk"))


def carry_out(request: ApprovalRequest, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """Accept or dismiss as asked. Raises `Conflict` where it can't be settled so any more, or costs more by now."""
    if request.payload["action"] == second_person.ACCEPT:
        done = exceptions.accept_exception(request.subject_id, actor=actor, today=today, now=now, agreed=request.amount)
    else:
        done = exceptions.dismiss_exception(
            request.subject_id, reason=request.reason, actor=actor, today=today, now=now, agreed=request.amount
        )
    done.refresh_from_db()
    if done.state == RemitException.State.OPEN:
        raise Conflict(f"It can't be settled as asked any more: {done.detail}")


#: What remittances ask a second person.
KINDS = [
    ApprovalKind(code, words, carry_out=one_by_one(carry_out), lock=lock_remittances, address="remit_exception")
    for code, words in second_person.KIND_WORDS.items()
]
