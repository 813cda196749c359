"""The business day: whether it is open, what opening it did, and opening it by hand when the night did not."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.background import QueueUnreachable, enqueue
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from collections_app.day import selectors

if TYPE_CHECKING:
    from collections_app.day.models import DayRun

_OPEN_DAY = "collections_app.tasks.open_day"
PER_PAGE = 30
#: What each figure of a step is called here, in the order of the steps; what is not named is not shown.
_FIGURES: dict[tuple[str, str], str] = {
    ("detect", "kept"): "kept a promise",
    ("detect", "broken"): "broke a promise",
    ("detect", "woken"): "woken",
    ("refresh", "opened"): "opened",
    ("refresh", "changed"): "changed",
    ("refresh", "closed"): "closed",
    ("score", "due"): "became due",
    ("assign", "assigned"): "assigned",
    ("check", "orphans"): "found without work",
    ("check", "unowned"): "without owner",
}


@page(Capability.SEE_TEAM)
def day(request: StaffRequest) -> HttpResponseBase:
    """Every opening, the latest first: when, how long, what it did, where it stopped."""
    today = clock.today()
    shown = Paginator(selectors.runs(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "rows": [(run, _figures(run), run.counts.get("prove", {}).get("different", 0)) for run in shown],
        "may_see_totals": selectors.may_see_totals(request.user),
        "today": today,
        "is_open": selectors.is_day_open(today),
        "present": next((run for run in shown if run.day == today), None),
        "may_run": may(request.user, Capability.RUN_DAY),
    }
    return TemplateResponse(request, "collections/day.html", context)


@require_POST
@page(Capability.RUN_DAY)
def open_day(request: StaffRequest) -> HttpResponseBase:
    """Have a worker open today, after the days that were missed. Harmless where it is open."""
    audit.record(request.user, "day_asked_for", "day", None, practice_id=None, now=clock.now())
    try:
        enqueue(_OPEN_DAY)
        messages.success(request, "The day is being opened. It shows here how far it is.")
    except QueueUnreachable:
        messages.warning(request, "The queue of background work does not answer. Tell whoever runs arwork.")
    return redirect("day")


def _figures(run: "DayRun") -> list[tuple[Any, str]]:
    found = ((run.counts.get(step, {}).get(name, 0), words) for (step, name), words in _FIGURES.items())
    return [(count, words) for count, words in found if count]
