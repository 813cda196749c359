"""People who can't be reached: the lists, the best first; one search with its leads; and what may be done about it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
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
from arwork.web.hub import HubPlace, OpenPlace, open_places
from arwork.web.pages import StaffRequest, page
from collections_app.tracing import lists, selectors, services, trying
from collections_app.tracing.trying import LeadCall
from collections_app.web.tracing_forms import (
    AskForm,
    ConfirmForm,
    LeadCallForm,
    LeadForm,
    TraceFilterForm,
    TraceNextForm,
    TraceWordsForm,
)

if TYPE_CHECKING:
    from claims.parties.models import Account

PER_PAGE = 50
_TONES = {
    "open": "tag-amber", "working": "tag-blue", "found": "tag-green", "exhausted": "tag-red", "stopped": "tag-plain",
    "untried": "tag-blue", "tried": "tag-plain", "confirmed": "tag-green", "wrong": "tag-red", "dead": "tag-red",
}  # fmt: skip
PLACE = HubPlace("tracing", "People to find", "Who owes and can't be reached, the best first", lists.waiting_count)
FILES = HubPlace("trace_files", "Files of addresses", "NCOA and skip tracing, out and in")


def places(request: StaffRequest) -> list[OpenPlace]:
    """The pages about people who can't be reached that this role may open."""
    return open_places(request, (PLACE, FILES))


@page(Capability.SEE_CLAIMS)
def tracing(request: StaffRequest) -> HttpResponseBase:
    """The searches of a tab, best first: what is at stake times the chance of finding them."""
    return _list(request)


@page(Capability.SEE_CLAIMS)
def case(request: StaffRequest, trace_case_id: int) -> HttpResponseBase:
    """One search: its leads with the best first, what to do next, what was done."""
    return _show(request, trace_case_id)


@require_POST
@page(Capability.WORK_ITEMS)
def ask(request: StaffRequest) -> HttpResponseBase:
    """Look for whoever answers for an account."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return _list(request, ask_form=form, status=422)
    try:
        found = services.ask_for_search(
            form.cleaned_data["account"], words="", actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        form.add_error("account", error.message)
        return _list(request, ask_form=form, status=error.status)
    messages.success(request, "The search is yours. Begin with the sources at the side.")
    return redirect("trace_case", found.pk)


@require_POST
@page(Capability.WORK_ITEMS)
def lead_add(request: StaffRequest, trace_case_id: int) -> HttpResponseBase:
    """A lead that somebody heard of or found."""
    form = LeadForm(request.POST)

    def save() -> str:
        services.add_lead(trace_case_id, form.entry(), actor=request.user, today=clock.today(), now=clock.now())
        return "The lead stands here."

    return _done(request, trace_case_id, form, "lead_form", save)


@require_POST
@page(Capability.WORK_ITEMS)
def looked(request: StaffRequest, trace_case_id: int) -> HttpResponseBase:
    """Somebody looked into a source and found nothing."""
    source = request.POST.get("source", "")
    services.look_at_source(trace_case_id, source, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "Noted: nothing there.")
    return redirect("trace_case", trace_case_id)


@require_POST
@page(Capability.WORK_ITEMS)
def plan_next(request: StaffRequest, trace_case_id: int) -> HttpResponseBase:
    """Who does what next, and when."""
    form = TraceNextForm(request.POST, owners=_colleagues(request, trace_case_id))

    def save() -> str:
        data = form.cleaned_data
        services.plan_next(
            trace_case_id, action=data["action"], on=data["on"], owner_id=data["owner"], actor=request.user,
            today=clock.today(), now=clock.now(),
        )  # fmt: skip
        return "The next step stands."

    return _done(request, trace_case_id, form, "next_form", save)


@require_POST
@page(Capability.WORK_ITEMS)
def stop(request: StaffRequest, trace_case_id: int) -> HttpResponseBase:
    """Nobody looks any more."""
    form = TraceWordsForm(request.POST)

    def save() -> str:
        services.stop(
            trace_case_id, words=form.cleaned_data["words"], actor=request.user, today=clock.today(), now=clock.now()
        )
        return "The search is stopped. It can be reopened."

    return _done(request, trace_case_id, form, "stop_form", save)


@require_POST
@page(Capability.WORK_ITEMS)
def reopen(request: StaffRequest, trace_case_id: int) -> HttpResponseBase:
    """Somebody looks on."""
    services.reopen(trace_case_id, words="", actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "The search goes on.")
    return redirect("trace_case", trace_case_id)


@require_POST
@page(Capability.WORK_ITEMS)
def lead_call(request: StaffRequest, trace_lead_id: int) -> HttpResponseBase:
    """What came of a call to a lead."""
    form = LeadCallForm(request.POST)

    def save() -> str:
        trying.record_call(
            trace_lead_id, LeadCall(**form.cleaned_data), actor=request.user, today=clock.today(), now=clock.now()
        )
        return "The call is logged."

    return _done(request, services.case_of_lead(trace_lead_id, actor=request.user), form, "call", save, trace_lead_id)


@require_POST
@page(Capability.WORK_ITEMS)
def lead_confirm(request: StaffRequest, trace_lead_id: int) -> HttpResponseBase:
    """A lead is right."""
    form = ConfirmForm(request.POST)

    def save() -> str:
        services.confirm_lead(
            trace_lead_id, words=form.cleaned_data["words"], phone_kind=form.cleaned_data["phone_kind"] or "unknown",
            actor=request.user, today=clock.today(), now=clock.now(),
        )  # fmt: skip
        return "Confirmed, and written to the person. It carries no consent to automated calls, texts or e-mail."

    owner = services.case_of_lead(trace_lead_id, actor=request.user)
    return _done(request, owner, form, "confirm", save, trace_lead_id)


@require_POST
@page(Capability.WORK_ITEMS)
def lead_turn(request: StaffRequest, trace_lead_id: int, turn: str) -> HttpResponseBase:
    """A lead is dropped, or what was done about it is taken back."""
    case_id = services.case_of_lead(trace_lead_id, actor=request.user)
    at: Mapping[str, Any] = {"actor": request.user, "today": clock.today(), "now": clock.now()}
    if turn == "unconfirm":
        services.unconfirm_lead(trace_lead_id, **at)
        messages.success(request, "Taken back, with what it wrote to the person.")
    elif turn == "revive":
        services.revive_lead(trace_lead_id, **at)
        messages.success(request, "The lead may be tried again.")
    else:
        services.drop_lead(trace_lead_id, turn, words="", **at)
        messages.success(request, "The lead is not tried again.")
    return redirect("trace_case", case_id)


def trace_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """The search for whoever answers for an account, while they are not found; None where nobody looks for them."""
    found = selectors.case_of_account(account.pk)
    if found is None or found.state == "found":
        return None
    is_given_up = not found.is_open and account.pk in selectors.exhausted_accounts([account.pk])
    context = {"case": found, "tone": _TONES[found.state], "is_given_up": is_given_up}
    return "collections/tracing/panel.html", context


def _list(request: StaffRequest, *, ask_form: AskForm | None = None, status: int = 200) -> HttpResponseBase:
    actor = request.user
    tab = request.GET.get("tab", "")
    tab = tab if tab in lists.TABS else lists.WORK
    form = TraceFilterForm(request.GET, owners=lists.owners(actor))
    owner = form.cleaned_data["owner"] if form.is_valid() else None
    shown = Paginator(lists.cases(actor, tab, owner=owner), PER_PAGE).get_page(request.GET.get("page"))
    accounts = lists.accounts_of(shown)
    audit_reads.record_listed(
        actor, "tracing", shown, shows=lambda row: [("account", one.pk) for one in accounts[row.person_id]],
        after={"list": tab}, now=clock.now(),
    )  # fmt: skip
    context = {
        "tab": tab,
        "tabs": lists.tab_figures(actor, owner=owner),
        "page": shown,
        "rows": [(row, _TONES[row.state], accounts[row.person_id]) for row in shown],
        "form": form,
        "ask_form": ask_form or AskForm(),
        "may_work": may(actor, Capability.WORK_ITEMS),
        "today": clock.today(),
        "places": places(request),
    }
    return TemplateResponse(request, "collections/tracing/cases.html", context, status=status)


def _colleagues(request: StaffRequest, case_id: int) -> list[tuple[int, str]]:
    return services.who_may_look(case_id, actor=request.user)


def _done(
    request: StaffRequest, case_id: int, form: forms.Form, name: str, save: Callable[[], str],
    lead_id: int | None = None,
) -> HttpResponseBase:  # fmt: skip
    """One thing done about a search; the page again with the form and what is wrong with it where it can't be."""
    if not form.is_valid():
        return _show(request, case_id, status=422, bad={(name, lead_id): form})
    try:
        messages.success(request, save())
    except DomainError as error:
        field = str(error.facts.get("field", ""))
        field = LeadForm.named(field) if name == "lead_form" else field
        if field in form.fields:
            form.add_error(field, error.message)
        return _show(request, case_id, status=error.status, problem=error, bad={(name, lead_id): form})
    return redirect("trace_case", case_id)


