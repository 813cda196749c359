"""Refunds: the list, one with what may be done about it, the letter, what goes out, what nobody cashed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import asked_for, table_response
from arwork.web.formats import usd
from arwork.web.pages import StaffRequest, page, posted
from claims.approvals.selectors import questions_about
from claims.refunds import postings, requests, runs, selectors
from claims.refunds.states import ACH, CHECK, RefundState
from claims.web import approval_rows, refund_sheets
from claims.web.refund_forms import CheckRunForm, DayForm, PayingAccountForm, TakeBackForm
from claims.web.setup_pages import form_page
from claims.web.shown import refunds_shown

if TYPE_CHECKING:
    from claims.refunds.models import Refund

PER_PAGE = 50


@page(Capability.SEE_CLAIMS)
def refunds(request: StaffRequest) -> HttpResponseBase:
    """Refunds by where they stand; what is approved goes out from here."""
    return _list(request)


@require_POST
@page(Capability.POST_MONEY)
def refunds_issue(request: StaffRequest) -> HttpResponseBase:
    """Let the ticked refunds go out, as checks or by ACH."""
    ids = [pk for one in request.POST.getlist("refund") if (pk := id_of(one))]
    form = CheckRunForm(request.POST)
    actor, today, now = request.user, clock.today(), clock.now()
    try:
        if request.POST.get("method") == ACH:
            run = runs.issue_ach(ids, actor=actor, today=today, now=now)
        elif not form.is_valid():
            return _list(request, form=form, chosen=ids, status=422)
        else:
            number = form.cleaned_data["first_number"]
            run = runs.issue_checks(ids, first_number=number, actor=actor, today=today, now=now)
    except DomainError as error:
        return _list(request, form=form, chosen=ids, problem=error, status=error.status)
    messages.success(request, f"{run.count} issued, {usd(run.amount)}. The file {run.file_name} is below.")
    return redirect(f"{reverse('refunds')}?group=issued#files")


@page(Capability.SEE_CLAIMS)
def refund(request: StaffRequest, refund_id: int) -> HttpResponseBase:
    """One refund."""
    return _show(request, refund_id)


@page(Capability.SEE_CLAIMS)
def refund_letter(request: StaffRequest, refund_id: int) -> HttpResponseBase:
    """The letter that goes with it, to be printed."""
    found = selectors.refund(refund_id, actor=request.user)
    audit_reads.record_listed(request.user, "refund", [found], shows=refunds_shown, now=clock.now())
    context = {"refund": found, "today": clock.today(), "practice": found.practice}
    return TemplateResponse(request, "claims/refunds/letter.html", context)


@require_POST
@page(Capability.POST_MONEY)
def refund_cancel(request: StaffRequest, refund_id: int) -> HttpResponseBase:
    """Take an approved refund back before it goes out."""
    return _because(request, refund_id, requests.cancel_refund, "Canceled: the credit stands again.")


@require_POST
@page(Capability.POST_MONEY)
def refund_void(request: StaffRequest, refund_id: int) -> HttpResponseBase:
    """Void a check that was stopped or lost."""
    return _because(request, refund_id, runs.void_refund, "Voided: the credit stands again.")


@require_POST
@page(Capability.POST_MONEY)
def refund_clear(request: StaffRequest, refund_id: int) -> HttpResponseBase:
    """The bank paid it."""

    def clear(pk: int, *, on: Any, **when: Any) -> "Refund":
        return runs.clear_refund(pk, cleared_on=on, **when)

    return _on_day(request, refund_id, clear, "Cleared.")


@require_POST
@page(Capability.POST_MONEY)
def refund_unclear(request: StaffRequest, refund_id: int) -> HttpResponseBase:
    """It was marked cleared by mistake."""
    runs.unclear_refund(refund_id, actor=request.user, now=clock.now())
    messages.success(request, "Out again, not cleared.")
    return redirect("refund", refund_id)


@require_POST
@page(Capability.POST_MONEY)
def refund_state(request: StaffRequest, refund_id: int) -> HttpResponseBase:
    """It was reported, then paid, to the state."""
    return _on_day(request, refund_id, runs.report_unclaimed, "Recorded.")


@require_POST
@page(Capability.POST_MONEY)
def refund_doubled(request: StaffRequest, refund_id: int) -> HttpResponseBase:
    """Somebody has seen to what was returned twice."""
    runs.settle_doubled(refund_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "Seen to.")
    return redirect("refund", refund_id)


@require_POST
@page(Capability.POST_MONEY)
def refund_file(request: StaffRequest, run_id: int) -> HttpResponseBase:
    """The file of a run, as it went to the bank."""
    run = runs.download_run(run_id, actor=request.user, now=clock.now())
    name = f'attachment; filename="{run.file_name}"'
    return HttpResponse(
        run.content.encode(), content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": name, "Cache-Control": "no-store"},
    )  # fmt: skip


@page(Capability.SEE_CLAIMS)
def refunds_unclaimed(request: StaffRequest) -> HttpResponseBase:
    """What went out and was not cashed: stale, due to a state, with a state."""
    today = clock.today()
    found = selectors.unclaimed(actor=request.user, today=today)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "unclaimed", iter(found), count=len(found), shows=lambda row: refunds_shown(row.refund),
            now=clock.now(),
        )  # fmt: skip
        return table_response(kind, "unclaimed-refunds", refund_sheets.unclaimed(taken))
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(
        request.user, "unclaimed", [row.refund for row in shown], shows=refunds_shown, now=clock.now()
    )
    rows = [(row, row.clock.is_dormant(today)) for row in shown]
    return TemplateResponse(request, "claims/refunds/unclaimed.html", {"page": shown, "rows": rows, "today": today})


@page(Capability.CONFIGURE_PAYERS)
def practice_bank(request: StaffRequest, practice_id: int) -> HttpResponseBase:
    """The account from which a practice pays refunds, and into which bank debits are paid."""
    found = selectors.paying_account(practice_id, actor=request.user)
    shown = ("bank", "routing", "company", "company_id", "next_check")
    form = PayingAccountForm(posted(request), initial={name: getattr(found, name) for name in shown if found})
    if found is not None:
        form.fields["account"].help_text = f"Ends in {found.account[-4:]}. Leave it empty to keep it."

    def save() -> str:
        runs.save_paying_account(practice_id, draft=form.draft(), actor=request.user, now=clock.now())
        return ""

    crumbs = [(reverse("setup"), "Setup"), (reverse("practices"), "Practices")]
    return form_page(
        request, form, save, title="Bank account of the practice", crumbs=crumbs, done=reverse("practices"),
        intro="Refunds are paid from it, and what is debited from patients' bank accounts is paid into it.",
    )  # fmt: skip


def _list(
    request: StaffRequest,
    *,
    form: CheckRunForm | None = None,
    chosen: list[int] | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    actor = request.user
    asked = request.GET if request.method == "GET" else {"group": "approved"}
    group = asked.get("group", "") if asked.get("group", "") in selectors.GROUPS else ""
    payee = asked.get("payee", "") if asked.get("payee", "") in ("patient", "payer") else ""
    found = selectors.refunds(actor=actor, group=group, payee=payee)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "refunds", found.iterator(chunk_size=1_000), count=found.count(), shows=refunds_shown,
            after={"group": group, "payee": payee}, now=clock.now(),
        )  # fmt: skip
        return table_response(kind, "refunds", refund_sheets.refunds(taken))
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "refunds", shown, shows=refunds_shown, now=clock.now())
    numbers = set(selectors.next_checks(actor=actor).values())
    context = {
        "page": shown,
        "groups": selectors.refund_groups(actor=actor),
        "group": group,
        "payee": payee,
        "form": form or CheckRunForm(initial={"first_number": numbers.pop() if len(numbers) == 1 else None}),
        "chosen": chosen or [],
        "problem": problem,
        "runs": selectors.refund_runs(actor=actor),
        "may_issue": may(actor, Capability.POST_MONEY),
        "check": CHECK,
        "ach": ACH,
        "today": clock.today(),
    }
    return TemplateResponse(request, "claims/refunds/refunds.html", context, status=status)


def _show(
    request: StaffRequest,
    refund_id: int,
    *,
    why: TakeBackForm | None = None,
    day: DayForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    found, today = selectors.refund(refund_id, actor=request.user), clock.today()
    audit_reads.record_listed(request.user, "refund", [found], shows=refunds_shown, now=clock.now())
    asked = questions_about(requests.REFUND, found.pk)
    clocks = selectors.with_clocks([found])
    state = RefundState(found.state)
    context = {
        "refund": found,
        "source": postings.source_of_refund(found),
        "questions": approval_rows.rows(asked, actor=request.user, today=today),
        "may_decide": may(request.user, Capability.DECIDE_SECOND),
        "may_post": may(request.user, Capability.POST_MONEY),
        "unclaimed": clocks[0] if clocks else None,
        "why_form": why or TakeBackForm(),
        "day_form": day or DayForm(initial={"on": today}),
        "can_cancel": state == RefundState.APPROVED,
        "can_void": state in (RefundState.ISSUED, RefundState.REPORTED),
        "can_clear": state in (RefundState.ISSUED, RefundState.REPORTED),
        "is_cleared": state == RefundState.CLEARED,
        "problem": problem,
        "today": today,
    }
    return TemplateResponse(request, "claims/refunds/refund.html", context, status=status)


def _because(request: StaffRequest, refund_id: int, deed: Callable[..., "Refund"], said: str) -> HttpResponseBase:
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        return _show(request, refund_id, why=form, status=422)
    try:
        deed(refund_id, why=form.cleaned_data["why"], actor=request.user, today=clock.today(), now=clock.now())
    except DomainError as error:
        return _show(request, refund_id, why=form, problem=error, status=error.status)
    messages.success(request, said)
    return redirect("refund", refund_id)


def _on_day(request: StaffRequest, refund_id: int, deed: Callable[..., "Refund"], said: str) -> HttpResponseBase:
    form = DayForm(request.POST)
    if not form.is_valid():
        return _show(request, refund_id, day=form, status=422)
    try:
        deed(refund_id, on=form.cleaned_data["on"], actor=request.user, today=clock.today(), now=clock.now())
    except DomainError as error:
        form.add_error("on", error.message)
        return _show(request, refund_id, day=form, status=error.status)
    messages.success(request, said)
    return redirect("refund", refund_id)
