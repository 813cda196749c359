"""Worklists: one's own and those published to one, with live figures; working one, publishing, withdrawing."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from collections_app.web import working_list
from collections_app.worklist import saved_lists
from collections_app.worklist.list_filters import BadFilter


@page(Capability.SEE_CLAIMS)
def worklists(request: StaffRequest) -> HttpResponseBase:
    """Every worklist of the reader, and for supervisors what is published for their practices."""
    actor = request.user
    own = saved_lists.kept_lists(actor=actor)
    known = {one.kept.pk for one in own}
    others = saved_lists.published_lists(actor=actor) if may(actor, Capability.ASSIGN_WORK) else []
    context = {
        "lists": own,
        "others": [one for one in others if one.kept.pk not in known],
        "working": request.session.get(working_list.WORKING),
        "may_work": may(actor, Capability.WORK_ITEMS),
        "may_publish": may(actor, Capability.ASSIGN_WORK),
    }
    return TemplateResponse(request, "collections/list_own.html", context)


@page(Capability.SEE_CLAIMS)
def figures(request: StaffRequest) -> HttpResponseBase:
    """How much is on each, asked for after the page is there."""
    today, actor = clock.today(), request.user
    found = {one.kept.pk: one for one in saved_lists.kept_lists(actor=actor)}
    if may(actor, Capability.ASSIGN_WORK):
        found = {one.kept.pk: one for one in saved_lists.published_lists(actor=actor)} | found
    rows = []
    for pk, one in found.items():
        try:
            rows.append({"pk": pk, "total": saved_lists.list_total(actor=actor, found=one, today=today)})
        except BadFilter:
            rows.append({"pk": pk, "total": None})
    return TemplateResponse(request, "collections/partials/list_figures.html", {"rows": rows})


@require_POST
@page(Capability.WORK_ITEMS)
def work(request: StaffRequest, list_id: int) -> HttpResponseBase:
    """Work through a worklist: its best item now, and its next one after each outcome."""
    working_list.begin(request, saved_lists.kept_list(actor=request.user, list_id=list_id))
    return working_list.take_from_list(request) or redirect("worklists")


@require_POST
@page(Capability.WORK_ITEMS)
def leave(request: StaffRequest) -> HttpResponseBase:
    """Work the whole queue again; what is held stays held."""
    working_list.leave(request)
    messages.info(request, "The next item comes from the whole queue again.")
    return redirect("desk")


@page(Capability.ASSIGN_WORK)
def publish(request: StaffRequest, list_id: int) -> HttpResponseBase:
    """Choose readers, see what it would do, then do it."""
    now, today, actor = clock.now(), clock.today(), request.user
    found = saved_lists.kept_list(actor=actor, list_id=list_id)
    readers = (request.POST if request.method == "POST" else request.GET).getlist("to")
    context: dict[str, Any] = {
        "found": found,
        "readers": saved_lists.possible_readers(actor=actor),
        "chosen": readers,
        "gives": bool(request.GET.get("gives") or request.POST.get("gives")),
    }
    try:
        if request.method == "POST":
            given = saved_lists.publish(
                actor=actor, list_id=list_id, readers=readers, gives=context["gives"], now=now, today=today
            )
            words = f" {given:,} item{'s' * (given != 1)} changed hands." if context["gives"] else ""
            messages.success(request, f"{found.kept.name} is published.{words}")
            return redirect("worklists")
        if readers:
            context["simulation"] = saved_lists.simulate_publication(
                actor=actor, list_id=list_id, readers=readers, today=today
            )
    except DomainError as error:
        context["problem"] = error
        return TemplateResponse(request, "collections/list_publish.html", context, status=422)
    return TemplateResponse(request, "collections/list_publish.html", context)


@require_POST
@page(Capability.ASSIGN_WORK)
def withdraw(request: StaffRequest, list_id: int) -> HttpResponseBase:
    """End its publication in one's practices."""
    saved_lists.withdraw(actor=request.user, list_id=list_id, now=clock.now())
    messages.success(request, "Withdrawn. Nobody else works through it any more; what was given stays given.")
    return redirect("worklists")
