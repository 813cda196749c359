"""Payments: the list, one with its story, and what may be done with it."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, filtered_by, table_response
from arwork.web.formats import usd
from arwork.web.pages import StaffRequest, page
from claims.web.shown import receipts_shown
from collections_app.payments import refunds, runner, selectors, services, telling
from collections_app.payments.processors import ProcessorAway
from collections_app.payments.words import decline_words, dispute_words
from collections_app.web.payment_forms import CardRefundForm, PaymentFilterForm, SendReceiptForm

if TYPE_CHECKING:
    from django import forms

    from collections_app.payments.models import Payment

PER_PAGE = 50
_COLUMNS = (
    Column("Payment"), Column("Asked", Kind.DATE), Column("Taken", Kind.DATE), Column("Practice"), Column("Account"),
    Column("Guarantor"), Column("Paid with"), Column("From"), Column("Amount", Kind.MONEY),
    Column("Taken amount", Kind.MONEY), Column("Given back", Kind.MONEY), Column("Fee", Kind.MONEY), Column("State"),
    Column("Why"), Column("Receipt"), Column("Asked by"),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def payments(request: StaffRequest) -> HttpResponseBase:
    """The payments that pass the filters in the address; `export=xlsx` or `csv` gives them all as numbers."""
    form = PaymentFilterForm(request.GET)
    asked = form.filter()
    rows = selectors.payments(actor=request.user, asked=asked)
    narrowed = filtered_by(asked, but=())
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "payments", rows.iterator(chunk_size=2000), count=rows.count(), shows=receipts_shown,
            after=narrowed, now=clock.now(),
        )  # fmt: skip
        return table_response(
            kind, f"payments-{clock.today()}", Sheet("Payments", _COLUMNS, (_cells(row) for row in taken))
        )
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(
        request.user, "payments", shown, shows=receipts_shown, after=narrowed, now=clock.now()
    )  # fmt: skip
    context = {
        "form": form,
        "page": shown,
        "totals": selectors.payment_totals(rows),
        "held_up": selectors.held_up(request.user)[:PER_PAGE],
        "is_filtered": asked != selectors.PaymentFilter(),
        "today": clock.today(),
    }
    return TemplateResponse(request, "collections/payments/list.html", context)


@page(Capability.SEE_CLAIMS)
def payment(request: StaffRequest, payment_id: int) -> HttpResponseBase:
    """One payment with its story."""
    return _show(request, payment_id)


@page(Capability.WORK_ITEMS)
def payment_back(request: StaffRequest, asked_as: UUID) -> HttpResponseBase:
    """Back from the processor's page: ask what became of the payment, and show it."""
    payment_id = services.payment_keyed(str(asked_as), actor=request.user)
    try:
        found = services.look_again(payment_id, actor=request.user, today=clock.today(), now=clock.now())
    except ProcessorAway as error:
        messages.warning(request, error.message)
        return redirect("payment", payment_id)
    if found.state == "succeeded":
        messages.success(request, f"{usd(found.amount)} is paid with {found.paid_with}.")
    return redirect("payment", payment_id)


@require_POST
@page(Capability.WORK_ITEMS)
def payment_look(request: StaffRequest, payment_id: int) -> HttpResponseBase:
    """Ask the processor what became of it."""
    selectors.payment_seen_by(request.user, payment_id, today=clock.today())
    return _done(request, payment_id, services.look_again, "Asked: this is what became of it so far.")


@require_POST
@page(Capability.WORK_ITEMS)
def payment_cancel(request: StaffRequest, payment_id: int) -> HttpResponseBase:
    """Close its card page."""
    return _done(request, payment_id, services.cancel_page, "The card page is closed: nobody can pay there any more.")


@require_POST
@page(Capability.WORK_ITEMS)
def payment_stop(request: StaffRequest, payment_id: int) -> HttpResponseBase:
    """Try nothing of its account again by itself."""
    told = selectors.payment_seen_by(request.user, payment_id, today=clock.today())
    runner.stop_trying(told.payment.account, actor=request.user, now=clock.now())
    messages.success(request, "Nothing declined on this account is tried again by itself.")
    return redirect("payment", payment_id)


