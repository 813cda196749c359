"""Work about credits: the last day that a recorded clock leaves, and which item is about a credit, for the books."""

import datetime as dt
from collections.abc import Collection, Mapping

from arwork.lib.bulk import Among
from claims.credits.clock import OverpaymentDates, due_on
from claims.credits.figures import OVERPAYMENT, CreditWork
from collections_app.limits.figures import LimitBook
from collections_app.worklist.models import WorkItem


def work_about_credits(claim_ids: Collection[int]) -> Mapping[int, CreditWork]:
    """The open item of each of these claims. One query; none without claims."""
    if not claim_ids:
        return {}
    rows = WorkItem.objects.filter(Among("claim", claim_ids), state="open")
    columns = ("claim_id", "pk", "bucket", "overpayment_due_on")
    return {claim: CreditWork(pk, bucket, due) for claim, pk, bucket, due in rows.values_list(*columns) if claim}


def recorded_due(
    recorded: OverpaymentDates, limits: LimitBook, practice_id: int, payer_class: str, today: dt.date
) -> dt.date | None:
    """The last day by what was recorded: by the figure of the day it was identified, else by that of today."""
    for day in (recorded.identified_on, today):
        row = limits.pick(OVERPAYMENT, on=day, practice_id=practice_id, scope=payer_class)
        if row is not None and row.value:
            return due_on(recorded, row.value)
    return None
