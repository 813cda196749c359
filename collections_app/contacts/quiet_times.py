"""Hours in which somebody asked not to be contacted, by every clock where they may be. Pure."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from collections_app.contacts.call_hours import EVERY_DAY


@dataclass(frozen=True, slots=True)
class QuietTime:
    """Hours in which the person asked not to be contacted, by every clock where they may be, on `weekdays` ("1234567",
    1 is Monday). `ends` not after `begins` runs past midnight; both midnight is the whole day."""

    begins: dt.time
    ends: dt.time
    weekdays: str = EVERY_DAY


def quiet_until(quiet: QuietTime, zone: str, at: dt.datetime) -> dt.datetime | None:
    """The end of the quiet time that runs at an instant by one clock; None when none does."""
    clock = ZoneInfo(zone)
    today = at.astimezone(clock).date()
    for day in (today - dt.timedelta(days=1), today):
        if str(day.isoweekday()) not in quiet.weekdays:
            continue
        last = day if quiet.ends > quiet.begins else day + dt.timedelta(days=1)
        begin = dt.datetime.combine(day, quiet.begins, clock).astimezone(dt.UTC)
        end = dt.datetime.combine(last, quiet.ends, clock).astimezone(dt.UTC)
        if begin <= at < end:
            return end
    return None
