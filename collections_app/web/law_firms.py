"""Setup: the law firms of a practice, where each may sue and what it takes."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff.access import Capability, practice_choice
from arwork.web.pages import StaffRequest, page, posted
from claims.web.setup_pages import form_page, may_change
from collections_app.legal import referrals, selectors
from collections_app.web.legal_forms import FirmForm


@page(Capability.SEE_CLAIMS)
def law_firms(request: StaffRequest) -> HttpResponseBase:
    """Every law firm, those that get no new accounts last."""
    context = {"rows": selectors.firms(request.user), "may_change": may_change(request)}
    return TemplateResponse(request, "collections/legal/firms.html", context)


@page(Capability.CONFIGURE_PAYERS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Enter a law firm."""
    practices = [(one.id, one.name) for one in practice_choice(request.user).practices]
    form = FirmForm(posted(request), practices=practices)

    def save() -> str:
        data = form.cleaned_data
        referrals.add_firm(
            practice_id=data["practice"], name=data["name"], states=data["states"], fee_percent=data["fee_percent"],
            reached_at=data["reached_at"], agreement_on=data["agreement_on"], actor=request.user, now=clock.now(),
        )  # fmt: skip
        return ""

    crumbs = [(reverse("setup"), "Setup"), (reverse("law_firms"), "Law firms")]
    return form_page(request, form, save, title="New law firm", crumbs=crumbs, done=reverse("law_firms"))


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def end(request: StaffRequest, law_firm_id: int) -> HttpResponseBase:
    """No new accounts for a firm."""
    firm = referrals.end_firm(law_firm_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, f"{firm.name} gets no new accounts. What it has it keeps.")
    return redirect("law_firms")
