"""The second person: what waits for one, asking, agreeing and refusing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.remits import second_decisions, second_person
from claims.remits.second_person import KIND_WORDS

PER_PAGE = 30


@page(Capability.SEE_CLAIMS)
def requests(request: StaffRequest) -> HttpResponseBase:
    """Decisions that wait for a second person, the oldest first, and those that were answered."""
    shows_answered = request.GET.get("show") == "answered"
    found = second_person.requests_seen_by(request.user, waiting=not shows_answered)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "rows": [(row, KIND_WORDS.get(row.kind, row.kind)) for row in shown],
        "shows_answered": shows_answered,
        "may_answer": may(request.user, Capability.DECIDE_SECOND),
    }
    return TemplateResponse(request, "claims/remits/requests.html", context)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def ask(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Ask a second person to agree."""
    second_decisions.ask_second_person(
        exception_id,
        action=request.POST.get("action", ""),
        reason=request.POST.get("reason", ""),
        actor=request.user,
        today=clock.today(),
        now=clock.now(),
    )
    messages.success(request, "Asked. It waits until somebody else agrees or refuses.")
    return redirect("remit_exception", exception_id)


@require_POST
@page(Capability.DECIDE_SECOND)
def answer(request: StaffRequest, request_id: int) -> HttpResponseBase:
    """Agree, which carries it out, or refuse with a reason."""
    agrees = request.POST.get("answer") == "agree"
    found = second_decisions.answer(
        request_id,
        agrees=agrees,
        note=request.POST.get("note", ""),
        actor=request.user,
        today=clock.today(),
        now=clock.now(),
    )
    messages.success(request, "Agreed, and carried out." if agrees else f"Refused. {found.asked_by} sees why.")
    return redirect("remit_exception", found.exception_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def withdraw(request: StaffRequest, request_id: int) -> HttpResponseBase:
    """Take one's own question back."""
    found = second_person.withdraw(request_id, actor=request.user, now=clock.now())
    messages.success(request, "Withdrawn. Nobody needs to decide.")
    return redirect("remit_exception", found.exception_id)
