"""Periods: closing the books of a practice through a day, and opening again what was closed last.

Whether a month may be closed is asked by `claims.closing`; here the books shut. Whoever closes waits for what is being
posted, and what begins to be posted meanwhile finds the period closed.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from arwork.lib import locks
from arwork.lib.errors import Conflict
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.ledger.models import Period
from claims.ledger.services import BOOKS
from claims.practices.models import Practice

if TYPE_CHECKING:
    from arwork.staff.models import User


def closed_through(practice_id: int) -> dt.date | None:
    """The last day that is closed for a practice; None where none was ever closed, or all were opened again."""
    standing = Period.objects.filter(practice=practice_id, reopened_at=None)
    last: dt.date | None = standing.aggregate(last=Max("ends_on"))["last"]
    return last


def close_period(*, actor: "User", practice_id: int, ends_on: dt.date, now: dt.datetime) -> Period:
    """Close the books of a practice up to and including `ends_on`; nothing is posted there afterwards."""
    require(actor, Capability.POST_MONEY)
    practice = Practice.objects.get(id=practice_id, staff=actor)
    with transaction.atomic():
        locks.hold(BOOKS, practice_id)
        period, is_new = Period.objects.get_or_create(
            practice=practice, ends_on=ends_on, reopened_at=None, defaults={"closed_at": now, "closed_by": actor}
        )
        if is_new:
            _note("period_closed", period, actor=actor, now=now)
    return period


def reopen_period(period_id: int, *, actor: "User", why: str, now: dt.datetime) -> Period:
    """Open the period that was closed last: postings are taken in it again. Its row keeps who did it and why.

    Raises `Conflict` where it is open already, or a later one is closed.
    """
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        period = Period.objects.select_for_update().get(pk=period_id, practice__staff=actor)
        locks.hold(BOOKS, period.practice_id)
        if period.reopened_at is not None:
            raise Conflict("This period is open already. Look at it again.")
        if closed_through(period.practice_id) != period.ends_on:
            raise Conflict("A later period is closed. Open the latest one first, then the one before it.")
        period.reopened_at, period.reopened_by, period.reopened_why = now, actor, why.strip()[:300]
        period.save(update_fields=["reopened_at", "reopened_by", "reopened_why"])
        _note("period_reopened", period, actor=actor, now=now)
    return period


def _note(action: str, period: Period, *, actor: "User", now: dt.datetime) -> None:
    facts = {"ends_on": period.ends_on.isoformat()} | ({"why": period.reopened_why} if period.reopened_at else {})
    audit.record(actor, action, "period", period.pk, practice_id=period.practice_id, after=facts, now=now)
