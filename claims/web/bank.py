"""The bank: its files taken in, what waits on either side, matching by hand."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.pages import StaffRequest, page, posted
from claims.cash import bank as bank_books
from claims.cash import selectors
from claims.cash.bank_csv import columns_of, guess_columns
from claims.cash.deposit_matching import DepositId
from claims.closing.selectors import practice_for
from claims.web.closing_forms import BankFileForm, LayoutForm, WhyForm
from claims.web.closing_places import ChosenPractice, chosen_practice
from claims.web.setup_pages import form_page

if TYPE_CHECKING:
    from claims.cash.models import BankLine

PER_PAGE, LATEST_FILES = 50, 8
_COLUMNS = (
    Column("Whose word"),
    Column("Day", Kind.DATE),
    Column("Age in days", Kind.NUMBER),
    Column("What", width=48),
    Column("Reference", width=32),
    Column("Amount", Kind.MONEY),
)


@page(Capability.SEE_REPORTS)
def bank(request: StaffRequest) -> HttpResponseBase:
    """What the bank has and nobody has found, what we deposited and the bank does not have, and the files."""
    return _show(request)


@require_POST
@page(Capability.POST_MONEY)
def bank_upload(request: StaffRequest) -> HttpResponseBase:
    """Take a file of the bank in."""
    practice, form = chosen_practice(request), BankFileForm(request.POST, request.FILES)
    here = f"{reverse('bank')}?practice={practice.id}"
    if not form.is_valid():
        return _show(request, form=form, status=422)
    file = form.cleaned_data["file"]
    content = file.read()
    try:
        taken = bank_books.take_in(
            file.name, content, practice_id=practice.id, actor=request.user, today=clock.today(), now=clock.now()
        )
    except bank_books.NoLayout:
        names = guess_columns(columns_of(bank_books.decode(content)))
        messages.warning(request, "Say which columns say what, then bring the file again.")
        return redirect(f"{reverse('bank_layout', args=[practice.id])}?{urlencode(names)}")
    except DomainError as error:
        return _show(request, form=form, problem=error, status=error.status)
    messages.success(
        request,
        f"{file.name}: {taken.line_count} lines, {taken.known_count} known before. What is certain is matched.",
    )
    return redirect(here)


@require_POST
@page(Capability.POST_MONEY)
def bank_match_again(request: StaffRequest) -> HttpResponseBase:
    """Match what has become certain since."""
    practice = chosen_practice(request)
    count = bank_books.match_again(practice_id=practice.id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, f"{count} matched." if count else "Nothing more is certain.")
    return redirect(f"{reverse('bank')}?practice={practice.id}")


@page(Capability.POST_MONEY)
def bank_layout(request: StaffRequest, practice_id: int) -> HttpResponseBase:
    """Say which columns of a practice's bank files say what."""
    practice = practice_for(practice_id, actor=request.user)
    known = selectors.layout_of(practice_id)
    asked = {name: request.GET[name] for name in LayoutForm.base_fields if name in request.GET}
    initial = asked or ({name: getattr(known, name) for name in LayoutForm.base_fields} if known else {})
    form = LayoutForm(posted(request), initial=initial)

    def save() -> str:
        bank_books.set_layout(form.names(), practice_id=practice_id, actor=request.user, now=clock.now())
        return ""

    done = f"{reverse('bank')}?practice={practice_id}"
    return form_page(
        request, form, save, title=f"Columns of the bank files of {practice}", crumbs=[(done, "Bank")], done=done,
        intro="By their names in the first line of the file. Files in the form BAI2 need none of this.",
    )  # fmt: skip


@page(Capability.SEE_REPORTS)
def bank_line(request: StaffRequest, bank_line_id: int) -> HttpResponseBase:
    """One line of the bank: which deposits it may be."""
    return _show_line(request, bank_line_id)


