"""The decided columns of an item as JSON, and back: what an action keeps and an undo restores."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models

from collections_app.worklist.models import WorkAction, WorkItem

if TYPE_CHECKING:
    from arwork.staff.models import User

#: What people decide, what counts their touches, whether the item is open, and what an outcome says at once about
#: holds and deadlines. Nothing of the money.
COLUMNS = (
    "state", "closed_on", "closed_reason", "owner_id", "next_action", "next_on", "next_at", "appointment_on",
    "because", "decided_at", "snoozed_until", "wake_events", "woken_by", "escalated_at", "escalated_by_id",
    "promise_broken_on", "last_disposition", "last_worked_at", "touches", "quiet_touches", "same_answers",
    "hold", "deadline_kind", "deadline_on", "due_on",
)  # fmt: skip


def snapshot(item: WorkItem) -> dict[str, Any]:
    """The decided columns, moments and days as ISO text."""
    values = ((name, getattr(item, name)) for name in COLUMNS)
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values}


def restore(item: WorkItem, stored: dict[str, Any]) -> None:
    """Write a snapshot back into `item`, unsaved."""
    for name in COLUMNS:
        if name in stored:
            setattr(item, name, read_column(name, stored[name]))


def keep_action(
    item: WorkItem, disposition: str, *, by: "User", at: dt.datetime, before: dict[str, Any], **own: Any
) -> WorkAction:
    """Write down what became of `item`, as it stands now; `own` are the columns of this kind of action."""
    return WorkAction.objects.create(
        practice_id=item.practice_id,
        item=item,
        at=at,
        by=by,
        disposition=disposition,
        next_action=item.next_action,
        next_on=item.next_on,
        amount=item.amount,
        before=before,
        after=snapshot(item),
        **own,
    )


def read_column(name: str, value: Any) -> Any:
    """The value of a column of an item from what `snapshot` wrote of it."""
    field = next(one for one in WorkItem._meta.concrete_fields if one.attname == name)
    if value is None:
        return None
    if isinstance(field, models.DateTimeField):
        return dt.datetime.fromisoformat(value)
    return dt.date.fromisoformat(value) if isinstance(field, models.DateField) else value
