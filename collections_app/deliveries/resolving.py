"""What to do about a delivery that failed: another way, the same way once more, or nothing."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict
from arwork.staff import audit
from arwork.staff.access import Capability, require
from collections_app.deliveries import history
from collections_app.deliveries.models import Delivery
from collections_app.deliveries.services import NoDelivery, destination, own_delivery, send

if TYPE_CHECKING:
    from arwork.staff.models import User

Channel = Delivery.Channel
NOTHING = "settled"
#: How a failure is dealt with, its words and its key.
WAYS = {
    Channel.MAIL: ("Mail it", "m"),
    Channel.EMAIL: ("E-mail it", "e"),
    Channel.TEXT: ("Text it", "t"),
    NOTHING: ("Nothing more to do", "n"),
}


def ways_of(delivery: Delivery, *, today: dt.date) -> list[tuple[str, str, str]]:
    """What can be done about it: code, words, key. Only ways to which the person has a good address that may be used;
    the first is the one that is proposed."""
    found = [str(way) for way in Channel.values if _has_way(delivery, way, today)]
    found.sort(key=lambda way: (way == delivery.channel, way != Channel.EMAIL))
    return [(way, *WAYS[way]) for way in (*found, NOTHING)]


def resolve(
    *, delivery_id: int, how: str, actor: "User", now: dt.datetime, today: dt.date, words: str = ""
) -> Delivery | None:
    """Deal with a failure; the delivery that takes its place, if any. Raises `Conflict` where somebody has,
    `NoDelivery` where that way is not open."""
    require(actor, Capability.WORK_ITEMS)
    if how not in WAYS:
        raise NoDelivery("Choose what is done about it.", field="how")
    with transaction.atomic():
        failed = own_delivery(delivery_id, actor=actor, locked=True)
        if not failed.is_failure:
            raise Conflict("Somebody has seen to this already. Look again.")
        made = None
        if how != NOTHING:
            made = send(
                account_id=failed.account_id, channel=how, purpose=failed.purpose, letter=failed.letter,
                words=words, actor=actor, now=now, today=today,
            )  # fmt: skip
            made.instead_of = failed
            made.save(update_fields=["instead_of"])
        failed.settled_at, failed.settled_by = now, actor
        failed.save(update_fields=["settled_at", "settled_by"])
        history.note(failed, words=f"seen to: {WAYS[how][0].lower()}", source=history.PERSON, actor=actor, now=now)
        audit.record(actor, "delivery_resolved", "delivery", failed.pk, practice_id=failed.practice_id,
                     after={"how": how, "instead": made.pk if made else None}, now=now)  # fmt: skip
    return made


def _has_way(delivery: Delivery, channel: str, today: dt.date) -> bool:
    if channel == Channel.MAIL and delivery.letter_id is None:
        return False
    try:
        destination(delivery.account, channel, on=today)
    except NoDelivery:
        return False
    return True
