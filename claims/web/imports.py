"""Imports: bring files, watch them being read, see what each said and what was wrong with it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.background import QueueUnreachable
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.pages import StaffRequest, page
from claims.edi import file_actions, selectors
from claims.edi.claim_number_conflicts import open_conflicts

NOBODY_TOLD = (
    "It will be read by itself once the queue of background work, which does not answer now, is back. Tell whoever "
    "runs arwork; you need not upload it again."
)


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; cleans to a list. An empty file is refused alone, never the others with it."""

    widget = _ManyFiles
    default_error_messages = {"required": "Choose at least one file.", "empty": "The file is empty. Choose another."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Clean each file by itself; an empty choice is refused like an absent one."""
        files = [super(FilesField, self).clean(one, initial) for one in data or [None]]
        if not any(one.size for one in files):
            raise forms.ValidationError(self.error_messages["empty"], code="empty")
        return files


class UploadForm(forms.Form):
    """Files and how to read them."""

    file = FilesField(label="Files")
    practice = forms.TypedChoiceField(
        label="Practice",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Left open, each file says itself whose it is, by NPI or tax number.",
    )
    create_missing = forms.BooleanField(
        label="Open claims that only a remittance names",
        required=False,
        help_text="For the first months of a practice whose claims were billed elsewhere.",
    )

    def __init__(self, *args: Any, practices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["practice"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", "as each file says"), *practices]


@page(Capability.SEE_FILES)
def imports(request: StaffRequest) -> HttpResponseBase:
    """The files that came in, newest first, and for whoever brings files the place to drop more."""
    only_open = request.GET.get("show") == "open"
    if kind := asked_for(request):
        asked = {"only_open": only_open}
        audit.record(request.user, "exported", "imports", None, practice_id=None, after=asked, now=clock.now())
        return table_response(kind, "imports", _sheet(selectors.every_file_seen_by(request.user, only_open=only_open)))
    return _imports_page(request, UploadForm(practices=selectors.practices_to_choose(request.user)))


@require_POST
@page(Capability.IMPORT_FILES)
def upload(request: StaffRequest) -> HttpResponseBase:
    """Take in what was dropped or chosen."""
    form = UploadForm(request.POST, request.FILES, practices=selectors.practices_to_choose(request.user))
    if not form.is_valid():
        return _imports_page(request, form)
    _receive(request, form.cleaned_data)
    return redirect("imports")


def _imports_page(request: StaffRequest, form: UploadForm) -> HttpResponseBase:
    only_open = request.GET.get("show") == "open"
    after, before = (id_of(request.GET.get(name, "")) for name in ("after", "before"))
    context = {
        "form": form,
        "files": selectors.files_seen_by(request.user, after=after, before=before, only_open=only_open),
        "only_open": only_open,
        "may_import": _may_import(request),
        "given_up": selectors.given_up_seen_by(request.user),
    }
    return TemplateResponse(request, "claims/imports/imports.html", context, status=422 if form.errors else 200)


def _may_import(request: StaffRequest) -> bool:
    return may(request.user, Capability.IMPORT_FILES)


def _sheet(files: Iterable[selectors.FileView]) -> Sheet:
    columns = [
        Column("File", width=40), Column("Received", Kind.DATE), Column("By"), Column("Holds"), Column("Result"),
        Column("Claims", Kind.NUMBER), Column("Charged", Kind.MONEY), Column("Paid", Kind.MONEY),
        Column("Exceptions", Kind.NUMBER), Column("SHA-256", width=64),
    ]  # fmt: skip
    rows = (
        (
            one.file.name,
            one.file.received_at.date(),
            str(one.file.received_by or one.file.via),
            ", ".join(one.kinds),
            "being read" if one.is_busy else one.status.replace("_", " "),
            one.claims,
            one.charge,
            one.paid,
            one.exceptions,
            one.file.sha256,
        )
        for one in files
    )
    return Sheet("Imports", columns, rows)


def _receive(request: StaffRequest, asked: dict[str, Any]) -> None:
    """Take every file by itself, and say what became of each: one that is refused keeps no other out."""
    received: list[str] = []
    known: list[str] = []
    unheard: list[str] = []
    for one in (one for one in asked["file"] if one.size):
        name = one.name or "upload"
        try:
            _, is_new = file_actions.upload_file(
                one.file,
                name=name,
                practice_id=asked["practice"],
                create_missing=asked["create_missing"],
                actor=request.user,
                now=clock.now(),
            )
        except QueueUnreachable:
            unheard.append(name)
        except DomainError as error:
            messages.error(request, f"{name}: {error.message}")
        else:
            (received if is_new else known).append(name)
    if count := len(received):
        messages.success(request, f"{count} file{'s' * (count != 1)} received and being read.")
    if empty := ", ".join(one.name or "upload" for one in asked["file"] if not one.size):
        messages.warning(request, f"Empty, and left out: {empty}. Fetch it again from the payer or clearinghouse.")
    if known:
        names = ", ".join(known)
        messages.warning(request, f"Here already, byte for byte: {names}. Only what was refused before is tried again.")
    if unheard:
        names = ", ".join(unheard)
        messages.warning(request, f"Kept: {names}. {NOBODY_TOLD}")


@page(Capability.SEE_FILES)
def row(request: StaffRequest, file_id: int) -> HttpResponseBase:
    """One row of the list, asked for again while its file is being read."""
    view = selectors.file_seen_by(request.user, file_id)
    return TemplateResponse(request, "claims/imports/imports.html#row", {"view": view})


@page(Capability.SEE_FILES)
def file(request: StaffRequest, file_id: int) -> HttpResponseBase:
    """One file: its transactions, their figures and everything that was wrong."""
    view = selectors.file_seen_by(request.user, file_id)
    may_read = _may_import(request) and selectors.may_read_bytes(request.user, view)
    waits = [row.position for row in view.transactions if file_actions.may_be_left_out(row)]
    may_settle = may_read and may(request.user, Capability.RESOLVE_EXCEPTIONS) and not view.is_busy
    conflicts = [(row, conflicts_in) for row in view.transactions if (conflicts_in := open_conflicts(row))]
    refused = [row for row in view.transactions if row.status in ("rejected", "partly")]
    named = file_actions.unknown_providers_in(refused, actor=request.user) if may_read and not view.is_busy else []
    context = {
        "view": view,
        "may_read": may_read,
        "may_import": _may_import(request),
        "unknown_providers": named,
        "practices": selectors.practices_to_choose(request.user) if named else [],
        "may_open": may(request.user, Capability.OPEN_PRACTICES),
        "waits": waits if may_settle else [],
        "conflicts": conflicts if may_settle else [],
    }
    name = "claims/imports/file.html#result" if request.htmx else "claims/imports/file.html"
    return TemplateResponse(request, name, context)


@page(Capability.IMPORT_FILES)
def download(request: StaffRequest, file_id: int) -> HttpResponseBase:
    """The file's bytes as they came; recorded in the audit trail."""
    found, blocks = file_actions.download_file(file_id, actor=request.user, now=clock.now())
    response = StreamingHttpResponse(blocks, content_type="application/octet-stream")
    stamp = found.received_at.astimezone(dt.UTC)
    response["Content-Disposition"] = f'attachment; filename="{stamp:%Y%m%d}-{found.sha256[:12]}.x12"'
    response["Content-Length"] = str(found.size)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@page(Capability.IMPORT_FILES)
def retry(request: StaffRequest, file_id: int) -> HttpResponseBase:
    """Try a file again: what was refused, and what a crash left."""
    try:
        practice_id = id_of(request.POST.get("practice", ""))
        file_actions.retry_file(file_id, practice_id=practice_id, actor=request.user, now=clock.now())
        messages.success(request, "The file is being read again. What is in the books already stays there once.")
    except QueueUnreachable:
        messages.warning(request, NOBODY_TOLD)
    return redirect("import_file", file_id=file_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def leave_out(request: StaffRequest, file_id: int, position: int) -> HttpResponseBase:
    """Settle what an 837 could not bring, with a reason: it is not tried again."""
    reason = request.POST.get("reason", "")
    file_actions.leave_out_transaction(file_id, position=position, reason=reason, actor=request.user, now=clock.now())
    messages.success(request, "Settled. What was found stays on this page, with your reason.")
    return redirect("import_file", file_id=file_id)
