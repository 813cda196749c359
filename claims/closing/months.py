"""Months of a calendar. Pure: no Django import."""

import datetime as dt
import re
from dataclasses import dataclass

from arwork.lib.errors import NotFound

DAY = dt.timedelta(days=1)
_CODE = re.compile(r"(?P<year>19[0-9]{2}|2[01][0-9]{2})-(?P<month>0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a practice, looked at on `today`."""

    practice_id: int
    ends_on: dt.date
    today: dt.date

    @property
    def since(self) -> dt.date:
        return self.ends_on.replace(day=1)

    @property
    def until(self) -> dt.date:
        return self.ends_on

    @property
    def is_over(self) -> bool:
        return self.ends_on < self.today

    @property
    def code(self) -> str:
        """`2026-10`, as it stands in addresses."""
        return f"{self.ends_on:%Y-%m}"

    @property
    def words(self) -> str:
        """`October 2026`."""
        return f"{self.ends_on:%B %Y}"


def end_of_month(day: dt.date) -> dt.date:
    """The last day of the month of a day."""
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - DAY


def next_end(ends_on: dt.date) -> dt.date:
    """The last day of the month after."""
    return end_of_month(ends_on + DAY)


def month_of(code: str, *, practice_id: int, today: dt.date) -> Month:
    """The month that an address names as `2026-10`. Raises `NotFound`."""
    if found := _CODE.fullmatch(code):
        return Month(practice_id, end_of_month(dt.date(int(found["year"]), int(found["month"]), 1)), today)
    raise NotFound("There is no such month. Choose one from the list.")
