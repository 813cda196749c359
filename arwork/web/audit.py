"""The audit trail as a page and as CSV."""

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from arwork.lib import clock
from arwork.staff import audit, people
from arwork.staff import trail as events
from arwork.staff.access import Capability
from arwork.web.exports import csv_response
from arwork.web.forms import AuditFilterForm
from arwork.web.pages import StaffRequest, page
from arwork.web.paging import KeysetPage

PAGE = 50


@page(Capability.SEE_AUDIT)
def trail(request: StaffRequest) -> HttpResponseBase:
    """Events, newest first; filters in the address; `export=csv` gives every row of the filter."""
    form = AuditFilterForm(request.GET or None, people=people.names(actor=request.user))
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    chosen = events.Filter(
        actor_id=asked.get("who"),
        action=_name(asked.get("action")),
        subject=_name(asked.get("subject")),
        subject_id=asked.get("number"),
        since=asked.get("since"),
        until=asked.get("until"),
    )
    found = events.events(chosen, actor=request.user, zone=timezone.get_current_timezone())
    if request.GET.get("export") == "csv":
        audit.record(request.user, "exported", "audit", None, practice_id=None, now=clock.now())
        return csv_response("audit", events.export_rows(found))
    found_rows, on, back = events.page_of(found, after=asked.get("after"), before=asked.get("before"), size=PAGE)
    rows = [(event, events.changes_of(event)) for event in found_rows]
    context = {"form": form, "page": KeysetPage(rows, next_cursor=on, previous_cursor=back)}
    return TemplateResponse(request, "staff/audit.html", context)


def _name(words: str | None) -> str:
    """`Person opened`, as the page writes it, back to `person_opened`."""
    return (words or "").strip().lower().replace(" ", "_")
