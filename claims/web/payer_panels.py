"""Sections that other slices add to the page of a payer.

A slice registers one panel; `ready()` of the app says so, nobody else.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from arwork.web.pages import StaffRequest

if TYPE_CHECKING:
    from claims.payers.models import Payer

#: (request, payer) -> the template and what it shows.
BuildPayerPanel = Callable[[StaffRequest, "Payer"], tuple[str, Mapping[str, Any]]]
_panels: dict[str, tuple[int, BuildPayerPanel]] = {}


class PayerPanel(NamedTuple):
    """A section as the page includes it: `{% include one.template with panel=one.context %}`."""

    template: str
    context: Mapping[str, Any]


def register_payer_panel(name: str, order: int, build: BuildPayerPanel) -> None:
    """Show what `build` makes on payers, the lowest `order` first. A name stands once: the last one counts."""
    _panels[name] = (order, build)


def payer_panels_of(request: StaffRequest, payer: "Payer") -> list[PayerPanel]:
    """The sections of one payer, in their order."""
    ordered = sorted(_panels.items(), key=lambda one: (one[1][0], one[0]))
    return [PayerPanel(*build(request, payer)) for _, (_, build) in ordered]
