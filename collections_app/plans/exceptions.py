"""Terms that leave the policy of the practice are asked of a second person (`claims.approvals`)."""

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone

from arwork.lib.errors import Conflict
from claims.approvals import services as approvals
from claims.approvals.kinds import ApprovalKind, Requests, one_by_one
from claims.approvals.models import ApprovalRequest
from claims.receipts.recording import lock_accounts
from collections_app.plans.keeping import note_event
from collections_app.plans.models import PaymentPlan, PlanSchedule

if TYPE_CHECKING:
    from arwork.staff.models import User

#: The kind of the question, whose limits count, and what the trail calls the subject.
EXCEPTION = "payment_plan"
State, Ended = PaymentPlan.State, PaymentPlan.Ended


def ask_exception(
    plan: PaymentPlan, schedule: PlanSchedule, *, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> ApprovalRequest:
    """Ask for terms that leave the policy, weighed by what they are about. Raises `DomainError` without a reason."""
    question = approvals.Question(
        EXCEPTION, EXCEPTION, plan.practice_id, EXCEPTION, plan.pk, amount=schedule.total,
        account_id=plan.account_id, payload={"schedule": schedule.pk},
    )  # fmt: skip
    return approvals.ask(question, reason=reason, actor=actor, today=today, now=now)


def supersede_question(plan: PaymentPlan, *, actor: "User", now: dt.datetime) -> None:
    """Other terms were proposed, or the plan is over: nobody needs to answer any more."""
    asked = ApprovalRequest.objects.filter(kind=EXCEPTION, subject=EXCEPTION, subject_id=plan.pk)
    approvals.supersede(asked, actor=actor, now=now)


def lock_plans(requests: Requests) -> None:
    """Lock the accounts of the plans that are asked about, then the plans, each in id order."""
    rows = PaymentPlan.objects.filter(pk__in=[one.subject_id for one in requests])
    lock_accounts(rows.values_list("account_id", flat=True))
    list(rows.order_by("pk").select_for_update().values_list("pk"))


def allow(request: ApprovalRequest, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """The second person agreed: the terms may be read and agreed. Raises `Conflict` where others were proposed."""
    plan = PaymentPlan.objects.select_related("proposed").get(pk=request.subject_id)
    if plan.proposed is None or plan.proposed.pk != request.payload.get("schedule"):
        raise Conflict("Other terms were proposed since. Refuse this.")
    plan.is_allowed = True
    plan.save(update_fields=["is_allowed"])
    note_event(plan, "allowed", request.reason, actor=actor, today=today, now=now, schedule=plan.proposed)


def note_ended(requests: Requests, *, actor: "User | None", now: dt.datetime) -> None:
    """The second person did not agree, or the question was withdrawn: the proposal is none any more."""
    for request in requests:
        plan = PaymentPlan.objects.select_related("proposed").get(pk=request.subject_id)
        is_about_it = plan.proposed_id is not None and plan.proposed_id == request.payload.get("schedule")
        if request.state == ApprovalRequest.State.SUPERSEDED or not is_about_it:
            continue
        day = timezone.localdate(now)
        note_event(plan, "refused", request.note, actor=actor, today=day, now=now, schedule=plan.proposed)
        plan.proposed, plan.is_allowed = None, True
        if plan.state == State.PROPOSED:
            plan.state, plan.ended, plan.settled_on = State.CANCELLED, Ended.REFUSED, day
        plan.save()


KIND = ApprovalKind(
    EXCEPTION, "Payment plan beyond the policy", carry_out=one_by_one(allow), lock=lock_plans, ended=note_ended,
    address="payment_plan",
)  # fmt: skip