def _show(
    request: StaffRequest, case_id: int, *, status: int = 200, problem: DomainError | None = None,
    bad: Mapping[tuple[str, int | None], forms.Form] | None = None,
) -> HttpResponseBase:  # fmt: skip
    found = selectors.own_case(case_id, actor=request.user)
    bad, today, now = bad or {}, clock.today(), clock.now()
    shown = lists.case_shown(found, actor=request.user, now=now, today=today)
    audit.record_read(
        request.user, "trace_case", found.pk, practice_id=found.practice_id, now=now,
        seen={"account": [one.pk for one in shown.accounts]},
    )  # fmt: skip
    may_work = may(request.user, Capability.WORK_ITEMS)
    rows = []
    for one in shown.leads:
        pk = one.lead.pk
        call = bad.get(("call", pk)) or LeadCallForm(auto_id=f"call_{pk}_%s")
        confirm = bad.get(("confirm", pk)) or ConfirmForm(auto_id=f"confirm_{pk}_%s")
        rows.append((one, _TONES[one.lead.state], call, confirm, ("call", pk) in bad, ("confirm", pk) in bad))
    owners = _colleagues(request, case_id) if may_work and found.is_open else []
    initial = {"action": found.next_action, "on": found.next_on or today, "owner": found.owner_id}
    context = {
        "case": found,
        "tone": _TONES[found.state],
        "shown": shown,
        "leads": rows,
        "lead_form": bad.get(("lead_form", None)) or LeadForm(initial={"said_on": today}, auto_id="lead_%s"),
        "is_adding": ("lead_form", None) in bad,
        "next_form": bad.get(("next_form", None)) or TraceNextForm(initial=initial, owners=owners, auto_id="next_%s"),
        "stop_form": bad.get(("stop_form", None)) or TraceWordsForm(auto_id="stop_%s"),
        "may_work": may_work,
        "problem": problem,
        "today": today,
    }
    return TemplateResponse(request, "collections/tracing/case.html", context, status=status)
