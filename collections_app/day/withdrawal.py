"""Taking back what was done in the name of days that had not come, once the clock is right again.

Promises and payment plans that were broken by such a day are open again and compared with the ledger as of today;
aging figures of such days are dropped; the work on those accounts is what today's books, promises and plans say. What
the days woke or scored is put right by refreshing today again, which the caller asks for. Nothing of the books moves:
opening a day posts nothing.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.staff import audit
from arwork.staff.access import Capability, require
from collections_app.aging import summaries
from collections_app.day.models import DayRun
from collections_app.day.services import set_aside_ahead
from collections_app.plans import settling as plans
from collections_app.promises import services as promises
from collections_app.settlements import settling as settlements
from collections_app.worklist import services as worklist

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True)
class Withdrawn:
    """The days whose openings were taken back, and how many promises stand again."""

    days: tuple[dt.date, ...] = ()
    reopened: int = 0
    replaced: int = 0


def withdraw_days_ahead(*, actor: "User | None", today: dt.date, now: dt.datetime) -> Withdrawn:
    """Take back what openings of days after `today` did. `actor` None is whoever runs commands. Safe to repeat."""
    if actor is not None:
        require(actor, Capability.RUN_DAY)
    set_aside_ahead(today=today, now=now)
    with transaction.atomic():
        runs = list(DayRun.objects.select_for_update().filter(state=DayRun.State.AHEAD, day__gt=today).order_by("day"))
        reopened = promises.reopen_settled_after(actor=actor, today=today, now=now)
        planned = plans.reopen_plans_settled_after(actor=actor, today=today, now=now)
        planned |= settlements.reopen_ended_after(today=today, now=now)
        summaries.forget_days_after(today=today)
        for run in runs:
            before, after = {"day": str(run.day), "counts": run.counts}, {"promises": len(reopened.accounts)}
            audit.record(actor, "day_withdrawn", "day", run.pk, practice_id=None, before=before, after=after, now=now)
        DayRun.objects.filter(pk__in=[run.pk for run in runs]).update(
            state=DayRun.State.WITHDRAWN, step="", finished_at=None
        )
    if accounts := reopened.accounts | planned:
        settled = promises.settle_promises(today=today, now=now, accounts=accounts)
        plans.settle_plans(today=today, now=now, accounts=accounts)
        settlements.settle_settlements(today=today, now=now, accounts=accounts)
        worklist.refresh(accounts=accounts | settled.accounts, today=today, now=now)
    return Withdrawn(tuple(run.day for run in runs), reopened.reopened, reopened.replaced)
