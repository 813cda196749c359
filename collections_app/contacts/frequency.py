"""How often a person may be called about what is owed (RULES 10, rows 1 to 3 and 19 to 22). Pure.

The strictest rule that may bind is kept by everybody, whoever collects (RULES 10.0). Calls of all collectors count,
answered or not; a wrong number reached nobody, and an agreed call-back is asked for, not limited. Windows roll over
seven days; the day of a conversation is day 1, so the next call about it is on day 8.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

_WINDOW = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in any seven days, and where that is written."""

    calls: int
    source: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call that went out: the day, and whether it became a conversation with the person."""

    on: dt.date
    is_conversation: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """No call before `until`, and why."""

    until: dt.date
    why: str
    source: str


_FEDERAL = Limit(7, "12 CFR 1006.14(b)(2)(i)(A)")
_STATES = {
    "DC": Limit(3, "D.C. Code 28-3814"),
    "MA": Limit(2, "940 CMR 7.04(1)(f)"),
    "WA": Limit(3, "RCW 19.16.250"),
}
_NEW_YORK_CITY = Limit(3, "6 RCNY 5-77")
_CITY_ZIPS = ("100", "101", "102", "103", "104", "11004", "11005", "111", "112", "113", "114", "116")
_CONVERSATION = "12 CFR 1006.14(b)(2)(i)(B)"


def limit_at(*, state: str, zip_code: str) -> Limit:
    """The limit where somebody lives; the federal one where no stricter is known."""
    if state == "NY" and zip_code.startswith(_CITY_ZIPS):
        return _NEW_YORK_CITY
    return _STATES.get(state, _FEDERAL)


def pause_after(calls: Sequence[Call], limit: Limit, *, today: dt.date) -> Pause | None:
    """What forbids a call on `today`, or None. Of two reasons the one that lasts longer."""
    found = []
    days = sorted(call.on for call in calls if today - _WINDOW < call.on <= today)
    if len(days) >= limit.calls:
        why = f"{len(days)} call{'s' if len(days) != 1 else ''} in seven days; {limit.calls} are allowed"
        found.append(Pause(days[-limit.calls] + _WINDOW, why, limit.source))
    spoken = max((call.on for call in calls if call.is_conversation), default=None)
    if spoken is not None and spoken + _WINDOW > today:
        why = f"spoken with on {spoken:%b} {spoken.day}; the next call is on the eighth day"
        found.append(Pause(spoken + _WINDOW, why, _CONVERSATION))
    return max(found, key=lambda one: one.until, default=None)
