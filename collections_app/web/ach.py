"""Bank debits: the list, one debit, the files that go to the bank."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock, nacha_reading
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.ids import id_of
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.formats import usd
from arwork.web.pages import StaffRequest, page
from claims.approvals.selectors import questions_about
from claims.web import approval_rows
from claims.web.shown import Shown
from collections_app.ach import files as debit_files
from collections_app.ach import returning, selectors, services, to_bank
from collections_app.ach.figures import ach_figures
from collections_app.ach.returns import class_of, may_be_corrected, words_of
from collections_app.ach.risk import UNCONFIRMED, in_words
from collections_app.ach.settling import settle_entries
from collections_app.ach.states import EntryState, FileState
from collections_app.deliveries import handovers
from collections_app.web.ach_forms import CorrectForm, StopForm

if TYPE_CHECKING:
    from datetime import date

    from collections_app.ach.models import AchEntry

PER_PAGE = 50
_COLUMNS = (
    Column("Debit"), Column("Practice"), Column("Account"), Column("Guarantor"), Column("Class"),
    Column("Bank account"),
    Column("Day", Kind.DATE), Column("Amount", Kind.MONEY), Column("State"), Column("Presented"), Column("Trace"),
    Column("Return"), Column("Returned", Kind.DATE),
)  # fmt: skip


def entries_shown(row: "AchEntry") -> Shown:
    """The account that is debited."""
    return [("account", row.account_id)]


@page(Capability.SEE_CLAIMS)
def entries(request: StaffRequest) -> HttpResponseBase:
    """Debits by where they stand; `export=xlsx` or `csv` gives them all as numbers."""
    actor, today = request.user, clock.today()
    group = request.GET.get("group", "")
    group = group if group in selectors.GROUPS else ""
    rows = selectors.entries(actor=actor, group=group)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "ach_entries", rows.iterator(chunk_size=1_000), count=rows.count(), shows=entries_shown,
            after={"group": group}, now=clock.now(),
        )  # fmt: skip
        return table_response(kind, "bank-debits", Sheet("Bank debits", _COLUMNS, (_cells(row) for row in taken)))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(
        actor, "ach_entries", shown, shows=entries_shown, after={"group": group}, now=clock.now()
    )  # fmt: skip
    context = {
        "page": shown,
        "groups": selectors.entry_groups(actor=actor),
        "group": group,
        "due": selectors.due_by_practice(actor=actor, today=today),
        "today": today,
    }
    return TemplateResponse(request, "collections/ach/entries.html", context)


@page(Capability.SEE_CLAIMS)
def entry(request: StaffRequest, entry_id: int) -> HttpResponseBase:
    """One debit, with everything that happened to it."""
    return _show_entry(request, entry_id)


@require_POST
@page(Capability.WORK_ITEMS)
def entry_cancel(request: StaffRequest, entry_id: int) -> HttpResponseBase:
    """Cancel a debit that has not left."""
    form = StopForm(request.POST)
    if not form.is_valid():
        return _show_entry(request, entry_id, why=form, status=422)
    return _done(
        request, entry_id, "Canceled: nothing is debited.",
        lambda **when: services.cancel_entry(entry_id, why=form.cleaned_data["why"], **when),
    )  # fmt: skip


@require_POST
@page(Capability.DECIDE_SECOND)
def entry_release(request: StaffRequest, entry_id: int) -> HttpResponseBase:
    """Let a held debit go that nobody was asked about."""
    return _done(
        request, entry_id, "Looked at.", lambda **when: services.release_entry(entry_id, **when)
    )  # fmt: skip


@require_POST
@page(Capability.POST_MONEY)
def entry_correct(request: StaffRequest, entry_id: int) -> HttpResponseBase:
    """Send a debit again that came back as incorrect."""
    form = CorrectForm(request.POST)
    if not form.is_valid():
        return _show_entry(request, entry_id, correct=form, status=422)
    wanted = form.cleaned_data["effective_on"]
    return _done(
        request, entry_id, "It goes out again.",
        lambda **when: returning.originate_corrected(entry_id, effective_on=wanted, **when),
    )  # fmt: skip


@page(Capability.SEE_CLAIMS)
def files(request: StaffRequest) -> HttpResponseBase:
    """The files of debits, and what the next one would take."""
    return _show_files(request)


@require_POST
@page(Capability.POST_MONEY)
def file_make(request: StaffRequest) -> HttpResponseBase:
    """Make the file of a practice."""
    practice_id = id_of(request.POST.get("practice", ""))
    if not practice_id:
        raise NotFound("Choose a practice.")
    try:
        made = debit_files.make_file(practice_id, actor=request.user, today=clock.today(), now=clock.now())
    except DomainError as error:
        return _show_files(request, problem=error, status=error.status)
    messages.success(request, f"{made.file_name}: {made.count} debits, {usd(made.amount)}. Take it to the bank.")
    return redirect("ach_file", made.pk)


@page(Capability.SEE_CLAIMS)
def file(request: StaffRequest, ach_file_id: int) -> HttpResponseBase:
    """One file: its debits, its batches, what the checker says."""
    return _show_file(request, ach_file_id)


@require_POST
@page(Capability.POST_MONEY)
def file_download(request: StaffRequest, ach_file_id: int) -> HttpResponseBase:
    """The file, as it goes to the bank."""
    found = debit_files.download_file(ach_file_id, actor=request.user, now=clock.now())
    return HttpResponse(
        found.content.encode(), content_type="text/plain; charset=us-ascii",
        headers={"Content-Disposition": f'attachment; filename="{found.file_name}"', "Cache-Control": "no-store"},
    )  # fmt: skip


@require_POST
@page(Capability.POST_MONEY)
def file_hand_over(request: StaffRequest, ach_file_id: int) -> HttpResponseBase:
    """The file goes to the bank by SFTP, and counts as sent once it is there."""
    asked = request.POST.get("bank_has_none") == "yes"
    try:
        handed = to_bank.hand_over(
            ach_file_id, bank_has_none=asked, actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        return _show_file(request, ach_file_id, problem=error, status=error.status)
    if handed.is_done:
        practice_id = selectors.file(ach_file_id, actor=request.user).practice_id
        settle_entries(today=clock.today(), now=clock.now(), practices=[practice_id])
        messages.success(request, "The bank has it. Its money is in the books from its day on.")
    else:
        messages.error(request, f"Not handed over: {handed.problem}.")
    return redirect("ach_file", ach_file_id)


@require_POST
@page(Capability.POST_MONEY)
def file_sent(request: StaffRequest, ach_file_id: int) -> HttpResponseBase:
    """The bank has the file."""
    try:
        found = debit_files.mark_sent(ach_file_id, actor=request.user, today=clock.today(), now=clock.now())
    except DomainError as error:
        return _show_file(request, ach_file_id, problem=error, status=error.status)
    settle_entries(today=clock.today(), now=clock.now(), practices=[found.practice_id])
    messages.success(request, "Sent. Its money is in the books from its day on.")
    return redirect("ach_file", ach_file_id)


@require_POST
@page(Capability.POST_MONEY)
def file_void(request: StaffRequest, ach_file_id: int) -> HttpResponseBase:
    """The file never goes to the bank."""
    form = StopForm(request.POST)
    if not form.is_valid():
        return _show_file(request, ach_file_id, why=form, status=422)
    try:
        debit_files.void_file(ach_file_id, why=form.cleaned_data["why"], actor=request.user, now=clock.now())
    except DomainError as error:
        return _show_file(request, ach_file_id, why=form, problem=error, status=error.status)
    messages.success(request, "Void. Its debits wait for the next file.")
    return redirect("ach_file", ach_file_id)


def _done(request: StaffRequest, entry_id: int, said: str, deed: Callable[..., "AchEntry"]) -> HttpResponseBase:
    try:
        found = deed(actor=request.user, today=clock.today(), now=clock.now())
    except DomainError as error:
        return _show_entry(request, entry_id, problem=error, status=error.status)
    messages.success(request, said)
    return redirect("ach_entry", found.pk)


def _show_entry(
    request: StaffRequest,
    entry_id: int,
    *,
    why: StopForm | None = None,
    correct: CorrectForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    actor, today = request.user, clock.today()
    found = selectors.entry(entry_id, actor=actor)
    audit_reads.record_listed(actor, "ach_entry", [found], shows=entries_shown, now=clock.now())
    asked = questions_about(services.ENTRY, found.pk)
    figures = ach_figures(practice_id=found.practice_id, on=today)
    settled_on = found.settled_on or found.effective_on
    context: dict[str, Any] = {
        "entry": found,
        "authorization": found.authorization,
        "held_for": in_words(found.held_for.split(",")),
        "waits_for": _waits_for(found, today),
        "return_words": words_of(found.return_code) if found.return_code else "",
        "next_step": class_of(found.return_code).next_step if found.return_code else "",
        "tries": selectors.tries_of(found),
        "checks": [(one, in_words(one.found.split(","))) for one in selectors.checks_of(found)],
        "answers": selectors.answers_of(found),
        "questions": approval_rows.rows(asked, actor=actor, today=today),
        "may_decide": may(actor, Capability.DECIDE_SECOND),
        "can_cancel": found.is_open and found.file_id is None and may(actor, Capability.WORK_ITEMS),
        "can_release": found.state == EntryState.HELD
        and found.held_for != UNCONFIRMED
        and not asked
        and may(actor, Capability.DECIDE_SECOND),
        "can_correct": may(actor, Capability.POST_MONEY)
        and may_be_corrected(found.return_code, settled_on=settled_on, today=today, figures=figures.returns),
        "why_form": why or StopForm(),
        "correct_form": correct or CorrectForm(initial={"effective_on": today}),
        "problem": problem,
        "today": today,
    }
    return TemplateResponse(request, "collections/ach/entry.html", context, status=status)


def _show_files(request: StaffRequest, *, problem: DomainError | None = None, status: int = 200) -> HttpResponseBase:
    actor, today = request.user, clock.today()
    shown = Paginator(selectors.files(actor=actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "due": selectors.due_by_practice(actor=actor, today=today),
        "may_make": may(actor, Capability.POST_MONEY),
        "problem": problem,
        "today": today,
    }
    return TemplateResponse(request, "collections/ach/files.html", context, status=status)


def _show_file(
    request: StaffRequest,
    ach_file_id: int,
    *,
    why: StopForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    actor = request.user
    found = selectors.file(ach_file_id, actor=actor)
    rows = list(selectors.entries_of_file(found))
    audit_reads.record_listed(actor, "ach_file", rows, shows=entries_shown, now=clock.now())
    read = nacha_reading.read(found.content)
    context = {
        "file": found,
        "entries": rows,
        "batches": [(one, sum(entry.amount for entry in one.entries)) for one in read.batches],
        "problems": nacha_reading.problems(found.content),
        "is_made": found.state == FileState.MADE,
        "may_send": may(actor, Capability.POST_MONEY),
        "may_hand_over": to_bank.takes(found),
        "handed": handovers.last_of(debit_files.SUBJECT, found.pk, now=clock.now()),
        "today": clock.today(),
        "why_form": why or StopForm(),
        "problem": problem,
        "back": reverse("ach_files"),
    }
    return TemplateResponse(request, "collections/ach/file.html", context, status=status)


def _waits_for(entry: "AchEntry", today: "date") -> list[tuple[str, str]]:
    """What a debit that has not left waits for, as its authorization stands."""
    is_asked = entry.is_open and not entry.is_prenote
    return selectors.waits_for(entry.authorization, today=today) if is_asked else []


def _cells(row: "AchEntry") -> list[Any]:
    return [
        row.pk, row.practice.name, row.account.number, str(row.account.guarantor), row.authorization.sec_code,
        row.authorization.label, row.effective_on, row.amount, row.get_state_display(), row.presentment, row.trace,
        row.return_code, row.returned_on,
    ]  # fmt: skip
