"""Sections that slices add to a page about one thing: what a page includes of those that are registered.

The template of a panel reads what it shows from `panel`, and the page's own context stays in reach (`csrf_token`,
`today`).
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from arwork.web.pages import StaffRequest

Subject = TypeVar("Subject")
#: (request, what the page is about) -> the template and what it shows, or None where there is nothing to show.
BuildPanel = Callable[[StaffRequest, Subject], tuple[str, Mapping[str, Any]] | None]


class ShownPanel(NamedTuple):
    """A section as a page includes it: `{% include one.template with panel=one.context %}`."""

    name: str
    template: str
    context: Mapping[str, Any]


def panels_shown(
    panels: Mapping[str, tuple[int, BuildPanel[Subject]]], request: StaffRequest, subject: Subject
) -> list[ShownPanel]:
    """The sections about `subject`, the lowest order first. The caller has recorded that it was opened."""
    shown = []
    for name, (_, build) in sorted(panels.items(), key=lambda one: (one[1][0], one[0])):
        if (built := build(request, subject)) is not None:
            shown.append(ShownPanel(name, *built))
    return shown
