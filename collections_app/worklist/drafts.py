"""Keeping what somebody types about an item until they log it: no logoff, crash or closed lid takes it from them."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from arwork.lib.errors import DomainError
from arwork.lib.retention import Due, drop_rows, due_rows
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import PersonPhone
from collections_app.worklist.leases import access_item
from collections_app.worklist.models import WorkAction, WorkDraft, WorkItem

if TYPE_CHECKING:
    from arwork.staff.models import User

MOST_CHARACTERS = 4_000
MOST_SHOWN = 5
MOST_TOUCHES = 32_767
#: What an action keeps of its form as it was typed.
TYPED = (
    "books_to", "amount", "trace", "promised_on", "method", "callback_on", "until_on", "reason", "document", "rep_date",
    "happened_on",
)  # fmt: skip


def save_draft(
    *, actor: "User", item_id: int, entered: Mapping[str, str | list[str]], seen_touches: int, now: dt.datetime
) -> bool:
    """Keep `entered` (fields as typed, empty ones left out) for `actor` alone; False where they have logged since.

    A page that was logged tells of its fields once more when it is left: that must not bring the draft back. Nothing
    entered means that the draft may go. Raises `SensitiveText`; then what was kept before goes too, for it holds the
    beginning of that number.
    """
    require(actor, Capability.WORK_ITEMS)
    if not entered:
        discard_draft(actor=actor, item_id=item_id)
        return True
    try:
        ensure_not_sensitive(**{name: text for name, text in entered.items() if isinstance(text, str)})
    except DomainError:
        discard_draft(actor=actor, item_id=item_id)
        raise
    with transaction.atomic():
        item = access_item(actor, item_id, lock=True)  # so it falls before or after a logging, never between
        last = WorkAction.objects.filter(item=item, by=actor).order_by("-pk").first()
        if last is not None and last.after.get("touches", 0) > seen_touches:
            return False
        facts = {
            "entered": {name: text[:MOST_CHARACTERS] for name, text in entered.items()},
            "touches": min(seen_touches, MOST_TOUCHES),
            "saved_at": now,
        }
        WorkDraft.objects.update_or_create(user=actor, item=item, defaults=facts)
    return True


def draft_of(*, actor: "User", item_id: int) -> WorkDraft | None:
    """What `actor` began to enter about an item and did not log."""
    return WorkDraft.objects.filter(user=actor, item=item_id, item__practice__in=practice_ids(actor)).first()


def drafts_of(*, actor: "User") -> list[WorkDraft]:
    """What `actor` began and did not log, the latest first, with the items; a handful."""
    rows = WorkDraft.objects.filter(user=actor, item__practice__in=practice_ids(actor))
    return list(rows.select_related("item__claim", "item__account").order_by("-saved_at")[:MOST_SHOWN])


def discard_draft(*, actor: "User", item_id: int) -> bool:
    """Forget the actor's draft of an item; whether there was one. Raises `NotFound`."""
    access_item(actor, item_id)
    return bool(WorkDraft.objects.filter(user=actor, item=item_id).delete()[0])


def end_draft(*, actor: "User", item: WorkItem) -> None:
    """Forget the actor's draft: what it was to become is recorded. Call inside the transaction that records."""
    WorkDraft.objects.filter(user=actor, item=item).delete()


def draft_again(*, actor: "User", item: WorkItem, action: WorkAction, now: dt.datetime) -> None:
    """Put the words of an outcome that was undone back where they were typed. Call inside the transaction that
    undoes, while what came of the outcome still stands."""
    entered: dict[str, Any] = {
        "disposition": action.disposition, "note": action.note, "reference": action.reference,
        "spoke_to": action.spoken_to,
    }  # fmt: skip
    entered |= {name: value for name, value in action.entered.items() if name in TYPED and isinstance(value, str)}
    if at := action.entered.get("callback_at"):
        entered["callback_time"] = f"{timezone.localtime(dt.datetime.fromisoformat(at)):%H:%M}"
    if "wakes" in action.entered:
        entered["wakes"] = action.entered["wakes"].split()
    if found := action.entered.get("found_phone"):
        entered["phone"] = PersonPhone.objects.filter(pk=found).values_list("number", flat=True).first()
    facts = {"entered": {name: text for name, text in entered.items() if text}, "touches": item.touches}
    WorkDraft.objects.update_or_create(user=actor, item=item, defaults=facts | {"saved_at": now})


def drafts_due(before: dt.datetime) -> Due:
    """Drafts that nobody came back to since that moment."""
    return due_rows(WorkDraft.objects.filter(saved_at__lt=before), "saved_at")


def forget_drafts(before: dt.datetime) -> int:
    """Forget them; how many."""
    return drop_rows(WorkDraft.objects.filter(saved_at__lt=before))
