"""Windows that closed before anybody kept them are written down: why, whose, how much (RULES 9.2)."""

import datetime as dt
from collections.abc import Iterable

from arwork.lib import bulk
from collections_app.worklist.closed_windows import is_closed
from collections_app.worklist.models import WorkAction, WorkItem
from collections_app.worklist.window_models import MissedWindow

Why = MissedWindow.Why


def note_missed(items: Iterable[WorkItem], *, today: dt.date) -> int:
    """Write down what `items`, as they stand now, have missed and nobody noted yet; how many. Three queries at most,
    none where nothing closed."""
    closed = [(item, item.deadline_on) for item in items if item.deadline_on and is_closed(item, today=today)]
    if not closed:
        return 0
    known = set(
        MissedWindow.objects.filter(bulk.Among("item", [item.pk for item, _ in closed])).values_list(
            "item_id", "kind", "closed_on"
        )
    )
    new = [(item, day) for item, day in closed if (item.pk, item.deadline_kind, day) not in known]
    given_up = _given_up([item.pk for item, _ in new if item.touches])
    bulk.insert(
        MissedWindow,
        [
            MissedWindow(
                practice_id=item.practice_id,
                item_id=item.pk,
                owner_id=item.owner_id,
                kind=item.deadline_kind,
                closed_on=day,
                amount=item.amount,
                why=Why.GIVEN_UP if item.pk in given_up else why_missed(item),
                touches=item.touches,
            )
            for item, day in new
        ],
        ignore_conflicts=True,
    )
    return len(new)


def why_missed(item: WorkItem) -> Why:
    """What the item itself says of how it came to that."""
    last_day = item.deadline_on
    if last_day is not None and item.opened_on > last_day:
        return Why.LATE
    if item.escalated_at is not None:
        return Why.ESCALATED
    if item.touches == 0:
        return Why.UNTOUCHED
    return Why.SNOOZED if item.last_disposition == "snoozed" else Why.UNKEPT


def _given_up(item_ids: list[int]) -> set[int]:
    """Those whose last outcome let the window go in words."""
    if not item_ids:
        return set()
    rows = WorkAction.objects.filter(bulk.Among("item", item_ids), reverses=None, undone_by=None).order_by("pk")
    last = dict(rows.values_list("item_id", "entered"))
    return {item for item, entered in last.items() if entered.get("given_up")}
