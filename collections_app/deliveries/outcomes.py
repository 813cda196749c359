"""What carriers say became of something that left: delivered or bounced, and what follows for where it went.

A number or e-mail address that is wrong for good is marked and never used again until somebody puts it right; another
way is proposed (`resolving`). Mail that came back is entered by people (`returned`).
"""

import datetime as dt
from typing import TYPE_CHECKING

from arwork.lib.events import announce
from arwork.staff import audit
from claims.parties.models import PersonEmail, PersonPhone
from collections_app.deliveries import history
from collections_app.deliveries.models import Delivery

if TYPE_CHECKING:
    pass

State = Delivery.State


def delivered(delivery: Delivery, *, now: dt.datetime) -> None:
    """The carrier says that it arrived. The caller holds the row; what bounced before stays so."""
    if delivery.state in (State.QUEUED, State.SENT):
        history.step(delivery, State.DELIVERED, source=history.CARRIER, now=now, problem="")
        announce("delivery", accounts=[delivery.account_id])


def bounced(delivery: Delivery, *, why: str, is_for_good: bool, now: dt.datetime) -> None:
    """It did not arrive. `is_for_good` marks the number or the address as wrong. The caller holds the row."""
    if delivery.state not in (State.QUEUED, State.SENT, State.DELIVERED):
        return
    history.step(delivery, State.BOUNCED, words=why, source=history.CARRIER, now=now, problem=why[:200])
    if is_for_good:
        mark_wrong(delivery, now=now)
    announce("delivery", accounts=[delivery.account_id])


def mark_wrong(delivery: Delivery, *, now: dt.datetime) -> None:
    """The number or e-mail address that it went to reaches nobody."""
    for model, row_id, subject in (
        (PersonEmail, delivery.email_id, "email"),
        (PersonPhone, delivery.phone_id if delivery.channel == Delivery.Channel.TEXT else None, "phone"),
    ):
        if row_id and model.objects.filter(pk=row_id, is_wrong=False).update(is_wrong=True):
            facts = {"delivery": delivery.pk, subject: row_id, "person": delivery.person_id}
            audit.record(
                None, f"{subject}_wrong", "person", delivery.person_id,
                practice_id=delivery.practice_id, after=facts, now=now,
            )  # fmt: skip
