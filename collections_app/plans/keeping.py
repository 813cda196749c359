"""Rows of what was proposed and agreed: a schedule with its installments and visits, and the events of a plan.

All of them are append-only; this is the only place that writes them. Callers hold the transaction and the locks.
"""

import datetime as dt
import json
from typing import TYPE_CHECKING

from arwork.lib import bulk
from collections_app.plans.affordability import Means
from collections_app.plans.drafts import PlanDraft
from collections_app.plans.models import PaymentPlan, PlanConsent, PlanEvent, PlanInstallment, PlanSchedule, PlanVisit
from collections_app.plans.schedule import Installment, regular

if TYPE_CHECKING:
    from arwork.staff.models import User

_LONGEST_WORDS, _LONGEST_REASON = 300, 60


def keep_schedule(
    plan: PaymentPlan, draft: PlanDraft, *, actor: "User | None", today: dt.date, now: dt.datetime
) -> PlanSchedule:
    """The draft as the next schedule of a plan."""
    policy, parts = draft.ground.policy, regular(draft.rows)
    before = PlanSchedule.objects.filter(plan=plan).order_by("-number").first()
    schedule = PlanSchedule.objects.create(
        plan=plan,
        number=before.number + 1 if before else 1,
        why=_why(plan, draft),
        frequency=draft.terms.frequency,
        total=draft.ground.total,
        down_payment=draft.terms.down_payment,
        installment=draft.each,
        count=draft.count,
        first_due_on=parts[0].due_on,
        last_due_on=parts[-1].due_on,
        grace_days=policy.grace_days,
        broken_after=policy.broken_after,
        consequence=policy.consequence,
        position=draft.position,
        exceptions=list(draft.exceptions),
        means=_as_json(draft.means),
        made_on=today,
        made_at=now,
        made_by=actor,
    )
    bulk.insert(
        PlanInstallment,
        [PlanInstallment(schedule=schedule, number=row.number, due_on=row.due_on, amount=row.amount)
         for row in draft.rows],
    )  # fmt: skip
    bulk.insert(
        PlanVisit,
        [PlanVisit(schedule=schedule, claim=one.claim, amount=one.planned, left_out=one.left_out[:_LONGEST_REASON])
         for one in draft.ground.visits],
    )  # fmt: skip
    return schedule


def _why(plan: PaymentPlan, draft: PlanDraft) -> str:
    """First, renegotiated, or the same with visits added."""
    if plan.schedule is None:
        return PlanSchedule.Why.FIRST
    known = set(plan.schedule.visits.filter(left_out="").values_list("claim_id", flat=True))
    has_more = {one.claim.pk for one in draft.ground.visits if not one.left_out} - known
    return PlanSchedule.Why.VISITS if has_more and plan.state == plan.State.CURRENT else PlanSchedule.Why.RENEGOTIATED


def _as_json(means: Means) -> str:
    """What they told of income and expenses, in dollars; "" where they told nothing."""
    told = {"income": means.income, "stated": means.stated, **means.expenses}
    kept = {name: str(value) for name, value in told.items() if value is not None}
    return json.dumps(kept) if kept else ""


def note_event(
    plan: PaymentPlan,
    code: str,
    words: str,
    *,
    actor: "User | None",
    today: dt.date,
    now: dt.datetime,
    schedule: PlanSchedule | None,
) -> None:
    """Add to the history of a plan."""
    PlanEvent.objects.create(
        plan=plan, schedule=schedule, code=code, words=" ".join(words.split())[:_LONGEST_WORDS], on=today, at=now,
        by=actor,
    )  # fmt: skip


def installments_of(schedule: PlanSchedule) -> list[Installment]:
    """The rows of a stored schedule, the down payment first."""
    rows = schedule.installments.order_by("number").values_list("number", "due_on", "amount")
    return [Installment(*row) for row in rows]


def consent_before(plan: PaymentPlan) -> PlanConsent | None:
    """The consent to the schedule that was in force before the present one, of those that were not taken back."""
    if plan.schedule is None:
        return None
    undone = PlanEvent.objects.filter(plan=plan, code="undone").values_list("schedule_id", flat=True)
    rows = PlanConsent.objects.filter(schedule__plan=plan, schedule__number__lt=plan.schedule.number)
    rows = rows.exclude(schedule__in=[pk for pk in undone if pk is not None])
    return rows.select_related("schedule").order_by("-schedule__number").first()
