"""The list: one table of open work, with filters that are words in the address; and what is done to many rows."""

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import asked_for, table_response
from arwork.web.pages import StaffRequest, page
from collections_app.web.item_lease import LIST
from collections_app.web.list_forms import ActForm, FilterForm
from collections_app.web.list_view import COLUMNS as ALL_COLUMNS
from collections_app.web.list_view import chips_of, columns_of, rows_of, sheet_of
from collections_app.web.undo_bar import undoable
from collections_app.worklist import list_filters, lists, saved_lists, selectors, services, supervising, team
from collections_app.worklist.list_filters import BadFilter, Filters
from collections_app.worklist.supervising import MOST_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from arwork.staff.models import User
    from collections_app.worklist.models import WorkItem

COLUMNS = "list_columns"
COUNTED = 1_000
ONE_BY_ONE = 200


@page(Capability.SEE_CLAIMS)
def worklist(request: StaffRequest) -> HttpResponseBase:
    """Open work that fits the words of `q`, a page at a time."""
    form = FilterForm(request.GET)
    if (address := form.address(usual=_usual(request))) is not None:
        return redirect(f"{reverse('worklist')}?{urlencode(address)}")
    now, today = clock.now(), clock.today()
    if "cols" in request.GET:
        request.session[COLUMNS] = request.GET.getlist("cols")
        return redirect(f"{reverse('worklist')}?{urlencode(form.kept())}")
    context: dict[str, Any] = {"form": form, "all_columns": ALL_COLUMNS, "q": form.text}
    cursor = {name: text for name in ("after", "before") if (text := request.GET.get(name))}
    try:
        filters = list_filters.parse(form.text)
        columns = columns_of(request.session.get(COLUMNS) or (), is_mine=filters.owner in ("me", "mine"))
        rows = lists.items(actor=request.user, filters=filters, today=today)
        if kind := asked_for(request):
            asked = {"sort": form.sort, **filters.facts()}
            ordered = lists.sorted_items(rows, sort=form.sort)
            taken = audit_reads.record_export(
                request.user, "worklist", ordered.iterator(chunk_size=2000), count=rows.count(),
                shows=selectors.items_shown, after=asked, now=now,
            )  # fmt: skip
            sheet = sheet_of(taken, columns, filters=filters, today=today)
            return table_response(kind, f"worklist-{today}", sheet)
        shown = lists.sorted_page(rows, sort=form.sort, after=cursor.get("after", ""), before=cursor.get("before", ""))
    except BadFilter as error:
        context |= {"problem": error, "chips": chips_of(Filters())}
        return TemplateResponse(request, "collections/list.html", context, status=422)
    request.session[LIST] = form.kept() | cursor
    audit_reads.record_listed(
        request.user, "worklist", shown.rows, shows=selectors.items_shown, after=filters.facts(), now=now
    )
    context |= {
        "columns": columns,
        "rows": rows_of(shown.rows, columns, today=today, now=now),
        "page": shown,
        "is_first": not cursor,
        "chips": chips_of(filters),
        "filters": filters,
        "undoable": undoable(actor=request.user, now=now) if may(request.user, Capability.WORK_ITEMS) else None,
        "sort": form.sort,
        "today": today,
        "saved": (kept := saved_lists.kept_lists(actor=request.user)),
        "this_list": next((one for one in kept if one.kept.query == form.text), None),
        "may_work": may(request.user, Capability.WORK_ITEMS),
        "may_assign": may(request.user, Capability.ASSIGN_WORK),
        "workers": team.workers(actor=request.user) if may(request.user, Capability.ASSIGN_WORK) else (),
    }
    return TemplateResponse(request, "collections/list.html", context)


@page(Capability.SEE_CLAIMS)
def counts(request: StaffRequest) -> HttpResponseBase:
    """How much is in this list and in each saved one: asked for after the page is there."""
    today = clock.today()
    context: dict[str, Any] = {"saved": [], "total": "", "q": request.GET.get("q", "")}
    actor = request.user
    for found in saved_lists.kept_lists(actor=actor):
        context["saved"].append(
            {"kept": found.kept, "count": _counted(saved_lists.list_items, actor=actor, found=found, today=today)}
        )
    context["total"] = _counted(_rows_of, actor=actor, query=context["q"], today=today)
    return TemplateResponse(request, "collections/partials/list_counts.html", context)


@require_POST
@page(Capability.SEE_CLAIMS)
def save_list(request: StaffRequest) -> HttpResponseBase:
    """Save the filter under a name, or forget one."""
    query = request.POST.get("q", "")
    if forget := request.POST.get("forget"):
        saved_lists.drop_filter(actor=request.user, filter_id=id_of(forget) or 0)
        return redirect("worklists")
    _rows_of(actor=request.user, query=query, today=clock.today())  # what means nothing is refused before it is kept
    kept = saved_lists.save_filter(actor=request.user, name=request.POST.get("name", ""), query=query)
    messages.success(
        request, f"Saved as {kept.name}. It is a worklist of yours now: work it, and the next comes from it."
    )
    return redirect(f"{reverse('worklist')}?{urlencode({'q': query})}")


