"""Money: one page that leads to everything by which people move it, with what waits at each place."""

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


class MoneyPlace(NamedTuple):
    """A page by the name of its address, its word, and what is done there."""

    name: str
    label: str
    does: str


#: Group by group, in the order in which a day's money goes through the office.
GROUPS: tuple[tuple[str, tuple[MoneyPlace, ...]], ...] = (
    (
        "Taken in",
        (
            MoneyPlace("remittances", "Remittances", "What payers sent and what became of it"),
            MoneyPlace("remit_exceptions", "Payments that wait", "What nobody could post by itself, with the reason"),
            MoneyPlace("receipts", "Receipts", "Checks, cash and money orders of patients, and what became of them"),
            MoneyPlace("unapplied", "Unapplied cash", "What patients and payers paid and no visit has got yet"),
        ),
    ),
    (
        "To be decided",
        (
            MoneyPlace("remit_requests", "Questions to a second person", "What is more than one role settles alone"),
            MoneyPlace("takebacks", "Takebacks", "What payers take back, and until when it is disputed"),
        ),
    ),
    ("Proved", (MoneyPlace("reconciliation", "Reconciliation", "Receivable, unapplied cash and cash, to the cent"),)),
)

#: How much waits at a place for somebody on a day; None says nothing.
Count = Callable[["User", dt.date], int | None]
_counts: dict[str, Count] = {}


def register_count(name: str, count: Count) -> None:
    """Let `count` say how much waits at the place `name`; apps say so when they are ready."""
    _counts[name] = count


@page(Capability.SEE_CLAIMS)
def money(request: StaffRequest) -> HttpResponseBase:
    """The places that this role may open, with what waits there."""
    today = clock.today()
    groups = []
    for title, places in GROUPS:
        open_to = {entry["name"]: entry["url"] for entry in offered(request, tuple(map(_entry, places)))}
        rows = [
            (place, open_to[place.name], _counts[place.name](request.user, today) if place.name in _counts else None)
            for place in places
            if place.name in open_to
        ]
        if rows:
            groups.append((title, rows))
    return TemplateResponse(request, "claims/money.html", {"groups": groups})


def _entry(place: MoneyPlace) -> NavEntry:
    return NavEntry(place.name, place.label, "")
