"""A call to a payer on the clock: started, on hold, talking, ended."""

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction

from arwork.lib.errors import NotFound
from arwork.lib.races import LOST_RACE, told_when_lost
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.payers.models import Payer, PayerContact
from collections_app.contacts.models import Contact
from collections_app.payer_calls.call_clock import CallClock, Stage
from collections_app.payer_calls.models import PayerCall

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Of payers whose hours nobody entered.
USUAL_ZONE = "America/New_York"
_LONGEST_NAME, _LONGEST_REFERENCE = 80, 50


@told_when_lost(LOST_RACE)
@transaction.atomic
def turn_call(practice_id: int, payer_id: int, *, to: Stage, actor: "User", now: dt.datetime) -> PayerCall:
    """Put the actor's call to this payer on hold or into talk; it starts with this where none runs.

    A call to another payer that still runs ends by it: nobody is on two; so does one that was forgotten, and a new one
    starts. Raises `Forbidden`, `NotFound`, `ChangedMeanwhile`.
    """
    require(actor, Capability.WORK_ITEMS)
    _ensure_reachable(practice_id, payer_id, actor)
    running = _running(actor)
    is_same = running is not None and (running.practice_id, running.payer_id) == (practice_id, payer_id)
    if running and not (is_same and _clock(running).at(now).is_whole):
        _end(running, actor=actor, now=now)
        running = None
    if running:
        _turn(running, to, now=now)
        return running
    call = PayerCall.objects.create(
        practice_id=practice_id, payer_id=payer_id, by=actor, started_at=now, staged_at=now, stage=to.value,
        local_hour=now.astimezone(ZoneInfo(zone_of(payer_id))).hour,
    )  # fmt: skip
    audit.record(actor, "payer_call_started", "payer_call", call.pk, practice_id=practice_id, now=now)
    return call


@transaction.atomic
def end_call(
    practice_id: int, payer_id: int, *, actor: "User", now: dt.datetime, spoken_to: str = "", reference: str = ""
) -> PayerCall | None:
    """Stop the actor's clock with this payer, with whom they spoke and the payer's reference; None where none runs.

    What was logged of the payer meanwhile gives the number of claims, and where nothing is said here, name and
    reference. Raises `Forbidden`, `SensitiveText`.
    """
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(spoken_to=spoken_to, reference=reference)
    running = _running(actor)
    if running is None or (running.practice_id, running.payer_id) != (practice_id, payer_id):
        return None
    running.spoken_to, running.reference = spoken_to[:_LONGEST_NAME], reference[:_LONGEST_REFERENCE]
    _end(running, actor=actor, now=now)
    return running


def zone_of(payer_id: int) -> str:
    """The zone in which a payer's phones have their hours."""
    phones = PayerContact.objects.filter(payer=payer_id, kind=PayerContact.Kind.PHONE, opens__isnull=False)
    return phones.order_by("pk").values_list("time_zone", flat=True).first() or USUAL_ZONE


def _running(actor: "User") -> PayerCall | None:
    return PayerCall.objects.select_for_update(of=("self",)).filter(by=actor, ended_at=None).first()


def _ensure_reachable(practice_id: int, payer_id: int, actor: "User") -> None:
    if practice_id not in practice_ids(actor) or not Payer.objects.filter(pk=payer_id).exists():
        raise NotFound("There is no such payer in one of your practices.")


def _clock(call: PayerCall) -> CallClock:
    return CallClock(
        Stage(call.stage), call.staged_at, hold_seconds=call.hold_seconds, talk_seconds=call.talk_seconds,
        is_whole=call.is_whole,
    )  # fmt: skip


def _turn(call: PayerCall, to: Stage, *, now: dt.datetime) -> None:
    clock = _clock(call).turned(to, now=now)
    call.stage, call.staged_at, call.is_whole = clock.stage.value, clock.staged_at, clock.is_whole
    call.hold_seconds, call.talk_seconds = clock.hold_seconds, clock.talk_seconds
    call.ended_at = clock.staged_at if to == Stage.ENDED else None
    call.save()


def _end(call: PayerCall, *, actor: "User", now: dt.datetime) -> None:
    logged = Contact.objects.filter(
        payer=call.payer_id, practice=call.practice_id, by=actor, retold_by=None, at__range=(call.started_at, now)
    ).order_by("-pk")
    call.claims = logged.values("claim").distinct().order_by().count()
    if last := logged.exclude(spoken_to="").first():
        call.spoken_to = call.spoken_to or last.spoken_to
        call.reference = call.reference or last.reference
    _turn(call, Stage.ENDED, now=now)
    told = {"hold_seconds": call.hold_seconds, "talk_seconds": call.talk_seconds, "claims": call.claims}
    audit.record(actor, "payer_call_ended", "payer_call", call.pk, practice_id=call.practice_id, after=told, now=now)
