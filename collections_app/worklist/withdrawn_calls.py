"""A call that was logged and never made: its outcome is undone, and an entry against it says so.

Undoing alone leaves the call in the contact log, for mostly it was made and only told wrongly; then it counts towards
how often a person may be called (RULES 10). Whoever says that it was never made takes it out of that count. Nothing is
erased: both entries stand on the timeline.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_ids, require
from claims.remits.undo import UNDO_WITHIN
from collections_app.contacts import services as contacts
from collections_app.worklist.actions import TooLate, undo_action
from collections_app.worklist.models import WorkAction

if TYPE_CHECKING:
    from arwork.staff.models import User


def withdraw_call(*, actor: "User", action_id: int, now: dt.datetime, today: dt.date) -> WorkAction:
    """Undo the action unless that is done, and withdraw its call; the action.

    Raises `NotFound`, `TooLate` ten minutes after it, as undoing does, or `DomainError` where the call was told anew.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        rows = WorkAction.objects.filter(pk=action_id, practice__in=practice_ids(actor))
        action = rows.select_related("contact__retold_by", "undone_by").first()
        if action is None or action.contact is None:
            raise NotFound("There is no such call among your practices.", action_id=action_id)
        if now - action.at > UNDO_WITHIN:
            raise TooLate("Ten minutes have passed. Write a note that says what is true.")
        if not hasattr(action, "undone_by"):
            undo_action(actor=actor, action_id=action_id, now=now, today=today)
        contacts.withdraw_contact(actor=actor, contact=action.contact, now=now)
    return action


def undone_call(*, actor: "User", item_id: int, now: dt.datetime) -> int | None:
    """The action on an item whose call still counts although `actor` undid it a moment ago. One query."""
    found = WorkAction.objects.filter(
        item=item_id, by=actor, at__gt=now - UNDO_WITHIN, undone_by__isnull=False, contact__isnull=False,
        contact__retold_by=None,
    ).order_by("-pk")  # fmt: skip
    return found.values_list("pk", flat=True).first()
