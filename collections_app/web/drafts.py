"""The outcome that somebody is still typing: kept while they do, shown again when they come back, or discarded."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff.access import Capability
from arwork.web.formats import when
from arwork.web.pages import StaffRequest, page
from collections_app.web.desk_forms import typed
from collections_app.worklist import drafts

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.worklist.models import WorkDraft, WorkItem


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """What is shown of a draft: its fields for the form, its day, since when, and whether the item moved on."""

    initial: dict[str, Any]
    next_day: dt.date | None
    since: str
    is_overtaken: bool


def draft_for(actor: "User", item: "WorkItem", *, today: dt.date) -> ShownDraft | None:
    """What the actor began to enter about `item`, with the item as it stands now."""
    found = drafts.draft_of(actor=actor, item_id=item.pk)
    if found is None:
        return None
    return ShownDraft(
        initial=found.entered,
        next_day=_day(found.entered.get("next_on")),
        since=since(found, today=today),
        is_overtaken=found.touches != item.touches,
    )


def since(draft: "WorkDraft", *, today: dt.date) -> str:
    """`at 14:05`, by the clock of the office."""
    return when(timezone.localtime(draft.saved_at), today)


@require_POST
@page(Capability.WORK_ITEMS)
def save_draft(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """Keep what is typed; the answer is one line for the person, nothing where they have logged it since."""
    now = clock.now()
    touches = id_of(request.POST.get("draft_touches", "")) or 0
    entered = typed(request.POST)
    try:
        is_kept = drafts.save_draft(actor=request.user, item_id=item_id, entered=entered, seen_touches=touches, now=now)
    except DomainError as error:
        return HttpResponse(f"Not kept. {error.message}", content_type="text/plain", status=error.status)
    words = f"Kept at {timezone.localtime(now):%H:%M}, not logged yet." if entered else ""
    return HttpResponse(words, content_type="text/plain", status=200 if is_kept else 204)


@require_POST
@page(Capability.WORK_ITEMS)
def discard(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """Forget what was typed, and show the item with an empty form."""
    if drafts.discard_draft(actor=request.user, item_id=item_id):
        messages.info(request, "Discarded. Nothing was logged.")
    if request.POST.get("then") == "my_day":
        return redirect("my_day")
    return redirect("desk_together" if request.POST.get("then") == "together" else "desk_item", item_id)


def _day(text: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        return None
