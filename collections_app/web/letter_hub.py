"""Letters: one page that leads to everything that goes to patients in writing, with what waits at each place.

Slices say which places there are when the app is ready: `register_place`, and `register_count` for what waits there.
"""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from django.http import HttpResponseBase
from django.template.response import TemplateResponse

from arwork.lib import clock
from arwork.staff.access import Capability
from arwork.web.page_frame import NavEntry, offered
from arwork.web.pages import StaffRequest, page

if TYPE_CHECKING:
    from arwork.staff.models import User

#: How much waits at a place for somebody on a day; None says nothing.
PlaceCount = Callable[["User", dt.date], int | None]


class LetterPlace(NamedTuple):
    """A page by the name of its address, its word, what is done there, and the heading that it stands under."""

    name: str
    label: str
    does: str
    group: str
    count: PlaceCount | None = None


#: The headings, in their order; others follow in the order in which they come.
WRITTEN, STATEMENTS, SENT, WORDS = "Letters", "Statements", "Mail and messages", "What letters say"
_ORDER = (WRITTEN, STATEMENTS, SENT, WORDS)
#: My own places; other slices add theirs.
PLACES = (
    LetterPlace("letter_list", "All letters", "What was written to whom, as it was, with its proof", WRITTEN),
    LetterPlace("letter_texts", "Texts", "The words of every kind of letter, with their dates", WORDS),
    LetterPlace("letterheads", "Letterheads", "Logo, hours, and where payments are sent, by practice", WORDS),
)
_places: dict[str, LetterPlace] = {}


def register_place(place: LetterPlace) -> None:
    """Lead to a page; the app says so when it is ready."""
    _places[place.name] = place


def register_count(name: str, count: PlaceCount) -> None:
    """Let `count` say how much waits at the place `name`, which is registered already."""
    _places[name] = _places[name]._replace(count=count)


@page(Capability.SEE_CLAIMS)
def letters(request: StaffRequest) -> HttpResponseBase:
    """The places that this role may open, with what waits there."""
    today = clock.today()
    open_to = {
        entry["name"]: entry["url"]
        for entry in offered(request, tuple(NavEntry(place.name, place.label, "") for place in _places.values()))
    }
    groups = []
    for title in dict.fromkeys((*_ORDER, *(place.group for place in _places.values()))):
        rows = [
            (place, open_to[place.name], place.count(request.user, today) if place.count else None)
            for place in _places.values()
            if place.group == title and place.name in open_to
        ]
        if rows:
            groups.append((title, rows))
    return TemplateResponse(request, "collections/letters/hub.html", {"groups": groups})
