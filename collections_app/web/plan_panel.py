"""The payment plan of an account, as its page and the desk show it beside everything else."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.lib import clock
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.plans.lists import beside_plan, books_of_plan
from collections_app.plans.selectors import last_failure, owes_as_patient, plan_of
from collections_app.web.plan_bar import plan_bar
from collections_app.web.plans import tone

if TYPE_CHECKING:
    from claims.parties.models import Account


def plan_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """The plan that is proposed, current or broken, or the offer of one; None where nothing is owed either."""
    plan, may_work = plan_of(account.pk), may(request.user, Capability.WORK_ITEMS)
    context: dict[str, Any] = {"plan": plan, "account_id": account.pk, "may_work": may_work}
    if plan is None:
        is_offered = may_work and owes_as_patient(account.pk)
        return ("collections/plans/panel.html", context) if is_offered else None
    books = books_of_plan(plan)
    context["bar"] = plan_bar(books.matched(clock.today()).rows) if books else None
    context["beside"] = beside_plan(plan) if plan.state == plan.State.CURRENT else None
    context["failure"] = last_failure(plan) if plan.state == plan.State.BROKEN else ""
    context["tone"] = tone(plan)
    return "collections/plans/panel.html", context
