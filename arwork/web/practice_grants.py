"""Who may see which practice: an owner's page for the whole installation."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.ids import id_of
from arwork.staff import practice_grants
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page
from arwork.web.proof import proved


@page(Capability.GRANT_ACCESS)
def practices(request: StaffRequest) -> HttpResponseBase:
    """Every practice, with how many people see it; one that nobody sees stands out."""
    found = practice_grants.practices_with_people(actor=request.user)
    return TemplateResponse(request, "staff/practice_grants.html", {"practices": found})


@page(Capability.GRANT_ACCESS)
@proved
def practice(request: StaffRequest, practice_id: int) -> HttpResponseBase:
    """Who sees one practice; POST gives somebody access to it."""
    if request.method == "POST":
        user_id = id_of(request.POST.get("person", "")) or 0
        user = practice_grants.grant(practice_id, user_id, actor=request.user, now=clock.now())
        messages.success(request, f"{user} sees this practice now.")
        return redirect("staff:practice_grant", practice_id)
    found, inside, outside = practice_grants.people_of(practice_id, actor=request.user)
    context = {"practice": found, "inside": inside, "outside": outside}
    return TemplateResponse(request, "staff/practice_grant.html", context)


@require_POST
@page(Capability.GRANT_ACCESS)
@proved
def withdraw(request: StaffRequest, practice_id: int, user_id: int) -> HttpResponseBase:
    """Take the practice from somebody."""
    user = practice_grants.withdraw(practice_id, user_id, actor=request.user, now=clock.now())
    messages.success(request, f"{user} no longer sees this practice.")
    return redirect("staff:practice_grant", practice_id)
