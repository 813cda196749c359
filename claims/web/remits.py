"""Remittances: where each deposit stands, and what payers recouped from it."""

from typing import TYPE_CHECKING

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
from arwork.web.exports import asked_for, table_response
from arwork.web.pages import StaffRequest, page
from claims.edi import selectors as files
from claims.eobs import selectors as eobs
from claims.ledger.posting_words import account_words
from claims.payers.code_words import payment_method_words
from claims.remits import exception_view, explain, provider_adjustments, recoupments, selectors
from claims.remits.provider_adjustments import plb_name
from claims.web import remit_sheets
from claims.web.remit_forms import RecoupForm
from claims.web.remit_words import verdict_words

if TYPE_CHECKING:
    from claims.remits.models import Remittance

PER_PAGE = 50
STATES = {"": "All", "open": "Open", "staged": "Waiting for review", "partly": "Exceptions open", "posted": "Posted"}


@page(Capability.SEE_CLAIMS)
def remittances(request: StaffRequest) -> HttpResponseBase:
    """Every deposit with its tie-out."""
    state, search = request.GET.get("state", ""), request.GET.get("q", "").strip()
    found = selectors.remittances(request.user, state=state, search=search)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "remittances", found.iterator(chunk_size=1_000), count=found.count(),
            after={"state": state} if state else None, now=clock.now(),
        )  # fmt: skip
        return table_response(kind, "remittances", remit_sheets.remittances(taken))
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    ties = selectors.tie_outs([row.pk for row in shown])
    rows = [(row, ties[row.pk]) for row in shown]
    context = {"page": shown, "rows": rows, "states": STATES, "state": state, "q": search}
    return TemplateResponse(request, "claims/remits/remittances.html", context)


@page(Capability.SEE_CLAIMS)
def remittance(request: StaffRequest, remittance_id: int) -> HttpResponseBase:
    """One deposit: tie-out, provider adjustments, and every claim payment with its verdict; a recorded read."""
    return _show_remittance(request, selectors.remittance(request.user, remittance_id))


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def recoup(request: StaffRequest, adjustment_id: int) -> HttpResponseBase:
    """Take what the payer recouped off the claim it was paid on."""
    found = selectors.remittance_of_adjustment(request.user, adjustment_id)
    form = RecoupForm(request.POST)
    if not form.is_valid():
        return _show_remittance(request, found, failed=(adjustment_id, form), status=422)
    try:
        claim = recoupments.apply_recoupment(
            adjustment_id, **form.cleaned_data, actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return _show_remittance(request, found, failed=(adjustment_id, form), status=error.status)
    messages.success(request, f"Recouped from claim {claim.number}; the payer owes it again.")
    return redirect("remittance", found.pk)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def recoup_undo(request: StaffRequest, adjustment_id: int, claim_id: int) -> HttpResponseBase:
    """Undo it: the claim is as paid again, and the adjustment waits for the right one."""
    found = selectors.remittance_of_adjustment(request.user, adjustment_id)
    claim = recoupments.undo_recoupment(
        adjustment_id, claim_id=claim_id, actor=request.user, today=clock.today(), now=clock.now()
    )
    messages.success(request, f"Undone on claim {claim.number}. The adjustment waits for the claim it belongs to.")
    return redirect("remittance", found.pk)


def _show_remittance(
    request: StaffRequest, found: "Remittance", *, failed: tuple[int, RecoupForm] | None = None, status: int = 200
) -> HttpResponseBase:
    left = provider_adjustments.recoupment_left(found)
    applied = provider_adjustments.applied_recoupments(found.provider_adjustments.all())
    forms = {pk: RecoupForm(initial={"amount": amount}) for pk, amount in left.items() if amount > 0}
    if failed:
        forms[failed[0]] = failed[1]
    shown = Paginator(selectors.payments_of_remittance(found), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(shown)
    audit.record_read(
        request.user, "remittance", found.pk, practice_id=found.practice_id, now=clock.now(),
        seen={"claim": [row.claim_id for row in rows if row.claim_id]},
    )  # fmt: skip
    payments, verdicts = explain.explained(rows), selectors.posting_previews(found, rows)
    context = {
        "remittance": found,
        "method": payment_method_words(found.method),
        "eob": eobs.eob_of(found),
        "is_test": files.is_test(found.transaction_id),
        "may_settle": may(request.user, Capability.RESOLVE_EXCEPTIONS),
        "tie": selectors.tie_out(found.pk),
        "counts": selectors.counts_of(found.pk),
        "page": shown,
        "rows": [(one.row, verdict_words(verdict), one) for one, verdict in zip(payments, verdicts, strict=True)],
        "provider": [
            (row, plb_name(row.code), -row.amount, _booked_to(row.account), forms.get(row.pk), applied.get(row.pk))
            for row in found.provider_adjustments.order_by("position")
        ],
        "holds": [
            (row, exception_view.reason_words(row.code))
            for row in selectors.open_exceptions(request.user, remittance_id=found.pk).filter(remit_claim=None)
        ],
    }
    return TemplateResponse(request, "claims/remits/remittance.html", context, status=status)


def _booked_to(account: str) -> str:
    return account_words(account) if account else ""
