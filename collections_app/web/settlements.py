"""Settlements: the lists by where they stand, one with its payments and history, what may be done about it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

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
from claims.approvals.selectors import questions_about
from claims.practices.selectors import practices_of
from collections_app.settlements import lists, papers, services
from collections_app.settlements.exceptions import KIND_CODE
from collections_app.settlements.selectors import settlement_seen_by, settlements_shown
from collections_app.web.settlement_forms import AcceptForm, SettlementFilterForm, SettlementWithdrawForm
from collections_app.worklist import services as worklist

if TYPE_CHECKING:
    from django.forms import Form

    from collections_app.settlements.models import Settlement

PER_PAGE = 50
_BATCH = 1_000
_TONES = {
    "Broken": "tag-red", "Late": "tag-amber", "Accepted": "tag-green", "Settled": "tag-green", "Offered": "tag-blue",
    "Waits for a second person": "tag-amber",
}  # fmt: skip
_COLUMNS = (
    Column("Account"), Column("Guarantor"), Column("Practice"), Column("Kind"), Column("State"),
    Column("Owed", Kind.MONEY), Column("Settles it", Kind.MONEY), Column("Comes off", Kind.MONEY),
    Column("Percent", Kind.NUMBER), Column("Offered", Kind.DATE), Column("Until", Kind.DATE),
    Column("Accepted", Kind.DATE), Column("Next due", Kind.DATE), Column("Received", Kind.MONEY),
    Column("Written off", Kind.MONEY), Column("Ended", Kind.DATE), Column("Collector"),
)  # fmt: skip
PLACE = HubPlace(
    "settlements", "Settlements", "Offered, accepted, broken and settled",
    lambda actor, today: lists.waiting_count(actor, today=today),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def settlements(request: StaffRequest) -> HttpResponseBase:
    """The settlements of a tab; `export=xlsx` or `csv` gives them all as numbers."""
    actor, today, now = request.user, clock.today(), clock.now()
    tab = request.GET.get("tab", "")
    tab = tab if tab in lists.TABS else lists.OFFERED
    practices = [(one.pk, one.name) for one in practices_of(actor)]
    form = SettlementFilterForm(request.GET, owners=lists.owners(actor), practices=practices)
    chosen = form.cleaned_data if form.is_valid() else {}
    asked = {"owner": chosen.get("owner"), "practice": chosen.get("practice")}
    rows = lists.settlements_seen(actor, tab=tab, today=today, **asked)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "settlements", rows.iterator(chunk_size=_BATCH), count=rows.count(), shows=settlements_shown,
            after={"tab": tab}, now=now,
        )  # fmt: skip
        return table_response(kind, f"settlements-{tab}-{today}", Sheet("Settlements", _COLUMNS, _cells(taken)))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "settlements", shown, shows=settlements_shown, after={"tab": tab}, now=now)
    context = {
        "tab": tab,
        "tabs": lists.tab_figures(actor, today=today, **asked),
        "page": shown,
        "rows": [(one, tone(one)) for one in shown],
        "form": form,
        "has_practices": len(practices) > 1,
        "today": today,
    }
    return TemplateResponse(request, "collections/settlements/settlements.html", context)


@page(Capability.SEE_CLAIMS)
def settlement(request: StaffRequest, settlement_id: int) -> HttpResponseBase:
    """One settlement: what is asked when, what was received, and what may be done."""
    return _show(request, settlement_id)


@require_POST
@page(Capability.WORK_ITEMS)
def accept(request: StaffRequest, settlement_id: int) -> HttpResponseBase:
    """Somebody accepted: its payments are due."""
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return _show(request, settlement_id, accept_form=form, status=422)
    try:
        found = services.accept(
            settlement_id, said_by=form.cleaned_data["said_by"], how=form.cleaned_data["how"], actor=request.user,
            today=clock.today(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        _mark(form, error)
        return _show(request, settlement_id, accept_form=form, problem=error, status=error.status)
    follow(found)
    messages.success(request, "Accepted. What is received goes to these visits first; nobody calls meanwhile.")
    return redirect("settlement", settlement_id)


@require_POST
@page(Capability.WORK_ITEMS)
def undo(request: StaffRequest, settlement_id: int) -> HttpResponseBase:
    """Take an acceptance back within ten minutes."""
    found = services.undo_acceptance(settlement_id, actor=request.user, today=clock.today(), now=clock.now())
    follow(found)
    messages.success(request, "Taken back. It is offered again.")
    return redirect("settlement", settlement_id)


@require_POST
@page(Capability.WORK_ITEMS)
def withdraw(request: StaffRequest, settlement_id: int) -> HttpResponseBase:
    """Give a settlement up, with the reason: the rest is owed in full."""
    form = SettlementWithdrawForm(request.POST)
    if not form.is_valid():
        return _show(request, settlement_id, withdraw_form=form, status=422)
    try:
        found = services.withdraw(
            settlement_id, reason=form.cleaned_data["reason"], actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        _mark(form, error)
        return _show(request, settlement_id, withdraw_form=form, problem=error, status=error.status)
    follow(found)
    messages.success(request, "Given up. What was received stays received; the rest is owed in full.")
    return redirect("settlement", settlement_id)


@require_POST
@page(Capability.WORK_ITEMS)
def letter(request: StaffRequest, settlement_id: int) -> HttpResponseBase:
    """Mail what is to be told about it as it stands."""
    papers.mail_letter(settlement_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "The letter goes out with the next batch of mail.")
    return redirect("settlement", settlement_id)


def follow(found: "Settlement") -> None:
    """The work of the account as the settlement has it now, before the next page is shown."""
    worklist.refresh(accounts=[found.account_id], today=clock.today(), now=clock.now())


def tone(found: "Settlement") -> str:
    """The class of the tag that says where a settlement stands."""
    return _TONES.get(found.words, "tag-plain")


def _mark(form: "Form", error: DomainError) -> None:
    if (name := str(error.facts.get("field", ""))) in form.fields:
        form.add_error(name, error.message)


def _show(
    request: StaffRequest,
    settlement_id: int,
    *,
    accept_form: AcceptForm | None = None,
    withdraw_form: SettlementWithdrawForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    actor, today, now = request.user, clock.today(), clock.now()
    found = settlement_seen_by(actor, settlement_id)
    audit.record_read(actor, "account", found.account_id, practice_id=found.practice_id, now=now)
    may_work = may(actor, Capability.WORK_ITEMS)
    asked = questions_about(KIND_CODE, found.pk) if found.state == found.State.WAITING else ()
    context = {
        "settlement": found,
        "tone": tone(found),
        "payments": lists.payments_of(found),
        "visits": lists.visits_of(found),
        "history": lists.history_of(found),
        "waiting": next(iter(asked), None),
        "may_work": may_work,
        "may_accept": may_work and found.state == found.State.OFFERED and found.expires_on >= today,
        "may_undo": may_work and services.may_undo(found, actor, now=now),
        "may_write": may_work and found.state in ("offered", "accepted", "settled", "broken"),
        "may_withdraw": may_work and found.is_open,
        "accept_form": accept_form or AcceptForm(),
        "withdraw_form": withdraw_form or SettlementWithdrawForm(),
        "problem": problem,
        "today": today,
    }
    return TemplateResponse(request, "collections/settlements/settlement.html", context, status=status)


def _cells(rows: "Iterator[Settlement]") -> Iterator[list[Any]]:
    for one in rows:
        yield [
            one.account.number, str(one.account.guarantor), one.practice.name, one.get_kind_display(), one.words,
            one.owed, one.offer, one.discount, one.percent, one.offered_on, one.expires_on, one.accepted_on,
            one.next_due_on, one.received, one.written_off, one.ended_on, str(one.owner),
        ]  # fmt: skip
