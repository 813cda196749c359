"""Call windows: who can be reached in which hours, and which hours are now.

A payer's window comes from the phone of its directory, a person's from the zones that its addresses and phones
allow: 08:00 to 21:00, lawful in every candidate zone (RULES 10, rule 4). Few windows exist, so the question "which
are open now" is asked once per hand-out, in Python.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from claims.payers.models import PayerContact
from collections_app.worklist import timing
from collections_app.worklist.models import CallWindow

Key = tuple[dt.time, dt.time, str, str]


def open_ids(now: dt.datetime) -> list[int]:
    """Ids of the windows that are open at `now`."""
    return [window.pk for window in CallWindow.objects.all() if is_open(window, now)]


def is_open(window: CallWindow, at: dt.datetime) -> bool:
    """Whether `at` lies in the window in each of its zones."""
    return timing.is_open(at, **_hours(window))


def opens_next(window: CallWindow, after: dt.datetime) -> dt.datetime | None:
    """The first minute from `after` on at which the window is open; None if it never opens within two weeks."""
    return timing.opens_next(after, **_hours(window))


def person_key(*, zip_codes: Iterable[str], phones: Iterable[str]) -> Key:
    """The window of a person by what is known of the place; lawful in all fifty states when nothing is."""
    zones = timing.candidate_zones(zip_codes=zip_codes, phones=phones)
    return (timing.PERSON_OPENS, timing.PERSON_CLOSES, timing.EVERY_DAY, " ".join(sorted(zones)))


def _hours(window: CallWindow) -> dict[str, Any]:
    """Payers rest on federal holidays; a person's lawful hours know none."""
    return {
        "opens": window.opens,
        "closes": window.closes,
        "weekdays": window.weekdays,
        "zones": window.zones.split(),
        "holidays": window.weekdays == timing.EVERY_DAY,
    }


def payer_keys(payer_ids: Iterable[int]) -> dict[int, Key]:
    """The hours of each payer's claims line; payers whose hours nobody entered are left out."""
    rows = PayerContact.objects.filter(
        payer__in=set(payer_ids), kind=PayerContact.Kind.PHONE, opens__isnull=False, closes__isnull=False
    )
    keys: dict[int, Key] = {}
    for payer, purpose, opens, closes, weekdays, zone in rows.order_by("pk").values_list(
        "payer_id", "purpose", "opens", "closes", "weekdays", "time_zone"
    ):
        if payer not in keys or purpose == "claims":
            keys[payer] = (opens or dt.time.min, closes or dt.time.min, weekdays, zone)
    return keys


def ids_of(keys: Iterable[Key]) -> dict[Key, int]:
    """Ids of the windows described by `keys`; the missing ones are written."""
    wanted = set(keys)
    if not wanted:
        return {}
    known = _known()
    if missing := wanted - known.keys():
        rows = [CallWindow(opens=o, closes=c, weekdays=w, zones=z) for o, c, w, z in sorted(missing, key=str)]
        CallWindow.objects.bulk_create(rows, ignore_conflicts=True)
        known = _known()
    return {key: known[key] for key in wanted}


def _known() -> dict[Key, int]:
    rows = CallWindow.objects.values_list("pk", "opens", "closes", "weekdays", "zones")
    return {(opens, closes, weekdays, zones): pk for pk, opens, closes, weekdays, zones in rows}
