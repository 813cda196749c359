"""Messages of a processor: taken once by their id; what each is about is asked for and booked.

A message that can't be followed now (the processor is away) stays unhandled: the processor sends it again, and the
day's run looks at what is left.
"""

import datetime as dt
from collections.abc import Mapping

from django.db.models import Q

from collections_app.payments import methods, payouts, services
from collections_app.payments.choosing import processor_named
from collections_app.payments.models import Payment, ProcessorEvent
from collections_app.payments.processors import (
    OF_CARD,
    OF_PAYMENT,
    OF_PAYOUT,
    Message,
    Processor,
    ProcessorRefused,
)

_KEPT = 100  # characters of what a message is about


def take_message(name: str, body: bytes, headers: Mapping[str, str], *, today: dt.date, now: dt.datetime) -> bool:
    """Take one message of the processor called `name`; whether it was new. Raises `BadSignature`, `NoCards`,
    `ProcessorAway` (it is to be sent again)."""
    there = processor_named(name)
    message = there.read_message(body, headers, now=now)
    row, _ = ProcessorEvent.objects.get_or_create(
        processor=there.name, event_id=message.id[:_KEPT],
        defaults={"kind": message.kind[:60], "about": message.about[:_KEPT], "received_at": now},
    )  # fmt: skip
    if row.handled_at is not None:
        return False
    _follow(there, message, today=today, now=now)
    row.handled_at = now
    row.save(update_fields=["handled_at"])
    return True


def _follow(there: Processor, message: Message, *, today: dt.date, now: dt.datetime) -> None:
    if message.subject == OF_PAYMENT and (payment := _payment(there, message.about)):
        services.look_again(payment.pk, actor=None, today=today, now=now)
    elif message.subject == OF_PAYOUT:
        payouts.read_payout(there, message.about, now=now)
    elif message.subject == OF_CARD:
        methods.renew(there, message.about, now=now)


def _payment(there: Processor, about: str) -> Payment | None:
    """The payment that is meant, by its page or its name at the processor; what does not name it yet, by our key."""
    if not about:
        return None
    mine = Payment.objects.filter(processor=there.name)
    found = mine.filter(Q(session=about) | Q(reference=about)).first()
    if found is not None:
        return found
    try:
        told = there.fetch(reference=about)
    except ProcessorRefused:
        return None
    return mine.filter(key=told.key).first() if told and told.key else None
