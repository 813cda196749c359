"""One appeal on its page: steps, window, checklist, letter, packet, proof, decision; and the panel of a claim."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.dates import long_day
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.denials.routing import category_label
from claims.documents.services import BroughtFile
from collections_app.appeals import enclosing, lists, outcomes, sending, services
from collections_app.appeals.appeal_clocks import at_stake
from collections_app.appeals.appeal_levels import NEEDS, level_of
from collections_app.appeals.case_files import files_of
from collections_app.appeals.checklists import KINDS
from collections_app.appeals.packet import where_to
from collections_app.appeals.packet_parts import facts_of
from collections_app.web.appeal_forms import (
    AcknowledgeForm,
    AppealDecisionForm,
    AppealNoticeForm,
    AppealSendForm,
    AppealWithdrawForm,
    EncloseForm,
    LeaveOutForm,
    NextLevelForm,
    PointsForm,
)
from collections_app.web.appeals import TONES
from collections_app.web.dispute_forms import NextStepForm
from collections_app.worklist import services as worklist

if TYPE_CHECKING:
    from claims.billing.models import Claim
    from collections_app.appeals.models import AppealCase

_INLINE = {
    "Content-Disposition": 'inline; filename="packet.pdf"', "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}  # fmt: skip
_RECORDS = {"authorization": "records", "eligibility": "other", "contract": "other"}
_STEPS = ("drafting", "ready", "sent", "acknowledged", "decided")


@page(Capability.SEE_CLAIMS)
def appeal(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """The case: what was denied, by when, what is missing, what was sent, what came of it."""
    return _show(request, appeal_id)


@page(Capability.SEE_CLAIMS)
def appeal_packet(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """The packet as it leaves, as a PDF, or as it would be now; what was sent stands among the documents."""
    case = lists.appeal_seen_by(request.user, appeal_id)
    try:
        pdf = sending.preview(case, today=clock.today())
    except DomainError as error:
        return _show(request, appeal_id, problem=error, status=error.status)
    _record_look(request, case)
    return HttpResponse(pdf, content_type="application/pdf", headers=_INLINE)


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_open(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Open an appeal of what is denied on a claim."""
    ids = [pk for one in request.POST.getlist("denials") if (pk := id_of(one))]
    case = services.open_case(
        claim_id, denial_ids=ids, route="appeal", actor=request.user, today=clock.today(), now=clock.now()
    )
    return redirect("appeal", case.pk)


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_take(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """Answer for it from now on."""
    services.take(appeal_id, actor=request.user, now=clock.now())
    messages.success(request, "It is yours.")
    return redirect("appeal", appeal_id)


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_next(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """What comes next, and when."""
    return _done(request, appeal_id, "next_form", NextStepForm(request.POST), services.plan_next, "Planned.")


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_notice(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """Put right which notice it answers; its window is counted anew."""
    words = "The window is counted from this notice."
    return _done(request, appeal_id, "notice_form", AppealNoticeForm(request.POST), services.change_notice, words)


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_points(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """What the letter says of this claim."""
    form = PointsForm(request.POST)
    return _done(request, appeal_id, "points_form", form, enclosing.write_points, "Kept.", needs_today=False)


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_enclose(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """Let a document go along: one of the claim, or a new file."""
    case = lists.appeal_seen_by(request.user, appeal_id)
    form = EncloseForm(request.POST, request.FILES, documents=_documents(case))

    def add(case_id: int, *, kind: str, document: int | None, file: Any, actor: Any, now: Any) -> None:
        if document:
            enclosing.enclose(case_id, document_id=document, kind=kind, actor=actor, now=now)
            return
        brought = BroughtFile(file, file.name, _RECORDS.get(kind, "records" if kind == "records" else "appeal"))
        enclosing.bring(case_id, brought, kind=kind, actor=actor, now=now)

    return _done(request, appeal_id, "enclose_form", form, add, "It goes along.", needs_today=False)


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_take_out(request: StaffRequest, appeal_id: int, enclosure_id: int) -> HttpResponseBase:
    """A document does not go along after all."""
    enclosing.take_out(enclosure_id, case_id=appeal_id, actor=request.user, now=clock.now())
    messages.success(request, "Taken out. It stays with the claim.")
    return redirect("appeal", appeal_id)


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_leave_out(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """Something of the checklist does not go along, with the reason."""
    form = LeaveOutForm(request.POST)
    return _done(request, appeal_id, "leave_form", form, enclosing.leave_out, "Kept.", needs_today=False)


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_ready(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """The packet is complete."""
    return _done(request, appeal_id, "", forms.Form(request.POST), enclosing.make_ready, "Ready to send.")


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_send(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """Freeze the packet, and note how it left."""
    form = AppealSendForm(request.POST)

    def leave(case_id: int, *, actor: Any, today: Any, now: Any, **_: Any) -> None:
        sending.send(case_id, form.given(), actor=actor, today=today, now=now)

    return _done(request, appeal_id, "send_form", form, leave, "Sent. The packet is frozen with its hash.")


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_acknowledge(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """The payer has it."""
    form = AcknowledgeForm(request.POST)
    return _done(request, appeal_id, "acknowledge_form", form, sending.acknowledge, "Noted.")


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_decide(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """What the payer decided."""
    return _done(request, appeal_id, "decide_form", AppealDecisionForm(request.POST), sending.decide, "Recorded.")


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_withdraw(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """Give it up, with the reason."""
    return _done(request, appeal_id, "withdraw_form", AppealWithdrawForm(request.POST), services.withdraw, "Given up.")


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_next_level(request: StaffRequest, appeal_id: int) -> HttpResponseBase:
    """Go on at the next level."""
    form = NextLevelForm(request.POST)
    if not form.is_valid():
        return _show(request, appeal_id, forms_used={"level_form": form}, status=422)
    try:
        case = services.open_next_level(
            appeal_id, **form.cleaned_data, actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        return _show(request, appeal_id, problem=error, status=error.status)
    return redirect("appeal", case.pk)


def appeal_panel(request: StaffRequest, claim: "Claim") -> tuple[str, Mapping[str, Any]] | None:
    """The appeals of a claim, and the way to open one; None where there is neither."""
    found = list(lists.appeals_of(claim.pk))
    may_work = may(request.user, Capability.WORK_ITEMS)
    able = lists.denials_to_appeal(claim.pk) if may_work else []
    if not found and not able:
        return None
    asked = sorted({(one.payer_id, one.category) for one in able if one.payer_id})
    rates = [
        outcomes.own_rate(practice_id=claim.practice_id, payer_id=payer, category=category, today=clock.today())
        for payer, category in asked
    ]
    return "collections/appeals/panel.html", {
        "claim": claim,
        "appeals": [(one, TONES[one.outcome or one.state]) for one in found],
        "denials": able,
        "rates": rates,
    }


def _show(
    request: StaffRequest,
    appeal_id: int,
    *,
    forms_used: dict[str, forms.Form] | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    actor, today = request.user, clock.today()
    case = lists.appeal_seen_by(actor, appeal_id)
    _record_look(request, case)
    [file] = files_of([case.pk], today=today).files
    level = level_of(case.ladder, case.level)
    above = services.level_above(case)
    is_against = case.state == "decided" and case.outcome != "won"
    stake = at_stake(level, amount=case.amount, filed_on=today) if level else None
    rate = outcomes.own_rate(practice_id=case.practice_id, payer_id=case.payer_id, category=case.category, today=today)
    context = {
        "case": case,
        "tone": TONES[case.outcome or case.state],
        "level": level,
        "needs": NEEDS.get(level.needs, "") if level else "",
        "category": category_label(case.category),
        "steps": [(label, _STEPS.index(code) <= _reached(case)) for code, label in case.State.choices[:5]],
        "denials": file.denials,
        "checklist": enclosing.checklist_of(file),
        "enclosures": file.enclosures,
        "labels": KINDS,
        "letter": facts_of(file, today=today),
        "playbook": file.playbook,
        "to": where_to(file),
        "stake": stake,
        "rate": rate,
        "warnings": sending.warnings_of(case, way="certified", sent_on=today) if case.state == "ready" else [],
        "packets": lists.packets_of(case),
        "sending": getattr(case, "sending", None),
        "above": above if is_against else None,
        "next_window": services.next_window(case) if is_against and above else None,
        "goes_on": getattr(case, "following", None),
        "history": [
            {"title": one.get_kind_display(), "words": one.words, "at": one.at, "by": one.by}
            for one in lists.events_of(case)
        ],
        "may_work": may(actor, Capability.WORK_ITEMS),
        "problem": problem,
        "today": today,
        **_forms(case, today),
        **(forms_used or {}),
    }
    return TemplateResponse(request, "collections/appeals/appeal.html", context, status=status)


def _forms(case: "AppealCase", today: Any) -> dict[str, forms.Form]:
    if not case.is_open:
        return {"level_form": NextLevelForm()}
    found: dict[str, forms.Form] = {
        "next_form": NextStepForm(initial={"action": case.next_action, "on": case.next_on}),
        "withdraw_form": AppealWithdrawForm(),
    }
    if case.is_unsent:
        notice = {"notice_on": case.notice_on, "received_on": case.notice_received_on, "is_urgent": case.is_urgent}
        found |= {
            "notice_form": AppealNoticeForm(initial=notice),
            "points_form": PointsForm(initial={"points": case.points}),
            "enclose_form": EncloseForm(documents=_documents(case)),
            "leave_form": LeaveOutForm(),
            "send_form": AppealSendForm(initial={"sent_on": today}),
        }
    else:
        found |= {
            "acknowledge_form": AcknowledgeForm(initial={"on": today}),
            "decide_form": AppealDecisionForm(initial={"decided_on": today}),
        }
    return found


def _documents(case: "AppealCase") -> list[tuple[int, str]]:
    return [
        (one.pk, f"{one.get_kind_display()}, {long_day(one.added_at.date())}")
        for one in enclosing.documents_to_choose(case)
    ]


def _reached(case: "AppealCase") -> int:
    return _STEPS.index(case.state) if case.state in _STEPS else -1


def _record_look(request: StaffRequest, case: "AppealCase") -> None:
    audit.record_read(
        request.user, "claim", case.claim_id, practice_id=case.practice_id, now=clock.now(),
        seen={"claim": [case.claim_id], "account": [case.claim.account_id]},
    )  # fmt: skip


def _done(
    request: StaffRequest,
    appeal_id: int,
    name: str,
    form: forms.Form,
    act: Callable[..., Any],
    words: str,
    *,
    needs_today: bool = True,
) -> HttpResponseBase:
    """One form of the case: done, and the work of the claim brought along; or shown again with what is missing."""
    used = {name: form} if name else {}
    if not form.is_valid():
        return _show(request, appeal_id, forms_used=used, status=422)
    now = clock.now()
    when = {"today": clock.today()} if needs_today else {}
    try:
        act(appeal_id, **form.cleaned_data, actor=request.user, now=now, **when)
    except DomainError as error:
        if (field := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(field, error.message)
        return _show(request, appeal_id, forms_used=used, problem=error, status=error.status)
    case = lists.appeal_seen_by(request.user, appeal_id)
    worklist.refresh(claims=[case.claim_id], today=clock.today(), now=now)
    messages.success(request, words)
    return redirect("appeal", appeal_id)
