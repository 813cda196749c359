"""Closing: the months of each practice, the checklist of one, its frozen reports, opening it again."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.exports import Kind, asked_for, table_response
from arwork.web.formats import usd
from arwork.web.pages import StaffRequest, page, posted
from claims.closing import checks, reopening, reports, selectors, services
from claims.closing.months import Month
from claims.ledger.periods import closed_through
from claims.web import approval_rows
from claims.web.closing_forms import WhyForm
from claims.web.closing_places import asked_month


@page(Capability.SEE_REPORTS)
def closing(request: StaffRequest) -> HttpResponseBase:
    """The months of every practice, and which is to be closed next."""
    today = clock.today()
    context = {
        "practices": selectors.months_of(request.user, today=today),
        "today": today,
    }
    return TemplateResponse(request, "claims/closing/months.html", context)


@page(Capability.SEE_REPORTS)
def closing_month(request: StaffRequest, practice_id: int, month: str) -> HttpResponseBase:
    """The checklist of one month; of a closed one its reports."""
    return _show(request, asked_month(request, practice_id, month))


@page(Capability.SEE_REPORTS)
def closing_proofs(request: StaffRequest, practice_id: int, month: str) -> HttpResponseBase:
    """The checks that recompute the books, for the page to fetch once it is shown."""
    of = asked_month(request, practice_id, month)
    points = [checks.ClosingPoint(one, one.ask(of), None) for one in checks.proofs()]
    return TemplateResponse(request, "claims/closing/proofs.html", {"points": points, "month": of})


@require_POST
@page(Capability.POST_MONEY)
def closing_accept(request: StaffRequest, practice_id: int, month: str, code: str) -> HttpResponseBase:
    """Let a point stand as it is, with the reason; `withdraw` takes that back."""
    of = asked_month(request, practice_id, month)
    if "withdraw" in request.POST:
        return _changed(
            request, of, lambda: services.withdraw_acceptance(of, code, actor=request.user, now=clock.now()),
            said="It is open again.",
        )  # fmt: skip
    why = request.POST.get("why", "")
    return _changed(
        request, of, lambda: services.accept_point(of, code, why=why, actor=request.user, now=clock.now()),
        said="Accepted as it stands now.", wrong=code,
    )  # fmt: skip


@require_POST
@page(Capability.POST_MONEY)
def closing_close(request: StaffRequest, practice_id: int, month: str) -> HttpResponseBase:
    """Close the month and keep its reports."""
    of = asked_month(request, practice_id, month)
    said = f"{of.words} is closed. Its reports are kept below as they are now."
    return _changed(request, of, lambda: services.close_month(of, actor=request.user, now=clock.now()), said=said)


@require_POST
@page(Capability.POST_MONEY)
def closing_reopen(request: StaffRequest, practice_id: int, month: str) -> HttpResponseBase:
    """Ask a second person to open the month again."""
    of, why = asked_month(request, practice_id, month), request.POST.get("why", "")
    return _changed(
        request, of, lambda: reopening.ask_to_reopen(of, why=why, actor=request.user, now=clock.now()),
        said="Asked. It opens when somebody else agrees.", wrong="reopen",
    )  # fmt: skip


@page(Capability.SEE_REPORTS)
def closing_period(request: StaffRequest, period_id: int) -> HttpResponseBase:
    """The month of a period, for a question that names it."""
    return _to_month(selectors.month_of_period(period_id, actor=request.user, today=clock.today()))


@page(Capability.SEE_REPORTS)
def frozen_report(request: StaffRequest, report_id: int) -> HttpResponseBase:
    """A report as it was when its month closed, beside what the books say now; and its files."""
    report = selectors.frozen_report(report_id, actor=request.user)
    month = Month(report.period.practice_id, report.period.ends_on, clock.today())
    name = f"{report.name}-{month.code}-{report.sha256[:8]}"
    sheet = reports.thaw(report.body)
    if request.GET.get("export") in ("json", "csv", "xlsx"):
        facts = {"form": request.GET["export"], "sha256": report.sha256}
        audit.record(
            request.user, "exported", "frozen_report", report.pk, practice_id=month.practice_id, after=facts,
            now=clock.now(),
        )  # fmt: skip
        if request.GET["export"] == "json":
            headers = {"Content-Disposition": f'attachment; filename="{name}.json"', "Cache-Control": "no-store"}
            return HttpResponse(report.body, content_type="application/json", headers=headers)
        return table_response(asked_for(request), name, sheet)
    kinds = [column.kind for column in sheet.columns]
    context = {
        "report": report,
        "month": month,
        "columns": [(column.title, column.kind in (Kind.MONEY, Kind.NUMBER)) for column in sheet.columns],
        "rows": [list(zip(row, kinds, strict=True)) for row in sheet.rows],
        "totals": list(zip(sheet.totals, kinds, strict=True)) if sheet.totals else None,
        "notes": [note if isinstance(note, str) else f"{note[0]}: {usd(note[1])}" for note in sheet.notes],
        "compared": reports.compare(report, month),
    }
    return TemplateResponse(request, "claims/closing/report.html", context)


def _show(
    request: StaffRequest, month: Month, *, problem: DomainError | None = None, wrong: str = "", status: int = 200
) -> HttpResponseBase:
    """The page; `wrong` is the code of the point whose reason was refused: what was typed stays there."""
    periods = selectors.periods_of(month)
    standing = next((one for one in periods if one.reopened_at is None), None)
    last = closed_through(month.practice_id)
    points = [] if standing else checks.points_of(month, proofs=False)
    questions = selectors.questions_of(periods, actor=request.user)
    why = WhyForm(posted(request))
    context = {
        "practice": selectors.practice_for(month.practice_id, actor=request.user),
        "month": month,
        "period": standing,
        "periods": [one for one in periods if one is not standing],
        "questions": approval_rows.rows(questions, actor=request.user, today=month.today),
        "points": [(one, reverse(one.check.place), why if one.check.code == wrong else WhyForm()) for one in points],
        "open_count": sum(one.is_open for one in points),
        "is_next": selectors.is_next_to_close(month, last),
        "is_first": last is None,
        "is_latest": standing is not None and last == month.ends_on,
        "reopen_form": why if wrong == "reopen" else WhyForm(),
        "problem": problem,
        "today": month.today,
        "may_close": may(request.user, Capability.POST_MONEY),
        "may_decide": may(request.user, Capability.DECIDE_SECOND),
    }
    return TemplateResponse(request, "claims/closing/month.html", context, status=status)


def _changed(
    request: StaffRequest, month: Month, change: Callable[[], object], *, said: str, wrong: str = ""
) -> HttpResponseBase:
    try:
        change()
    except DomainError as error:
        return _show(request, month, problem=error, wrong=wrong, status=error.status)
    messages.success(request, said)
    return _to_month(month)


def _to_month(month: Month) -> HttpResponseBase:
    return redirect("closing_month", month.practice_id, month.code)
