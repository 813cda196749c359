"""Remittances and their exceptions: where each deposit stands, and what a person decides about the rest."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.exports import asked_for, table_response
from arwork.web.pages import StaffRequest, page
from claims.remits import candidates, laying_out, recouping, selectors, services
from claims.remits.provider import name_of
from claims.web import remit_sheets
from claims.web.remit_forms import AccountForm, AllocateForm, DismissForm, RecoupForm
from claims.web.remit_words import decoded, verdict_words
from claims.web.search import keep, kept_text, typed

if TYPE_CHECKING:
    from claims.remits.models import Remittance

PER_PAGE = 50
DISMISSED = "dismissed"  # beside the reasons that exceptions wait for
STATES = {"": "All", "open": "Open", "staged": "Waiting for review", "partly": "Exceptions open", "posted": "Posted"}


@page(Capability.SEE_CLAIMS)
def remittances(request: StaffRequest) -> HttpResponseBase:
    """Every deposit with its tie-out."""
    state, search = request.GET.get("state", ""), request.GET.get("q", "").strip()
    found = selectors.remittances(request.user, state=state, search=search)
    if kind := asked_for(request):
        audit.record(request.user, "exported", "remittances", None, practice_id=None, now=clock.now())
        return table_response(kind, "remittances", remit_sheets.remittances(found.iterator(chunk_size=1_000)))
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
    """Take what the payer kept back off the claim it was paid on."""
    found = selectors.remittance_of_adjustment(request.user, adjustment_id)
    form = RecoupForm(request.POST)
    if not form.is_valid():
        return _show_remittance(request, found, refused=(adjustment_id, form), status=422)
    try:
        claim = recouping.recoup(
            adjustment_id, **form.cleaned_data, actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _show_remittance(request, found, refused=(adjustment_id, form), status=refusal.status)
    messages.success(request, f"Taken back from claim {claim.number}; the payer owes it again.")
    return redirect("remittance", found.pk)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def recoup_undo(request: StaffRequest, adjustment_id: int, claim_id: int) -> HttpResponseBase:
    """Undo it: the claim is as paid again, and the adjustment waits for the right one."""
    found = selectors.remittance_of_adjustment(request.user, adjustment_id)
    claim = recouping.undo(adjustment_id, claim_id=claim_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, f"Undone on claim {claim.number}. The adjustment waits for the claim it belongs to.")
    return redirect("remittance", found.pk)


def _show_remittance(
    request: StaffRequest, found: "Remittance", *, refused: tuple[int, RecoupForm] | None = None, status: int = 200
) -> HttpResponseBase:
    audit.record_read(request.user, "remittance", found.pk, practice_id=found.practice_id, now=clock.now())
    left = recouping.left_to_recoup(found)
    applied = recouping.applied(found)
    forms = {pk: RecoupForm(initial={"amount": amount}) for pk, amount in left.items() if amount > 0}
    if refused:
        forms[refused[0]] = refused[1]
    shown = Paginator(selectors.claims_of(found), PER_PAGE).get_page(request.GET.get("page"))
    verdicts = selectors.verdicts(found, list(shown))
    context = {
        "remittance": found,
        "may_settle": may(request.user, Capability.RESOLVE_EXCEPTIONS),
        "tie": selectors.tie_out(found.pk),
        "counts": selectors.counts_of(found.pk),
        "page": shown,
        "rows": [(verdict.row, verdict_words(verdict), decoded(verdict.row)) for verdict in verdicts],
        "provider": [
            (row, name_of(row.code), forms.get(row.pk), applied.get(row.pk))
            for row in found.provider_adjustments.order_by("position")
        ],
        "holds": [
            (row, laying_out.reason_words(row.code))
            for row in selectors.open_exceptions(request.user, remittance_id=found.pk).filter(remit_claim=None)
        ],
    }
    return TemplateResponse(request, "claims/remits/remittance.html", context, status=status)


@page(Capability.SEE_CLAIMS)
def exceptions(request: StaffRequest) -> HttpResponseBase:
    """What waits for a person, most money first, by reason."""
    code, only = request.GET.get("reason", ""), id_of(request.GET.get("remittance", ""))
    one_only = selectors.remittance(request.user, only) if only else None
    remittance_id = one_only.pk if one_only else None
    if code == DISMISSED:
        found = selectors.dismissed_exceptions(request.user)
    else:
        found = selectors.open_exceptions(request.user, code=code, remittance_id=remittance_id)
    found = found.order_by("-amount", "id")
    if kind := asked_for(request):
        audit.record(request.user, "exported", "remit_exceptions", None, practice_id=None, now=clock.now())
        return table_response(kind, "exceptions", remit_sheets.exceptions(found.iterator(chunk_size=1_000)))
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    reasons = [
        (one, laying_out.reason_words(one), count, amount)
        for one, count, amount in selectors.exceptions_by_reason(request.user)
    ]
    dismissed_count, dismissed_money = selectors.dismissed_total(request.user)
    if dismissed_count:
        reasons.append((DISMISSED, "Dismissed", dismissed_count, dismissed_money))
    rows = [(row, laying_out.reason_words(row.code)) for row in shown]
    context = {
        "page": shown,
        "rows": rows,
        "reasons": reasons,
        "reason": code,
        "of": one_only,
        "today": clock.today(),
    }
    return TemplateResponse(request, "claims/remits/exceptions.html", context)


@page(Capability.SEE_CLAIMS)
def exception(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """One exception: what was found, whose it may be, and the ways to settle it. POST looks for another claim."""
    if request.method == "POST":  # often a name, which has no place in an address
        selectors.exception(request.user, exception_id)
        return redirect(f"{request.path}?s={keep(request, typed(request))}")
    return _show(request, exception_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def match(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Say which claim it is."""
    claim_id = id_of(request.POST.get("claim", "")) or 0
    return _decide(request, exception_id, services.match_exception, claim_id=claim_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def create(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Open a claim from the payment."""
    return _decide(request, exception_id, services.create_claim)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def retry(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Judge it again."""
    return _decide(request, exception_id, services.retry_exception)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def accept(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Take it as it was sent."""
    return _decide(request, exception_id, services.accept_exception, account=request.POST.get("account", ""))


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def dismiss(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Leave it unposted, with a reason."""
    return _decide(request, exception_id, services.dismiss_exception, reason=request.POST.get("reason", ""))


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def reopen(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Take a dismissal back."""
    services.reopen_exception(exception_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "Open again. Settle it now, or leave it to wait with the other exceptions.")
    return redirect("remit_exception", exception_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def allocate(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Post it as spread by hand."""
    opened = laying_out.laid_out(selectors.exception(request.user, exception_id))
    form = AllocateForm(request.POST, grid=opened.grid)
    if not form.is_valid():
        return _show(request, exception_id, form=form, status=422)
    return _decide(request, exception_id, services.allocate_exception, form=form, lines=form.allocations())


def _decide(
    request: StaffRequest,
    exception_id: int,
    decide: Callable[..., object],
    *,
    form: AllocateForm | None = None,
    **entered: Any,
) -> HttpResponseBase:
    """Carry out a decision and go on to the next exception; a refusal is shown beside what was entered."""
    try:
        decide(exception_id, actor=request.user, today=clock.today(), now=clock.now(), **entered)
    except DomainError as refusal:
        return _show(request, exception_id, problem=refusal, form=form, status=refusal.status)
    after = selectors.exception(request.user, exception_id)
    if after.state == "open":
        messages.warning(request, f"It still waits: {after.detail}")
        return redirect("remit_exception", exception_id)
    messages.success(request, "Settled. The tie-out of the remittance is up to date.")
    waiting = selectors.open_exceptions(request.user).order_by("id").values_list("pk", flat=True)
    following = laying_out.next_open(list(waiting[:500]), exception_id)
    return redirect("remit_exception", following) if following else redirect("remit_exceptions")


def _show(
    request: StaffRequest,
    exception_id: int,
    *,
    problem: DomainError | None = None,
    form: AllocateForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    found = selectors.exception(request.user, exception_id)
    audit.record_read(request.user, "remit_exception", found.pk, practice_id=found.practice_id, now=clock.now())
    opened = laying_out.laid_out(found)
    search = kept_text(request)
    context = {
        "opened": opened,
        "exception": found,
        "decoded": decoded(opened.row) if opened.row else None,
        "guesses": candidates.guesses(found, search=search) if opened.row else [],
        "may_settle": found.state == "open" and may(request.user, Capability.RESOLVE_EXCEPTIONS),
        "may_reopen": found.state == DISMISSED and may(request.user, Capability.RESOLVE_EXCEPTIONS),
        "q": search,
        "grid": form or AllocateForm(grid=opened.grid),
        "dismissing": DismissForm(),
        "accounts": AccountForm(),
        "problem": problem,
        "tie": selectors.tie_out(found.remittance_id),
        "plb_name": name_of(found.provider_adjustment.code) if found.provider_adjustment else "",
    }
    return TemplateResponse(request, "claims/remits/exception.html", context, status=status)
