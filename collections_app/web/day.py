"""The business day: whether it is open, what opening it did, and what people do when the night went wrong: open it,
have the worklist refreshed again, take back what was done for days that had not come."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock, events
from arwork.lib.background import QueueUnreachable, enqueue
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from collections_app.day import selectors, withdrawal

if TYPE_CHECKING:
    from collections_app.day.models import DayRun

_OPEN_DAY = "collections_app.tasks.open_day"
_REFRESH_AGAIN = "collections_app.tasks.refresh_day_again"
_QUEUE_AWAY = "The queue of background work does not answer. Tell whoever runs arwork."
PER_PAGE = 30
#: What each figure of a step is called here, in the order of the steps; what is not named is not shown.
_FIGURES: dict[tuple[str, str], str] = {
    ("payments", "refunds"): "card refunds made",
    ("payments", "tried"): "declined payments tried again",
    ("payments", "expiring"): "saved cards that run out soon",
    ("detect", "released"): "remittances posted whose day of payment came",
    ("detect", "debited"): "bank debits settled",
    ("detect", "kept"): "kept a promise",
    ("detect", "broken"): "broke a promise",
    ("detect", "woken"): "woken",
    ("agencies", "to_call_back"): "to be called back from agencies",
    ("agencies", "closed"): "placements closed",
    ("refresh", "opened"): "opened",
    ("refresh", "changed"): "changed",
    ("refresh", "closed"): "closed",
    ("score", "due"): "became due",
    ("score", "covered"): "to stand-ins or back",
    ("assign", "assigned"): "assigned",
    ("check", "orphans"): "found without work",
    ("check", "unowned"): "without owner",
    ("check", "cases"): "cases of bankruptcies and estates opened",
    ("check", "unfollowed"): "cases that nobody follows",
    ("again", "opened"): "opened when refreshed again",
    ("again", "changed"): "changed then",
    ("again", "closed"): "closed then",
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
        "ahead": sorted(run.day for run in shown if run.day > today and run.state == "ahead"),
        "late": events.waiting(now=clock.now()),
    }
    return TemplateResponse(request, "collections/day.html", context)


@require_POST
@page(Capability.RUN_DAY)
def open_day(request: StaffRequest) -> HttpResponseBase:
    """Have a worker open today, after the days that were missed. Harmless where it is open."""
    audit.record(request.user, "day_asked_for", "day", None, practice_id=None, now=clock.now())
    return _left_to_a_worker(request, _OPEN_DAY, "The day is being opened. It shows here how far it is.")


@require_POST
@page(Capability.RUN_DAY)
def refresh_again(request: StaffRequest) -> HttpResponseBase:
    """Have a worker bring the worklist to the books once more. Harmless at any time."""
    audit.record(request.user, "day_refresh_asked_for", "day", None, practice_id=None, now=clock.now())
    said = "The worklist is being refreshed. What that changed shows here when it is done."
    return _left_to_a_worker(request, _REFRESH_AGAIN, said)


@require_POST
@page(Capability.RUN_DAY)
def take_back(request: StaffRequest) -> HttpResponseBase:
    """Take back what was done for days that have not come, then have today refreshed."""
    done = withdrawal.withdraw_days_ahead(actor=request.user, today=clock.today(), now=clock.now())
    messages.success(
        request,
        f"{len(done.days)} days taken back; {done.reopened} promises stand again. The worklist is refreshed next.",
    )
    try:
        enqueue(_REFRESH_AGAIN)
    except QueueUnreachable:
        messages.warning(request, _QUEUE_AWAY)
    return redirect("day")


def _figures(run: "DayRun") -> list[tuple[Any, str]]:
    found = ((run.counts.get(step, {}).get(name, 0), words) for (step, name), words in _FIGURES.items())
    return [(count, words) for count, words in found if count]


def _left_to_a_worker(request: StaffRequest, task: str, said: str) -> HttpResponseBase:
    try:
        enqueue(task)
        messages.success(request, said)
    except QueueUnreachable:
        messages.warning(request, _QUEUE_AWAY)
    return redirect("day")
