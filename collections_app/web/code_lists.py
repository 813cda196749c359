"""Codes looked up by number or words, and the lists of codes that admins take in."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page
from claims.web.setup_pages import form_page, may_change_shared
from collections_app.claim_edits import code_lists, shipped_codes
from collections_app.web.claim_edit_forms import CodeListForm, CodeSearchForm

BIGGEST_FILE = 20_000_000


@page(Capability.SEE_CLAIMS)
def codes(request: StaffRequest) -> HttpResponseBase:
    """Look a code up, and see which lists decide."""
    form, found = _asked(request)
    context = {
        "form": form,
        "found": found,
        "is_asked": bool(request.GET.get("q", "").strip()),
        "lists": code_lists.code_lists(actor=request.user),
        "shipped": shipped_codes,
        "shipped_count": len(shipped_codes.shipped_lines()),
        "may_share": may_change_shared(request),
    }
    return TemplateResponse(request, "collections/claim_edits/codes.html", context)


@page(Capability.SEE_CLAIMS)
def code_options(request: StaffRequest) -> HttpResponseBase:
    """The same as options of a list to choose from, for the form of a claim."""
    _, found = _asked(request)
    return TemplateResponse(request, "collections/claim_edits/options.html", {"found": found})


@page(Capability.CONFIGURE_SHARED)
def take_in(request: StaffRequest) -> HttpResponseBase:
    """Take in a file of codes for the days of service that it decides."""
    is_sent = request.method == "POST"
    form = CodeListForm(request.POST, request.FILES) if is_sent else CodeListForm()

    def save() -> str:
        data = dict(form.cleaned_data)
        file = data.pop("file")
        if file.size > BIGGEST_FILE:
            raise DomainError("A list of codes has twenty megabytes at most.", field="file")
        row = code_lists.take_in((file.name, file.read()), **data, actor=request.user, now=clock.now())
        messages.success(request, f"Taken in: {row.count:,} codes.")
        return ""

    return form_page(
        request, form, save, title="Take in a list of codes", crumbs=_crumbs(), done=reverse("codes"), said="",
        submit="Take it in", shared=True,
        intro="The list decides which codes can be billed on its days. CMS publishes ICD-10-CM every October and April "
        "and HCPCS every quarter. CPT is known by its numbers alone: its text is licensed.",
    )  # fmt: skip


@require_POST
@page(Capability.CONFIGURE_SHARED)
def take_out(request: StaffRequest, code_list_id: int) -> HttpResponseBase:
    """Take a list out again."""
    code_lists.take_out(code_list_id, actor=request.user, now=clock.now())
    messages.success(request, "Taken out. What stood before it decides again.")
    return redirect("codes")


def _asked(request: StaffRequest) -> tuple[CodeSearchForm, list[tuple[str, str]]]:
    today = clock.today()
    form = CodeSearchForm({"system": code_lists.ICD10, "on": today.isoformat(), **request.GET.dict()})
    data: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    on = data.get("on") or today
    return form, code_lists.matches(data.get("system", ""), data.get("q", ""), on=on)


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("setup"), "Setup"), (reverse("codes"), "Codes")]
