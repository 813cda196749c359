"""Opening a closed month again: one person asks and says why, another approves, which opens it, or refuses.

Whatever it costs, it always needs a second person. Only the month that was closed last opens. Its frozen reports stay:
closed anew the month has others beside them.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict
from arwork.staff.access import Capability, practice_ids, require
from claims.approvals import services as approvals
from claims.approvals.kinds import ApprovalKind, Requests, one_by_one
from claims.approvals.models import ApprovalRequest
from claims.closing.months import Month
from claims.ledger.models import Period
from claims.ledger.periods import closed_through, reopen_period

if TYPE_CHECKING:
    from arwork.staff.models import User

REOPEN = "period_reopen"


def ask_to_reopen(month: Month, *, why: str, actor: "User", now: dt.datetime) -> ApprovalRequest:
    """Ask somebody else to open a month. Raises `Conflict` where it is open, not the latest, or asked already."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        standing = Period.objects.select_for_update().filter(practice=month.practice_id, reopened_at=None)
        period = standing.filter(practice__in=practice_ids(actor), ends_on=month.ends_on).first()
        if period is None:
            raise Conflict("This month is open.")
        _ensure_latest(period)
        question = approvals.Question(REOPEN, REOPEN, month.practice_id, "period", period.pk)
        return approvals.ask(question, reason=why, actor=actor, today=month.today, now=now)


def lock_periods(requests: Requests) -> None:
    """Lock the periods that the questions are about, in id order."""
    ids = {request.subject_id for request in requests}
    list(Period.objects.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk"))


def carry_out(request: ApprovalRequest, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """Open the month as asked. Raises `Conflict` where it is open by now, or a later one was closed."""
    reopen_period(request.subject_id, actor=actor, why=request.reason, now=now)


def _ensure_latest(period: Period) -> None:
    if closed_through(period.practice_id) != period.ends_on:
        raise Conflict("A later month is closed. Open the latest one first, then the one before it.")


KIND = ApprovalKind(
    REOPEN, "Open a closed month again", carry_out=one_by_one(carry_out), lock=lock_periods, address="closing_period"
)
