"""What the pages of cash and closing share: the practice that is looked at, days and months in addresses."""

import datetime as dt
from typing import NamedTuple

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.lib.ids import id_of
from arwork.staff.access import NamedPractice, practice_choice, practice_ids
from arwork.web.pages import StaffRequest
from claims.closing import selectors
from claims.closing.months import Month, month_of


class ChosenPractice(NamedTuple):
    """The practice that the address names, else the first; and all that may be chosen."""

    id: int
    name: str
    choices: list[NamedPractice]


def chosen_practice(request: StaffRequest) -> ChosenPractice:
    """Which practice a page is about (`?practice=`). Raises `NotFound` for somebody who has none."""
    mine = set(practice_ids(request.user))
    choices = [one for one in practice_choice(request.user).practices if one.id in mine]
    if not choices:
        raise NotFound("You have no practice yet. An administrator gives you one.")
    asked = id_of(request.GET.get("practice", ""))
    found = next((one for one in choices if one.id == asked), choices[0])
    return ChosenPractice(found.id, found.name, choices)


def day_of(text: str) -> dt.date:
    """The day that an address names as 2026-11-30. Raises `NotFound`."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or len(text) != 10 or not 1900 < found.year < 2200:
        raise NotFound("There is no such day. Choose one from the list.")
    return found


def asked_month(request: StaffRequest, practice_id: int, code: str) -> Month:
    """The month that an address names, of a practice of the reader. Raises `NotFound`."""
    selectors.practice_for(practice_id, actor=request.user)
    return month_of(code, practice_id=practice_id, today=clock.today())
