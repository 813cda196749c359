"""Exceptions: what could not be posted by itself, what a person decides about it, and undoing that."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import asked_for, table_response
from arwork.web.pages import StaffRequest, page
from claims.approvals import selectors as approvals
from claims.approvals.authority import NeedsSecondPerson
from claims.remits import exception_view, explain, second_decisions, second_person, selectors, undo
from claims.remits.after_posting import EXCEPTION_SUBJECT
from claims.remits.exceptions import (
    accept_exception,
    allocate_exception,
    create_claim,
    dismiss_exception,
    match_exception,
    may_leave_out_deposit,
    reopen_exception,
    retry_exception,
)
from claims.remits.provider_adjustments import plb_name
from claims.remits.second_person import KIND_WORDS
from claims.remits.takeback_disputes import may_be_taken_up
from claims.web import approval_rows, remit_sheets, takeback_page
from claims.web.remit_forms import AccountForm, AllocateForm, DismissForm, OpenClaimForm
from claims.web.search import keep_search, kept_text, typed
from claims.web.shown import exceptions_shown

if TYPE_CHECKING:
    from claims.remits.models import RemitException

PER_PAGE = 50
DISMISSED = "dismissed"  # beside the reasons that exceptions wait for


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
        taken = audit_reads.record_export(
            request.user, "remit_exceptions", found.iterator(chunk_size=1_000), count=found.count(),
            shows=exceptions_shown, after={"reason": code} if code else None, now=clock.now(),
        )  # fmt: skip
        return table_response(kind, "exceptions", remit_sheets.exceptions(taken))
    shown = Paginator(second_person.with_questions(found), PER_PAGE).get_page(request.GET.get("page"))
    reasons = [
        (one, exception_view.reason_words(one), count, amount)
        for one, count, amount in selectors.exceptions_by_reason(request.user)
    ]
    dismissed_count, dismissed_money = selectors.dismissed_total(request.user)
    if dismissed_count:
        reasons.append((DISMISSED, "Dismissed", dismissed_count, dismissed_money))
    rows = [(row, exception_view.reason_words(row.code)) for row in shown]
    audit_reads.record_listed(request.user, "remit_exceptions", shown, shows=exceptions_shown, now=clock.now())
    context = {
        "page": shown,
        "rows": rows,
        "reasons": reasons,
        "reason": code,
        "of": one_only,
        "settled": _just_settled(request),
        "today": clock.today(),
        "asked": approvals.waiting(request.user).count(),
    }
    return TemplateResponse(request, "claims/remits/exceptions.html", context)


@page(Capability.SEE_CLAIMS)
def exception(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """One exception: what was found, whose it may be, and the ways to settle it. POST looks for another claim."""
    if request.method == "POST":  # often a name, which has no place in an address
        selectors.exception(request.user, exception_id)
        return redirect(f"{request.path}?s={keep_search(request, typed(request))}")
    return show_exception(request, exception_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def match(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Say which claim it is."""
    claim_id = id_of(request.POST.get("claim", "")) or 0
    return _decide(request, exception_id, match_exception, claim_id=claim_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def create(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Open a claim from the payment."""
    form = OpenClaimForm(request.POST)
    if not form.is_valid():
        return show_exception(request, exception_id, opening=form, status=422)
    return _decide(request, exception_id, create_claim, service_on=form.cleaned_data["service_on"])


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def retry(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Judge it again."""
    return _decide(request, exception_id, retry_exception)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def accept(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Take it as it was sent; for a whole deposit only once the person has said that they are sure."""
    if selectors.exception(request.user, exception_id).remit_claim is None and "sure" not in request.POST:
        unsure = DomainError("Tick the box first: what the deposit posts can't be undone here.")
        return show_exception(request, exception_id, problem=unsure, status=422)
    return _decide(request, exception_id, accept_exception, account=request.POST.get("account", ""))


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def dismiss(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Leave it unposted, with a reason."""
    return _decide(request, exception_id, dismiss_exception, reason=request.POST.get("reason", ""))


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
    messages.success(request, "Asked. It waits until somebody else approves or refuses.")
    return redirect("remit_exception", exception_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def reopen(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Take a dismissal back."""
    reopen_exception(exception_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "Open again. Settle it now, or leave it to wait with the other exceptions.")
    return redirect("remit_exception", exception_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def undo_decision(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Reverse what a decision posted; the payment waits again."""
    now = clock.now()
    try:
        undo.undo_decision(exception_id, actor=request.user, today=clock.today(), now=now)
    except DomainError as error:
        return show_exception(request, exception_id, problem=error, status=error.status)
    messages.success(request, "Undone: what it posted is reversed, and the payment waits again.")
    return redirect("remit_exception", exception_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def allocate(request: StaffRequest, exception_id: int) -> HttpResponseBase:
    """Post it as allocated by hand."""
    opened = exception_view.view_exception(selectors.exception(request.user, exception_id))
    form = AllocateForm(request.POST, grid=opened.grid)
    if not form.is_valid():
        return show_exception(request, exception_id, form=form, status=422)
    return _decide(request, exception_id, allocate_exception, form=form, lines=form.allocations())


def _decide(
    request: StaffRequest,
    exception_id: int,
    decide: Callable[..., object],
    *,
    form: AllocateForm | None = None,
    **entered: Any,
) -> HttpResponseBase:
    """Carry out a decision and go on to the next exception; an error is shown beside what was entered."""
    try:
        decide(exception_id, actor=request.user, today=clock.today(), now=clock.now(), **entered)
    except NeedsSecondPerson as needed:
        action = second_person.DISMISS if "reason" in entered else second_person.ACCEPT
        asking = {"action": action, "reason": entered.get("reason", ""), "words": KIND_WORDS[needed.facts["kind"]]}
        asking["amount"] = needed.facts["amount"]
        return show_exception(request, exception_id, asking=asking, status=needed.status)
    except DomainError as error:
        return show_exception(request, exception_id, problem=error, form=form, status=error.status)
    after = selectors.exception(request.user, exception_id)
    if after.state == "open":
        messages.warning(request, f"It still waits: {after.detail}")
        return redirect("remit_exception", exception_id)
    waiting = selectors.open_exceptions(request.user).order_by("id").values_list("pk", flat=True)
    following = exception_view.next_exception(list(waiting[:500]), exception_id)
    onward = reverse("remit_exception", args=[following]) if following else reverse("remit_exceptions")
    return redirect(f"{onward}?settled={exception_id}")


def _just_settled(request: StaffRequest) -> "tuple[RemitException, bool] | None":
    """The exception that was settled a moment ago, and whether it can be undone from the page that came next."""
    settled = id_of(request.GET.get("settled", ""))
    found = selectors.exception(request.user, settled) if settled else None
    return (found, _may_undo(request, found)) if found and found.state != "open" else None


def _may_undo(request: StaffRequest, found: "RemitException") -> bool:
    if not may(request.user, Capability.RESOLVE_EXCEPTIONS) or found.state != "resolved":
        return False
    return not undo.why_not_undoable(found, request.user, now=clock.now())


def show_exception(
    request: StaffRequest,
    exception_id: int,
    *,
    problem: DomainError | None = None,
    entered: forms.Form | None = None,
    form: AllocateForm | None = None,
    opening: OpenClaimForm | None = None,
    asking: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The page of one exception; `entered` is a form about its takeback that could not be taken as it was."""
    found = selectors.exception(request.user, exception_id)
    opened = exception_view.view_exception(found)
    search = kept_text(request)
    guesses = exception_view.suggested_claims(found, actor=request.user, search=search) if opened.row else []
    matched = [opened.row.claim_id] if opened.row and opened.row.claim_id else []
    takeback = takeback_page.shown_takeback(found, today=clock.today(), entered=entered)
    audit.record_read(
        request.user, "remit_exception", found.pk, practice_id=found.practice_id, now=clock.now(),
        seen={"claim": [*matched, *(guess.claim.pk for guess in guesses), *(takeback.claim_ids if takeback else ())]},
    )  # fmt: skip
    asked = approvals.questions_about(EXCEPTION_SUBJECT, found.pk)
    questions = approval_rows.rows(asked, actor=request.user, today=clock.today())
    context = {
        "opened": opened,
        "exception": found,
        "decoded": next(iter(explain.explained([opened.row])), None) if opened.row else None,
        "guesses": guesses,
        "may_act": may(request.user, Capability.RESOLVE_EXCEPTIONS),
        "may_settle": found.state == "open" and may(request.user, Capability.RESOLVE_EXCEPTIONS),
        "may_undo": _may_undo(request, found),
        "settled": _just_settled(request),
        "may_leave_out": opened.row is None and found.state == "open" and may_leave_out_deposit(found.remittance),
        "may_reopen": found.state == DISMISSED and may(request.user, Capability.RESOLVE_EXCEPTIONS),
        "q": search,
        "grid": form or AllocateForm(grid=opened.grid),
        "dismissing": DismissForm(),
        "opening": opening or OpenClaimForm(),
        "accounts": AccountForm(),
        "problem": problem,
        "asking": asking,
        "questions": questions,
        "is_asked": any(row.request.state == "waiting" for row in questions),
        "may_decide": may(request.user, Capability.DECIDE_SECOND),
        "tie": selectors.tie_out(found.remittance_id),
        "takeback": takeback,
        "today": clock.today(),
        "may_take_up": may_be_taken_up(found) and may(request.user, Capability.RESOLVE_EXCEPTIONS),
        "plb_name": plb_name(found.provider_adjustment.code) if found.provider_adjustment else "",
    }
    return TemplateResponse(request, "claims/remits/exception.html", context, status=status)
