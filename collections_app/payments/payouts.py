"""Payouts: what a processor paid to the bank at once, as a deposit to be found on a bank line (`claims.cash.bank`).

One row for each practice whose payments are in it; what is no payment of ours (a monthly fee, a correction) is counted
and goes to the practice with the most of it. Read once; the processor's reference is looked for on the bank's line.
"""

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.money import ZERO
from claims.cash.models import CardPayout
from collections_app.payments.applying import step
from collections_app.payments.models import Payment, PaymentStep
from collections_app.payments.processors import PayoutLine, Processor

if TYPE_CHECKING:
    from collections.abc import Sequence


def read_payout(there: Processor, reference: str, *, now: dt.datetime) -> list[CardPayout]:
    """Read a payout of the processor, once; its rows, one for each practice. None where nothing of it is ours."""
    known = list(CardPayout.objects.filter(processor=there.name, reference=reference).order_by("pk"))
    if known:
        return known
    facts = there.payout(reference)
    payments = {
        one.reference: one
        for one in Payment.objects.filter(
            processor=there.name, reference__in={line.reference for line in facts.lines if line.reference}
        )
    }
    by_practice: dict[int, list[PayoutLine]] = defaultdict(list)
    strays = [line for line in facts.lines if line.reference not in payments]
    for line in facts.lines:
        if payment := payments.get(line.reference):
            by_practice[payment.practice_id].append(line)
    if not by_practice:
        return []
    largest = max(by_practice, key=lambda pk: (sum((line.amount for line in by_practice[pk]), ZERO), pk))
    by_practice[largest] += strays
    with transaction.atomic():
        rows = {
            pk: _row(pk, lines, there.name, reference, facts.arrives_on, now=now) for pk, lines in by_practice.items()
        }
        CardPayout.objects.filter(pk=rows[largest].pk).update(unknown_count=len(strays))
        for payment in payments.values():
            if payment.payout_id is None:
                Payment.objects.filter(pk=payment.pk).update(payout=rows[payment.practice_id])
                step(payment, PaymentStep.What.PAID_OUT, by=None, now=now, amount=payment.captured, detail=reference)
    return list(rows.values())


def _row(
    practice_id: int, lines: "Sequence[PayoutLine]", processor: str, reference: str, arrives_on: dt.date, *,
    now: dt.datetime,
) -> CardPayout:  # fmt: skip
    gross = sum((line.amount for line in lines if line.amount > 0), ZERO)
    given_back = sum((-line.amount for line in lines if line.amount < 0), ZERO)
    fees = sum((line.fee for line in lines), ZERO)
    return CardPayout.objects.create(
        practice_id=practice_id, processor=processor, reference=reference, arrives_on=arrives_on, gross_amount=gross,
        given_back_amount=given_back, fee_amount=fees, amount=gross - given_back - fees, read_at=now,
    )  # fmt: skip
