"""A page that leads to others, group by group, with what waits at each place. The caller says which."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.http import HttpResponseBase
from django.template.response import TemplateResponse

from arwork.lib import clock
from arwork.web.page_frame import NavEntry, offered
from arwork.web.pages import StaffRequest

if TYPE_CHECKING:
    from arwork.staff.models import User

#: How much waits at a place for somebody on a day; None says nothing.
PlaceCount = Callable[["User", dt.date], int | None]


class HubPlace(NamedTuple):
    """A page by the name of its address, its word, what is done there, and what counts how much waits."""

    name: str
    label: str
    does: str
    counted: PlaceCount | None = None


class OpenPlace(NamedTuple):
    """A place that this role may open: its address, and how much waits there."""

    place: HubPlace
    url: str
    waiting: int | None


def places_by_heading(
    places: Mapping[str, tuple[str, int, HubPlace]], headings: Iterable[str]
) -> list[tuple[str, list[HubPlace]]]:
    """What slices registered with a hub, (heading, order, place) by name: under each heading the lowest order first."""
    ordered = sorted(places.values(), key=lambda one: (one[1], one[2].name))
    return [(heading, [place for of, _, place in ordered if of == heading]) for heading in headings]


def open_places(request: StaffRequest, places: Iterable[HubPlace]) -> list[OpenPlace]:
    """Those of `places` that this role may open, in their order."""
    asked, today = list(places), clock.today()
    entries = tuple(NavEntry(place.name, place.label, "") for place in asked)
    urls = {entry["name"]: entry["url"] for entry in offered(request, entries)}
    return [
        OpenPlace(place, urls[place.name], place.counted(request.user, today) if place.counted else None)
        for place in asked
        if place.name in urls
    ]


def hub(request: StaffRequest, title: str, groups: Iterable[tuple[str, Sequence[HubPlace]]]) -> HttpResponseBase:
    """The page: headings, each with the places that this role may open."""
    found = [(heading, open_places(request, places)) for heading, places in groups]
    context = {"title": title, "groups": [(heading, rows) for heading, rows in found if rows]}
    return TemplateResponse(request, "components/hub.html", context)
