"""Financial assistance: the list by where applications stand, one application on its page, what may be done there."""

from collections.abc import Callable, Iterator
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
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from claims.practices.selectors import practices_of
from collections_app.assistance import later_visits, lists, papers, services
from collections_app.assistance.clocks import marks
from collections_app.assistance.household import household_of
from collections_app.assistance.policies import policy_of
from collections_app.assistance.policy import shown
from collections_app.assistance.selectors import (
    application_seen_by,
    applications_shown,
    clocks_of,
    eca_gates,
    visits_of,
)
from collections_app.web.assistance_forms import (
    AssistanceFilterForm,
    AssistanceForm,
    AssistancePaperForm,
    ChecklistForm,
    DecideForm,
    MoreTimeForm,
    ReasonForm,
    initial_of,
)
from collections_app.worklist import services as worklist

if TYPE_CHECKING:
    from collections_app.assistance.models import AssistanceApplication

PER_PAGE, _BATCH = 50, 1_000
_TONES = {"incomplete": "tag-amber", "ready": "tag-blue", "waiting": "tag-amber", "approved": "tag-green"}
_COLUMNS = (
    Column("Account"), Column("Guarantor"), Column("Practice"), Column("State"), Column("Came", Kind.DATE),
    Column("How"), Column("Worked by"), Column("Next"), Column("Next on", Kind.DATE), Column("Decided", Kind.DATE),
    Column("Percent off", Kind.NUMBER), Column("Taken off", Kind.MONEY), Column("Valid until", Kind.DATE),
)  # fmt: skip
PLACE = HubPlace(
    "assistance", "Financial assistance", "Applications, decisions, and who is never billed",
    lambda actor, today: lists.waiting_count(actor, today=today),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def assistance(request: StaffRequest) -> HttpResponseBase:
    """The applications of a tab; `export=xlsx` or `csv` gives them all."""
    actor, today, now = request.user, clock.today(), clock.now()
    tab = request.GET.get("tab", "")
    tab = tab if tab in lists.TABS else lists.DECIDE
    practices = [(one.pk, one.name) for one in practices_of(actor)]
    form = AssistanceFilterForm(request.GET, owners=lists.owners(actor), practices=practices)
    chosen = form.cleaned_data if form.is_valid() else {}
    asked = {"owner": chosen.get("owner"), "practice": chosen.get("practice")}
    rows = lists.applications_seen(actor, tab=tab, today=today, **asked)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "assistance", rows.iterator(chunk_size=_BATCH), count=rows.count(), shows=applications_shown,
            after={"tab": tab}, now=now,
        )  # fmt: skip
        return table_response(kind, f"assistance-{tab}-{today}", Sheet("Financial assistance", _COLUMNS, _cells(taken)))
    listed = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "assistance", listed, shows=applications_shown, after={"tab": tab}, now=now)
    context = {
        "tab": tab,
        "tabs": lists.tab_figures(actor, today=today, **asked),
        "page": listed,
        "rows": [(one, tone(one)) for one in listed],
        "form": form,
        "has_practices": len(practices) > 1,
        "today": today,
    }
    return TemplateResponse(request, "collections/assistance/list.html", context)


@page(Capability.SEE_CLAIMS)
def application(request: StaffRequest, application_id: int) -> HttpResponseBase:
    """One application: what was told, the checklist, the clocks, and the decision with every cent."""
    return _show(request, application_id)


@require_POST
@page(Capability.WORK_ITEMS)
def tell(request: StaffRequest, application_id: int) -> HttpResponseBase:
    """Enter what is known by now."""
    one = application_seen_by(request.user, application_id)
    form = AssistanceForm(request.POST, policy=policy_of(one.practice_id, on=one.received_on), is_new=False)
    return _act(request, application_id, "tell_form", form, "Saved.", lambda told: services.tell_more(
        application_id, form.asked(), actor=request.user, today=clock.today(), now=clock.now()
    ))  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def check(request: StaffRequest, application_id: int) -> HttpResponseBase:
    """Say where a document on the checklist stands."""
    form = ChecklistForm(request.POST)
    return _act(request, application_id, "", form, "Noted.", lambda told: services.change_document(
        application_id, told["kind"], state=told["state"], note=told["note"], actor=request.user, today=clock.today(),
        now=clock.now(),
    ))  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def upload(request: StaffRequest, application_id: int) -> HttpResponseBase:
    """Keep a document that came, and tick it off."""
    form = AssistancePaperForm(request.POST, request.FILES)
    done = "Kept with the documents of the account."
    return _act(request, application_id, "upload_form", form, done, lambda told: services.upload_document(
        application_id, told["kind"], brought=form.brought(), actor=request.user, today=clock.today(), now=clock.now()
    ))  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def ask(request: StaffRequest, application_id: int) -> HttpResponseBase:
    """Mail what is missing, with the day until which it is waited for."""
    papers.ask_for_missing(application_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "The letter goes out with the next batch of mail.")
    return redirect("assistance_application", application_id)


@require_POST
@page(Capability.WORK_ITEMS)
def take_over(request: StaffRequest, application_id: int) -> HttpResponseBase:
    """Work an application from now on."""
    services.take_over(application_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "It is yours now.")
    return redirect("assistance_application", application_id)


