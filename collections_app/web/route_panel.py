"""The routes of a claim in short, for its page and the desk: the best one, how many others, or what was chosen."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.lib import clock
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.routes import selectors

if TYPE_CHECKING:
    from claims.billing.models import Claim


def routes_on_page(request: StaffRequest, claim_id: int) -> list[selectors.DenialRoutes]:
    """The routes of a claim today, read once for all that stands on one page."""
    read: dict[int, list[selectors.DenialRoutes]] = vars(request).setdefault("routes_read", {})
    if claim_id not in read:
        read[claim_id] = selectors.routes_of_claim(claim_id, today=clock.today())
    return read[claim_id]


def routes_panel(request: StaffRequest, claim: "Claim") -> tuple[str, Mapping[str, Any]] | None:
    """What can be done about the largest denial, and what was chosen; None where nothing is denied."""
    found = routes_on_page(request, claim.pk)
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
