"""Questions about payment plans."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.bulk import Among
from arwork.lib.errors import NotFound
from arwork.staff.access import practice_ids
from claims.ledger.models import Receivable
from claims.parties.models import Account
from collections_app.plans.models import OPEN_STATES, PaymentPlan, PlanEvent, PlanInstallment

if TYPE_CHECKING:
    from arwork.staff.models import User

State = PaymentPlan.State


def plan_of(account_id: int) -> PaymentPlan | None:
    """The plan of an account that is proposed, current or broken, with its schedule; None where there is none."""
    rows = PaymentPlan.objects.filter(account=account_id, state__in=(*OPEN_STATES, State.BROKEN))
    return rows.select_related("schedule", "proposed", "owner").order_by("-pk").first()


def owes_as_patient(account_id: int) -> bool:
    """Whether anything of an account is the patient's to pay. One query."""
    return Receivable.objects.filter(account=account_id, bucket="PATIENT", amount__gt=0).exists()


def plan_seen_by(actor: "User", plan_id: int) -> PaymentPlan:
    """One plan of the actor's practices, with its account. Raises `NotFound`."""
    rows = PaymentPlan.objects.filter(pk=plan_id, practice__in=practice_ids(actor))
    found = rows.select_related("schedule", "proposed", "owner", "account__guarantor", "practice").first()
    if found is None:
        raise NotFound("There is no such payment plan in your practices.")
    return found


def last_failure(plan: PaymentPlan) -> str:
    """Why the latest payment of the schedule in force could not be charged, in words; "" where each could."""
    rows = PlanEvent.objects.filter(plan=plan, schedule=plan.schedule_id, code="declined").order_by("-pk")
    found = rows.first()
    return found.words if found else ""


def broken_on(day: dt.date) -> set[int]:
    """The accounts whose plan was found broken on a day. One query."""
    rows = PaymentPlan.objects.filter(state=State.BROKEN, settled_on=day)
    return set(rows.values_list("account_id", flat=True))


def plans_kept(account_ids: Iterable[int], today: dt.date) -> dict[int, str]:
    """Why these accounts are not asked for money, in words, by account. One query."""
    rows = PaymentPlan.objects.filter(Among("account", account_ids), state=State.CURRENT, agreed_on__lte=today)
    found = {}
    for account, due_on, amount in rows.values_list("account_id", "next_due_on", "next_amount"):
        following = f": ${amount:,.2f} due {due_on:%b} {due_on.day}" if due_on else ""
        found[account] = f"A payment plan is kept{following}"
    return found


def planned_on_both(gone: Account, kept: Account) -> list[str]:
    """Why two accounts can't become one: both have an open plan, and an account has one."""
    rows = PaymentPlan.objects.filter(account__in=(gone, kept), state__in=OPEN_STATES)
    if len(set(rows.values_list("account_id", flat=True))) < len((gone, kept)):
        return []
    return ["A payment plan is open on both accounts, and one account has one. Cancel one of them."]


def plans_shown(plan: PaymentPlan) -> list[tuple[str, int | None]]:
    """The record that a row about a plan shows, for the audit trail: its guarantor account."""
    return [("account", plan.account_id)]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan as a statement shows it: what is due next, what is past due, and what remains in dollars."""

    plan_id: int
    due_on: dt.date | None
    amount: Decimal
    past_due: Decimal
    remaining: Decimal
    last_due_on: dt.date
    #: Due day and amount of the installments of the schedule, the down payment first.
    installments: tuple[tuple[dt.date, Decimal], ...] = ()


def plan_lines_for_statement(account_ids: Iterable[int]) -> dict[int, PlanLine]:
    """The current plan of each of these accounts that has one. Two queries."""
    rows = PaymentPlan.objects.filter(Among("account", account_ids), state=State.CURRENT).select_related("schedule")
    plans = {plan.schedule_id: plan for plan in rows}
    dues: dict[int, list[tuple[dt.date, Decimal]]] = {}
    for schedule, due_on, amount in PlanInstallment.objects.filter(Among("schedule", plans)).values_list(
        "schedule_id", "due_on", "amount"
    ):
        dues.setdefault(schedule, []).append((due_on, amount))
    return {
        plan.account_id: PlanLine(
            plan.pk, plan.next_due_on, plan.next_amount, plan.late_amount, plan.remaining,
            plan.schedule.last_due_on, tuple(dues.get(plan.schedule.pk, ())),
        )
        for plan in plans.values()
        if plan.schedule is not None
    }  # fmt: skip