@require_POST
@page(Capability.POST_MONEY)
def bank_line_match(request: StaffRequest, bank_line_id: int) -> HttpResponseBase:
    """Say that the line is these deposits."""
    named = [one.partition(":") for one in request.POST.getlist("deposit")]
    deposits = [DepositId(kind, number) for kind, _, text in named if (number := id_of(text))]
    try:
        line = bank_books.match_by_hand(bank_line_id, deposits, actor=request.user, now=clock.now())
    except DomainError as error:
        return _show_line(request, bank_line_id, problem=error, status=error.status)
    return _back(request, line, "Matched.")


@require_POST
@page(Capability.POST_MONEY)
def bank_line_aside(request: StaffRequest, bank_line_id: int) -> HttpResponseBase:
    """Say that the line is no deposit of ours."""
    try:
        line = bank_books.set_aside(bank_line_id, why=request.POST.get("why", ""), actor=request.user, now=clock.now())
    except DomainError as error:
        return _show_line(request, bank_line_id, problem=error, status=error.status)
    return _back(request, line, "Set aside.")


@require_POST
@page(Capability.POST_MONEY)
def bank_line_undo(request: StaffRequest, bank_line_id: int) -> HttpResponseBase:
    """Undo a match, or that the line was set aside."""
    line = bank_books.unmatch(bank_line_id, actor=request.user, now=clock.now())
    return _back(request, line, "Undone: the line waits again.")


def _back(request: StaffRequest, line: "BankLine", said: str) -> HttpResponseBase:
    messages.success(request, said)
    return redirect(f"{reverse('bank')}?practice={line.practice_id}")


def _show(
    request: StaffRequest,
    *,
    form: BankFileForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    today, practice = clock.today(), chosen_practice(request)
    waiting = selectors.waiting_lines(practice.id)
    since = selectors.first_bank_day(practice.id)
    deposits = selectors.unmatched_deposits(practice.id, since=since) if since else []
    if kind := asked_for(request):
        audit.record(request.user, "exported", "bank", None, practice_id=practice.id, now=clock.now())
        rows = [("Bank", one.on, (today - one.on).days, one.description, one.reference, one.amount) for one in waiting]
        rows += [("Ours", one.on, (today - one.on).days, one.words, one.trace, one.amount) for one in deposits]
        return table_response(kind, f"bank-{today}", Sheet("Not matched", _COLUMNS, rows))
    is_settled = request.GET.get("show") == "settled"
    lines = selectors.settled_lines(practice.id) if is_settled else waiting
    context = {
        "practice": practice,
        "form": form or BankFileForm(),
        "page": Paginator(lines, PER_PAGE).get_page(request.GET.get("page")),
        "is_settled": is_settled,
        "waiting_count": waiting.count(),
        "deposits": deposits[:PER_PAGE],
        "deposit_count": len(deposits),
        "since": since,
        "files": selectors.bank_files(practice.id)[:LATEST_FILES],
        "problem": problem,
        "today": today,
        "may_match": may(request.user, Capability.POST_MONEY),
    }
    return TemplateResponse(request, "claims/cash/bank.html", context, status=status)


def _show_line(
    request: StaffRequest, line_id: int, *, problem: DomainError | None = None, status: int = 200
) -> HttpResponseBase:
    line = selectors.bank_line_of(line_id, actor=request.user)
    chosen = set(request.POST.getlist("deposit"))
    near = selectors.near_deposits(line)
    context = {
        "line": line,
        "practice": ChosenPractice(line.practice_id, line.practice.name, []),
        "matches": list(line.matches.select_related("slip", "remittance__payer", "debits", "payout")),
        "deposits": [(one, f"{one.id.kind}:{one.id.id}" in chosen) for one in near],
        "why": WhyForm(posted(request) if "why" in request.POST else None),
        "problem": problem,
        "today": clock.today(),
        "may_match": may(request.user, Capability.POST_MONEY),
    }
    return TemplateResponse(request, "claims/cash/bank_line.html", context, status=status)
