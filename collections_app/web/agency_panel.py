"""That an account is with an agency, as its page and the desk show it: since when, and what may be said."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.web.pages import StaffRequest
from collections_app.agencies.selectors import placements_of
from collections_app.agencies.states import RECALL_REASONS, PlacementState

if TYPE_CHECKING:
    from claims.parties.models import Account


def agency_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:  # noqa: ARG001
    """The placement that stands and those before; None where there never was one."""
    found = list(placements_of(account.pk)[:5])
    if not found:
        return None
    current = next((one for one in found if one.state == PlacementState.PLACED), None)
    context = {
        "current": current,
        "recall_words": RECALL_REASONS.get(current.recall_code, "") if current else "",
        "before": [one for one in found if one is not current],
    }
    return "collections/agencies/panel.html", context
