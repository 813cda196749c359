"""What the edits found when a claim first left, and the claim on paper, beside everything else about it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.web.pages import StaffRequest
from collections_app.claim_edits.edit_names import edit_name
from collections_app.claim_edits.first_checks import first_checks_of

if TYPE_CHECKING:
    from claims.billing.models import Claim


def edits_panel(request: StaffRequest, claim: "Claim") -> tuple[str, Mapping[str, Any]] | None:
    """The first checks of the claim; None where it was never checked."""
    checks = first_checks_of(claim.pk)
    if not checks:
        return None
    return "collections/claim_edits/panel.html", {
        "claim": claim,
        "checks": [(one, [edit_name(code) for code in one.found.split()]) for one in checks],
        "has_paper": claim.form == "P",
    }
