"""What payment plans and settlements make of the work on an account: kept they leave the queue, broken they come first.

While a plan is kept nobody is asked for anything on its account (RULES 11.9, 13.7), the way nobody is before the first
statement: a hold of the item, not of the account, that ends with the plan. A broken plan whose policy says so is called
about first on the morning after its grace; the words of the item say that it was a plan. A settlement that was
accepted is kept and broken the same way; of the two what is kept now counts before what was broken once.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from arwork.lib.bulk import Among
from claims.practices.closures import ClosureBook
from collections_app.plans.books import last_day
from collections_app.plans.models import PaymentPlan
from collections_app.settlements.models import Settlement

#: The consequence that puts an account first in the queue (`plans.policy.CONSEQUENCES`).
CALL = "call"
State = PaymentPlan.State
_SETTLING = Q(state__in=(Settlement.State.ACCEPTED, Settlement.State.BROKEN))


@dataclass(frozen=True, slots=True)
class PlanWork:
    """The plan of an account as its work asks for it: until when money keeps the next installment, or when it was
    broken and when that was found. `is_called` by its policy."""

    kept_until: dt.date | None = None
    broken_on: dt.date | None = None
    broken_at: dt.datetime | None = None
    is_called: bool = False
    what: str = "payment plan"


def plan_work(account_ids: Collection[int], *, today: dt.date, closures: ClosureBook) -> dict[int, PlanWork]:
    """By account, of those with a plan or settlement that is kept or was broken last. Two queries."""
    rows = PaymentPlan.objects.filter(Q(state=State.CURRENT, agreed_on__lte=today) | Q(state=State.BROKEN))
    columns = (
        "account_id", "practice_id", "state", "next_due_on", "settled_on", "broken_at", "schedule__grace_days",
        "schedule__consequence",
    )  # fmt: skip
    found: dict[int, PlanWork] = {}
    for account, practice, state, due_on, settled, broken_at, grace, leads_to in (
        rows.filter(Among("account", account_ids)).order_by("pk").values_list(*columns)
    ):
        if state == State.CURRENT:
            found[account] = PlanWork(kept_until=last_day(due_on or today, grace, closures.of(practice)))
        elif account not in found or found[account].kept_until is None:
            found[account] = PlanWork(broken_on=settled, broken_at=broken_at, is_called=leads_to == CALL)
    settling = Settlement.objects.filter(Among("account", account_ids), _SETTLING).order_by("pk")
    asked = ("account_id", "practice_id", "state", "next_due_on", "ended_on", "ended_at", "grace_days")
    for account, practice, state, due_on, ended_on, ended_at, grace in settling.values_list(*asked):
        if state == Settlement.State.ACCEPTED:
            until = last_day(due_on or today, grace, closures.of(practice))
            found[account] = PlanWork(kept_until=until, what="settlement")
        elif account not in found:
            found[account] = PlanWork(broken_on=ended_on, broken_at=ended_at, is_called=True)
    return found


def settlement_holds(account_ids: Collection[int]) -> tuple[set[int], set[int]]:
    """The accounts that keep a settlement, and those whose settlement is broken. One query."""
    rows = Settlement.objects.filter(Among("account", account_ids), _SETTLING).values_list("account_id", "state")
    kept = {account for account, state in rows if state == Settlement.State.ACCEPTED}
    return kept, {account for account, _ in rows} - kept


def plan_holds(account_ids: Collection[int], *, today: dt.date) -> tuple[set[int], set[int]]:
    """The accounts that keep a plan, and those whose plan is broken. One query."""
    rows = PaymentPlan.objects.filter(Q(state=State.CURRENT, agreed_on__lte=today) | Q(state=State.BROKEN))
    kept: set[int] = set()
    broken: set[int] = set()
    for account, state in rows.filter(Among("account", account_ids)).values_list("account_id", "state"):
        (kept if state == State.CURRENT else broken).add(account)
    return kept, broken - kept
