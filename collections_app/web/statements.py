"""Statements: runs with their counts, what a run of today would do, one run from its making to its print files."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.background import QueueUnreachable
from arwork.lib.errors import DomainError
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, table_response
from arwork.web.formats import usd
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from collections_app.deliveries import handovers
from collections_app.deliveries.checking import has_vendor
from collections_app.statements import choosing, printing, releasing, runs, selectors, vendor
from collections_app.web.statement_pages import pdf_answer

if TYPE_CHECKING:
    from datetime import date

    from arwork.staff.models import User
    from collections_app.statements.choosing import Choice
    from collections_app.statements.models import LeftOut, Statement, StatementRun

PER_PAGE = 50
NOT_TOLD = "It goes on by itself once the queue of background work, which does not answer now, is back."


def _waiting(actor: "User", today: "date") -> int | None:
    """Runs that wait to be released."""
    del today
    return selectors.runs_seen_by(actor).filter(state="ready").count() or None


PLACE = HubPlace(
    "statements", "Statements", "Bills in cycles: who gets one, made, looked at, released and printed",
    _waiting,
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def statements(request: StaffRequest) -> HttpResponseBase:
    """The runs of the reader's practices, and where the next one begins."""
    actor, today = request.user, clock.today()
    shown = Paginator(selectors.runs_seen_by(actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "rows": [(run, selectors.counts_of(run)) for run in shown],
        "practices": selectors.practices_to_bill(actor, today=today),
        "may_run": may(actor, Capability.RUN_DAY),
        "may_work": may(actor, Capability.WORK_ITEMS),
        "may_import": may(actor, Capability.IMPORT_FILES),
        "today": today,
    }
    return TemplateResponse(request, "collections/statements/list.html", context)


@page(Capability.RUN_DAY)
def preview(request: StaffRequest, practice_id: int) -> HttpResponseBase:
    """What a run of today would make for a practice, who is left out and why."""
    return _preview(request, practice_id)


@require_POST
@page(Capability.RUN_DAY)
def start(request: StaffRequest, practice_id: int) -> HttpResponseBase:
    """Begin today's run."""
    try:
        run = runs.start_run(practice_id, actor=request.user, today=clock.today(), now=clock.now())
    except QueueUnreachable:
        messages.warning(request, f"The run is begun. {NOT_TOLD}")
        return redirect("statements")
    except DomainError as error:
        return _preview(request, practice_id, problem=error)
    return redirect("statement_run", run.pk)


def _preview(request: StaffRequest, practice_id: int, *, problem: DomainError | None = None) -> HttpResponseBase:
    told = choosing.preview(practice_id, actor=request.user, today=clock.today(), now=clock.now())
    named = [*told.sends.shown, *(one for _, _, tally in told.left_out for one in tally.shown)]
    audit_reads.record_listed(
        request.user, "statement_preview", named, shows=_choices_shown, after={"practice": practice_id}, now=clock.now()
    )
    elsewhere = {one.pk: is_elsewhere for one, is_elsewhere in selectors.practices_to_bill(request.user, today=told.on)}
    context = {
        "told": told,
        "practice_id": practice_id,
        "practice": selectors.practice_named(practice_id, actor=request.user),
        "is_elsewhere": elsewhere.get(practice_id, False),
        "most": choosing.SHOWN,
        "problem": problem,
    }
    return TemplateResponse(
        request, "collections/statements/preview.html", context, status=problem.status if problem else 200
    )


def _choices_shown(one: "Choice") -> list[tuple[str, int | None]]:
    return [("account", one.account_id)]


@page(Capability.SEE_CLAIMS)
def run(request: StaffRequest, statement_run_id: int) -> HttpResponseBase:
    """One run: its progress, what it made and left out, its print files."""
    found = runs.own_run(statement_run_id, actor=request.user)
    counts = selectors.counts_of(found)
    if request.htmx:
        return TemplateResponse(request, "collections/statements/run.html#progress", {"run": found, "counts": counts})
    return _run(request, found, counts)


def _run(
    request: StaffRequest, found: "StatementRun", counts: selectors.RunCounts, *, problem: DomainError | None = None
) -> HttpResponseBase:
    left, state = request.GET.get("left", ""), request.GET.get("state", "")
    rows: Any = selectors.left_out_rows(found, left) if left else selectors.run_statements(found, state)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(
        request.user, "statement_run", list(shown), shows=_rows_shown, after={"run": found.pk}, now=clock.now()
    )
    context = {
        "run": found,
        "counts": counts,
        "page": shown,
        "left": left,
        "state": state,
        "left_out": selectors.left_out_of(found),
        "prints": selectors.print_files_of(found),
        "has_vendor": has_vendor(),
        "handed": handovers.last_of(vendor.SUBJECT, found.pk, now=clock.now()),
        "may_run": may(request.user, Capability.RUN_DAY),
        "problem": problem,
        "today": clock.today(),
    }
    return TemplateResponse(
        request, "collections/statements/run.html", context, status=problem.status if problem else 200
    )


def _rows_shown(row: "Statement | LeftOut") -> list[tuple[str, int | None]]:
    return [("account", row.account_id)]


@require_POST
@page(Capability.RUN_DAY)
def release(request: StaffRequest, statement_run_id: int) -> HttpResponseBase:
    """Let the statements of a run leave."""
    try:
        found = releasing.release_run(statement_run_id, actor=request.user, today=clock.today(), now=clock.now())
        messages.success(request, f"Released: {found.total} statements, {usd(found.amount)}.")
    except QueueUnreachable:
        messages.warning(request, f"Released. {NOT_TOLD}")
    except DomainError as error:
        found = runs.own_run(statement_run_id, actor=request.user)
        return _run(request, found, selectors.counts_of(found), problem=error)
    return redirect("statement_run", statement_run_id)


@require_POST
@page(Capability.RUN_DAY)
def undo(request: StaffRequest, statement_run_id: int) -> HttpResponseBase:
    """Take a run back before anything left."""
    try:
        runs.undo_run(statement_run_id, actor=request.user, now=clock.now())
    except DomainError as error:
        found = runs.own_run(statement_run_id, actor=request.user)
        return _run(request, found, selectors.counts_of(found), problem=error)
    messages.success(request, "Taken back. Nothing of it was sent; today's run can be begun again.")
    return redirect("statements")


@page(Capability.RUN_DAY)
def print_file(request: StaffRequest, statement_run_id: int, part: int) -> HttpResponseBase:
    """A part of the print batch, for the printer; recorded with whom it names."""
    found = runs.own_run(statement_run_id, actor=request.user)
    one = selectors.print_file(found, part)
    seen = {"account": selectors.accounts_of_part(one)}
    audit.record_seen(
        request.user, audit.DOWNLOADED, "statement_run", seen, subject_id=found.pk, practice_id=found.practice_id,
        after={"part": part, "sha256": one.sha256}, now=clock.now(),
    )  # fmt: skip
    return pdf_answer(one.sha256, f"statements-{found.run_on}-part-{part}.pdf", is_inline=False)


@require_POST
@page(Capability.RUN_DAY)
def hand_over(request: StaffRequest, statement_run_id: int) -> HttpResponseBase:
    """The print batch goes to the print vendor; a worker takes it there."""
    try:
        vendor.ask(statement_run_id, actor=request.user, now=clock.now())
        messages.success(request, "It is being handed to the print vendor. This page says when it is there.")
    except QueueUnreachable:
        messages.warning(request, "Not handed over: the queue of background work does not answer. Try again later.")
    except DomainError as error:
        found = runs.own_run(statement_run_id, actor=request.user)
        return _run(request, found, selectors.counts_of(found), problem=error)
    return redirect("statement_run", statement_run_id)


@page(Capability.RUN_DAY)
def manifest(request: StaffRequest, statement_run_id: int) -> HttpResponseBase:
    """Which statement stands on which page of which part, with its hash: numbers alone."""
    found = runs.own_run(statement_run_id, actor=request.user)
    columns = [Column(name.replace("_", " ").capitalize(), Kind.TEXT) for name in printing.MANIFEST]
    seen = {"account": selectors.accounts_of_run(found)}
    audit.record_seen(
        request.user, audit.DOWNLOADED, "statement_run", seen, subject_id=found.pk, practice_id=found.practice_id,
        after={"manifest": True}, now=clock.now(),
    )  # fmt: skip
    return table_response(
        "csv", f"statements-{found.run_on}-manifest", Sheet("Manifest", columns, printing.manifest(found))
    )
