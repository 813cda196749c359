"""Where the work of a chosen route goes on: each slice that does one says which page, when the app is ready.

A route without an opener is a follow-up of the item: words and a day.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """Who chose a route for which denials of a claim."""

    claim_id: int
    denial_ids: tuple[int, ...]
    actor: "User"
    today: dt.date
    now: dt.datetime


#: Begins the work of a route and gives the address of the page where it goes on. May raise a `DomainError`: then
#: nothing was chosen.
Opener = Callable[[OpenRequest], str]

_openers: dict[str, Opener] = {}


def register_opener(route_code: str, opener: Opener) -> None:
    """Let `opener` begin the work of a route. A route has one: the last one counts."""
    _openers[route_code] = opener


def open_route(route_code: str, request: OpenRequest) -> str:
    """The address where the work goes on; "" for a route that nothing opens."""
    opener = _openers.get(route_code)
    return opener(request) if opener else ""
