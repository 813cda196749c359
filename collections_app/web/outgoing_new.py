"""Sending a claim again: how, to whom, and which denials it answers; the draft follows. And its section on a claim."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.billing.claim_detail import claim_seen_by
from collections_app.outgoing_claims import selectors, services
from collections_app.outgoing_claims.words import standing_of
from collections_app.web.outgoing_forms import PurposeForm

if TYPE_CHECKING:
    from claims.billing.models import Claim

_SHOWN = 5


@page(Capability.WORK_ITEMS)
def claim_correct(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Choose how a claim is sent again; POST drafts it."""
    actor, now = request.user, clock.now()
    claim = claim_seen_by(actor, claim_id)
    choices = selectors.choices_for(claim)
    asked = {"purpose": request.GET.get("purpose", ""), "denials": [pk for pk, _ in choices.denials]}
    form = PurposeForm(request.POST or None, payers=choices.payers, denials=choices.denials, initial=asked)
    problem, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            told = form.cleaned_data
            try:
                row = services.draft_claim(
                    claim.pk, purpose=told["purpose"], actor=actor, today=clock.today(), now=now,
                    denial_ids=told.get("denials") or (), rank=told["payer"],
                )  # fmt: skip
                return redirect("outgoing_claim", row.pk)
            except DomainError as error:
                problem, status = error, error.status
    audit.record_read(actor, "claim", claim.pk, practice_id=claim.practice_id, now=now)
    context = {
        "claim": claim, "form": form, "problem": problem,
        "open": [(one, *standing_of(one)) for one in selectors.outgoing_of_claim(claim.pk) if one.is_open],
    }  # fmt: skip
    return TemplateResponse(request, "collections/outgoing_claims/new.html", context, status=status)


def outgoing_panel(request: StaffRequest, claim: "Claim") -> tuple[str, Mapping[str, Any]] | None:
    """What of a claim is to be sent or was sent again, and the way to do so; None for who may neither."""
    may_work = may(request.user, Capability.WORK_ITEMS)
    found = selectors.outgoing_of_claim(claim.pk)
    if not found and not may_work:
        return None
    return "collections/outgoing_claims/panel.html", {
        "claim": claim,
        "rows": [(one, *standing_of(one)) for one in found[:_SHOWN]],
        "may_work": may_work and claim.merged_into_id is None,
    }
