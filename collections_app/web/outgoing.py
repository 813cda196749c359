"""Claims out: the list by where they stand, one claim with its fields, findings and differences, and its steps."""

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
from collections_app.outgoing_claims import edit_view, ready, selectors, services
from collections_app.outgoing_claims.content import sent_before_of, text_of
from collections_app.outgoing_claims.differences import differences
from collections_app.outgoing_claims.words import standing_of
from collections_app.web.outgoing_forms import (
    CancelForm,
    ClaimFieldsForm,
    OutgoingFilterForm,
    OutgoingStepForm,
    ReadyForm,
)

if TYPE_CHECKING:
    from collections_app.outgoing_claims.models import OutgoingClaim

PER_PAGE = 50
_BATCH = 1_000
_COLUMNS = (
    Column("Claim"), Column("Patient"), Column("Practice"), Column("Payer"), Column("How"), Column("Frequency"),
    Column("Payer's number"), Column("Charge", Kind.MONEY), Column("State"), Column("Next step"),
    Column("On", Kind.DATE), Column("Who answers for it"), Column("Sent", Kind.DATE),
)  # fmt: skip
PLACE = HubPlace(
    "outgoing_claims",
    "Claims out",
    "Corrected, new and secondary claims: drafts, what is ready, what came back",
    lambda actor, _today: selectors.to_do_count(actor),
)


@page(Capability.SEE_CLAIMS)
def outgoing_claims(request: StaffRequest) -> HttpResponseBase:
    """The outgoing claims of a tab; `export=xlsx` or `csv` gives them all as numbers."""
    actor, today, now = request.user, clock.today(), clock.now()
    tab = request.GET.get("tab", "")
    tab = tab if tab in selectors.TABS else selectors.DRAFTS
    form = OutgoingFilterForm(request.GET, payers=selectors.payers(actor), owners=selectors.owners(actor))
    chosen = form.cleaned_data if form.is_valid() else {}
    narrowed = selectors.OutgoingFilter(chosen.get("payer"), chosen.get("owner"), chosen.get("purpose") or "")
    rows = selectors.outgoing_seen(actor, tab=tab, narrowed=narrowed)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "outgoing_claims", rows.iterator(chunk_size=_BATCH), count=rows.count(), shows=selectors.shown,
            after={"tab": tab}, now=now,
        )  # fmt: skip
        return table_response(kind, f"claims-out-{tab}-{today}", Sheet("Claims out", _COLUMNS, _cells(taken)))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "outgoing_claims", shown, shows=selectors.shown, after={"tab": tab}, now=now)
    context = {
        "tab": tab,
        "tabs": selectors.tab_figures(actor, narrowed=narrowed),
        "page": shown,
        "rows": [(one, *standing_of(one)) for one in shown],
        "form": form,
        "today": today,
    }
    return TemplateResponse(request, "collections/outgoing_claims/list.html", context)


@page(Capability.SEE_CLAIMS)
def outgoing_claim(request: StaffRequest, outgoing_claim_id: int) -> HttpResponseBase:
    """One outgoing claim: its form, what is wrong with it, what differs from what was sent, what the payer answered."""
    return _show(request, outgoing_claim_id)


@require_POST
@page(Capability.WORK_ITEMS)
def outgoing_change(request: StaffRequest, outgoing_claim_id: int) -> HttpResponseBase:
    """Enter the fields of a draft; add a line or take one out (`lines`)."""
    actor = request.user
    row = selectors.own_outgoing(outgoing_claim_id, actor=actor)
    form = ClaimFieldsForm(request.POST, sections=edit_view.sections_of(text_of(row), (), ()))

    def enter(told: dict[str, Any]) -> None:
        services.change(
            outgoing_claim_id, entered=form.entered(), edition=told["edition"], actor=actor, now=clock.now(),
            lines=request.POST.get("lines", ""),
        )  # fmt: skip

    return _done(request, outgoing_claim_id, "form", form, enter, "Saved.")


@require_POST
@page(Capability.WORK_ITEMS)
def outgoing_ready(request: StaffRequest, outgoing_claim_id: int) -> HttpResponseBase:
    """The draft may leave with the next file."""

    def finish(told: dict[str, Any]) -> None:
        ready.make_ready(
            outgoing_claim_id, edition=told["edition"], reason=told["reason"], actor=request.user, today=clock.today(),
            now=clock.now(),
        )  # fmt: skip

    words = "Ready. It leaves with the next file to its clearinghouse."
    return _done(request, outgoing_claim_id, "ready_form", ReadyForm(request.POST), finish, words)


