"""Files of addresses and of leads: made and downloaded, brought and shown before they are taken in, taken back."""

import base64
import binascii

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.web.closing_places import ChosenPractice, chosen_practice
from collections_app.tracing import files_in, files_out, lists, ncoa, vendor
from collections_app.tracing.trace_csv import BadTraceFile
from collections_app.web.tracing import places
from collections_app.web.tracing_forms import FileInForm, FileOutForm

PER_PAGE = 50
_LINES = 200
_TONES = {
    "applied": "tag-green", "suggested": "tag-blue", "bad": "tag-amber", "nothing": "tag-plain",
    "refused": "tag-red", "sent": "tag-plain",
}  # fmt: skip


@page(Capability.SEE_FILES)
def files(request: StaffRequest) -> HttpResponseBase:
    """What went out and came in, and a file to make or to bring."""
    return _list(request)


@require_POST
@page(Capability.IMPORT_FILES)
def make(request: StaffRequest) -> HttpResponseBase:
    """A file that goes out."""
    practice, form = chosen_practice(request), FileOutForm(request.POST, auto_id="out_%s")
    if not form.is_valid():
        return _list(request, out_form=form, status=422)
    try:
        file = files_out.make_file(
            **form.cleaned_data, practice_id=practice.id, actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        form.add_error(error.facts.get("field"), error.message)
        return _list(request, out_form=form, status=error.status)
    messages.success(request, f"The file names {file.rows} people. Download it, and hand it over encrypted.")
    return redirect("trace_file", file.pk)


@page(Capability.IMPORT_FILES)
def download(request: StaffRequest, trace_file_id: int) -> HttpResponseBase:
    """The file as it goes out."""
    file = files_out.download(trace_file_id, actor=request.user, now=clock.now())
    answer = HttpResponse(file.content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@page(Capability.IMPORT_FILES)
def take_in(request: StaffRequest) -> HttpResponseBase:
    """A file that came back: shown first, then taken in as it was shown."""
    practice = chosen_practice(request)
    if "content" in request.POST:
        return _taken(request, practice)
    form = FileInForm(request.POST, request.FILES, auto_id="in_%s")
    if not form.is_valid():
        return _list(request, in_form=form, status=422)
    data, today = form.cleaned_data, clock.today()
    content = data["file"].read()
    try:
        rows = files_in.preview(content, data["kind"], practice_id=practice.id, actor=request.user, today=today)
    except DomainError as error:
        form.add_error("file", error.message)
        return _list(request, in_form=form, status=error.status)
    seen = [row.person for row in rows if row.person]
    audit_reads.record_listed(request.user, "trace_file", seen, shows=lambda one: [("person", one.pk)], now=clock.now())
    context = {
        "rows": [(row, _TONES[row.does]) for row in rows[:_LINES]],
        "counts": _counts([row.does for row in rows]),
        "more": max(len(rows) - _LINES, 0),
        "name": data["file"].name,
        "kind": data["kind"],
        "partner": data["partner"],
        "content": base64.b64encode(content).decode(),
        "practice": practice,
        "places": places(request),
    }
    return TemplateResponse(request, "collections/tracing/file_preview.html", context)


@page(Capability.SEE_FILES)
def file(request: StaffRequest, trace_file_id: int) -> HttpResponseBase:
    """One file, line by line."""
    found = files_in.own_file(trace_file_id, actor=request.user)
    shown = Paginator(lists.lines_of(found), _LINES).get_page(request.GET.get("page"))
    audit.record_read(
        request.user, "trace_file", found.pk, practice_id=found.practice_id, now=clock.now(),
        seen={"person": [row.person_id for row in shown if row.person_id]},
    )  # fmt: skip
    context = {
        "file": found,
        "page": shown,
        "rows": [(row, _TONES[row.done]) for row in shown],
        "may_take_in": may(request.user, Capability.IMPORT_FILES),
        "today": clock.today(),
        "places": places(request),
    }
    return TemplateResponse(request, "collections/tracing/file.html", context)


@require_POST
@page(Capability.IMPORT_FILES)
def take_back(request: StaffRequest, trace_file_id: int) -> HttpResponseBase:
    """What a file did is taken back."""
    found, kept = files_in.take_back(trace_file_id, actor=request.user, today=clock.today(), now=clock.now())
    if kept:
        lines = ", ".join(map(str, kept[:10]))
        messages.warning(request, f"Taken back, but line {lines}: what stands there came later from elsewhere.")
    else:
        messages.success(request, "Taken back: addresses stand as before.")
    return redirect("trace_file", found.pk)


def _taken(request: StaffRequest, practice: ChosenPractice) -> HttpResponseBase:
    try:
        content = base64.b64decode(request.POST["content"], validate=True)
    except binascii.Error:
        raise BadTraceFile("The file did not arrive whole. Bring it again.") from None
    kind = request.POST.get("kind", "")
    if kind not in dict(lists.FILE_KINDS):
        raise BadTraceFile("Say what kind of file it is.")
    found = files_in.take_in(
        content, kind, name=request.POST.get("name", ""), partner=request.POST.get("partner", ""),
        practice_id=practice.id, actor=request.user, today=clock.today(), now=clock.now(),
    )  # fmt: skip
    messages.success(request, f"Taken in: {found.hits} of {found.rows} lines brought something.")
    return redirect("trace_file", found.pk)


def _list(
    request: StaffRequest, *, out_form: FileOutForm | None = None, in_form: FileInForm | None = None, status: int = 200
) -> HttpResponseBase:
    shown = Paginator(lists.files(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "rows": list(shown),
        "out_form": out_form or FileOutForm(auto_id="out_%s"),
        "in_form": in_form or FileInForm(auto_id="in_%s"),
        "practice": chosen_practice(request),
        "may_take_in": may(request.user, Capability.IMPORT_FILES),
        "ncoa_columns": ncoa.IN_COLUMNS,
        "vendor_columns": vendor.IN_COLUMNS,
        "today": clock.today(),
        "places": places(request),
    }
    return TemplateResponse(request, "collections/tracing/files.html", context, status=status)


def _counts(codes: list[str]) -> list[tuple[str, int]]:
    labels = files_in.Done
    return [(labels(code).label, codes.count(code)) for code in labels.values if code in codes]
