"""Disputes: the lists by where they stand, one case with its clocks and history, and what may be done about it."""

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
from collections_app.disputes import asking, correcting, lists, selectors, services
from collections_app.disputes.words import TONES
from collections_app.web.dispute_forms import DisputeCloseForm, DisputeFilterForm, NextStepForm, ReopenForm
from collections_app.worklist import services as worklist

if TYPE_CHECKING:
    from collections_app.disputes.models import BillingDispute

PER_PAGE = 50
_BATCH = 1_000
_COLUMNS = (
    Column("Account"), Column("Guarantor"), Column("Practice"), Column("Claim"), Column("What is wrong"),
    Column("Amount", Kind.MONEY), Column("State"), Column("Came by"), Column("Received", Kind.DATE),
    Column("Answer by", Kind.DATE), Column("Next step"), Column("On", Kind.DATE), Column("Who answers for it"),
    Column("Closed", Kind.DATE), Column("Owed before", Kind.MONEY), Column("Owed after", Kind.MONEY),
)  # fmt: skip
PLACE = HubPlace(
    "disputes",
    "Disputes",
    "What patients say is wrong, whom we asked, by when we answer",
    lambda actor, today: lists.to_do_count(actor, today=today),
)


@page(Capability.SEE_CLAIMS)
def disputes(request: StaffRequest) -> HttpResponseBase:
    """The disputes of a tab; `export=xlsx` or `csv` gives them all as numbers."""
    actor, today, now = request.user, clock.today(), clock.now()
    tab = request.GET.get("tab", "")
    tab = tab if tab in lists.TABS else lists.TO_DO
    practices = [(one.pk, one.name) for one in practices_of(actor)]
    form = DisputeFilterForm(request.GET, owners=lists.owners(actor), practices=practices)
    chosen = form.cleaned_data if form.is_valid() else {}
    narrowed = lists.DisputeFilter(chosen.get("kind") or "", chosen.get("owner"), chosen.get("practice"))
    rows = lists.disputes_seen(actor, tab=tab, today=today, narrowed=narrowed)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "disputes", rows.iterator(chunk_size=_BATCH), count=rows.count(), shows=lists.disputes_shown,
            after={"tab": tab}, now=now,
        )  # fmt: skip
        return table_response(kind, f"disputes-{tab}-{today}", Sheet("Disputes", _COLUMNS, _cells(taken)))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "disputes", shown, shows=lists.disputes_shown, after={"tab": tab}, now=now)
    context = {
        "tab": tab,
        "tabs": lists.tab_figures(actor, today=today, narrowed=narrowed),
        "page": shown,
        "rows": [(one, TONES[one.state]) for one in shown],
        "report": lists.report(actor, today=today, narrowed=narrowed),
        "reported": lists.REPORTED,
        "form": form,
        "has_practices": len(practices) > 1,
        "today": today,
    }
    return TemplateResponse(request, "collections/disputes/list.html", context)


@page(Capability.SEE_CLAIMS)
def dispute(request: StaffRequest, billing_dispute_id: int) -> HttpResponseBase:
    """One case: what is disputed, by when it is answered, whom we asked, and what may be done."""
    return show(request, billing_dispute_id)


@require_POST
@page(Capability.WORK_ITEMS)
def take(request: StaffRequest, billing_dispute_id: int) -> HttpResponseBase:
    """Answer for a case from now on."""
    services.take(billing_dispute_id, actor=request.user, now=clock.now())
    messages.success(request, "It is yours.")
    return redirect("billing_dispute", billing_dispute_id)


@require_POST
@page(Capability.WORK_ITEMS)
def next_step(request: StaffRequest, billing_dispute_id: int) -> HttpResponseBase:
    """What comes next, and when."""

    def plan(told: dict[str, Any]) -> None:
        services.plan_next(
            billing_dispute_id, action=told["action"], on=told["on"], actor=request.user, today=clock.today(),
            now=clock.now(),
        )  # fmt: skip

    return _done(request, billing_dispute_id, "next_form", NextStepForm(request.POST), plan, "Planned.")


@require_POST
@page(Capability.WORK_ITEMS)
def close(request: StaffRequest, billing_dispute_id: int) -> HttpResponseBase:
    """Answer the dispute: its hold ends, and the patient reads the answer."""

    def finish(told: dict[str, Any]) -> None:
        closing = correcting.answer_in_writing if told["letter"] else services.close
        found = closing(
            billing_dispute_id, to=told["to"], answer=told["answer"], actor=request.user, today=clock.today(),
            now=clock.now(),
        )  # fmt: skip
        follow(found)

    words = "Answered. What it stopped goes on, and the patient reads your answer."
    return _done(request, billing_dispute_id, "close_form", DisputeCloseForm(request.POST), finish, words)


