"""Credit balances: the list by cause and clock, and one credit with what people record of it and its refunds."""

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import asked_for, filtered_by, table_response
from arwork.web.formats import usd
from arwork.web.pages import StaffRequest, page
from claims.credits import selectors, services
from claims.credits.causes import CreditCause
from claims.credits.clock import LOOK_BACK_YEARS, looks_back_to
from claims.credits.sources import source_of
from claims.refunds import requests
from claims.refunds import selectors as refund_selectors
from claims.refunds.payees import payee_of
from claims.refunds.states import RefundState
from claims.web import refund_sheets
from claims.web.refund_forms import CauseForm, ClockForm, CreditFilterForm, RefundForm
from claims.web.shown import credits_shown

if TYPE_CHECKING:
    from django import forms

PER_PAGE = 50


@page(Capability.SEE_CLAIMS)
def credits(request: StaffRequest) -> HttpResponseBase:
    """Every credit, government payers first, then the oldest; sums by cause."""
    today = clock.today()
    form = CreditFilterForm(request.GET, payers=selectors.payers_with_credits(actor=request.user))
    asked = form.filter()
    found = selectors.credits_of(actor=request.user, asked=asked, today=today)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "credits", iter(found), count=len(found), shows=credits_shown,
            after=filtered_by(asked, but=()) or None, now=clock.now(),
        )  # fmt: skip
        return table_response(kind, "credits", refund_sheets.credits(taken, today=today))
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(request.user, "credits", shown, shows=credits_shown, now=clock.now())
    context = {
        "form": form,
        "page": shown,
        "rows": [(one, one.standing(today), one.age(today)) for one in shown],
        "causes": _by_cause(found),
        "cause": asked.cause,
        "total": sum((one.amount for one in found), ZERO),
        "is_filtered": asked != selectors.CreditFilter(),
        "today": today,
    }
    return TemplateResponse(request, "claims/credits/credits.html", context)


@page(Capability.SEE_CLAIMS)
def credit(request: StaffRequest, key: str) -> HttpResponseBase:
    """One credit."""
    return _show(request, key)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def credit_cause(request: StaffRequest, key: str) -> HttpResponseBase:
    """Say what caused it."""
    form = CauseForm(request.POST)
    if not form.is_valid():
        return _show(request, key, entered=form, status=422)
    try:
        services.set_cause(
            source_of(key), actor=request.user, today=clock.today(), now=clock.now(), **form.cleaned_data
        )
    except DomainError as error:
        return _failed(request, key, form, error)
    messages.success(request, "The cause is kept, with your reason.")
    return redirect("credit", key)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def credit_clock(request: StaffRequest, key: str) -> HttpResponseBase:
    """Record when it was identified, investigated, reported."""
    form = ClockForm(request.POST)
    if not form.is_valid():
        return _show(request, key, entered=form, status=422)
    data = form.cleaned_data
    try:
        services.record_clock(
            source_of(key), dates=form.dates(), method=data["method"], reason=data["reason"], actor=request.user,
            today=clock.today(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return _failed(request, key, form, error)
    messages.success(request, "Recorded. The deadline of the work follows.")
    return redirect("credit", key)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def credit_refund(request: StaffRequest, key: str) -> HttpResponseBase:
    """Ask for a refund of it."""
    source, today = source_of(key), clock.today()
    found = requests.refundable(source, actor=request.user, today=today)
    form = RefundForm(request.POST, found=found, payer_id=payee_of(found.credit).payer_id)
    if not form.is_valid():
        return _show(request, key, entered=form, status=422)
    try:
        refund = requests.ask_refund(source, draft=form.draft(), actor=request.user, today=today, now=clock.now())
    except DomainError as error:
        return _failed(request, key, form, error)
    waits = "It waits for a second person." if refund.state == RefundState.ASKED else "It is approved, and can go out."
    messages.success(request, f"{usd(refund.amount)} asked back. {waits}")
    return redirect("refund", refund.pk)


def _failed(request: StaffRequest, key: str, form: "forms.Form", error: DomainError) -> HttpResponseBase:
    name = str(error.facts.get("field", ""))
    form.add_error(name if name in form.fields else None, error.message)
    return _show(request, key, entered=form, status=error.status)


def _show(
    request: StaffRequest, key: str, *, entered: "forms.Form | None" = None, status: int = 200
) -> HttpResponseBase:
    source, today = source_of(key), clock.today()
    found = requests.refundable(source, actor=request.user, today=today)
    one = found.credit
    payee = payee_of(one)
    audit_reads.record_listed(request.user, "credit", [one], shows=credits_shown, now=clock.now())
    review = one.review
    clock_form = ClockForm(
        initial={
            **{name: getattr(review, name) for name in services.DAYS if review},
            "identified_on": one.dates.identified_on,
            "method": review.report_method if review else "",
        }
    )
    refund_form = RefundForm(
        found=found,
        payer_id=payee.payer_id,
        initial={
            "amount": max(found.most - found.owed_elsewhere, ZERO) or found.most,
            "payee": payee.name, "line1": payee.line1, "line2": payee.line2, "city": payee.city,
            "state_code": payee.state_code, "zip": payee.zip, "reason": _REASONS.get(one.cause, ""),
        },
    )  # fmt: skip
    forms_: dict[str, Any] = {
        "cause_form": CauseForm(initial={"cause": review.cause if review else ""}),
        "clock_form": clock_form,
        "refund_form": refund_form,
    }
    forms_ |= {name: entered for name, form in forms_.items() if type(entered) is type(form)}
    context = {
        **forms_,
        "entered": entered,
        "credit": one,
        "found": found,
        "standing": one.standing(today),
        "age": one.age(today),
        "looks_back_to": looks_back_to(one.dates.identified_on),
        "look_back_years": LOOK_BACK_YEARS,
        "changes": services.history(review) if review else [],
        "refunds": refund_selectors.refunds_of(source, actor=request.user),
        "may_record": may(request.user, Capability.RESOLVE_EXCEPTIONS),
        "today": today,
    }
    return TemplateResponse(request, "claims/credits/credit.html", context, status=status)


#: What a letter says of a cause, unless the person says it otherwise.
_REASONS = {
    CreditCause.DUPLICATE: "The same services were paid twice.",
    CreditCause.BOTH_PRIMARY: "Another payer is primary for these services and has paid.",
    CreditCause.PATIENT_OVERPAID: "More was paid than your share came to.",
    CreditCause.UNPOSTED_CHARGE: "The services paid for were not billed or were withdrawn.",
    CreditCause.MISPOSTED: "The payment belongs to no claim of this practice.",
}


def _by_cause(found: list[selectors.Credit]) -> list[tuple[CreditCause, int, Decimal]]:
    counts: Counter[CreditCause] = Counter(one.cause for one in found)
    sums = {cause: sum((one.amount for one in found if one.cause == cause), ZERO) for cause in counts}
    return [(cause, counts[cause], sums[cause]) for cause in CreditCause if counts[cause]]
