"""One's own sign-in: the browsers in which one is signed in, and the way to all that proves who one is."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff import open_sessions, second_factor
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page


@page(Capability.SIGNED_IN)
def security(request: StaffRequest) -> HttpResponseBase:
    """Everything about one's own sign-in."""
    found = open_sessions.open_sessions(request.user, here=request.session.session_key, now=clock.now())
    context = {
        "sessions": found,
        "factors": second_factor.factors(request.user),
        "is_required": second_factor.is_required(request.user),
    }
    return TemplateResponse(request, "staff/security.html", context)


@require_POST
@page(Capability.SIGNED_IN)
def end_sessions(request: StaffRequest) -> HttpResponseBase:
    """Sign out of one other browser, or of all others."""
    user, now = request.user, clock.now()
    if handle := request.POST.get("session"):
        open_sessions.end_session(user, handle, actor=user, now=now)
        messages.success(request, "That browser is signed out.")
    else:
        count = open_sessions.end_others(user, here=request.session.session_key, actor=user, now=now)
        messages.success(request, f"{count} other browser{'s are' if count != 1 else ' is'} signed out.")
    return redirect("staff:security")
