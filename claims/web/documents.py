"""Documents: added to a claim or an account, looked at, withdrawn with a reason."""

from typing import TYPE_CHECKING, Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django import forms
from django.contrib import messages
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.documents import selectors, services
from claims.documents.media import MOST_MB
from claims.documents.services import BroughtFile
from claims.documents.words import DOCUMENT_KINDS

if TYPE_CHECKING:
    from claims.documents.models import Document

#: A document runs nothing and loads nothing; it may stand in a frame of ours alone. PDF viewers of browsers bring
#: styles of their own.
_ALONE = {"default-src": [NONE], "img-src": [SELF], "object-src": [SELF], "style-src": ["'unsafe-inline'"],
          "frame-ancestors": [SELF], "base-uri": [NONE], "form-action": [NONE]}  # fmt: skip


class DocumentForm(forms.Form):
    """A document and what it is."""

    file = forms.FileField(
        label="File",
        help_text=f"PDF, PNG, JPEG or TIFF, up to {MOST_MB} MB.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.tif,.tiff"}),
    )
    kind = forms.ChoiceField(label="What it is", choices=DOCUMENT_KINDS)
    note = forms.CharField(label="Note", max_length=300, required=False)

    def brought(self) -> BroughtFile:
        """What was entered, after validation."""
        told = self.cleaned_data
        return BroughtFile(told["file"].file, told["file"].name, told["kind"], told["note"])


class WithdrawForm(forms.Form):
    """Why a document does not belong here."""

    reason = forms.CharField(label="Why it does not belong here", max_length=300)


@page(Capability.SEE_CLAIMS)
def document(request: StaffRequest, document_id: int) -> HttpResponseBase:
    """One document with what it is about; a recorded read."""
    return _show(request, selectors.document_seen_by(request.user, document_id))


@page(Capability.SEE_CLAIMS)
@xframe_options_sameorigin
@csp(_ALONE)  # type: ignore[arg-type]
def content(request: StaffRequest, document_id: int) -> HttpResponseBase:
    """The document itself, as it was brought; a recorded read."""
    found = selectors.document_seen_by(request.user, document_id)
    blocks = selectors.bytes_of(found)
    selectors.record_look(found, actor=request.user, now=clock.now())
    answer = StreamingHttpResponse(blocks, content_type=found.media)
    how = "inline" if found.shown_as.is_shown else "attachment"
    answer["Content-Disposition"] = f'{how}; filename="document-{found.pk}.{found.shown_as.suffix}"'
    answer["Content-Length"] = str(found.size)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
@page(Capability.WORK_ITEMS)
def claim_add(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Add one to a claim."""
    return _add(request, "claim", claim_id)


@require_POST
@page(Capability.WORK_ITEMS)
def account_add(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Add one to an account."""
    return _add(request, "account", account_id)


@require_POST
@page(Capability.WORK_ITEMS)
def withdraw(request: StaffRequest, document_id: int) -> HttpResponseBase:
    """Take one away that was added by mistake."""
    found = selectors.document_seen_by(request.user, document_id)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            services.withdraw_document(found.pk, actor=request.user, now=clock.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error("reason", error.message)
            return _show(request, found, form=form, status=error.status)
        messages.success(request, "Withdrawn. It stays on record with your reason.")
        return redirect("document", found.pk)
    return _show(request, found, form=form, status=422)


def documents_panel(request: StaffRequest, about: str, pk: int) -> dict[str, Any]:
    """What the panel of documents on the page of a claim or an account needs. One query."""
    of = selectors.documents_of_claim if about == "claim" else selectors.documents_of_account
    may_add = may(request.user, Capability.WORK_ITEMS)
    return {
        "documents": list(of(pk)),
        "document_form": DocumentForm(prefix="document") if may_add else None,
        "document_action": reverse(f"{about}_document_add", args=[pk]),
    }


def _add(request: StaffRequest, about: str, pk: int) -> HttpResponseBase:
    form = DocumentForm(request.POST, request.FILES, prefix="document")
    if form.is_valid():
        add = services.add_to_claim if about == "claim" else services.add_to_account
        try:
            add(pk, form.brought(), actor=request.user, now=clock.now())
        except DomainError as error:
            if error.status == 404:
                raise
            form.add_error(error.facts.get("field") if error.facts.get("field") in form.fields else None, error.message)
        else:
            messages.success(request, "Added. Work that waited for a document is due now.")
            return redirect(about, pk)
    context = {"form": form, "about": about, "back": pk, "title": "Add a document"}
    return TemplateResponse(request, "claims/documents/add.html", context, status=422)


def _show(
    request: StaffRequest, found: "Document", *, form: WithdrawForm | None = None, status: int = 200
) -> HttpResponseBase:
    selectors.record_look(found, actor=request.user, now=clock.now())
    is_theirs = found.added_by_id == request.user.pk or may(request.user, Capability.POST_MONEY)
    may_withdraw = may(request.user, Capability.WORK_ITEMS) and is_theirs and found.withdrawn_at is None
    may_withdraw = may_withdraw and not found.is_ours
    context: dict[str, Any] = {
        "document": found,
        "links": selectors.links_of(found),
        "form": (form or WithdrawForm()) if may_withdraw else None,
        "is_here": found.bytes_dropped_at is None,
        "today": clock.today(),
    }
    return TemplateResponse(request, "claims/documents/document.html", context, status=status)
