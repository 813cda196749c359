"""Payments that failed bring their account back to the worklist the same day (RULES 13.3)."""

import datetime as dt
from collections.abc import Sequence

from arwork.lib.events import announce
from collections_app.payments.models import Payment


def bring_back(payment_ids: Sequence[int], today: dt.date, now: dt.datetime) -> None:
    """A listener of payments: what was declined, charged back or returned is owed, and somebody looks at it."""
    accounts = set(Payment.objects.filter(pk__in=payment_ids).values_list("account_id", flat=True))
    announce("payment", accounts=accounts)
