"""Every step of a delivery, as it is kept: the state it is in, the event that tells of it, and the trail."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from arwork.staff import audit
from collections_app.deliveries.models import Delivery, DeliveryEvent

if TYPE_CHECKING:
    from arwork.staff.models import User

PERSON, HOUSE, CARRIER = "person", "house", "carrier"


def step(
    delivery: Delivery,
    state: str,
    *,
    words: str = "",
    source: str = HOUSE,
    actor: "User | None" = None,
    now: dt.datetime,
    **also: Any,
) -> Delivery:
    """Bring a delivery to a state, with columns that change along, in the caller's transaction."""
    before = delivery.state
    delivery.state = state
    for name, value in also.items():
        setattr(delivery, name, value)
    delivery.save(update_fields=["state", *also])
    note(delivery, words=words, source=source, actor=actor, now=now, before=before)
    return delivery


def note(
    delivery: Delivery,
    *,
    words: str = "",
    source: str = HOUSE,
    actor: "User | None" = None,
    now: dt.datetime,
    before: str | None = None,
) -> None:
    """Keep the state in which a delivery is as one more event of it, and in the trail."""
    DeliveryEvent.objects.create(
        delivery=delivery, state=delivery.state, words=words[:200], source=source, at=now, by=actor
    )
    facts = {"state": delivery.state, "channel": delivery.channel, "account": delivery.account_id, "why": words[:200]}
    audit.record(
        actor,
        f"delivery_{delivery.state}",
        "delivery",
        delivery.pk,
        practice_id=delivery.practice_id,
        before={"state": before} if before else None,
        after=facts,
        now=now,
    )
