"""The audit trail as a page and as CSV."""

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from arwork.lib import clock
from arwork.staff import audit, people
from arwork.staff import trail as events
from arwork.staff.access import Capability
from arwork.web.exports import csv_response
from arwork.web.forms import AuditFilterForm
from arwork.web.pages import page
from arwork.web.paging import KeysetPage

PAGE = 50


@page(Capability.SEE_AUDIT)
def trail(request: HttpRequest) -> HttpResponseBase:
    """Events, newest first; filters in the address; `export=csv` gives every row of the filter."""
    form = AuditFilterForm(request.GET or None, people=people.names(actor=request.user))
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    chosen = events.Filter(
        actor_id=asked.get("who"),
        action=asked.get("action") or "",
        subject=asked.get("subject") or "",
        subject_id=asked.get("number"),
        since=asked.get("since"),
        until=asked.get("until"),
    )
    found = events.events(chosen, actor=request.user, zone=timezone.get_current_timezone())
    if request.GET.get("export") == "csv":
        audit.record(request.user, "exported", "audit", None, practice_id=None, now=clock.now())
        return csv_response("audit", events.export_rows(found))
    rows, on, back = events.page_of(found, after=asked.get("after"), before=asked.get("before"), size=PAGE)
    context = {"form": form, "page": KeysetPage(rows, next_cursor=on, previous_cursor=back)}
    return TemplateResponse(request, "staff/audit.html", context)
