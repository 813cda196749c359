"""The page of the windows: what closes within two weeks, and what was missed."""

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.template.response import TemplateResponse

from arwork.lib import clock
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may, practice_choice
from arwork.web.exports import asked_for, table_response
from arwork.web.pages import StaffRequest, page
from collections_app.reports import windows
from collections_app.web.reports_forms import WindowsForm
from collections_app.worklist.selectors import items_shown
from collections_app.worklist.window_models import MissedWindow

PER_PAGE, CLOSING_MOST = 50, 100


@page(Capability.WORK_ITEMS)
def report(request: StaffRequest) -> HttpResponseBase:
    """Everybody's for who sees the team, else one's own; `export=csv` gives a table as numbers."""
    actor, today, now = request.user, clock.today(), clock.now()
    leads = may(actor, Capability.SEE_TEAM)
    form = WindowsForm(request.GET, choice=practice_choice(actor), today=today)
    asked = form.question(owner_id=None if leads and not form.asked("mine") else actor.pk)
    closing, missed = windows.closing(asked, today=today), windows.missed(asked)
    if kind := asked_for(request):
        if request.GET.get("table") == "closing":
            taken = audit_reads.record_export(
                actor, "closing_windows", closing.iterator(chunk_size=1_000), count=closing.count(), shows=items_shown,
                after=form.query(), now=now,
            )  # fmt: skip
            return table_response(kind, f"closing-windows-{today}", windows.closing_sheet(taken, today=today))
        noted = audit_reads.record_export(
            actor, "missed_windows", missed.iterator(chunk_size=1_000), count=missed.count(), shows=_shows,
            after=form.query(), now=now,
        )  # fmt: skip
        name = f"missed-windows-{asked.since}-{asked.until}"
        return table_response(kind, name, windows.missed_sheet(noted, asked=asked))
    shown = Paginator(missed, PER_PAGE).get_page(request.GET.get("page"))
    soon = list(closing[:CLOSING_MOST])
    seen = [*soon, *(row.item for row in shown)]
    audit_reads.record_listed(actor, "windows", seen, shows=items_shown, after=form.query(), now=now)
    context = {
        "form": form,
        "asked": asked,
        "leads": leads,
        "closing": [(row, windows.window_label(row.deadline_kind), windows.days_left(row, today)) for row in soon],
        "closing_count": closing.count(),
        "closing_total": windows.total_of(closing),
        "page": shown,
        "rows": [(row, windows.window_label(row.kind)) for row in shown],
        "total": windows.total_of(missed),
        "sums": [("Why", windows.by_reason(missed)), ("Whose", windows.by_owner(missed) if leads else [])],
        "today": today,
    }
    return TemplateResponse(request, "collections/reports/windows.html", context)


def _shows(row: MissedWindow) -> list[tuple[str, int | None]]:
    return items_shown(row.item)
