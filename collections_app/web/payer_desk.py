"""The payer desk: one page that leads to what is done with payers beyond a call, with what waits at each place.

A slice registers its places when the app is ready; the headings and their order are this page's.
"""

from enum import StrEnum

from django.http import HttpResponseBase

from arwork.staff.access import Capability
from arwork.web.hub import HubPlace, hub, places_by_heading
from arwork.web.pages import StaffRequest, page


class PayerHeading(StrEnum):
    """Under which heading a place stands, in their order."""

    DENIED = "Denied and disputed"
    OUT = "Claims out"
    STATUS = "Status and calls"
    PAID = "Paid too little"


_places: dict[str, tuple[str, int, HubPlace]] = {}


def register_place(heading: PayerHeading, order: int, place: HubPlace) -> None:
    """Lead to `place` under `heading`, the lowest `order` first. A name stands once: the last one counts."""
    _places[place.name] = (heading, order, place)


@page(Capability.SEE_CLAIMS)
def payer_desk(request: StaffRequest) -> HttpResponseBase:
    """The places that this role may open, with what waits there."""
    return hub(request, "Payer desk", places_by_heading(_places, PayerHeading))
