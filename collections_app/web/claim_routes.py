"""The routes out of a claim's denials side by side: which are open and why not, and choosing one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.dates import short_day
from arwork.lib.errors import DomainError
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.billing.claim_detail import claim_seen_by
from collections_app.routes import selectors, services
from collections_app.routes.outcomes import OUTCOMES, outcome_of
from collections_app.web.route_forms import RouteForm


@page(Capability.SEE_CLAIMS)
def claim_routes(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Every denial of a claim with its routes, and what was chosen."""
    return _shown(request, claim_id)


@require_POST
@page(Capability.WORK_ITEMS)
def choose_route(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Choose a route: its work begins where a page does it, else the item says what comes next."""
    form = RouteForm(request.POST)
    if not form.is_valid():
        return _shown(request, claim_id, form=form, status=422)
    told = form.cleaned_data
    try:
        chosen = services.choose(
            claim_id, denial_ids=[told["denial"]], route=told["route"], why=told["why"], actor=request.user,
            today=clock.today(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        field = str(error.facts.get("field", ""))
        form.add_error(field if field in form.fields else None, error.message)
        return _shown(request, claim_id, form=form, status=error.status)
    words = f"{chosen.choice.label[0].lower()}{chosen.choice.label[1:]}"
    messages.success(request, f"Chosen: {words}. It is due {short_day(chosen.choice.next_on)}.")
    return redirect(chosen.address or reverse("claim_routes", args=[claim_id]))


@require_POST
@page(Capability.WORK_ITEMS)
def take_back_route(request: StaffRequest, claim_id: int, choice_id: int) -> HttpResponseBase:
    """Take back a choice within ten minutes: the item is as it was; a draft or an appeal that it began stays."""
    choice = services.take_back(choice_id, actor=request.user, today=clock.today(), now=clock.now())
    if services.has_begun(choice):
        told = 'Taken back. What it began stays: <a href="{}">cancel it there</a> if it is not needed.'
        messages.warning(request, format_html(told, choice.address))
    else:
        messages.success(request, "Taken back. The work is as it was before.")
    return redirect("claim_routes", claim_id)


def _shown(
    request: StaffRequest, claim_id: int, *, form: RouteForm | None = None, status: int = 200
) -> HttpResponseBase:
    actor, today, now = request.user, clock.today(), clock.now()
    claim = claim_seen_by(actor, claim_id)
    audit.record_read(actor, "claim", claim.pk, practice_id=claim.practice_id, now=now)
    found = selectors.routes_of_claim(claim_id, today=today)
    choices = selectors.choices_of_claim(claim_id)
    may_work = may(actor, Capability.WORK_ITEMS)
    standing = next((one for one in choices if outcome_of(one) == "open"), None)
    asked = str(form["denial"].value()) if form is not None else ""
    context: dict[str, Any] = {
        "claim": claim,
        "routes": [
            (one, form if form is not None and asked in {str(row.pk) for row in one.denials} else _form_of(one))
            for one in found
        ],
        "choices": [(one, OUTCOMES[outcome_of(one)]) for one in choices],
        "standing": standing,
        "can_take_back": bool(standing and services.can_take_back(standing, actor=actor, now=now)),
        "may_work": may_work,
        "today": today,
    }
    return TemplateResponse(request, "collections/routes/claim.html", context, status=status)


def _form_of(found: selectors.DenialRoutes) -> RouteForm:
    best = found.best
    return RouteForm(initial={"denial": found.denial.pk, "route": best.code.value if best else ""})
