"""Calls to payers in the demo: a few weeks on the clock, two payers with a best hour, one with too few calls to say,
one that nobody answered; and who has the log-ins of their portals."""

import datetime as dt
import zlib
from zoneinfo import ZoneInfo

from arwork.staff.access import practice_ids
from arwork.staff.models import User
from claims.payers.models import Payer
from claims.practices.models import Practice
from collections_app.demo.setting import collectors
from collections_app.payer_calls import portals, services
from collections_app.payer_calls.call_clock import Stage
from collections_app.payer_calls.models import PayerCall, PortalLogin
from collections_app.payer_calls.portals import PortalFacts
from collections_app.worklist.models import WorkItem

_DAY = dt.timedelta(days=1)
_MINUTE = dt.timedelta(minutes=1)
#: (hour at the payer, minutes on hold): long in the morning, short late in the afternoon.
_WAITS = (
    (9, 38), (10, 44), (15, 14), (9, 41), (15, 11), (9, 36), (15, 16), (9, 52), (15, 9), (10, 33), (9, 40), (15, 13),
)  # fmt: skip
_CALLS = (len(_WAITS), len(_WAITS), 3)  # of the first payers, by how much waits there
_PORTALS = (
    ("Claims portal", "https://claims.example", "Billing office", "the billing office's phone", ("status", "appeals")),
    ("Provider portal", "https://provider.example", "Front desk", "the practice manager", ("status", "records")),
)  # fmt: skip


def call_payers(*, now: dt.datetime) -> None:
    """Once, over the weeks before `now`."""
    if PayerCall.objects.exists() or PortalLogin.objects.exists():
        return
    admin = next((one for one in User.objects.filter(role__in=("admin", "owner"), is_active=True).order_by("pk")), None)
    people = collectors()
    for practice in Practice.objects.order_by("pk"):
        able = [one for one in people if practice.pk in practice_ids(one)]
        for place, payer in enumerate(_payers(practice)):
            if able:
                _call(practice, payer, able[place % len(able)], calls=_CALLS[place], now=now)
            if admin and practice.pk in practice_ids(admin) and place < len(_PORTALS):
                name, address, owner, code, can_do = _PORTALS[place]
                facts = PortalFacts(name, address, owner, code_goes_to=code, can_do=can_do)
                portals.save_portal(practice.pk, payer.pk, facts=facts, actor=admin, now=now)


def _payers(practice: Practice) -> list[Payer]:
    """Those with open claims, the first in the book: the same on every database."""
    waiting = WorkItem.objects.filter(practice=practice, state="open", claim__isnull=False, payer__isnull=False)
    return list(Payer.objects.filter(pk__in=waiting.values("payer")).order_by("pk")[: len(_CALLS)])


def _call(practice: Practice, payer: Payer, actor: User, *, calls: int, now: dt.datetime) -> None:
    zone = ZoneInfo(services.zone_of(payer.pk))
    for number, (hour, hold) in enumerate(_WAITS[:calls]):
        day = (now - _DAY * (2 + 2 * number)).astimezone(zone).date()
        jitter = zlib.crc32(f"{payer.pk} {number}".encode()) % 20
        at = dt.datetime.combine(day, dt.time(hour, jitter), tzinfo=zone).astimezone(dt.UTC)
        services.turn_call(practice.pk, payer.pk, to=Stage.HOLD, actor=actor, now=at)
        answered = at + (hold + _longer(practice, number)) * _MINUTE
        if number != calls - 1 or calls == len(_WAITS):
            services.turn_call(practice.pk, payer.pk, to=Stage.TALK, actor=actor, now=answered)
        talk = (4 + jitter % 5) * _MINUTE
        services.end_call(
            practice.pk, payer.pk, actor=actor, now=answered + talk, spoken_to="Dana", reference=f"C{payer.pk}-{number}"
        )


def _longer(practice: Practice, number: int) -> int:
    return (practice.pk + number) % 4