@require_POST
@page(Capability.WORK_ITEMS)
def reopen(request: StaffRequest, billing_dispute_id: int) -> HttpResponseBase:
    """Open a closed case again, with the reason."""

    def again(told: dict[str, Any]) -> None:
        found = services.reopen(
            billing_dispute_id, why=told["why"], actor=request.user, today=clock.today(), now=clock.now()
        )
        follow(found)

    words = "Open again: nothing is asked for it until you have answered."
    return _done(request, billing_dispute_id, "reopen_form", ReopenForm(request.POST), again, words)


@require_POST
@page(Capability.WORK_ITEMS)
def correct_statement(request: StaffRequest, billing_dispute_id: int) -> HttpResponseBase:
    """Declare the wrong statement void, and make the corrected one."""
    wrong, corrected = correcting.correct_statement(
        billing_dispute_id, actor=request.user, today=clock.today(), now=clock.now()
    )
    if corrected is None:
        messages.success(request, f"Statement {wrong.number} is void. Nothing is owed, so there is no new one.")
        return redirect("billing_dispute", billing_dispute_id)
    messages.success(request, f"Statement {wrong.number} is void; this one takes its place.")
    return redirect("statement", corrected.pk)


@require_POST
@page(Capability.WORK_ITEMS)
def end_question(request: StaffRequest, guest_question_id: int) -> HttpResponseBase:
    """A question needs no answer any more: its link opens nothing."""
    question = asking.revoke(guest_question_id, actor=request.user, now=clock.now())
    messages.success(request, "Ended. The link opens nothing any more.")
    return redirect("billing_dispute", question.dispute_id)


def follow(found: "BillingDispute") -> None:
    """The work of the account as the dispute has it now, before the next page is shown."""
    claims = [found.claim_id] if found.claim_id else []
    worklist.refresh(accounts=[found.account_id], claims=claims, today=clock.today(), now=clock.now())


def show(
    request: StaffRequest,
    dispute_id: int,
    *,
    forms_used: dict[str, forms.Form] | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The page of a case, with whatever form was not taken and why."""
    actor, today, now = request.user, clock.today(), clock.now()
    found = services.own_dispute(dispute_id, actor=actor)
    audit.record_read(
        actor, "account", found.account_id, practice_id=found.practice_id, now=now,
        seen={"account": [found.account_id], "claim": [found.claim_id] if found.claim_id else []},
    )  # fmt: skip
    may_work = may(actor, Capability.WORK_ITEMS)
    clocks = services.answer_clocks(found.account, found.received_on)
    is_corrected = found.state == found.State.CORRECTED
    context = {
        "dispute": found,
        "tone": TONES[found.state],
        "owed": services.owed_on(found.account_id, found.claim_id),
        "clocks": [(one, one.days_left(today)) for one in clocks],
        "estimate": services.estimate_facts(found) if found.estimate is not None else None,
        "questions": selectors.questions_of(found),
        "events": selectors.events_of(found),
        "others": [one for one in selectors.disputes_of(found.account_id) if one.pk != found.pk],
        "may_work": may_work,
        "is_open": found.is_open,
        "wrong_statement": correcting.wrong_statement(found) if is_corrected and may_work else None,
        "next_form": NextStepForm(initial={"action": found.next_action, "on": found.next_on}),
        "close_form": DisputeCloseForm(initial={"letter": True}),
        "reopen_form": ReopenForm(),
        "problem": problem,
        "now": now,
        "today": today,
        **(forms_used or {}),
    }
    return TemplateResponse(request, "collections/disputes/dispute.html", context, status=status)


def _done(
    request: StaffRequest,
    dispute_id: int,
    name: str,
    form: forms.Form,
    act: Callable[[dict[str, Any]], None],
    words: str,
) -> HttpResponseBase:
    """One form of the case: done, or shown again with what is missing."""
    if not form.is_valid():
        return show(request, dispute_id, forms_used={name: form}, status=422)
    try:
        act(form.cleaned_data)
    except DomainError as error:
        if (field := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(field, error.message)
        return show(request, dispute_id, forms_used={name: form}, problem=error, status=error.status)
    messages.success(request, words)
    return redirect("billing_dispute", dispute_id)


def _cells(rows: "Iterator[BillingDispute]") -> Iterator[list[Any]]:
    for one in rows:
        yield [
            one.account.number, str(one.account.guarantor), one.practice.name, one.claim.number if one.claim else "",
            one.get_kind_display(), one.amount, one.get_state_display(), one.get_came_by_display(), one.received_on,
            one.answer_by, one.next_action, one.next_on, str(one.owner or ""), one.closed_on, one.owed_before,
            one.owed_after,
        ]  # fmt: skip
