"""Routes that were chosen, for supervisors: open, past their last day, won, lost; and route by route."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from arwork.lib import clock
from arwork.staff import audit_reads
from arwork.staff.access import Capability
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from claims.practices.selectors import practices_of
from collections_app.routes import lists
from collections_app.routes.outcomes import OPEN, OUTCOMES, outcome_of
from collections_app.web.route_forms import ChoiceFilterForm

if TYPE_CHECKING:
    from collections_app.routes.models import RouteChoice

PER_PAGE = 50
_BATCH = 1_000
_TONES = {"open": "tag-blue", "won": "tag-green", "lost": "tag-red"}
_COLUMNS = (
    Column("Claim"), Column("Practice"), Column("Route"), Column("Best then"), Column("Why"),
    Column("Denied", Kind.MONEY), Column("Outcome"), Column("Chosen by"), Column("Chosen", Kind.DATE),
    Column("Due", Kind.DATE), Column("Last day", Kind.DATE),
)  # fmt: skip
PLACE = HubPlace(
    "route_choices",
    "Routes chosen",
    "Which way out of a denial was taken, by whom, and how it ended",
    lambda actor, _today: lists.open_count(actor),
)


@page(Capability.SEE_REPORTS)
def route_choices(request: StaffRequest) -> HttpResponseBase:
    """The choices of a tab; `export=xlsx` or `csv` gives them all."""
    actor, today, now = request.user, clock.today(), clock.now()
    tab = request.GET.get("tab", "")
    tab = tab if tab in lists.TABS else OPEN
    practices = [(one.pk, one.name) for one in practices_of(actor)]
    form = ChoiceFilterForm(request.GET, choosers=lists.choosers(actor), practices=practices)
    told = form.cleaned_data if form.is_valid() else {}
    narrowed = lists.ChoiceFilter(
        told.get("route") or "", told.get("chooser"), told.get("practice"), bool(told.get("against"))
    )
    rows = lists.choices_seen(actor, tab=tab, today=today, narrowed=narrowed)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "route_choices", rows.iterator(chunk_size=_BATCH), count=rows.count(), shows=lists.choices_shown,
            after={"tab": tab}, now=now,
        )  # fmt: skip
        return table_response(kind, f"routes-{tab}-{today}", Sheet("Routes", _COLUMNS, _cells(taken)))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "route_choices", shown, shows=lists.choices_shown, after={"tab": tab}, now=now)
    context = {
        "tab": tab,
        "tabs": lists.tab_figures(actor, today=today, narrowed=narrowed),
        "page": shown,
        "rows": [
            (one, OUTCOMES[outcome_of(one)], _TONES.get(outcome_of(one), ""), lists.route_label(one.best))
            for one in shown
        ],
        "report": lists.report(actor, today=today, narrowed=narrowed),
        "reported": lists.REPORTED,
        "form": form,
        "has_practices": len(practices) > 1,
        "today": today,
    }
    return TemplateResponse(request, "collections/routes/list.html", context)


def _cells(rows: "Iterable[RouteChoice]") -> Iterator[list[Any]]:
    for one in rows:
        yield [
            one.claim.number, one.practice.name, one.label, lists.route_label(one.best), one.why, one.amount,
            OUTCOMES[outcome_of(one)], str(one.chosen_by), timezone.localdate(one.chosen_at), one.next_on, one.last_on,
        ]  # fmt: skip