@require_POST
@page(Capability.WORK_ITEMS)
def act(request: StaffRequest) -> HttpResponseBase:
    """Reassign, snooze or pin many: first how many and how much, then, confirmed, the deed."""
    form = ActForm(request.POST, workers=team.workers(actor=request.user), today=clock.today())
    back = f"{reverse('worklist')}?{urlencode(request.session.get(LIST) or {})}"
    items = _chosen(request)
    if not items:
        raise DomainError("Select some rows first: x selects the row you stand on.")
    if not form.is_valid():
        return TemplateResponse(request, "collections/list_confirm.html", {"form": form, "back": back}, status=422)
    if form.cleaned_data["do"] != "reassign" and len(items) > ONE_BY_ONE:
        raise DomainError(f"Snooze or pin at most {ONE_BY_ONE} items at once. Narrow the filter.")
    if not request.POST.get("confirmed"):
        shown = items[:10]
        prefetch_related_objects(shown, *lists.row_prefetches())
        context = {
            "form": form,
            "items": shown,
            "ids": [item.pk for item in items],
            "amount": sum((item.amount for item in items), start=items[0].amount * 0),
            "back": back,
            "words": form.words(len(items)),
            "is_most": len(items) == MOST_AT_ONCE,
        }
        return TemplateResponse(request, "collections/list_confirm.html", context)
    done, not_done = _act(request, form, [item.pk for item in items])
    messages.success(request, form.done_words(done))
    for words in not_done[:5]:
        messages.warning(request, words)
    return redirect(back)


@require_POST
@page(Capability.ASSIGN_WORK)
def undo_supervising(request: StaffRequest, event_id: int) -> HttpResponseBase:
    """Undo who was given what, or a pin, on all items at once that still stand as that left them."""
    done, left = supervising.undo_supervising(
        actor=request.user, event_id=event_id, now=clock.now(), today=clock.today()
    )
    if done:
        messages.success(request, f"Undone: {done:,} item{'s' * (done != 1)} as before.")
    if left:
        messages.warning(request, f"{left:,} item{'s' * (left != 1)} changed since, or cannot go back, and stayed.")
    return redirect(f"{reverse('worklist')}?{urlencode(request.session.get(LIST) or {})}")


def _act(request: StaffRequest, form: ActForm, ids: list[int]) -> tuple[int, list[str]]:
    now, today, data = clock.now(), clock.today(), form.cleaned_data
    if data["do"] == "reassign":
        owner = data["owner"] or None
        return services.reassign(actor=request.user, item_ids=ids, owner_id=owner, now=now, today=today), []
    done, not_done = 0, []
    for pk in ids:
        try:
            if data["do"] == "snooze":
                services.snooze(
                    actor=request.user,
                    item_id=pk,
                    until_on=data["until_on"],
                    reason=data["reason"],
                    now=now,
                    today=today,
                )
            else:
                services.pin(actor=request.user, item_id=pk, is_pinned=data["do"] == "pin", now=now, today=today)
            done += 1
        except DomainError as error:
            not_done.append(error.message)
    return done, not_done


def _chosen(request: StaffRequest) -> "list[WorkItem]":
    """The ticked rows; with `all`, everything that fits the filter, up to `MOST_AT_ONCE`."""
    today = clock.today()
    if request.POST.get("all"):
        rows = lists.items(actor=request.user, filters=list_filters.parse(request.POST.get("q", "")), today=today)
    else:
        ids = [pk for one in request.POST.getlist("item") if (pk := id_of(one))]
        rows = lists.items(actor=request.user, filters=Filters(), today=today).filter(pk__in=ids)
    return list(rows[:MOST_AT_ONCE])


def _rows_of(*, actor: "User", query: str, today: dt.date) -> "QuerySet[WorkItem]":
    return lists.items(actor=actor, filters=list_filters.parse(query), today=today)


def _counted(rows: "Callable[..., QuerySet[WorkItem]]", **asked: Any) -> str:
    try:
        found = rows(**asked)
    except BadFilter:
        return "?"
    count, is_more = lists.count_up_to(found, most=COUNTED)
    return f"{count:,}+" if is_more else f"{count:,}"


def _usual(request: StaffRequest) -> str:
    """What the list shows when nobody asked for anything: a collector's own work, a supervisor's everything due."""
    return "due:today" if may(request.user, Capability.SEE_TEAM) else "owner:mine due:today"
