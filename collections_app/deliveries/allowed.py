"""Whether a delivery may leave now, by the contact gate, and the attempt in the contact log when it does."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from collections_app.contacts.asking import record_attempt, verdict_for, verdicts_for
from collections_app.contacts.gate import Verdict
from collections_app.contacts.models import Contact, ContactOutcome, Direction
from collections_app.deliveries.models import Delivery

#: The words of the contact log for the same ways.
CONTACT_CHANNELS = {"mail": "letter", "email": "email", "text": "sms"}


@dataclass(frozen=True, slots=True)
class Leave:
    """Why something may not leave, empty where it may; and from when on it may (None: not to be foreseen)."""

    why: str = ""
    until: dt.datetime | None = None

    @property
    def is_given(self) -> bool:
        return not self.why


def may_leave(delivery: Delivery, *, at: dt.datetime) -> Leave:
    """What the gate says of one delivery, at the very number or address that it goes to."""
    channel = CONTACT_CHANNELS[delivery.channel]
    found = verdict_for(
        account_id=delivery.account_id, channel=channel, purpose=delivery.purpose, at=at, address_id=_row(delivery)
    )
    return _leave(found)


def may_leave_each(account_ids: Collection[int], *, channel: str, purpose: str, at: dt.datetime) -> dict[int, Leave]:
    """What the gate says of a channel and a purpose, by account; as many queries as for one."""
    found = verdicts_for(account_ids, channel=CONTACT_CHANNELS[channel], purpose=purpose, at=at)
    return {pk: _leave(verdict) for pk, verdict in found.items()}


def log_attempt(delivery: Delivery, *, at: dt.datetime) -> Contact:
    """The attempt in the contact log with its verdict, in the transaction in which the delivery leaves; the person is
    locked to its end. Raises `ContactBlocked` where the gate forbids it by now."""
    contact = Contact(
        practice_id=delivery.practice_id,
        account_id=delivery.account_id,
        person_id=delivery.person_id,
        channel=CONTACT_CHANNELS[delivery.channel],
        direction=Direction.OUT,
        purpose=delivery.purpose,
        outcome=ContactOutcome.SENT,
        number_end=delivery.to[-4:] if delivery.channel == Delivery.Channel.TEXT else "",
        at=at,
        by_id=delivery.queued_by_id,
    )
    return record_attempt(contact, address_id=_row(delivery), may_override=False)


def _row(delivery: Delivery) -> int | None:
    return delivery.phone_id or delivery.email_id or delivery.address_id


def _leave(found: Verdict) -> Leave:
    if not found.is_blocked:
        return Leave()
    return Leave(f"{found.reason} ({found.source})" if found.source else found.reason, found.until)
