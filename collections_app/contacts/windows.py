"""Call windows: who can be reached in which hours, and which hours are now.

A payer's window comes from the phone of its directory, a person's from the zones that its addresses and phones
allow: the lawful hours of the day in every candidate zone (RULES 10, rule 4). Payers rest on federal holidays; a
person's lawful hours know none. Few windows exist and a hand-out asks about them all, so answers are kept for their
minute.
"""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from claims.payers.models import PayerContact
from collections_app.contacts import call_hours, gate
from collections_app.contacts.gate import GateFacts
from collections_app.contacts.models import CallWindow


class WindowKey(NamedTuple):
    """What a window is: the columns of `CallWindow`."""

    opens: dt.time
    closes: dt.time
    weekdays: str
    zones: str
    rests_on_holidays: bool


@lru_cache(maxsize=4_096)
def is_window_open(key: WindowKey, minute: dt.datetime) -> bool:
    """Whether a minute (see `minute_of`) lies in the window in each of its zones."""
    return call_hours.is_open_everywhere(
        minute,
        opens=key.opens,
        closes=key.closes,
        weekdays=key.weekdays,
        zones=key.zones.split(),
        holidays=not key.rests_on_holidays,
    )


def minute_of(now: dt.datetime) -> dt.datetime:
    """The whole minute: windows open and close with it."""
    return now.replace(second=0, microsecond=0)


def window_opens_next(window: CallWindow, after: dt.datetime) -> dt.datetime | None:
    """The first minute from `after` on at which the window is open; None if it never opens within two weeks."""
    return call_hours.opens_next_everywhere(
        after,
        opens=window.opens,
        closes=window.closes,
        weekdays=window.weekdays,
        zones=window.zones.split(),
        holidays=not window.rests_on_holidays,
    )


def person_key(facts: GateFacts, on: dt.date) -> WindowKey:
    """The window of a person on a day: the hours of every rule that is kept, in every zone where they may be."""
    opens, closes = calling_hours(facts, on)
    zones = facts.zones
    return WindowKey(opens, closes, call_hours.EVERY_DAY, " ".join(sorted(zones)), rests_on_holidays=False)


def calling_hours(facts: GateFacts, on: dt.date) -> tuple[dt.time, dt.time]:
    """When the day of a person opens for calls, and when it closes."""
    return facts.rules.hours(
        facts.places, profile=facts.profile, practice_id=facts.practice_id, on=on, channel=gate.PHONE
    )


def payer_keys(payer_ids: Iterable[int]) -> dict[int, WindowKey]:
    """The hours of each payer's claims line; payers whose hours nobody entered are left out."""
    rows = PayerContact.objects.filter(
        payer__in=set(payer_ids), kind=PayerContact.Kind.PHONE, opens__isnull=False, closes__isnull=False
    )
    keys: dict[int, WindowKey] = {}
    for payer, purpose, opens, closes, weekdays, zone in rows.order_by("pk").values_list(
        "payer_id", "purpose", "opens", "closes", "weekdays", "time_zone"
    ):
        if payer not in keys or purpose == "claims":
            keys[payer] = WindowKey(opens or dt.time.min, closes or dt.time.min, weekdays, zone, rests_on_holidays=True)
    return keys


def window_ids(keys: Iterable[WindowKey]) -> dict[WindowKey, int]:
    """Ids of the windows described by `keys`; the missing ones are written."""
    wanted = set(keys)
    if not wanted:
        return {}
    known = _known()
    if missing := wanted - known.keys():
        rows = [CallWindow(**key._asdict()) for key in sorted(missing, key=str)]
        CallWindow.objects.bulk_create(rows, ignore_conflicts=True)
        known = _known()
    return {key: known[key] for key in wanted}


def _known() -> dict[WindowKey, int]:
    return {WindowKey(*key): pk for pk, *key in CallWindow.objects.values_list("pk", *WindowKey._fields)}