@require_POST
@page(Capability.WORK_ITEMS)
def more_time(request: StaffRequest, application_id: int) -> HttpResponseBase:
    """Wait longer for what is missing."""
    form = MoreTimeForm(request.POST, today=clock.today())
    return _act(request, application_id, "time_form", form, "Noted.", lambda told: services.give_more_time(
        application_id, until=told["until"], actor=request.user, today=clock.today(), now=clock.now()
    ))  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def decide(request: StaffRequest, application_id: int) -> HttpResponseBase:
    """Approve what was shown, or deny it with a reason."""
    is_approved = request.POST.get("step") == "approve"
    form = DecideForm(request.POST)

    def do(told: dict[str, Any]) -> None:
        one = services.decide(
            application_id, is_approved=is_approved, reason=told["reason"], digest=told["digest"], actor=request.user,
            today=clock.today(), now=clock.now(),
        )  # fmt: skip
        messages.success(request, f"{one.outcome}.")

    return _act(request, application_id, "decide_form", form, "", do)


@require_POST
@page(Capability.WORK_ITEMS)
def take_back(request: StaffRequest, application_id: int) -> HttpResponseBase:
    """Take a decision back, with the reason."""

    def do(told: dict[str, Any]) -> None:
        one = services.reverse(
            application_id, reason=told["reason"], actor=request.user, today=clock.today(), now=clock.now()
        )
        is_done = one.is_open
        messages.success(request, "Taken back: it waits to be decided." if is_done else "A second person is asked.")

    return _act(request, application_id, "reason_form", ReasonForm(request.POST), "", do)


@require_POST
@page(Capability.WORK_ITEMS)
def withdraw(request: StaffRequest, application_id: int) -> HttpResponseBase:
    """Nobody wants it any more."""
    form = ReasonForm(request.POST)
    done = "Withdrawn. What is asked of the account goes on."
    return _act(request, application_id, "reason_form", form, done, lambda told: services.withdraw(
        application_id, reason=told["reason"], actor=request.user, today=clock.today(), now=clock.now()
    ))  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def cover(request: StaffRequest, application_id: int) -> HttpResponseBase:
    """Cover the visits that came since, as they were shown."""
    form = CoverForm(request.POST)
    done = "Covered the same way."
    return _act(request, application_id, "", form, done, lambda told: later_visits.cover_later(
        application_id, shown=told["shown"], actor=request.user, today=clock.today(), now=clock.now()
    ))  # fmt: skip


class CoverForm(forms.Form):
    """The sum that was shown."""

    shown = forms.DecimalField(max_digits=11, decimal_places=2)


def tone(one: "AssistanceApplication") -> str:
    """The class of the tag that says where an application stands."""
    return _TONES.get(one.state, "tag-plain")


def _act(
    request: StaffRequest, application_id: int, name: str, form: forms.Form, done: str, do: Callable[..., object]
) -> HttpResponseBase:
    """Do what a form asks; what it refuses is said on the page, beside the field."""
    if not form.is_valid():
        return _show(request, application_id, status=422, **({name: form} if name else {}))
    try:
        do(form.cleaned_data)
    except DomainError as error:
        if (field := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(field, error.message)
        return _show(request, application_id, problem=error, status=error.status, **({name: form} if name else {}))
    one = application_seen_by(request.user, application_id)
    worklist.refresh(accounts=[one.account_id], today=clock.today(), now=clock.now())
    if done:
        messages.success(request, done)
    return redirect("assistance_application", application_id)


def _show(request: StaffRequest, application_id: int, *, status: int = 200, **given: Any) -> HttpResponseBase:
    actor, today, now = request.user, clock.today(), clock.now()
    one = application_seen_by(actor, application_id)
    audit.record_read(actor, "account", one.account_id, practice_id=one.practice_id, now=now)
    policy, known = policy_of(one.practice_id, on=one.received_on), household_of(one.household)
    may_work = may(actor, Capability.WORK_ITEMS)
    is_open = one.state in ("incomplete", "ready")
    draft = services.draft_decision(one, actor=actor, today=today) if is_open else None
    later = later_visits.draft_later(one, today=today) if one.state == "approved" else None
    facts, figures = clocks_of([one.account_id], today=today)[one.account_id]
    tell_form = AssistanceForm(
        policy=policy, is_new=False, initial=initial_of(known, words=one.words, presumptive=one.presumptive)
    )
    context = {
        "one": one,
        "tone": tone(one),
        "policy": policy,
        "household": known,
        "draft": draft,
        "percent": shown(draft.finding.percent) if draft and draft.finding.percent is not None else "",
        "visits": visits_of(one) if draft is None else (),
        "later": later if later and later.visits else None,
        "documents": lists.documents_of(one),
        "missing": papers.missing_words(one) if is_open else (),
        "history": lists.history_of(one),
        "marks": marks(facts, figures, today=today),
        "gate": eca_gates([one.account_id], today).get(one.account_id, ""),
        "may_work": may_work,
        "is_open": is_open,
        "tell_form": tell_form,
        "upload_form": AssistancePaperForm(),
        "time_form": MoreTimeForm(today=today),
        "decide_form": DecideForm(initial={"digest": draft.digest if draft else ""}),
        "reason_form": ReasonForm(),
        "today": today,
    }
    return TemplateResponse(request, "collections/assistance/application.html", context | given, status=status)


def _cells(rows: "Iterator[AssistanceApplication]") -> Iterator[list[Any]]:
    for one in rows:
        yield [
            one.account.number, str(one.account.guarantor), one.practice.name, one.outcome, one.received_on,
            one.get_channel_display(), str(one.owner or ""), one.next_action, one.next_on, one.decided_on,
            one.discount, one.covered, one.valid_until,
        ]  # fmt: skip
