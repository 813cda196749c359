"""Receipts: the list of the day, one to print, and what corrects it: returned, entered by mistake, moved."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, filtered_by, table_response
from arwork.web.formats import day, usd
from arwork.web.pages import StaffRequest, page
from claims.payers.phones import shown_number
from claims.receipts import corrections, selectors
from claims.web.receipt_forms import MoveForm, ReceiptFilterForm, ReturnForm, VoidForm
from claims.web.search_results import FoundElsewhere
from claims.web.shown import receipts_shown

if TYPE_CHECKING:
    from django import forms

    from arwork.staff.models import User
    from claims.parties.search_query import SearchReading
    from claims.receipts.models import Receipt

PER_PAGE = 50
_COLUMNS = (
    Column("Receipt"), Column("Received", Kind.DATE), Column("Posted", Kind.DATE), Column("Practice"),
    Column("Account"),
    Column("Guarantor"), Column("Received as"), Column("Reference"), Column("Amount", Kind.MONEY), Column("State"),
    Column("Ended", Kind.DATE), Column("Why"), Column("Recorded by"),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def receipts(request: StaffRequest) -> HttpResponseBase:
    """The receipts that pass the filters in the address; `export=xlsx` or `csv` gives them all as numbers."""
    form = ReceiptFilterForm(request.GET)
    asked = form.filter()
    rows = selectors.receipts(actor=request.user, asked=asked)
    narrowed = filtered_by(asked, but=("text",))
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "receipts", rows.iterator(chunk_size=2000), count=rows.count(), shows=receipts_shown,
            after=narrowed, now=clock.now(),
        )  # fmt: skip
        sheet = Sheet("Receipts", _COLUMNS, (_cells(row) for row in taken))
        return table_response(kind, f"receipts-{clock.today()}", sheet)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(
        request.user, "receipts", shown, shows=receipts_shown, after=narrowed, now=clock.now()
    )  # fmt: skip
    context = {
        "form": form,
        "page": shown,
        "totals": selectors.receipt_totals(rows),
        "is_filtered": asked != selectors.ReceiptFilter(),
        "today": clock.today(),
    }
    return TemplateResponse(request, "claims/receipts/receipts.html", context)


@page(Capability.SEE_CLAIMS)
def receipt(request: StaffRequest, receipt_id: int) -> HttpResponseBase:
    """One receipt, to be printed and handed out."""
    return _show(request, receipt_id)


@require_POST
@page(Capability.POST_MONEY)
def receipt_return(request: StaffRequest, receipt_id: int) -> HttpResponseBase:
    """The bank returned it."""
    form = ReturnForm(request.POST, prefix="return")
    return _corrected(request, receipt_id, form, corrections.return_receipt, "is returned: what it paid is owed again.")


@require_POST
@page(Capability.POST_MONEY)
def receipt_void(request: StaffRequest, receipt_id: int) -> HttpResponseBase:
    """It was entered by mistake."""
    form = VoidForm(request.POST, prefix="void")
    return _corrected(request, receipt_id, form, corrections.void_receipt, "is taken back, as if it had never come.")


@require_POST
@page(Capability.POST_MONEY)
def receipt_move(request: StaffRequest, receipt_id: int) -> HttpResponseBase:
    """It was another account's, or a part of it was."""
    form = MoveForm(request.POST, prefix="move")
    return _corrected(request, receipt_id, form, corrections.move_receipt, "is what came of it on that account.")


def find_receipts(actor: "User", asked: "SearchReading", limit: int) -> list[FoundElsewhere]:
    """Receipts by their number or by the number of the check."""
    if not asked.number:
        return []
    return [
        FoundElsewhere(
            f"receipt {row.pk}", "Receipt", str(row), f"{row.name}, {usd(row.amount)}, {day(row.received_on)}",
            reverse("receipt", args=[row.pk]), ("account", row.account_id),
        )
        for row in selectors.receipts_numbered(actor=actor, text=asked.number, limit=limit)
    ]  # fmt: skip


def _corrected(
    request: StaffRequest, receipt_id: int, form: "forms.Form", correct: Any, became: str
) -> HttpResponseBase:
    if not form.is_valid():
        return _show(request, receipt_id, form=form, status=422)
    try:
        after: Receipt = correct(
            receipt_id, **form.cleaned_data, actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        if (name := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(name, error.message)
        return _show(request, receipt_id, form=form, problem=error, status=error.status)
    messages.success(request, f"Receipt {after} {became}")
    return redirect("receipt", after.pk)


def _show(
    request: StaffRequest,
    receipt_id: int,
    *,
    form: "forms.Form | None" = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The page, also beside a correction that failed; that the account was opened is recorded."""
    told = selectors.receipt_seen_by(request.user, receipt_id)
    row, now = told.receipt, clock.now()
    seen = {"claim": [claim.pk for claim, _ in told.visits]}
    audit.record_read(request.user, "account", row.account_id, practice_id=row.practice_id, now=now, seen=seen)
    forms_ = {
        "return_form": ReturnForm(prefix="return", initial={"returned_on": clock.today()}),
        "void_form": VoidForm(prefix="void"),
        "move_form": MoveForm(prefix="move", initial={"amount": told.left}),
    }
    if form is not None:
        forms_[f"{form.prefix}_form"] = form
    context: dict[str, Any] = {
        "told": told,
        "row": row,
        "form": form,
        "problem": problem,
        "practice_phone": shown_number(row.practice.phone),
        "may_correct": row.stands and not row.is_debit and may(request.user, Capability.POST_MONEY),
        "may_undo": corrections.may_undo(row, request.user, now=now),
        **forms_,
    }
    return TemplateResponse(request, "claims/receipts/receipt.html", context, status=status)


def _cells(row: "Receipt") -> list[Any]:
    return [
        str(row), row.received_on, row.posted_on, row.practice.name, row.account.number, str(row.account.guarantor),
        row.get_method_display(), row.reference, row.amount, row.get_state_display(), row.ended_on,
        row.get_why_display(), str(row.recorded_by or ""),
    ]  # fmt: skip
