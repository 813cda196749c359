"""How often a person may be called about what is owed, and in which hours (RULES 10, rows 1 to 4 and 19 to 22). Pure.

The strictest rule that may bind is kept by everybody, whoever collects (RULES 10.0): of the dated figures that speak
for the places where somebody may be (`collections_app.limits`) the fewest calls, the longest wait, the shortest day.
Calls of all collectors count, answered or not; a wrong number reached nobody, and an agreed call-back is asked for,
not limited. Windows roll over seven days; the day of a conversation is day 1, so the next call about it is on day 8.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collections_app.limits.figures import NEW_YORK_CITY, LimitBook, LimitRow

WINDOW_DAYS = 7
_WINDOW = dt.timedelta(days=WINDOW_DAYS)


@dataclass(frozen=True, slots=True)
class CallLimit:
    """So many calls in any seven days, so many days from one conversation to the next call, and where both are written.
    None where nothing limits."""

    calls: int | None
    source: str = ""
    wait: int = 0
    wait_source: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call that went out: the day, and whether it became a conversation with the person."""

    on: dt.date
    is_conversation: bool = False


@dataclass(frozen=True, slots=True)
class CallPause:
    """No call before `until`, and why."""

    until: dt.date
    why: str
    source: str


#: ZIP codes of the five boroughs.
_CITY_ZIPS = ("100", "101", "102", "103", "104", "11004", "11005", "111", "112", "113", "114", "116")


def places_of(*, state: str, zip_code: str) -> tuple[str, ...]:
    """What a limit may call the place where somebody lives, the narrowest first; the last, empty one is everywhere."""
    in_the_city = state == "NY" and zip_code.startswith(_CITY_ZIPS)
    return (*((NEW_YORK_CITY,) if in_the_city else ()), *((state,) if state else ()), "")


def limit_at(limits: LimitBook, *, on: dt.date, state: str, zip_code: str, practice_id: int | None = None) -> CallLimit:
    """The strictest limit of a day where somebody lives."""
    places = places_of(state=state, zip_code=zip_code)
    of_calls = _rows("calls_in_seven_days", places, limits, on=on, practice_id=practice_id)
    of_talks = _rows("conversation_days", places, limits, on=on, practice_id=practice_id)
    fewest = min(of_calls, key=lambda row: row.value, default=None)
    longest = max(of_talks, key=lambda row: row.value, default=None)
    return CallLimit(
        calls=fewest.value if fewest else None,
        source=fewest.source if fewest else "",
        wait=longest.value if longest else 0,
        wait_source=longest.source if longest else "",
    )


def hours_of(
    limits: LimitBook, places: Iterable[str], *, on: dt.date, practice_id: int | None = None
) -> tuple[dt.time, dt.time]:
    """The shortest of the days in which somebody who may be in any of `places` may be called: it opens and closes."""
    asked = sorted({*places, ""})
    opens = max(row.value for row in _rows("call_opens", asked, limits, on=on, practice_id=practice_id))
    closes = min(row.value for row in _rows("call_closes", asked, limits, on=on, practice_id=practice_id))
    return _clock(opens), _clock(closes)


def pause_after(calls: Sequence[Call], limit: CallLimit, *, today: dt.date) -> CallPause | None:
    """What forbids a call on `today`, or None. Of two reasons the one that lasts longer."""
    found = []
    days = sorted(call.on for call in calls if today - _WINDOW < call.on <= today)
    if limit.calls is not None and len(days) >= limit.calls:
        why = f"{len(days)} call{'s' if len(days) != 1 else ''} in seven days; {limit.calls} are allowed"
        # None are allowed where the limit is zero: then tomorrow is asked again.
        until = days[-limit.calls] + _WINDOW if limit.calls else today + dt.timedelta(days=1)
        found.append(CallPause(until, why, limit.source))
    spoken = max((call.on for call in calls if call.is_conversation), default=None)
    wait = dt.timedelta(days=limit.wait)
    if spoken is not None and spoken + wait > today:
        why = f"spoken with on {spoken:%b} {spoken.day}; the next call is on the {_nth(limit.wait + 1)} day"
        found.append(CallPause(spoken + wait, why, limit.wait_source))
    return max(found, key=lambda one: one.until, default=None)


def _rows(
    name: str, places: Iterable[str], limits: LimitBook, *, on: dt.date, practice_id: int | None
) -> list[LimitRow]:
    found = (limits.pick(name, on=on, practice_id=practice_id, scope=place) for place in places)
    return [row for row in found if row is not None]


def _clock(minutes: int) -> dt.time:
    return dt.time(minutes // 60, minutes % 60)


def _nth(number: int) -> str:
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    if number <= len(words):
        return words[number - 1]
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
