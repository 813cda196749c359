"""The payment plan of an account, as its page and the desk show it beside everything else."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.plans.selectors import plan_of

if TYPE_CHECKING:
    from claims.parties.models import Account


def plan_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """The plan that is proposed, current or broken; None where there is none."""
    plan = plan_of(account.pk)
    if plan is None:
        return None
    return "collections/plans/panel.html", {"plan": plan, "may_work": may(request.user, Capability.WORK_ITEMS)}
