"""Payments by hand: the list of EOBs, one begun, discarded, taken back and entered anew."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

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
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.pages import StaffRequest, page, posted
from claims.documents.services import BroughtFile
from claims.eobs import drafts, selectors, taking_back
from claims.web.eob_entry import show_eob
from claims.web.eob_forms import EobReasonForm, NewEobForm
from claims.web.setup_pages import form_page

PER_PAGE = 50
_COLUMNS = (
    Column("EOB"), Column("Practice", width=28), Column("Payer", width=32), Column("Check or EFT"), Column("Method"),
    Column("Dated", Kind.DATE), Column("Received", Kind.DATE), Column("Amount", Kind.MONEY),
    Column("Entered", Kind.MONEY), Column("Claims", Kind.NUMBER), Column("State"), Column("Last saved by"),
    Column("Posted by"),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def eobs(request: StaffRequest) -> HttpResponseBase:
    """Every EOB that people entered, with how far it is."""
    state, search = request.GET.get("state", ""), request.GET.get("q", "").strip()[:60]
    found = selectors.eobs(request.user, state=state, search=search)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "eobs", found.iterator(chunk_size=1_000), count=found.count(),
            after={"state": state} if state else None, now=clock.now(),
        )  # fmt: skip
        return table_response(kind, "eobs", Sheet("Payments by hand", _COLUMNS, _cells(taken)))
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "states": selectors.STATES, "state": state, "q": search, "today": clock.today(),
        "may_enter": may(request.user, Capability.POST_MONEY),
    }  # fmt: skip
    return TemplateResponse(request, "claims/eobs/eobs.html", context)


@page(Capability.POST_MONEY)
def new(request: StaffRequest) -> HttpResponseBase:
    """Begin to enter an EOB."""
    today = clock.today()
    form = NewEobForm(
        posted(request), request.FILES or None, payers=selectors.payers_to_choose(),
        practices=selectors.practices_to_choose(request.user), initial={"received_on": today, "method": "CHK"},
    )  # fmt: skip

    def begin() -> str:
        told = form.cleaned_data
        brought = BroughtFile(told["file"].file, told["file"].name, "eob") if told["file"] else None
        eob = drafts.open_eob(
            told["practice"], form.check(), brought=brought, actor=request.user, now=clock.now(), today=today
        )
        return reverse("eob", args=[eob.pk])

    done = reverse("eobs")
    crumbs = [(reverse("money"), "Money"), (done, "Payments by hand")]
    return form_page(request, form, begin, title="Enter an EOB", crumbs=crumbs, done=done, submit="Begin", said="")


@page(Capability.SEE_CLAIMS)
def eob(request: StaffRequest, eob_id: int) -> HttpResponseBase:
    """One EOB with its lines and its document; a recorded read."""
    return show_eob(request, selectors.eob_seen_by(request.user, eob_id))


@require_POST
@page(Capability.POST_MONEY)
def document(request: StaffRequest, eob_id: int) -> HttpResponseBase:
    """Put a scan beside the lines."""
    found = selectors.eob_seen_by(request.user, eob_id)
    sent = request.FILES.get("file")
    if sent is None or sent.file is None:
        return show_eob(request, found, problem=DomainError("Choose the scan or PDF first."), status=422)
    brought = BroughtFile(cast(BinaryIO, sent.file), sent.name or "eob", "eob")
    try:
        drafts.attach_document(eob_id, brought, version=_version(request), actor=request.user, now=clock.now())
    except DomainError as error:
        return show_eob(request, found, problem=error, status=error.status)
    return redirect("eob", eob_id)


@require_POST
@page(Capability.POST_MONEY)
def discard(request: StaffRequest, eob_id: int) -> HttpResponseBase:
    """Leave off entering it."""

    def end(reason: str) -> None:
        drafts.discard(eob_id, reason=reason, version=_version(request), actor=request.user, now=clock.now())

    return _ended(request, eob_id, end, said="Discarded. Nothing was posted.")


@require_POST
@page(Capability.POST_MONEY)
def take_back(request: StaffRequest, eob_id: int) -> HttpResponseBase:
    """Reverse all that it posted."""

    def end(reason: str) -> None:
        taking_back.take_back(eob_id, reason=reason, actor=request.user, today=clock.today(), now=clock.now())

    return _ended(request, eob_id, end, said="Taken back: the claims owe again what they owed before.")


def _ended(request: StaffRequest, eob_id: int, end: Callable[[str], None], *, said: str) -> HttpResponseBase:
    """End an entry in one of two ways, with a reason."""
    found, form = selectors.eob_seen_by(request.user, eob_id), EobReasonForm(request.POST)
    if not form.is_valid():
        return show_eob(request, found, reason_form=form, status=422)
    try:
        end(form.cleaned_data["reason"])
    except DomainError as error:
        return show_eob(request, found, problem=error, reason_form=form, status=error.status)
    messages.success(request, said)
    return redirect("eob", eob_id)


@require_POST
@page(Capability.POST_MONEY)
def again(request: StaffRequest, eob_id: int) -> HttpResponseBase:
    """Enter it anew, beginning with what it said."""
    eob = taking_back.enter_anew(eob_id, actor=request.user, now=clock.now())
    messages.success(request, "A copy to correct. The one before stays on record.")
    return redirect("eob", eob.pk)


def _version(request: StaffRequest) -> int:
    return id_of(request.POST.get("version", "")) or 0


def _cells(rows: Iterator[Any]) -> Iterator[list[Any]]:
    for row in rows:
        yield [
            row.pk, row.practice.name, row.payer.name, row.trace, row.method, row.paid_on, row.received_on, row.amount,
            row.entered_amount, row.claim_count, row.get_state_display(), str(row.saved_by or ""),
            str(row.posted_by or ""),
        ]  # fmt: skip
