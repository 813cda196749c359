"""A plan as rows, for tests that need one of every kind: in force, with other terms proposed."""

import datetime as dt
from typing import TYPE_CHECKING

from collections_app.plans.models import PaymentPlan, PlanConsent, PlanInstallment, PlanSchedule, PlanVisit
from tests.cast import NOW, TODAY

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.billing.models import Claim


def standing_plan(claim: "Claim", actor: "User", *, words: str = "the terms") -> PaymentPlan:
    """In force since TODAY with one installment of 5.00 in two weeks; the same is proposed once more."""
    plan = PaymentPlan.objects.create(
        practice_id=claim.practice_id, account_id=claim.account_id, owner=actor, made_at=NOW
    )
    on = TODAY + dt.timedelta(days=14)
    first, second = (
        PlanSchedule.objects.create(
            plan=plan, number=number, frequency="monthly", total="5.00", installment="5.00", count=1, first_due_on=on,
            last_due_on=on, grace_days=5, consequence="call", position="exempt", made_on=TODAY, made_at=NOW,
            made_by=actor,
        )
        for number in (1, 2)
    )  # fmt: skip
    for schedule in (first, second):
        PlanInstallment.objects.create(schedule=schedule, number=1, due_on=on, amount="5.00")
        PlanVisit.objects.create(schedule=schedule, claim=claim, amount="5.00")
    PlanConsent.objects.create(schedule=first, how="spoken", said_by=words, words=words, at=NOW, taken_by=actor)
    plan.schedule, plan.proposed, plan.state = first, second, PaymentPlan.State.CURRENT
    plan.agreed_on, plan.agreed_at, plan.remaining = TODAY, NOW, 5  # type: ignore[assignment]
    plan.next_due_on, plan.next_amount = on, 5  # type: ignore[assignment]
    plan.save()
    return plan
