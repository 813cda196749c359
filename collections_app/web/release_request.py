"""One request for records: the checklist beside the form as it came, its story, and what may be done about it."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.practices.selectors import staff_of
from claims.web.setup_pages import two_steps
from collections_app.releases import packet, papers, releasing, selectors, services
from collections_app.releases.figures import request_figures
from collections_app.releases.rules import fee_of, part_labels
from collections_app.web.release_forms import (
    CloseForm,
    NextForm,
    PaperForm,
    RecordFeeForm,
    ReleaseForm,
    RevokeForm,
    ScreenForm,
)
from collections_app.web.releases import TONES

if TYPE_CHECKING:
    from collections_app.releases.models import RecordRequest

#: The packet as it would leave, in a window of its own.
_INLINE = {"Content-Disposition": 'inline; filename="packet.pdf"', "X-Content-Type-Options": "nosniff",
           "Cache-Control": "no-store"}  # fmt: skip


@page(Capability.SEE_CLAIMS)
def record_request(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """One request: the checklist beside the form as it came, its story, what may be done."""
    return _show(request, record_request_id)


@require_POST
@page(Capability.WORK_ITEMS)
def paper(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """A better form came."""
    form = PaperForm(request.POST, request.FILES, prefix="paper")
    return _with(
        request, record_request_id, form, "Kept. Screen it now.",
        lambda form: services.attach_paper(record_request_id, form.paper(), actor=request.user, now=clock.now()),
    )  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def screen(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """The verdict over the form."""
    found = selectors.request_seen_by(request.user, record_request_id)
    form = ScreenForm(request.POST, basis=found.basis, prefix="screen")
    return _with(
        request, record_request_id, form, "Screened. The verdict stands below.",
        lambda form: services.screen(record_request_id, form.read(), **_when(request)),
    )  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def rely(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """Answer by an authorization that stands already."""
    screening_id = int(request.POST.get("screening", "0") or 0)
    return _with(
        request, record_request_id, None, "It stands on the earlier authorization.",
        lambda _: services.rely_on(record_request_id, screening_id, **_when(request)),
    )  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def revoke(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """The patient took the authorization back."""
    found = selectors.request_seen_by(request.user, record_request_id)
    latest = services.latest_screening(found)
    form = RevokeForm(request.POST, prefix="revoke")
    return _with(
        request, record_request_id, form, "Revoked: nothing leaves by it any more.",
        lambda form: services.revoke(latest.pk if latest else 0, **form.cleaned_data, **_when(request)),
    )  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def letter(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """Write what the form lacks, or why nothing leaves."""
    found = selectors.request_seen_by(request.user, record_request_id)
    write = papers.write_refusal if found.state == "refused" else papers.write_defects
    return _with(
        request, record_request_id, None, "Written. Print it below.",
        lambda _: write(record_request_id, **_when(request)),
    )  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def extend(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """The longer term of a patient's access."""
    return _with(
        request, record_request_id, None, "Extended. Tell the patient in writing why, and until when.",
        lambda _: services.extend_access(record_request_id, **_when(request)),
    )  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def plan_next(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """Who does what next."""
    found = selectors.request_seen_by(request.user, record_request_id)
    form = NextForm(request.POST, people=_people(found), prefix="next")

    def planned(form: Any) -> object:
        told = dict(form.cleaned_data)
        return services.plan_next(record_request_id, owner_id=told.pop("owner"), **told, **_when(request))

    return _with(request, record_request_id, form, "Planned.", planned)


@require_POST
@page(Capability.WORK_ITEMS)
def close(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """Nothing leaves."""
    form = CloseForm(request.POST, prefix="close")
    return _with(
        request, record_request_id, form, "Closed. It can be opened again.",
        lambda form: services.close_without(record_request_id, **form.cleaned_data, **_when(request)),
    )  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def reopen(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """Open it again."""
    return _with(
        request, record_request_id, None, "Open again. Screen it anew.",
        lambda _: services.reopen(record_request_id, **_when(request)),
    )  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def attorney(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """The letter says that this firm represents the guarantor."""
    return _with(
        request, record_request_id, None, "From now on only the firm is contacted about the debt.",
        lambda _: releasing.name_attorney(record_request_id, **_when(request)),
    )  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def fee(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """The fee came, or is waived."""
    if "waive" in request.POST:
        return _with(
            request, record_request_id, None, "Waived. The records may leave.",
            lambda _: papers.note_fee(record_request_id, paid_on=None, **_when(request)),
        )  # fmt: skip
    return _with(
        request, record_request_id, RecordFeeForm(request.POST, prefix="fee"), "Noted. The records may leave.",
        lambda form: papers.note_fee(record_request_id, **form.cleaned_data, **_when(request)),
    )  # fmt: skip


@page(Capability.WORK_ITEMS)
def record_release(request: StaffRequest, record_request_id: int) -> HttpResponseBase:
    """Choose what leaves, look at it, and let it leave or ask for its fee first."""
    actor, today, now = request.user, clock.today(), clock.now()
    found = selectors.request_seen_by(actor, record_request_id)
    seen = {"account": [found.account_id]}
    audit.record_read(actor, "record_request", found.pk, practice_id=found.practice_id, now=now, seen=seen)
    there = reverse("record_request", args=[found.pk])
    if found.state != "valid":
        messages.error(request, "Nothing leaves before the form is valid and its fee is paid.")
        return redirect(there)
    documents = [(one.pk, f"{one.get_kind_display()}: {one.name}") for one in packet.documents_to_choose(found)]
    form = ReleaseForm(
        request.POST if request.method == "POST" else None, basis=found.basis, asked=found.asked, documents=documents,
        initial={"parts": found.asked, "service_from": found.service_from, "service_to": found.service_to},
    )  # fmt: skip

    def preview() -> tuple[str, dict[str, Any]]:
        made = packet.packet_of(found, form.choice(), actor=actor, today=today)
        fee = fee_of(found.basis, made.pages, request_figures(found.practice, on=today))
        told = {
            "packet": made, "labels": part_labels(made.parts), "sha256": hashlib.sha256(made.pdf).hexdigest(),
            "fee": fee, "may_invoice": fee > 0 and found.fee_paid_on is None and found.fee_invoiced_on is None,
        }  # fmt: skip
        return "collections/releases/confirm.html", told

    def save() -> HttpResponseBase:
        if "invoice" in request.POST:
            papers.invoice(found.pk, form.choice(), actor=actor, today=today, now=now)
            messages.success(request, "Invoiced. The records leave when the fee is here.")
        else:
            releasing.release(
                found.pk, form.choice(), leaving=form.leaving(), actor=actor, today=today, now=now,
                seen_sha256=request.POST.get("sha256", ""),
            )  # fmt: skip
            messages.success(request, "Released and logged. Print or send the packet below.")
        return redirect(there)

    if request.POST.get("step") == "pages" and form.is_valid():
        shown = packet.packet_of(found, form.choice(), actor=actor, today=today)
        return HttpResponse(shown.pdf, content_type="application/pdf", headers=_INLINE)
    context = {"found": found, "today": today, "there": there}
    return two_steps(request, form, context, template="collections/releases/release.html", preview=preview, save=save)


def _with(
    request: StaffRequest, record_request_id: int, form: forms.Form | None, said: str, deed: Callable[[Any], object]
) -> HttpResponseBase:
    """Do what was asked and lead back to the request; an error stands where it was entered."""
    if form is not None and not form.is_valid():
        return _show(request, record_request_id, form=form, status=422)
    try:
        deed(form)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        if form is not None and (name := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(name, error.message)
        return _show(request, record_request_id, form=form, problem=error, status=error.status)
    messages.success(request, said)
    return redirect("record_request", record_request_id)


def _show(
    request: StaffRequest, record_request_id: int, *, form: forms.Form | None = None,
    problem: DomainError | None = None, status: int = 200,
) -> HttpResponseBase:  # fmt: skip
    actor, today = request.user, clock.today()
    found = selectors.request_seen_by(actor, record_request_id)
    seen = {"account": [found.account_id]}
    audit.record_read(actor, "record_request", found.pk, practice_id=found.practice_id, now=clock.now(), seen=seen)
    verdicts = selectors.verdicts_of(found)
    may_work = may(actor, Capability.WORK_ITEMS)

    def shown(kind: type[forms.Form], prefix: str, **how: Any) -> forms.Form:
        return form if isinstance(form, kind) else kind(prefix=prefix, **how)

    planned = {"owner": found.owner_id, "next_action": found.next_action, "next_on": found.next_on}
    context: dict[str, Any] = {
        "found": found,
        "tone": TONES.get(found.state, "plain"),
        "asked": part_labels(found.asked),
        "verdicts": verdicts,
        "latest": verdicts[0] if verdicts else None,
        "standing": selectors.standing_authorizations(found, today=today) if found.is_open else [],
        "releases": [(one, part_labels(one.parts)) for one in selectors.releases_of(found)],
        "papers": selectors.papers_of(found),
        "may_work": may_work,
        "can_revoke": bool(verdicts) and found.kind == "authorization" and not verdicts[0].is_revoked,
        "is_late": found.is_open and found.due_on < today,
        "problem": problem,
        "today": today,
    }
    if may_work:
        context |= {
            "screen_form": shown(ScreenForm, "screen", basis=found.basis, initial=_read_before(verdicts)),
            "paper_form": shown(PaperForm, "paper"),
            "revoke_form": shown(RevokeForm, "revoke", initial={"revoked_on": today}),
            "close_form": shown(CloseForm, "close"),
            "fee_form": shown(RecordFeeForm, "fee", initial={"paid_on": today}),
            "next_form": shown(NextForm, "next", people=_people(found), initial=planned),
        }
    return TemplateResponse(request, "collections/releases/request.html", context, status=status)


def _people(found: "RecordRequest") -> list[tuple[int, str]]:
    return [(one.pk, str(one)) for one in staff_of(found.practice)]


def _when(request: StaffRequest) -> dict[str, Any]:
    return {"actor": request.user, "today": clock.today(), "now": clock.now()}


def _read_before(verdicts: list[selectors.ShownVerdict]) -> dict[str, Any]:
    """What was read off the form last time: a better form is read against it."""
    if not verdicts:
        return {}
    form = services.form_of(verdicts[0].screening)
    told = {name: getattr(form, name) for name in form.__slots__ if name != "shows"}
    return told | dict.fromkeys(form.shows, True)
