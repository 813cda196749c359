"""What strategies ask of people: reviews, help to offer, placements and write-offs to decide."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from collections_app.strategies import selectors, services
from collections_app.strategies.steps import ANSWERS, BY_PEOPLE, KIND_WORDS, StepKind
from collections_app.web.strategy_forms import TaskForm

PER_PAGE = 50


@page(Capability.SEE_CLAIMS)
def strategy_tasks(request: StaffRequest) -> HttpResponseBase:
    """The list, the oldest first."""
    actor, kind = request.user, request.GET.get("kind", "")
    kinds = {one.value: KIND_WORDS[one] for one in KIND_WORDS if one in BY_PEOPLE}
    kind = kind if kind in kinds else ""
    shown = Paginator(selectors.tasks_waiting(actor, kind=kind), PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(
        actor, "strategy_tasks", shown, shows=lambda one: [("account", one.account_id)], after={"kind": kind},
        now=clock.now(),
    )  # fmt: skip
    context = {
        "page": shown,
        "rows": [(one, ANSWERS[StepKind(one.kind)]) for one in shown],
        "kinds": kinds,
        "kind": kind,
        "may_work": may(actor, Capability.WORK_ITEMS),
        "today": clock.today(),
    }
    return TemplateResponse(request, "collections/strategies/tasks.html", context)


@page(Capability.SEE_CLAIMS)
def strategy_task(request: StaffRequest, strategy_task_id: int) -> HttpResponseBase:
    """One of them."""
    found = selectors.own_task(strategy_task_id, actor=request.user)
    audit.record_read(request.user, "account", found.account_id, practice_id=found.practice_id, now=clock.now())
    context = {
        "rows": [(found, ANSWERS[StepKind(found.kind)])],
        "is_one": True,
        "may_work": may(request.user, Capability.WORK_ITEMS) and found.state == found.State.OPEN,
        "today": clock.today(),
    }
    return TemplateResponse(request, "collections/strategies/tasks.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def strategy_task_answer(request: StaffRequest, strategy_task_id: int) -> HttpResponseBase:
    """What was decided about one of them."""
    form = TaskForm(request.POST)
    answer, later_on = ("", None)
    if form.is_valid():
        answer, later_on = form.cleaned_data["answer"], form.cleaned_data["later_on"]
    services.answer_task(
        strategy_task_id, answer=answer, later_on=later_on, actor=request.user, today=clock.today(), now=clock.now()
    )
    messages.success(request, "Noted.")
    return redirect("strategy_tasks")
