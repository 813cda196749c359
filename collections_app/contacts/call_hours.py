"""When somebody can be called: a payer in its opening hours, a person in the lawful ones wherever they may be.
Pure; every function takes its instant.

All candidate zones must agree (RULES 10, rule 4; 12 CFR 1006.6(b)(1)), so a window is the overlap of each zone's
hours, computed on the instants themselves: daylight-saving changes and zones half a world apart need no special case.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from arwork.lib.dates import federal_holidays
from collections_app.contacts.time_zones import anywhere, candidate_zones, zones_of_phone, zones_of_zip

__all__ = [
    "EVERY_DAY",
    "WEEKDAYS",
    "OpeningHours",
    "CallOpening",
    "anywhere",
    "candidate_zones",
    "is_open_everywhere",
    "opens_next_everywhere",
    "patient_window",
    "payer_window",
    "window_of",
    "zones_of_phone",
    "zones_of_zip",
]

EVERY_DAY = "1234567"
WEEKDAYS = "12345"
_HORIZON_DAYS = 15

Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Opening hours on local weekdays ("12345", 1 is Monday) in one zone. `closes` not after `opens` runs past
    midnight; 00:00 to 00:00 is the whole day."""

    opens: dt.time
    closes: dt.time
    weekdays: str = WEEKDAYS
    zone: str = "America/New_York"


@dataclass(frozen=True, slots=True)
class CallOpening:
    """Whether a call can be made now, the next opening (None while open, or if there is none within two weeks), the
    end of the present or next opening, and one line for beside the button. Instants are UTC."""

    open_now: bool
    opens_at: dt.datetime | None
    closes_at: dt.datetime | None
    words: str


def is_open_everywhere(
    at: dt.datetime,
    *,
    opens: dt.time,
    closes: dt.time,
    zones: Iterable[str],
    weekdays: str = EVERY_DAY,
    holidays: bool = True,
) -> bool:
    """Whether `at` lies within the hours in every one of `zones`; the closing minute is already closed."""
    spans = _overlap(at, [OpeningHours(opens, closes, weekdays, zone) for zone in zones], holidays=holidays)
    return any(begin <= at < end for begin, end in spans)


def opens_next_everywhere(
    after: dt.datetime,
    *,
    opens: dt.time,
    closes: dt.time,
    zones: Iterable[str],
    weekdays: str = EVERY_DAY,
    holidays: bool = True,
) -> dt.datetime | None:
    """`after` itself when open then, else the first instant at which all zones are; None within two weeks."""
    spans = _overlap(after, [OpeningHours(opens, closes, weekdays, zone) for zone in zones], holidays=holidays)
    return next((max(begin, after) for begin, end in spans if end > after), None)


def patient_window(
    now: dt.datetime,
    zones: Iterable[str],
    *,
    opens: dt.time,
    closes: dt.time,
    viewer_zone: str = "America/New_York",
) -> CallOpening:
    """When a person who may be in any of `zones` (see `candidate_zones`) can be called, within lawful local hours.

    No zones at all means that nothing is known: then it must be lawful in all fifty states.
    """
    places = sorted(set(zones)) or sorted(anywhere())
    hours = [OpeningHours(opens, closes, EVERY_DAY, zone) for zone in places]
    return window_of(_overlap(now, hours, holidays=True), now, viewer_zone=viewer_zone, local_zones=places)


def payer_window(
    now: dt.datetime,
    hours: Sequence[OpeningHours],
    *,
    viewer_zone: str = "America/New_York",
    holidays: bool = False,
) -> CallOpening:
    """When a payer answers: any of its opening hours. Closed on federal holidays unless `holidays` is true. A payer
    whose hours nobody entered counts as open."""
    if not hours:
        return CallOpening(open_now=True, opens_at=None, closes_at=None, words="Opening hours not known")
    spans = sorted(span for one in hours for span in _overlap(now, [one], holidays=holidays))
    local = sorted({one.zone for one in hours})
    return window_of(_merged(spans), now, viewer_zone=viewer_zone, local_zones=local)


def window_of(
    spans: Sequence[Span], now: dt.datetime, *, viewer_zone: str, local_zones: Sequence[str] = ()
) -> CallOpening:
    """The window that begins with the first span not yet over, in words for somebody in `viewer_zone`."""
    ahead = next((span for span in spans if span[1] > now), None)
    if ahead is None:
        return CallOpening(open_now=False, opens_at=None, closes_at=None, words="No lawful hour within two weeks")
    begin, end = ahead
    if begin <= now:
        words = f"Can be called until {_clock(end, now, viewer_zone, local_zones)}"
        return CallOpening(open_now=True, opens_at=None, closes_at=end, words=words)
    words = f"Can be called from {_clock(begin, now, viewer_zone, local_zones)}"
    return CallOpening(open_now=False, opens_at=begin, closes_at=end, words=words)


def _overlap(near: dt.datetime, hours: Sequence[OpeningHours], *, holidays: bool) -> list[Span]:
    """The spans common to all of `hours`, from a day before `near` to two weeks after, in order."""
    if near.tzinfo is None:
        raise ValueError("call windows need an aware instant")
    day = near.astimezone(dt.UTC).date()
    common: Sequence[Span] | None = None
    for one in hours:
        spans = _spans(one, day, holidays)
        common = spans if common is None else _intersection(common, spans)
    return list(common or ())


@lru_cache(maxsize=512)
def _spans(hours: OpeningHours, day: dt.date, holidays: bool) -> tuple[Span, ...]:  # noqa: FBT001 - a cache key
    zone = ZoneInfo(hours.zone)
    spans: list[Span] = []
    for offset in range(-2, _HORIZON_DAYS + 1):
        local = day + dt.timedelta(days=offset)
        if str(local.isoweekday()) not in hours.weekdays:
            continue
        if not holidays and local in federal_holidays(local.year):
            continue
        last = local if hours.closes > hours.opens else local + dt.timedelta(days=1)
        begin = dt.datetime.combine(local, hours.opens, zone).astimezone(dt.UTC)
        end = dt.datetime.combine(last, hours.closes, zone).astimezone(dt.UTC)
        spans.append((begin, end))
    return tuple(_merged(spans))


def _intersection(left: Sequence[Span], right: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        begin, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if begin < end:
            found.append((begin, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return found


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in spans:
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


def _clock(at: dt.datetime, now: dt.datetime, viewer_zone: str, local_zones: Sequence[str]) -> str:
    """ "11:00 (8:00 in Los Angeles)": the viewer's clock, and the one local clock where it differs."""
    mine = at.astimezone(ZoneInfo(viewer_zone))
    today = now.astimezone(ZoneInfo(viewer_zone)).date()
    words = f"{mine.hour}:{mine:%M}"
    if mine.date() != today:
        words = f"{mine:%a %b} {mine.day}, {words}"
    if len(local_zones) == 1:
        local = at.astimezone(ZoneInfo(local_zones[0]))
        if local.utcoffset() != mine.utcoffset():
            city = local_zones[0].rsplit("/", 1)[-1].replace("_", " ")
            words += f" ({local.hour}:{local:%M} in {city})"
    return words
