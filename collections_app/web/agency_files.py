"""What goes to an agency and comes from it: batches, files, and the lines that wait for a person."""

import base64
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.web.shown import Shown
from collections_app.agencies import files_out, judging, placing, selectors, taking_in
from collections_app.agencies.layouts import manifest
from collections_app.agencies.states import RECALL_REASONS, RETURN_CODES, BatchState, FileKind, RowState
from collections_app.web.agencies import PER_PAGE, placements_shown
from collections_app.web.agency_forms import DepositForm, GivenForm, ReportForm, SeenForm, WhyForm

if TYPE_CHECKING:
    from collections_app.agencies.models import AgencyFileRow

#: So many lines of a file are shown before it is taken in; all are judged and counted.
SHOWN_LINES = 200
CODES = RECALL_REASONS | RETURN_CODES


def rows_shown(row: "AgencyFileRow") -> Shown:
    """The account that a line is about."""
    return [("account", row.placement.account_id if row.placement else None)]


@page(Capability.SEE_CLAIMS)
def batch(request: StaffRequest, placement_batch_id: int) -> HttpResponseBase:
    """Accounts placed together, and taking them back."""
    return _show_batch(request, placement_batch_id)


@require_POST
@page(Capability.POST_MONEY)
def batch_undo(request: StaffRequest, placement_batch_id: int) -> HttpResponseBase:
    """Take a batch back whole."""
    form = WhyForm(request.POST)
    if not form.is_valid():
        return _show_batch(request, placement_batch_id, form=form, status=422)
    try:
        placing.undo_batch(
            placement_batch_id, because=form.cleaned_data["because"], actor=request.user, today=clock.today(),
            now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return _show_batch(request, placement_batch_id, form=form, problem=error, status=error.status)
    messages.success(request, "Taken back: their balances are the patients' again, as if it had never been.")
    return redirect("agency_batch", placement_batch_id)


@page(Capability.SEE_CLAIMS)
def file(request: StaffRequest, agency_file_id: int) -> HttpResponseBase:
    """One file: its totals, its lines, how it was made or taken in."""
    found = files_out.file_seen_by(request.user, agency_file_id)
    is_placed = found.kind == FileKind.PLACED
    rows = selectors.rows_of(found)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(request.user, "agency_file", shown, shows=rows_shown, now=clock.now())
    context = {
        "file": found,
        "page": shown,
        "rows": [(one, CODES.get(one.code, "")) for one in shown],
        "batch": found.batch if is_placed else None,
        "is_answer": found.kind == FileKind.ANSWER,
        "fee_difference": found.fee - found.fee_due,
        "manifest": manifest(found.name, found.made_on, found.sha256, found.count, found.amount),
        "may_take": may(request.user, Capability.POST_MONEY),
    }
    return TemplateResponse(request, "collections/agencies/file.html", context)


@require_POST
@page(Capability.POST_MONEY)
def file_download(request: StaffRequest, agency_file_id: int) -> HttpResponseBase:
    """The file, as it goes to the agency."""
    try:
        found = files_out.download(agency_file_id, actor=request.user, today=clock.today(), now=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("agency_file", files_out.file_seen_by(request.user, agency_file_id).pk)
    return HttpResponse(
        found.content.encode(), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.name}"', "Cache-Control": "no-store"},
    )  # fmt: skip


@page(Capability.POST_MONEY)
def report(request: StaffRequest, agency_id: int) -> HttpResponseBase:
    """A file of the agency: brought, shown line by line, taken in as it was shown."""
    agency = placing.agency_of(agency_id, actor=request.user)
    if request.method != "POST":
        return _ask_for_file(request, agency.pk)
    if "content" in request.POST:
        return _taken(request, agency.pk)
    form = ReportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask_for_file(request, agency.pk, form=form, status=422)
    brought = form.cleaned_data["file"]
    return _preview(request, agency.pk, brought.name, brought.read(), form=None)


@page(Capability.SEE_CLAIMS)
def row(request: StaffRequest, agency_row_id: int) -> HttpResponseBase:
    """A line that waits: what it says, and what may be done about it."""
    return _show_row(request, agency_row_id)


@require_POST
@page(Capability.POST_MONEY)
def row_give(request: StaffRequest, agency_row_id: int) -> HttpResponseBase:
    """Say which placement a line means."""
    form = GivenForm(request.POST)
    if not form.is_valid():
        return _show_row(request, agency_row_id, given=form, status=422)
    try:
        found = taking_in.give_to_account(
            agency_row_id, form.cleaned_data["reference"], actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        return _show_row(request, agency_row_id, given=form, problem=error, status=error.status)
    messages.success(request, "Done as the line says.")
    return redirect("agency_file", found.file_id)


@require_POST
@page(Capability.POST_MONEY)
def row_seen_to(request: StaffRequest, agency_row_id: int) -> HttpResponseBase:
    """Say what was done about a line otherwise."""
    form = SeenForm(request.POST)
    if not form.is_valid():
        return _show_row(request, agency_row_id, seen=form, status=422)
    try:
        found = taking_in.seen_to(agency_row_id, why=form.cleaned_data["why"], actor=request.user, now=clock.now())
    except DomainError as error:
        return _show_row(request, agency_row_id, seen=form, problem=error, status=error.status)
    messages.success(request, "Seen to.")
    return redirect("agency_file", found.file_id)


def _show_batch(
    request: StaffRequest,
    batch_id: int,
    *,
    form: WhyForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    found = selectors.batch_seen_by(request.user, batch_id)
    shown = Paginator(selectors.placements_of_batch(found), PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(request.user, "placement_batch", shown, shows=placements_shown, now=clock.now())
    may_act = may(request.user, Capability.POST_MONEY)
    context = {
        "batch": found,
        "page": shown,
        "can_undo": may_act and found.state == BatchState.MADE,
        "can_take": may_act and found.state != BatchState.UNDONE,
        "form": form or WhyForm(),
        "problem": problem,
    }
    return TemplateResponse(request, "collections/agencies/batch.html", context, status=status)


def _ask_for_file(
    request: StaffRequest,
    agency_id: int,
    *,
    form: ReportForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    agency = placing.agency_of(agency_id, actor=request.user)
    context = {"agency": agency, "form": form or ReportForm(), "problem": problem}
    return TemplateResponse(request, "collections/agencies/report.html", context, status=status)


def _preview(
    request: StaffRequest,
    agency_id: int,
    name: str,
    content: bytes,
    *,
    form: DepositForm | None,
    problem: DomainError | None = None,
) -> HttpResponseBase:
    try:
        found = judging.read(agency_id, content, actor=request.user, today=clock.today())
    except DomainError as error:
        return _ask_for_file(request, agency_id, problem=error, status=error.status)
    named = [one.placement for one in found.rows if one.placement is not None]
    audit_reads.record_listed(request.user, "agency_report", named, shows=placements_shown, now=clock.now())
    lines = sorted(found.rows, key=lambda one: (not one.is_bad, not one.trouble, one.told.line))
    context = {
        "agency": found.agency,
        "report": found,
        "lines": [(one, CODES.get(one.told.code, "")) for one in lines[:SHOWN_LINES]],
        "not_shown": max(0, len(lines) - SHOWN_LINES),
        "fee_difference": found.fee - found.fee_due,
        "form": form or DepositForm(initial={"deposit": found.deposit}),
        "name": name,
        "content": base64.b64encode(content).decode(),
        "problem": problem,
    }
    status = problem.status if problem else 422 if form is not None else 200
    return TemplateResponse(request, "collections/agencies/report_preview.html", context, status=status)


def _taken(request: StaffRequest, agency_id: int) -> HttpResponseBase:
    """The file that was shown comes back with the page; it is judged again."""
    form, name = DepositForm(request.POST), request.POST.get("name", "")[:120] or "report.csv"
    try:
        content = base64.b64decode(request.POST["content"], validate=True)
    except ValueError:  # no base64, or letters that no base64 has
        problem = DomainError("The file did not arrive whole. Bring it again.")
        return _ask_for_file(request, agency_id, problem=problem, status=422)
    if not form.is_valid():
        return _preview(request, agency_id, name, content, form=form)
    try:
        taken = taking_in.take_in(
            agency_id, name, content, actor=request.user, today=clock.today(), now=clock.now(), **form.cleaned_data
        )
    except DomainError as error:
        return _preview(request, agency_id, name, content, form=form, problem=error)
    waiting = selectors.rows_of(taken).filter(state=RowState.WAITING).count()
    left = f" {waiting} lines wait for somebody." if waiting else ""
    messages.success(request, f"{taken.name}: {taken.count} lines taken in.{left}")
    return redirect("agency_file", taken.pk)


def _show_row(
    request: StaffRequest,
    row_id: int,
    *,
    given: GivenForm | None = None,
    seen: SeenForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    found = selectors.row_seen_by(request.user, row_id)
    audit_reads.record_listed(request.user, "agency_file_row", [found], shows=rows_shown, now=clock.now())
    context = {
        "row": found,
        "code_words": CODES.get(found.code, ""),
        "waits": found.state == RowState.WAITING and may(request.user, Capability.POST_MONEY),
        "given": given or GivenForm(initial={"reference": found.reference}),
        "seen": seen or SeenForm(),
        "problem": problem,
    }
    return TemplateResponse(request, "collections/agencies/row.html", context, status=status)