@require_POST
@page(Capability.POST_MONEY)
def payment_void(request: StaffRequest, payment_id: int) -> HttpResponseBase:
    """Take it back before it settles."""
    return _done(request, payment_id, services.void, "It is voided, as if it had never come.")


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def payment_refund(request: StaffRequest, payment_id: int) -> HttpResponseBase:
    """Ask that it, or a part of it, goes back to the card."""
    form = CardRefundForm(request.POST, prefix="refund")
    if not form.is_valid():
        return _show(request, payment_id, form=form, status=422)
    try:
        found = refunds.ask_refund(
            payment_id, **form.cleaned_data, actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        return _show(request, payment_id, form=_wrong(form, error), problem=error, status=error.status)
    waits = found.state == "asked"
    messages.success(
        request, "A second person is asked about it." if waits else f"{usd(found.amount)} goes back to the card."
    )
    return redirect("payment", payment_id)


@require_POST
@page(Capability.WORK_ITEMS)
def payment_send(request: StaffRequest, payment_id: int) -> HttpResponseBase:
    """Send its receipt, or while it waits the link to its card page."""
    form = SendReceiptForm(request.POST, prefix="send")
    if not form.is_valid():
        return _show(request, payment_id, form=form, status=422)
    common: dict[str, Any] = {"actor": request.user, "today": clock.today(), "now": clock.now()}
    told = selectors.payment_seen_by(request.user, payment_id, today=clock.today())
    channel, row = form.cleaned_data["channel"], told.payment
    try:
        if row.state == "pending":
            url = request.build_absolute_uri(row.link)
            sent = telling.send_link(payment_id, channel=channel, url=url, **common)
        else:
            sent = telling.send_receipt(payment_id, channel=channel, **common)
    except DomainError as error:
        return _show(request, payment_id, form=_wrong(form, error), problem=error, status=error.status)
    if sent.state == "refused":
        messages.warning(request, f"Not sent: {sent.problem or sent.get_state_display().lower()}")
    else:
        messages.success(request, "It is on its way.")
    return redirect("payment", payment_id)


@require_POST
@page(Capability.WORK_ITEMS)
def payment_receipt(request: StaffRequest, payment_id: int) -> HttpResponseBase:
    """Make the receipt as a letter, and show it."""
    try:
        letter = telling.receipt_letter(payment_id, actor=request.user, today=clock.today(), now=clock.now())
    except DomainError as error:
        return _show(request, payment_id, problem=error, status=error.status)
    return redirect("document", letter.document_id)


def _done(request: StaffRequest, payment_id: int, deed: Any, said: str) -> HttpResponseBase:
    try:
        deed(payment_id, actor=request.user, today=clock.today(), now=clock.now())
    except DomainError as error:
        if error.status == 404:
            raise
        return _show(request, payment_id, problem=error, status=error.status)
    messages.success(request, said)
    return redirect("payment", payment_id)


def _wrong(form: "forms.Form", error: DomainError) -> "forms.Form":
    if (name := str(error.facts.get("field", ""))) in form.fields:
        form.add_error(name, error.message)
    return form


def _show(
    request: StaffRequest,
    payment_id: int,
    *,
    form: "forms.Form | None" = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The page, also beside what failed; that the account was opened is recorded."""
    told = selectors.payment_seen_by(request.user, payment_id, today=clock.today())
    row = told.payment
    audit.record_read(request.user, "account", row.account_id, practice_id=row.practice_id, now=clock.now())
    forms_: dict[str, Any] = {
        "refund_form": CardRefundForm(prefix="refund", initial={"amount": told.refundable}),
        "send_form": SendReceiptForm(prefix="send"),
    }
    if form is not None:
        forms_[f"{form.prefix}_form"] = form
    works = may(request.user, Capability.WORK_ITEMS)
    context = {
        "told": told,
        "row": row,
        "problem": problem,
        "form": form,
        "why": decline_words(row.decline_code) if row.decline_code else "",
        "disputes": [(one, dispute_words(one.reason)) for one in told.disputes],
        "is_page_open": row.state == "pending" and bool(row.link),
        "may_work": works,
        "may_post": may(request.user, Capability.POST_MONEY),
        "may_ask": may(request.user, Capability.RESOLVE_EXCEPTIONS),
        **forms_,
    }
    return TemplateResponse(request, "collections/payments/payment.html", context, status=status)


def _cells(row: "Payment") -> list[Any]:
    return [
        str(row), row.asked_on, row.taken_on, row.practice.name, row.account.number, str(row.account.guarantor),
        row.paid_with, row.get_source_display(), row.amount, row.captured, row.refunded, row.fee,
        row.get_state_display(), decline_words(row.decline_code) if row.decline_code else "", str(row.receipt or ""),
        str(row.asked_by or ""),
    ]  # fmt: skip
