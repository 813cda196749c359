"""Calls that a strategy asks for: the account's item can be worked that day, and says why.

What a person agreed on or put off stays: an appointment, a call-back, a snooze, or anything decided other than to call
again after a while is theirs. A hold keeps the item where it is; the strategy waits under it as well.
"""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from arwork.lib.bulk import Among, chunks
from collections_app.worklist.models import OPEN, WorkItem
from collections_app.worklist.next_action import TO_PATIENTS
from collections_app.worklist.queue import sync_queue

BATCH = 500
_CALL = "call_patient"
_BECAUSE = "its strategy asks for a call today"


def raise_calls(account_ids: Collection[int], *, today: dt.date) -> int:
    """Make the patient items of these accounts workable today; how many were raised. Four queries a batch."""
    raised = 0
    for batch in chunks(sorted(account_ids), BATCH):
        with transaction.atomic():
            rows = WorkItem.objects.select_for_update().filter(
                OPEN, Among("account", batch), claim=None, kind="patient_balance", hold="", next_at=None,
                appointment_on=None, snoozed_until=None, escalated_at=None,
            ).filter(Q(decided_at=None) | Q(next_action__in=TO_PATIENTS))  # fmt: skip
            ids = list(rows.exclude(next_on__lte=today).order_by("pk").values_list("pk", flat=True))
            raised += WorkItem.objects.filter(Among("pk", ids)).update(
                next_action=_CALL, next_on=today, because=_BECAUSE
            )
            sync_queue(ids, today=today)
    return raised
