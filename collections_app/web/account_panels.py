"""Sections that slices add to a guarantor account: on its page, and at the desk beside the call.

A slice registers one panel; `ready()` of the app says so, nobody else. The template of a panel reads what it shows
from `panel`, and the page's own context stays in reach (`csrf_token`, `today`).
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from arwork.web.pages import StaffRequest

if TYPE_CHECKING:
    from claims.parties.models import Account

#: (request, account) -> the template and what it shows, or None where there is nothing to show.
BuildPanel = Callable[[StaffRequest, "Account"], tuple[str, Mapping[str, Any]] | None]


class ShownPanel(NamedTuple):
    """A section as a page includes it: `{% include one.template with panel=one.context %}`."""

    name: str
    template: str
    context: Mapping[str, Any]


_panels: dict[str, tuple[int, BuildPanel]] = {}


def register_panel(name: str, order: int, build: BuildPanel) -> None:
    """Show what `build` makes on accounts, the lowest `order` first. A name stands once: the last one counts."""
    _panels[name] = (order, build)


def panels_of(request: StaffRequest, account: "Account") -> list[ShownPanel]:
    """The sections of one account, in their order. The caller has recorded that the account was opened."""
    shown = []
    for name, (_, build) in sorted(_panels.items(), key=lambda one: (one[1][0], one[0])):
        if (built := build(request, account)) is not None:
            shown.append(ShownPanel(name, *built))
    return shown
