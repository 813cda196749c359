"""Answering disputes: evidence goes to the processor by its own pages; here is noted that it did, or was given up."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict
from arwork.staff import audit
from arwork.staff.access import Capability, require
from collections_app.payments.models import Dispute
from collections_app.payments.selectors import own_dispute

if TYPE_CHECKING:
    from arwork.staff.models import User


def note_answered(dispute_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Dispute:
    """Evidence was given, or nothing is to be said: it waits for the bank of the card. Raises `Conflict`."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        own_dispute(dispute_id, actor=actor)
        row = Dispute.objects.select_for_update(of=("self",)).select_related("payment").get(pk=dispute_id)
        if row.state != Dispute.State.OPEN or row.answered_on is not None:
            raise Conflict("It was answered, or has ended.")
        row.answered_on, row.answered_by = today, actor
        row.save(update_fields=["answered_on", "answered_by"])
        facts = {"dispute": row.pk, "amount": row.amount}
        audit.record(
            actor, "dispute_answered", "account", row.payment.account_id, practice_id=row.payment.practice_id,
            after=facts, now=now,
        )  # fmt: skip
    return row
