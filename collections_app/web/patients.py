"""Patients: one page that leads to what is done with patients beyond a call, with what waits at each place.

A slice registers its places when the app is ready; the headings and their order are this page's.
"""

from enum import StrEnum

from django.http import HttpResponseBase

from arwork.staff.access import Capability
from arwork.web.hub import HubPlace, hub, places_by_heading
from arwork.web.pages import StaffRequest, page


class PatientsHeading(StrEnum):
    """Under which heading a place stands, in their order."""

    HELP = "Help first"
    REQUESTS = "Disputes and requests"
    UNREACHED = "When nobody is reached"
    LAST = "When nothing helps"


_places: dict[str, tuple[str, int, HubPlace]] = {}


def register_place(heading: PatientsHeading, order: int, place: HubPlace) -> None:
    """Lead to `place` under `heading`, the lowest `order` first. A name stands once: the last one counts."""
    _places[place.name] = (heading, order, place)


@page(Capability.SEE_CLAIMS)
def patients(request: StaffRequest) -> HttpResponseBase:
    """The places that this role may open, with what waits there."""
    return hub(request, "Patients", places_by_heading(_places, PatientsHeading))
