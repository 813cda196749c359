"""The start page: straight to the work of one's role, where that page exists."""

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from arwork.staff.access import Capability, may, practice_choice
from arwork.web.page_frame import MENU, NAV_ENTRIES, offered
from arwork.web.pages import StaffRequest, page

FIRST = {
    "collector": ("my_day", "desk"),
    "supervisor": ("team", "my_day", "reports"),
    "admin": ("team", "my_day", "reports"),
    "owner": ("team", "my_day", "reports"),
    "auditor": ("reports", "staff:audit"),
}


@page(Capability.SIGNED_IN)
def home(request: StaffRequest) -> HttpResponseBase:
    """Lead each role to its first page that exists and that it may open; else show what there is."""
    places = offered(request, (*NAV_ENTRIES, *MENU))
    urls = {place["name"]: place["url"] for place in places}
    first = FIRST.get(request.user.role, ())
    if may(request.user, Capability.CONFIGURE_PAYERS) and not practice_choice(request.user).practices:
        first = ("setup", *first)  # nothing can be done before a practice is open
    for name in first:
        if name in urls:
            return redirect(urls[name])
    return TemplateResponse(request, "home.html", {"places": places})
