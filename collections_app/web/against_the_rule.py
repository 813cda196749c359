"""Calls against the rule: what was logged although nobody was to be called, for supervisors to look at."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from collections_app.contacts import against_the_rule as overrides

SHOWN = 100


@page(Capability.SEE_TEAM)
def against_the_rule(request: StaffRequest) -> HttpResponseBase:
    """Each with the rule, the reason that was typed and who made it; those that nobody has looked at come first."""
    rows = overrides.against_the_rule(actor=request.user)
    waiting = list(rows.filter(review=None)[: SHOWN + 1])
    done = list(rows.exclude(review=None)[:SHOWN])
    shown = [*waiting[:SHOWN], *done]
    if shown:
        audit_reads.record_listed(
            request.user, "contact", shown, shows=lambda one: [("account", one.contact.account_id)], now=clock.now()
        )
    context = {
        "waiting": waiting[:SHOWN],
        "is_cut": len(waiting) > SHOWN,
        "count": overrides.waiting_count(actor=request.user),
        "done": done,
        "may_review": may(request.user, Capability.ASSIGN_WORK),
    }
    return TemplateResponse(request, "collections/against_the_rule.html", context)


@require_POST
@page(Capability.ASSIGN_WORK)
def review(request: StaffRequest, verdict_id: int) -> HttpResponseBase:
    """Looked at, with what follows from it."""
    overrides.review_contact(
        actor=request.user, verdict_id=verdict_id, note=request.POST.get("note", ""), now=clock.now()
    )
    messages.success(request, "Kept. It waits for nobody any more.")
    return redirect("against_the_rule")
