"""The reports: aging and the rows behind every figure, reconciliation, their files."""

import datetime as dt
from functools import cache, partial
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, practice_choice, require_no_emergency
from arwork.web.exports import asked_for, table_response
from arwork.web.pages import StaffRequest, page
from collections_app.aging import rows, snapshots, summaries
from collections_app.aging.buckets import Basis
from collections_app.aging.selectors import tie_out
from collections_app.aging.summaries import AgingFigures
from collections_app.aging.table_columns import AgingBy, parts_of
from collections_app.reports import aging_page, collectors, sheets
from collections_app.reports.deposits import all_deposits, deposits
from collections_app.reports.reconciliation import reconciliation
from collections_app.web.reports_forms import AgingForm, ReconciliationForm, RowsForm

TREND_DAYS = 182
#: How long the table and the trend are kept as they were written, for everybody who sees the same summaries.
KEPT_SECONDS = 300


@page(Capability.SEE_REPORTS)
def index(request: StaffRequest) -> HttpResponseBase:
    """Every report, with the figures that people look at first."""
    form = AgingForm({}, choice=practice_choice(request.user), today=clock.today())
    figures = _figures(form)
    context = {"figures": figures, "old_share": aging_page.old_share(figures.table.totals), "today": form.today}
    return TemplateResponse(request, "collections/reports/index.html", context)


@page(Capability.SEE_REPORTS)
def aging(request: StaffRequest) -> HttpResponseBase:
    """Who owes how much since when; `export=xlsx` or `csv` gives the same as numbers."""
    form = AgingForm(request.GET, choice=practice_choice(request.user), today=clock.today())
    figures = _figures(form)
    if kind := asked_for(request):
        _note_export(request, "aging", form.query())
        by_label = dict(form.fields["by"].choices)[form.asked("by")]  # type: ignore[attr-defined]
        sheet = sheets.aging_sheet(figures.table, figures.tie_out, by_label=by_label)
        return table_response(kind, f"aging-{form.as_of_day}", sheet)
    context = {
        "form": form,
        "figures": figures,
        "body": cache(partial(_body, form, figures)),
        "by_label": dict(form.fields["by"].choices)[form.asked("by")],  # type: ignore[attr-defined]
        "as_of": form.as_of_day,
        "is_today": form.as_of_day == form.today,
        "basis": Basis(form.asked("basis")),
        "question": urlencode({**form.query(), "split": bool(form.asked("split"))}),
        "seconds": KEPT_SECONDS if figures.version else 0,
    }
    return TemplateResponse(request, "collections/reports/aging.html", context)


def _body(form: AgingForm, figures: AgingFigures) -> dict[str, Any]:
    """The table and the trend: asked for only where the page does not have them from a moment ago."""
    rows_url = f"{reverse('aging_rows')}?{urlencode(form.query())}"
    other_day = {name: value for name, value in form.query().items() if name != "as_of"}
    other_day |= {"split": "on"} if form.asked("split") else {}
    days = snapshots.trend(
        practice_ids=form.practice_ids,
        basis=figures.table.basis,
        since=form.as_of_day - dt.timedelta(days=TREND_DAYS),
        until=form.as_of_day,
    )
    return {
        "table": aging_page.shown(
            figures.table, link=lambda key, code: f"{rows_url}&key={quote(key)}&column={quote(code)}"
        ),
        "old_share": aging_page.old_share(figures.table.totals),
        "chart": aging_page.trend_chart(days, title="Debits by age") if len(days) > 1 else None,
        "days": [(one, f"?{urlencode({**other_day, 'as_of': one.day.isoformat()})}") for one in days],
    }


@page(Capability.SEE_REPORTS)
def aging_rows(request: StaffRequest) -> HttpResponseBase:
    """The receivables behind one figure: their total is that figure."""
    form = RowsForm(request.GET, choice=practice_choice(request.user), today=clock.today())
    figure = _figure(form)
    shown = rows.receivables_page(figure, number=form.asked("page"))
    label = _label(figure) if shown.total.count else ""  # or keys would name people and practices of others
    asked = {**form.query(), "key": figure.key, "column": figure.code}
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "aging_rows", rows.all_receivables(figure), count=shown.total.count, shows=_shows,
            after=asked, now=clock.now(),
        )  # fmt: skip
        title = f"{label or 'All'}, {figure.code}, as of {figure.as_of} by {figure.basis.label}"
        sheet = sheets.rows_sheet(taken, shown.total, as_of=figure.as_of, title=title)
        return table_response(kind, f"aging-rows-{figure.as_of}", sheet)
    audit_reads.record_listed(request.user, "aging_rows", shown.rows, shows=_shows, after=asked, now=clock.now())
    context = {
        "page": shown,
        "figure": figure,
        "label": label,
        "column": _COLUMN_WORDS.get(figure.code, f"{figure.code} days"),
        "aging_url": f"{reverse('aging')}?{urlencode(form.query())}",
    }
    return TemplateResponse(request, "collections/reports/aging_rows.html", context)


