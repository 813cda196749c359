"""How often somebody was contacted, and when that is too often (RULES 10, rows 1 to 3 and 19 to 22). Pure.

Windows roll over whole local days, and where nobody knows which clock is the person's, every clock that may be counts:
what would be one attempt too many by any of them is too many. Attempts of all collectors count, answered or not; a call
that reached the wrong person connected, so it counts as well. The day of a conversation is day 1.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from zoneinfo import ZoneInfo

from arwork.lib.dates import short_day
from collections_app.contacts.rules import WORK, ContactRuling

DAY = dt.timedelta(days=1)
#: The window in which attempts are shown beside a person.
WINDOW_DAYS = 7


@dataclass(frozen=True, slots=True)
class Attempt:
    """One contact that was made or tried. `debts` are the claims it was about; none: all that the person owes.
    `kind` is that of the number or address: home, cell, work, or empty where nobody knows; `asked_at` the last digits
    of the number at which somebody else was asked where the person is."""

    at: dt.datetime
    channel: str = "phone"
    is_inbound: bool = False
    is_connected: bool = True
    is_conversation: bool = False
    is_requested: bool = False
    purpose: str = "collection"
    kind: str = ""
    debts: frozenset[int] = frozenset()
    asked_at: str = ""


@dataclass(frozen=True, slots=True)
class CallPause:
    """No call before `until`, and why."""

    until: dt.date
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class TooOften:
    """Why another attempt is one too many, and the instant from which it is not; None: nobody knows."""

    words: str
    until: dt.datetime | None


def counted(
    attempts: Iterable[Attempt], rule: ContactRuling, *, debts: frozenset[int], kind: str
) -> list[Attempt] | None:
    """The attempts that a rule counts before a contact about `debts` at a number of `kind`; None where the rule does
    not bear on such a number."""
    if not _bears_on(rule, kind):
        return None
    return [
        one
        for one in attempts
        if (not rule.channels or one.channel in rule.channels)
        and (not rule.purposes or one.purpose in rule.purposes)
        and _bears_on(rule, one.kind)
        and _shares(one, debts, rule)
        and not _is_excluded(one, rule.exclusions)
    ]


def conversations(attempts: Iterable[Attempt], rule: ContactRuling, *, debts: frozenset[int]) -> list[Attempt]:
    """The conversations, whoever began them, from which a rule has to be waited out."""
    if rule.wait_days is None:
        return []
    return [one for one in attempts if one.is_conversation and _shares(one, debts, rule)]


def asking_at(attempts: Iterable[Attempt], ending: str) -> tuple[Attempt, ...]:
    """The attempts as they bear on asking somebody else where the person is, at the number of this ending (empty: at
    one that was never asked, or that asks to be called): elsewhere somebody else was asked, which is no reason not to
    ask here once (12 CFR 1006.10(b)). Every one is still an attempt."""
    return tuple(
        replace(one, purpose="collection")
        if one.purpose == "location" and (not ending or one.asked_at not in ("", ending))
        else one
        for one in attempts
    )


def is_full(
    attempts: Sequence[Attempt], rule: ContactRuling, *, zones: Collection[str], at: dt.datetime
) -> TooOften | None:
    """Whether one more attempt at `at` would be one too many by the clock of any zone."""
    if rule.most is None:
        return None
    if rule.most == 0:
        return TooOften("none are allowed", None)
    worst: tuple[dt.datetime, int] | None = None
    for zone in zones:
        today = local_day(at, zone)
        first = today - DAY * (rule.window_days - 1)
        days = sorted(day for one in attempts if first <= (day := local_day(one.at, zone)) <= today)
        if len(days) >= rule.most:
            until = midnight(days[-rule.most] + DAY * rule.window_days, zone)
            worst = max(worst or (until, 0), (until, len(days)))
    if worst is None:
        return None
    count = worst[1]
    spell = "seven days" if rule.window_days == 7 else f"{rule.window_days} days"
    what = "call" if rule.channels == {"phone"} else "contact"
    are = "is" if rule.most == 1 else "are"
    return TooOften(f"{count} {what}{'s' if count != 1 else ''} in {spell}; {rule.most} {are} allowed", worst[0])


def waits(talks: Sequence[Attempt], rule: ContactRuling, *, zones: Collection[str], at: dt.datetime) -> TooOften | None:
    """Whether the last conversation is too near by the clock of any zone."""
    if not rule.wait_days:
        return None
    worst: tuple[dt.datetime, dt.date] | None = None
    for zone in zones:
        today = local_day(at, zone)
        spoken = max((day for one in talks if (day := local_day(one.at, zone)) <= today), default=None)
        if spoken is not None and spoken + DAY * rule.wait_days > today:
            until = midnight(spoken + DAY * rule.wait_days, zone)
            worst = max(worst or (until, spoken), (until, spoken))
    if worst is None:
        return None
    words = f"spoken with on {short_day(worst[1])}; the next call is on the {nth(rule.wait_days + 1)} day"
    return TooOften(words, worst[0])


@lru_cache(maxsize=65_536)
def local_day(at: dt.datetime, zone: str) -> dt.date:
    """The day that a clock of the zone shows at an instant."""
    return at.astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=4_096)
def midnight(day: dt.date, zone: str) -> dt.datetime:
    """The instant (UTC) at which a day begins in a zone."""
    return dt.datetime.combine(day, dt.time.min, ZoneInfo(zone)).astimezone(dt.UTC)


def _bears_on(rule: ContactRuling, kind: str) -> bool:
    """A number of which nobody knows the kind is taken for a personal one."""
    return not rule.numbers or (rule.numbers == WORK) == (kind == WORK)


def _shares(attempt: Attempt, debts: frozenset[int], rule: ContactRuling) -> bool:
    return rule.unit != "debt" or not attempt.debts or not debts or bool(attempt.debts & debts)


def _is_excluded(attempt: Attempt, exclusions: frozenset[str]) -> bool:
    return (
        (attempt.is_inbound and "inbound" in exclusions)
        or (attempt.is_requested and "requested" in exclusions)
        or (not attempt.is_connected and "not_connected" in exclusions)
        or (attempt.channel == "letter" and "letter" in exclusions)
    )


def nth(number: int) -> str:
    """An ordinal in words up to ten."""
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    if number <= len(words):
        return words[number - 1]
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
