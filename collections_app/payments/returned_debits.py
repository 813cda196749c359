"""Bank debits that came back, as `ach` tells of them: their payments failed, in the transaction that records it."""

import datetime as dt
from collections.abc import Sequence

from collections_app.payments.bank import note_failed
from collections_app.payments.models import Payment


def debits_returned(entry_ids: Sequence[int], today: dt.date, now: dt.datetime) -> None:
    """The bank returned debits: their payments failed, in the transaction that records it. A listener of `ach`."""
    for pk in Payment.objects.filter(ach_entry__in=entry_ids).order_by("pk").values_list("pk", flat=True):
        payment = Payment.objects.select_for_update(of=("self",)).select_related("ach_entry").get(pk=pk)
        if payment.state == Payment.State.RETURNED or payment.ach_entry is None:
            continue
        payment.receipt_id = payment.receipt_id or payment.ach_entry.receipt_id
        if payment.receipt_id:
            payment.captured = payment.refunded = payment.amount
            payment.taken_on = payment.taken_on or payment.ach_entry.settled_on or today
        code = payment.ach_entry.return_code
        note_failed(payment, Payment.State.RETURNED, code=code, actor=None, today=today, now=now)