@require_POST
@page(Capability.SEE_REPORTS)
def aging_refresh(request: StaffRequest) -> HttpResponseBase:
    """Compute today's figures anew from the books and go back to the table."""
    require_no_emergency(request.user)
    form = AgingForm(request.POST, choice=practice_choice(request.user), today=clock.today())
    summaries.refresh_summaries(practice_ids=form.practice_ids, day=form.today, today=form.today, now=clock.now())
    return HttpResponseRedirect(f"{reverse('aging')}?{urlencode(form.query())}")


@page(Capability.SEE_REPORTS)
def reconcile(request: StaffRequest) -> HttpResponseBase:
    """What came in and what became of it, and the receivable from one end of a period to the other."""
    form = ReconciliationForm(request.GET, choice=practice_choice(request.user), today=clock.today())
    since, until = form.period
    asked: dict[str, Any] = {"practice_ids": form.practice_ids, "since": since, "until": until}
    found = reconciliation(**asked)
    only_open = bool(form.asked("only_open"))
    if kind := asked_for(request):
        _note_export(request, "reconciliation", {"since": since.isoformat(), "until": until.isoformat()})
        period = f"Accounting dates {since} to {until}"
        rolls = sheets.roll_sheet(found.rolls, period=period)
        shown = (one for one in all_deposits(**asked) if not (only_open and one.is_closed))
        paid = sheets.deposits_sheet(shown, period=f"Deposits dated {since} to {until}")
        if request.GET.get("table") == "deposits":
            return table_response(kind, f"deposits-{since}-{until}", paid)
        return table_response(kind, f"reconciliation-{since}-{until}", rolls, paid)
    context = {
        "form": form,
        "found": found,
        "rolls": found.rolls,
        "deposits": deposits(**asked, only_open=only_open),
        "only_open": only_open,
    }
    return TemplateResponse(request, "collections/reports/reconciliation.html", context)


def _shows(row: rows.ReceivableRow) -> list[tuple[str, int | None]]:
    return [("claim", row.claim_id)]


_COLUMN_WORDS = {
    "total": "all ages",
    "net": "all ages and credits",
    "credit": "credits",
    "future": "not yet due",
    "undated": "no date",
}


def _figures(form: AgingForm) -> AgingFigures:
    basis = Basis(form.asked("basis"))
    split_oldest = bool(form.asked("split"))
    if form.asked("by") == collectors.BY:
        table = collectors.aging_by_collector(
            practice_ids=form.practice_ids, basis=basis, today=form.today, split_oldest=split_oldest
        )
        return AgingFigures(lambda: table, tie_out(practice_ids=form.practice_ids, as_of=form.today, today=form.today))
    return summaries.figures(
        practice_ids=form.practice_ids,
        basis=basis,
        as_of=form.as_of_day,
        today=form.today,
        by=AgingBy(form.asked("by")),
        split_oldest=split_oldest,
    )


def _figure(form: RowsForm) -> rows.FigureAsked:
    key, code = form.asked("key") or "", form.asked("column")
    try:
        parts_of(code)
    except KeyError as error:
        raise NotFound("There is no such column. Go back to the aging and choose a figure.") from error
    is_collector = form.asked("by") == collectors.BY
    return rows.FigureAsked(
        practice_ids=form.practice_ids,
        basis=Basis(form.asked("basis")),
        as_of=form.as_of_day,
        today=form.today,
        by=AgingBy.PAYER if is_collector else AgingBy(form.asked("by")),
        key=key,
        code=code,
        among=collectors.owned_by(key) if is_collector else None,
    )


def _label(figure: rows.FigureAsked) -> str:
    return collectors.collector_label(figure.key) if figure.among else rows.label_of(figure)


def _note_export(request: StaffRequest, subject: str, asked: dict[str, str]) -> None:
    audit.record(request.user, "exported", subject, None, practice_id=None, after=asked, now=clock.now())
