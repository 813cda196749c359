"""Plans as their pages list them: by where they stand, by practice and by collector, with the dollars asked for."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from arwork.lib import tabs
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.ledger.models import Receivable
from claims.practices.closures import closure_book
from collections_app.plans.books import PlanBooks, books_of
from collections_app.plans.models import PaymentPlan, PlanEvent, PlanSchedule, PlanVisit

if TYPE_CHECKING:
    from arwork.staff.models import User

State = PaymentPlan.State
DUE_WITHIN = 7  # days: what comes due this week
DUE, LATE, BROKEN, CONFIRM, CURRENT, PROPOSED, ENDED = (
    "due", "late", "broken", "confirm", "current", "proposed", "ended",
)  # fmt: skip
TABS = {
    DUE: "Due this week",
    LATE: "Late",
    BROKEN: "Broken",
    CONFIRM: "To confirm in writing",
    CURRENT: "Current",
    PROPOSED: "Proposed",
    ENDED: "Ended",
}
#: Which column a tab adds up.
_MONEY = {DUE: "next_amount", LATE: "late_amount"}


def tab_filter(tab: str, *, today: dt.date) -> Q:
    """The plans of a tab."""
    current = Q(state=State.CURRENT)
    return {
        DUE: current & Q(next_due_on__lte=today + dt.timedelta(days=DUE_WITHIN)),
        LATE: current & Q(late_since__isnull=False),
        BROKEN: Q(state=State.BROKEN),
        CONFIRM: current & Q(confirm_by__isnull=False, confirmed_at=None),
        CURRENT: current,
        PROPOSED: Q(state=State.PROPOSED) | Q(proposed__isnull=False),
        ENDED: Q(state__in=(State.PAID, State.CANCELLED)),
    }[tab]


def plans_seen(
    actor: "User", *, tab: str, today: dt.date, owner: int | None = None, practice: int | None = None
) -> QuerySet[PaymentPlan]:
    """The plans of a tab in the actor's practices: what is due first, first; what ended last, first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _mine(actor, owner=owner, practice=practice).filter(tab_filter(tab, today=today))
    rows = rows.select_related("account__guarantor", "practice", "owner", "schedule", "proposed", "autopay")
    if tab in (BROKEN, ENDED):
        return rows.order_by("-settled_on", "-pk")
    return rows.order_by(Coalesce("next_due_on", "agreed_on"), "pk")


def _mine(actor: "User", *, owner: int | None, practice: int | None) -> QuerySet[PaymentPlan]:
    rows = PaymentPlan.objects.filter(practice__in=practice_ids(actor))
    rows = rows.filter(owner=owner) if owner else rows
    return rows.filter(practice=practice) if practice else rows


def tab_figures(
    actor: "User", *, today: dt.date, owner: int | None = None, practice: int | None = None
) -> list[tabs.TabFigure]:
    """Every tab. One query."""
    return tabs.tab_figures(
        _mine(actor, owner=owner, practice=practice),
        TABS,
        among=partial(tab_filter, today=today),
        adds=lambda code: _MONEY.get(code, "remaining"),
    )


def late_count(actor: "User", *, today: dt.date) -> int:
    """How many plans of the actor's practices are late."""
    return _mine(actor, owner=None, practice=None).filter(tab_filter(LATE, today=today)).count()


def owners(actor: "User") -> list[tuple[int, str]]:
    """Who agreed the plans of the actor's practices, by name."""
    return tabs.owners_of(_mine(actor, owner=None, practice=None))


@dataclass(frozen=True, slots=True)
class BesidePlan:
    """What an account owes beside its plan: visits that came since, and how much, in dollars."""

    visits: int
    amount: Decimal


def beside_plan(plan: PaymentPlan) -> BesidePlan:
    """New visits never join a plan silently: what of them the patient could be offered. Two queries."""
    if plan.schedule_id is None:
        return BesidePlan(0, ZERO)
    known = set()
    rows = PlanVisit.objects.filter(schedule=plan.schedule_id)
    for claim, merged in rows.values_list("claim_id", "claim__merged_into_id"):
        known |= {claim, merged or claim}
    owed = Receivable.objects.filter(account=plan.account_id, bucket="PATIENT", amount__gt=0)
    new = [amount for claim, amount in owed.values_list("claim_id", "amount") if claim not in known]
    return BesidePlan(len(new), sum(new, ZERO))


def books_of_plan(plan: PaymentPlan) -> PlanBooks | None:
    """A plan beside the ledger: its installments, what was received; None where nothing is in force."""
    return books_of([plan], closure_book()).get(plan.pk) if plan.schedule_id else None


def history_of(plan: PaymentPlan) -> QuerySet[PlanEvent]:
    """What happened to a plan, the latest first."""
    return PlanEvent.objects.filter(plan=plan).select_related("by", "schedule").order_by("-pk")


def schedules_of(plan: PaymentPlan) -> QuerySet[PlanSchedule]:
    """Every schedule of a plan, the latest first, with the consent of those that were agreed."""
    rows = PlanSchedule.objects.filter(plan=plan).select_related("consent", "made_by")
    return rows.order_by("-number")


def visits_of(schedule: PlanSchedule) -> QuerySet[PlanVisit]:
    """The visits of a schedule, and those that it leaves out."""
    return schedule.visits.select_related("claim__patient__person").order_by("left_out", "claim__service_from", "pk")


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """What is to be done about plans, for Team and My day."""

    late: int
    broken: int
    to_confirm: int
    to_review: int


def plan_counts(actor: "User", *, today: dt.date, owner: int | None = None) -> PlanCounts:
    """Four counts; `to_review` are broken plans whose policy asks for a supervisor's look."""
    mine = _mine(actor, owner=owner, practice=None)

    def count(tab: str, also: Q | None = None) -> int:
        return mine.filter(tab_filter(tab, today=today), also or Q()).count()

    return PlanCounts(
        late=count(LATE),
        broken=count(BROKEN),
        to_confirm=count(CONFIRM),
        to_review=count(BROKEN, Q(schedule__consequence="review")),
    )
