"""Sections that slices add to a claim: with its work history, and at the desk beside a payer's item.

A slice registers one panel; `ready()` of the app says so, nobody else.
"""

from typing import TYPE_CHECKING

from arwork.web.pages import StaffRequest
from collections_app.web.panels import BuildPanel, ShownPanel, panels_shown

if TYPE_CHECKING:
    from claims.billing.models import Claim

_panels: "dict[str, tuple[int, BuildPanel[Claim]]]" = {}


def register_claim_panel(name: str, order: int, build: "BuildPanel[Claim]") -> None:
    """Show what `build` makes on claims, the lowest `order` first. A name stands once: the last one counts."""
    _panels[name] = (order, build)


def claim_panels_of(request: StaffRequest, claim: "Claim") -> list[ShownPanel]:
    """The sections of one claim, in their order. The caller has recorded that the claim was opened."""
    return panels_shown(_panels, request, claim)
