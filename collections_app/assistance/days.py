"""What a day brings: the day for what is missing has passed, visits came that an approval covers, decisions end.

Idempotent per day. Nothing is decided at night: the hold stands until a person has looked.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from arwork.lib import bulk
from collections_app.assistance.keeping import note_event
from collections_app.assistance.later_visits import stop_later_visits
from collections_app.assistance.models import AssistanceApplication

State = AssistanceApplication.State
RAN_OUT = "The day for what is missing has passed: decide, or give more time"
ENDED = "Assistance has ended"


def follow_days(*, today: dt.date, now: dt.datetime) -> dict[str, int]:
    """How many applications ran out of time, have visits to cover, and ended."""
    return {
        "assistance_ran_out": _ran_out(today, now),
        "assistance_later": stop_later_visits(today=today, now=now),
        "assistance_ended": _ended(today, now),
    }


def _ran_out(today: dt.date, now: dt.datetime) -> int:
    rows = AssistanceApplication.objects.filter(state=State.INCOMPLETE, missing_by__lt=today).exclude(
        next_action=RAN_OUT
    )
    return _say(rows.order_by("pk").values_list("pk", flat=True), RAN_OUT, "ran_out", today, now)


def _ended(today: dt.date, now: dt.datetime) -> int:
    """Said once, in the history: what comes from now on is asked for as any other visit."""
    rows = AssistanceApplication.objects.filter(state=State.APPROVED, valid_until__lt=today).exclude(
        events__code="ended"
    )
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for batch in bulk.chunks(ids):
        with transaction.atomic():
            for one in AssistanceApplication.objects.filter(pk__in=batch).order_by("pk"):
                note_event(one, "ended", words=ENDED, actor=None, today=today, now=now)
    return len(ids)


def _say(ids: Iterable[int], action: str, code: str, today: dt.date, now: dt.datetime) -> int:
    count = 0
    for batch in bulk.chunks(list(ids)):
        with transaction.atomic():
            rows = AssistanceApplication.objects.select_for_update().filter(pk__in=batch).order_by("pk")
            for one in rows:
                note_event(one, code, words=action, actor=None, today=today, now=now)
                count += 1
            rows.update(next_action=action, next_on=today)
    return count
