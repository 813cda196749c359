"""Whether a delivery may leave now, and the attempt in the contact log when it does."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone

from collections_app.contacts.models import Contact, ContactOutcome, Direction, Hold
from collections_app.contacts.selectors import holds_in_force, strongest_holds
from collections_app.contacts.services import log_contact
from collections_app.deliveries.models import Delivery

#: The words of the contact log for the same ways.
CONTACT_CHANNELS = {"mail": "letter", "email": "email", "text": "sms"}


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether something may leave, why not, and from when on it may (None: not to be foreseen)."""

    is_given: bool
    why: str = ""
    until: dt.datetime | None = None


def may_leave(account_ids: Collection[int], *, channel: str, purpose: str, at: dt.datetime) -> dict[int, Leave]:
    """What the contact gate says of a channel and a purpose, by account."""
    today = timezone.localdate(at)
    rows = Hold.objects.filter(holds_in_force(today), account__in=account_ids, claim=None)
    found = strongest_holds(rows.values_list("account_id", "reason"))
    return {pk: Leave(False, str(Hold.Reason(found[pk]).label)) if pk in found else Leave(True) for pk in account_ids}


def log_attempt(delivery: Delivery, *, at: dt.datetime) -> Contact:
    """The attempt in the contact log, in the transaction in which the delivery leaves."""
    return log_contact(
        Contact(
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
    )
