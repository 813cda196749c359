"""The routes of a claim in short, for its page and the desk: the best one, how many others, or what was chosen."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.lib import clock
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.routes import selectors

if TYPE_CHECKING:
    from claims.billing.models import Claim


def routes_panel(request: StaffRequest, claim: "Claim") -> tuple[str, Mapping[str, Any]] | None:
    """What can be done about the largest denial, and what was chosen; None where nothing is denied."""
    today = clock.today()
    found = selectors.routes_of_claim(claim.pk, today=today)
    if not found:
        return None
    first = found[0]
    return "collections/routes/panel.html", {
        "claim": claim,
        "routes": first,
        "others": max(len(first.open_options) - 1, 0),
        "shut": len(first.shut_options),
        "more": len(found) - 1,
        "standing": selectors.standing_choice(claim.pk),
        "may_work": may(request.user, Capability.WORK_ITEMS),
    }
