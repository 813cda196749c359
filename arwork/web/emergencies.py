"""Emergency access on pages: opening a practice for a while, ending it, and reviewing what others opened."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import emergencies
from arwork.staff.access import Capability, emergency_of
from arwork.staff.sessions import EMERGENCY
from arwork.web.audit import page_of
from arwork.web.pages import StaffRequest, page, posted
from arwork.web.proof import proved

PER_PAGE = 30


class EmergencyForm(forms.Form):
    """Which practice, and why it can't wait."""

    npi = forms.CharField(label="NPI of the practice", max_length=10, help_text="Ten digits, as on its claims.")
    reason = forms.CharField(
        label="Why it can't wait",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="No patient's name.",
    )


@page(Capability.OPEN_IN_EMERGENCY)
@proved
def open_practice(request: StaffRequest) -> HttpResponseBase:
    """Open a practice that is not one's own, to read it."""
    form, problem = EmergencyForm(posted(request)), None
    if request.method == "POST" and form.is_valid():
        try:
            found = emergencies.open_in_emergency(**form.cleaned_data, actor=request.user, now=clock.now())
        except DomainError as error:
            problem = error
        else:
            request.session[EMERGENCY] = found.pk
            return redirect("claims")
    context = {
        "form": form,
        "problem": problem,
        "minutes": settings.EMERGENCY_MINUTES,
        "is_inside": emergency_of(request.user) is not None,
    }
    status = problem.status if problem else 422 if form.errors else 200
    return TemplateResponse(request, "staff/emergency.html", context, status=status)


@require_POST
@page(Capability.OPEN_IN_EMERGENCY)
def close(request: StaffRequest) -> HttpResponseBase:
    """End it before its time."""
    emergencies.end(actor=request.user, now=clock.now())
    if request.session.pop(EMERGENCY, None) is not None:
        messages.success(request, "Ended. You see your own practices again.")
    return redirect("home")


@page(Capability.REVIEW_EMERGENCIES)
def listed(request: StaffRequest) -> HttpResponseBase:
    """Who read which practice in an emergency; those that nobody has reviewed come first."""
    shown = Paginator(emergencies.to_review(actor=request.user), PER_PAGE).get_page(request.GET.get("page"))
    names = emergencies.names_of_practices({row.practice_id for row in shown})
    context = {"page": shown, "rows": [(row, names.get(row.practice_id, "")) for row in shown]}
    return TemplateResponse(request, "staff/emergencies.html", context)


@page(Capability.REVIEW_EMERGENCIES)
def review(request: StaffRequest, emergency_id: int) -> HttpResponseBase:
    """One emergency with everything that was read in it; POST notes the review."""
    problem = None
    if request.method == "POST":
        note = request.POST.get("note", "")
        try:
            emergencies.review(emergency_id, note=note, actor=request.user, now=clock.now())
        except DomainError as error:
            problem = error
        else:
            messages.success(request, "Reviewed.")
            return redirect("staff:emergencies")
    found = emergencies.emergency(emergency_id, actor=request.user)
    shown = Paginator(emergencies.reads_of(found), 100).get_page(request.GET.get("page"))
    context = {
        "found": found,
        "practice": emergencies.names_of_practices({found.practice_id}).get(found.practice_id, ""),
        "page": shown,
        "rows": [(event, page_of(request, event)) for event in shown],
        "problem": problem,
        "may_review": found.reviewed_at is None and found.user_id != request.user.pk,
    }
    status = problem.status if problem else 200
    return TemplateResponse(request, "staff/emergency_review.html", context, status=status)
