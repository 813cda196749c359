"""What a claim and a payer show of calls: how long the payer lets us wait, and who has the log-in of its portals."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.lib import clock
from arwork.staff.access import Capability, may, practice_ids
from arwork.web.pages import StaffRequest
from claims.billing.buckets import PAYERS
from claims.practices.selectors import practices_of
from collections_app.payer_calls import selectors

if TYPE_CHECKING:
    from claims.billing.models import Claim
    from claims.payers.models import Payer

_TEMPLATE = "collections/payer_calls/panel.html"


def claim_call_panel(request: StaffRequest, claim: "Claim") -> tuple[str, Mapping[str, Any]] | None:
    """For the payer that owes the claim now; None for a patient's share, and where nothing is known of the payer."""
    rank = PAYERS.index(claim.responsible) + 1 if claim.responsible in PAYERS else 0
    coverage = getattr(claim, f"coverage{rank}") if rank else None
    if coverage is None:
        return None
    shown = _shown(request, coverage.payer, [claim.practice_id])
    return (_TEMPLATE, shown) if shown["portals"] or shown["figures"].answered else None


def payer_call_panel(request: StaffRequest, payer: "Payer") -> tuple[str, Mapping[str, Any]]:
    """For the page of a payer: of all practices of who looks."""
    shown = _shown(request, payer, list(practice_ids(request.user)))
    return _TEMPLATE, {**shown, "practices": list(practices_of(request.user)), "is_payer_page": True}


def _shown(request: StaffRequest, payer: "Payer", practices: list[int]) -> dict[str, Any]:
    today = clock.today()
    return {
        "payer": payer,
        "practice_id": practices[0] if practices else None,
        "figures": selectors.statistics_of(practices=practices, payers=[payer.pk], today=today)[payer.pk],
        "portals": selectors.portals_of(actor=request.user, payers=[payer.pk], practices=practices),
        "may_change": may(request.user, Capability.CONFIGURE_PAYERS),
    }
