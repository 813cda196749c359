"""Sections that slices add to a guarantor account: on its page, and at the desk beside the call.

A slice registers one panel; `ready()` of the app says so, nobody else.
"""

from typing import TYPE_CHECKING

from arwork.web.pages import StaffRequest
from collections_app.web.panels import BuildPanel, ShownPanel, panels_shown

if TYPE_CHECKING:
    from claims.parties.models import Account

_panels: "dict[str, tuple[int, BuildPanel[Account]]]" = {}


def register_panel(name: str, order: int, build: "BuildPanel[Account]") -> None:
    """Show what `build` makes on accounts, the lowest `order` first. A name stands once: the last one counts."""
    _panels[name] = (order, build)


def panels_of(request: StaffRequest, account: "Account") -> list[ShownPanel]:
    """The sections of one account, in their order. The caller has recorded that the account was opened."""
    return panels_shown(_panels, request, account)