@require_POST
@page(Capability.WORK_ITEMS)
def outgoing_unready(request: StaffRequest, outgoing_claim_id: int) -> HttpResponseBase:
    """Take back that it is ready, to edit it."""
    services.give_back(outgoing_claim_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "It is a draft again.")
    return redirect("outgoing_claim", outgoing_claim_id)


@require_POST
@page(Capability.WORK_ITEMS)
def outgoing_cancel(request: StaffRequest, outgoing_claim_id: int) -> HttpResponseBase:
    """It is not sent, and why."""

    def cancel(told: dict[str, Any]) -> None:
        services.cancel(outgoing_claim_id, reason=told["reason"], actor=request.user, now=clock.now())

    return _done(request, outgoing_claim_id, "cancel_form", CancelForm(request.POST), cancel, "Canceled.")


@require_POST
@page(Capability.WORK_ITEMS)
def outgoing_take(request: StaffRequest, outgoing_claim_id: int) -> HttpResponseBase:
    """Answer for it from now on."""
    services.take(outgoing_claim_id, actor=request.user, now=clock.now())
    messages.success(request, "It is yours.")
    return redirect("outgoing_claim", outgoing_claim_id)


@require_POST
@page(Capability.WORK_ITEMS)
def outgoing_next(request: StaffRequest, outgoing_claim_id: int) -> HttpResponseBase:
    """What comes next, and when."""

    def plan(told: dict[str, Any]) -> None:
        services.plan_next(
            outgoing_claim_id, action=told["action"], on=told["on"], actor=request.user, today=clock.today(),
            now=clock.now(),
        )  # fmt: skip

    return _done(request, outgoing_claim_id, "next_form", OutgoingStepForm(request.POST), plan, "Planned.")


def _done(
    request: StaffRequest,
    outgoing_id: int,
    name: str,
    form: forms.Form,
    deed: Callable[[dict[str, Any]], None],
    words: str,
) -> HttpResponseBase:
    if not form.is_valid():
        return _show(request, outgoing_id, used={name: form}, status=422)
    try:
        deed(form.cleaned_data)
    except DomainError as error:
        field = error.facts.get("field")
        if field in form.fields:
            form.add_error(field, error.message)
        return _show(request, outgoing_id, used={name: form}, problem=error, status=error.status)
    messages.success(request, words)
    return redirect("outgoing_claim", outgoing_id)


def _show(
    request: StaffRequest,
    outgoing_id: int,
    *,
    used: dict[str, forms.Form] | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    actor, today, now = request.user, clock.today(), clock.now()
    row = selectors.own_outgoing(outgoing_id, actor=actor)
    seen = {"claim": [row.claim_id], "patient": [row.claim.patient_id]}
    audit.record_read(actor, "outgoing_claim", row.pk, practice_id=row.practice_id, now=now, seen=seen)
    text, before = text_of(row), sent_before_of(row)
    changes = differences(before, text) if before else []
    findings = ready.findings_on(row, today=today) if row.is_open else []
    sections = edit_view.sections_of(text, findings, changes)
    is_draft = row.state == row.State.DRAFT
    form = (used or {}).get("form") or ClaimFieldsForm(sections=sections, initial={"edition": row.edition})
    words, tone = standing_of(row)
    context = {
        "row": row, "claim": row.claim, "standing": words, "tone": tone, "problem": problem, "today": today,
        "is_draft": is_draft, "may_edit": is_draft and may(actor, Capability.WORK_ITEMS),
        "may_work": may(actor, Capability.WORK_ITEMS),
        "sections": [(one, [(shown, form[shown.field.name]) for shown in one.fields]) for one in sections],
        "form": form, "findings": findings, "elsewhere": edit_view.elsewhere(findings, sections),
        "stops": sum(one.is_stop for one in findings), "changes": changes, "has_before": before is not None,
        "said": edit_view.payer_said(row), "charge": edit_view.charge_of(text),
        "ready_form": ReadyForm(initial={"edition": row.edition}), "cancel_form": CancelForm(),
        "next_form": OutgoingStepForm(initial={"action": row.next_action, "on": row.next_on}),
        "history": edit_view.history_of(row),
    } | {name: one for name, one in (used or {}).items() if name != "form"}  # fmt: skip
    return TemplateResponse(request, "collections/outgoing_claims/claim.html", context, status=status)


def _cells(rows: "Iterator[OutgoingClaim]") -> Iterator[list[Any]]:
    for one in rows:
        yield [
            one.claim.number, str(one.claim.patient.person), one.practice.name, one.payer.name,
            one.get_purpose_display(), one.frequency, one.icn, one.claim.charge, standing_of(one)[0], one.next_action,
            one.next_on, str(one.owner or ""), one.sent_on,
        ]  # fmt: skip
