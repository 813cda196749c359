"""Whose an item is: taking it, keeping it while at work, giving it back, and the way back to the list."""

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.sensitive import SensitiveText
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page
from collections_app.web.desk_forms import CALL
from collections_app.worklist import drafts, leases, services, skips
from collections_app.worklist.answers import MissingField
from collections_app.worklist.leases import HeldByOther, ItemClosed, LeaseLost

if TYPE_CHECKING:
    from collections_app.worklist.models import WorkItem

FROM_LIST, LIST = "desk_from_list", "list_address"


@require_POST
@page(Capability.WORK_ITEMS)
def hold(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """Take this very item. `touches` says what the page knew of it: an item that was logged since is left alone."""
    now = clock.now()
    known = request.POST.get("touches")
    if known and known != str(leases.access_item(request.user, item_id).touches):
        return HttpResponse(status=204)
    try:
        held = hold_for(request, item_id, now=now)
    except (HeldByOther, ItemClosed) as error:
        if request.htmx:
            return TemplateResponse(request, "collections/partials/held.html", {"lost": error, "item_id": item_id})
        return not_on_desk(request, item_id, error)
    if not request.htmx:
        return redirect("desk_item", item_id)
    seconds = int((held.lease.expires_at - now).total_seconds())
    context = {"item": held, "item_id": item_id, "is_mine": True, "seconds": seconds}
    return TemplateResponse(request, "collections/partials/taken.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def renew(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """Keep the item: the person is at work. Answers with the new end of the hold."""
    now = clock.now()
    on_the_line = request.session.get(CALL) or {"rows": []}
    try:  # a call goes on while any of its claims is held, whichever was logged
        until = services.renew(actor=request.user, item_id=None if item_id in on_the_line["rows"] else item_id, now=now)
    except LeaseLost as error:
        return TemplateResponse(request, "collections/partials/held.html", {"lost": error, "item_id": item_id})
    context = {"item_id": item_id, "is_mine": True, "seconds": int((until - now).total_seconds())}
    return TemplateResponse(request, "collections/partials/held.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def give_back(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """Give the item back without an outcome, with a reason: somebody else may take it now."""
    reason, words = request.POST.get("reason", ""), request.POST.get("words", "")
    try:
        is_skipped = skips.skip_item(
            actor=request.user, item_id=item_id, reason=reason, words=words, now=clock.now(), today=clock.today()
        )
    except (MissingField, SensitiveText) as error:
        messages.error(request, f"{error.message} You still have the item.")
        return redirect("desk_item", item_id)
    if is_skipped:
        messages.info(request, "Given back. Nothing was logged; it stays where it was in the queue.")
    else:
        messages.info(request, "You did not hold this item, so there was nothing to give back. Nothing was logged.")
    return redirect(list_url(request, item_id) or "my_day")


def hold_for(request: StaffRequest, item_id: int, *, now: dt.datetime) -> "WorkItem":
    """The item, held by the actor; reading it is noted. A hold that is half over starts anew."""
    held = leases.holding(actor=request.user, now=now).filter(pk=item_id).first()
    if held is None or held.lease.expires_at - now < leases.TERM / 2:
        held = services.open_item(actor=request.user, item_id=item_id, now=now)
    return held


def not_on_desk(request: StaffRequest, item_id: int, error: DomainError, *, note: str = "") -> HttpResponseBase:
    draft = None if note else drafts.draft_of(actor=request.user, item_id=item_id)
    context = {
        "problem": error,
        "list_url": list_url(request, item_id),
        "note": draft.entered.get("note", "") if draft else note,
        "draft_of": item_id if draft else None,
    }
    return TemplateResponse(request, "collections/not_on_desk.html", context, status=error.status)


def list_url(request: StaffRequest, item_id: int) -> str:
    """The list from which this item was opened, at its row; the address itself stays on the server."""
    if request.session.get(FROM_LIST) != item_id:
        return ""
    query = request.session.get(LIST) or {}
    address = f"{reverse('worklist')}?{urlencode(query)}" if query else reverse("worklist")
    return f"{address}#item-{item_id}"
