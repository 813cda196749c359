"""Takebacks: the list of what is open at provider level, and what people do with one from the page of its exception."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.staff import audit_reads
from arwork.staff.access import Capability
from arwork.web.exports import asked_for, table_response
from arwork.web.formats import usd
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from claims.remits import recoupments, selectors, takeback_cases, takeback_disputes
from claims.web import remit_sheets
from claims.web.remit_exceptions import show_exception
from claims.web.remit_forms import RecoupForm, StepForm
from claims.web.shown import takebacks_shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from claims.remits.takeback_cases import TakebackCase

PER_PAGE = 50
PLACE = HubPlace("takebacks", "Takebacks", "What payers take back, and until when it can be disputed")


@page(Capability.SEE_CLAIMS)
def takebacks(request: StaffRequest) -> HttpResponseBase:
    """Every case that is not settled, the nearest window first, with what is open of each payer."""
    found, today = takeback_cases.open_takebacks(request.user), clock.today()
    payers = _of_payers(found)
    if (payer := request.GET.get("payer", "")) in payers:
        found = [case for case in found if case.payer_key == payer]
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "takebacks", iter(found), count=len(found), shows=takebacks_shown, now=clock.now()
        )
        return table_response(kind, "takebacks", remit_sheets.takebacks(taken, today=today))
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(request.user, "takebacks", shown, shows=takebacks_shown, now=clock.now())
    context = {
        "page": shown,
        "rows": [(case, case.window(today)) for case in shown],
        "payers": payers,
        "payer": payer,
        "today": today,
    }
    return TemplateResponse(request, "claims/remits/takebacks.html", context)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def recoup(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Say which claim was taken back: the payer owes it again."""
    adjustment_id, form = _adjustment(request, exception_id), RecoupForm(request.POST)
    if not form.is_valid():
        return show_exception(request, exception_id, entered=form, status=422)
    try:
        claim = recoupments.apply_recoupment(
            adjustment_id, **form.cleaned_data, actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return show_exception(request, exception_id, entered=form, status=error.status)
    messages.success(
        request, f"{usd(form.cleaned_data['amount'])} applied to claim {claim.number}; the payer owes it again."
    )
    return redirect("remit_exception", exception_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def recoup_undo(request: StaffRequest, exception_id: int, claim_id: int) -> HttpResponseBase:
    """Reverse it: the claim is as paid again."""
    claim = recoupments.undo_recoupment(
        _adjustment(request, exception_id), claim_id=claim_id, actor=request.user, today=clock.today(), now=clock.now()
    )
    messages.success(request, f"Undone on claim {claim.number}. The adjustment waits for the claim it belongs to.")
    return redirect("remit_exception", exception_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def record(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Record the letter, the dispute, its decision or the second level."""
    form = StepForm(request.POST, step=_step(request))
    if not form.is_valid():
        return show_exception(request, exception_id, entered=form, status=422)
    try:
        takeback_disputes.record_step(
            exception_id, form.recorded(), actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        form.add_error("on" if error.facts.get("field") == "on" else None, error.message)
        return show_exception(request, exception_id, entered=form, status=error.status)
    messages.success(request, "Recorded. Its windows are counted anew.")
    return redirect("remit_exception", exception_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def take_back(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Take back what was recorded by mistake."""
    try:
        takeback_disputes.take_back_step(exception_id, _step(request), actor=request.user, now=clock.now())
    except Conflict as error:
        return show_exception(request, exception_id, problem=error, status=error.status)
    messages.success(request, "Taken back.")
    return redirect("remit_exception", exception_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def again(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Take up again what somebody let stand."""
    try:
        takeback_disputes.take_up_again(exception_id, actor=request.user, now=clock.now())
    except Conflict as error:
        return show_exception(request, exception_id, problem=error, status=error.status)
    messages.success(request, "Open again.")
    return redirect("remit_exception", exception_id)


def _adjustment(request: StaffRequest, exception_id: int) -> int:
    found = selectors.exception(request.user, exception_id)
    if found.provider_adjustment_id is None:
        raise NotFound("This exception is not about a provider adjustment.")
    return found.provider_adjustment_id


def _step(request: StaffRequest) -> str:
    step = request.POST.get("step", "")
    if step not in takeback_disputes.STEPS:
        raise NotFound("There is no such step.")
    return step


def _of_payers(found: "Iterable[TakebackCase]") -> dict[str, tuple[str, int, Decimal, Decimal]]:
    """By payer: its name, how many cases, what is still to come, what belongs to no claim; most money first."""
    sums: dict[str, tuple[str, int, Decimal, Decimal]] = {}
    for case in found:
        name, count, to_come, unplaced = sums.get(case.payer_key, (case.payer, 0, ZERO, ZERO))
        sums[case.payer_key] = name, count + 1, to_come + case.to_come, unplaced + case.unplaced
    return dict(sorted(sums.items(), key=lambda one: -(one[1][2] + one[1][3])))
