"""What banks answer: files of returns and notices, shown before they are taken in; what waits; one line."""

import base64
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.web.closing_places import ChosenPractice, chosen_practice
from claims.web.shown import Shown
from collections_app.ach import answers as bank_answers
from collections_app.ach import selectors
from collections_app.ach.banking_days import add_banking_days
from collections_app.ach.figures import ach_figures
from collections_app.ach.returns import words_of
from collections_app.ach.states import AnswerKind, AnswerState
from collections_app.web.ach_forms import AnswerFileForm, MatchForm, SeenToForm

if TYPE_CHECKING:
    from collections_app.ach.models import AchAnswer

PER_PAGE = 50


def answers_shown(row: "AchAnswer") -> Shown:
    """The account of the debit that a line answers."""
    return [("account", row.entry.account_id if row.entry else None)]


@page(Capability.SEE_CLAIMS)
def answers(request: StaffRequest) -> HttpResponseBase:
    """Returns and notices, what waits first; and a file to bring."""
    return _list(request)


@require_POST
@page(Capability.POST_MONEY)
def take_in(request: StaffRequest) -> HttpResponseBase:
    """A file of the bank: shown first, then taken in as it was shown."""
    practice = chosen_practice(request)
    if "content" in request.POST:
        return _taken(request, practice)
    form = AnswerFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form=form, status=422)
    file = form.cleaned_data["file"]
    content = file.read()
    try:
        rows = bank_answers.preview(content, practice_id=practice.id, actor=request.user)
    except DomainError as error:
        return _list(request, form=form, problem=error, status=error.status)
    found = [one.entry for one in rows if one.entry is not None]
    audit_reads.record_listed(
        request.user, "ach_answers", found, shows=lambda one: [("account", one.account_id)], now=clock.now()
    )
    context = {
        "rows": [(one, words_of(one.code)) for one in rows],
        "fresh": sum(not one.is_known for one in rows),
        "name": file.name,
        "content": base64.b64encode(content).decode(),
        "practice": practice,
    }
    return TemplateResponse(request, "collections/ach/answer_preview.html", context)


@page(Capability.SEE_CLAIMS)
def answer(request: StaffRequest, answer_id: int) -> HttpResponseBase:
    """One line of the bank's, and what may be done about it."""
    return _show(request, answer_id)


@require_POST
@page(Capability.POST_MONEY)
def match(request: StaffRequest, answer_id: int) -> HttpResponseBase:
    """Say which debit a line means."""
    form = MatchForm(request.POST)
    if not form.is_valid():
        return _show(request, answer_id, status=422)
    try:
        bank_answers.match_by_hand(
            answer_id, entry_id=form.cleaned_data["entry"], actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        return _show(request, answer_id, problem=error, status=error.status)
    messages.success(request, "Applied.")
    return redirect("ach_answer", answer_id)


@require_POST
@page(Capability.POST_MONEY)
def see_to(request: StaffRequest, answer_id: int) -> HttpResponseBase:
    """A person saw to a line that can't be applied."""
    form = SeenToForm(request.POST)
    if not form.is_valid():
        return _show(request, answer_id, form=form, status=422)
    try:
        bank_answers.see_to(answer_id, what=form.cleaned_data["what"], actor=request.user, now=clock.now())
    except DomainError as error:
        return _show(request, answer_id, form=form, problem=error, status=error.status)
    messages.success(request, "Seen to.")
    return redirect("ach_answers")


def _taken(request: StaffRequest, practice: ChosenPractice) -> HttpResponseBase:
    """The file that was shown comes back with the page; it is read, and matched, again."""
    try:
        content = base64.b64decode(request.POST["content"], validate=True)
        taken = bank_answers.take_in(
            request.POST.get("name", "")[:120] or "returns", content, practice_id=practice.id, actor=request.user,
            today=clock.today(), now=clock.now(),
        )  # fmt: skip
    except ValueError:  # no base64, or letters that no base64 has
        return _list(request, problem=DomainError("The file did not arrive whole. Bring it again."), status=422)
    except DomainError as error:
        return _list(request, problem=error, status=error.status)
    waiting = selectors.waiting_of(taken)
    left = f" {waiting} wait for somebody." if waiting else ""
    messages.success(request, f"{taken.name}: {taken.count} taken in.{left}")
    return redirect(f"{reverse('ach_answers')}{'?state=waiting' if waiting else ''}")


def _list(
    request: StaffRequest,
    *,
    form: AnswerFileForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    actor = request.user
    state = request.GET.get("state", "")
    rows = selectors.answers(actor=actor, state=state)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "ach_answers", shown, shows=answers_shown, now=clock.now())
    context = {
        "page": shown,
        "rows": [(one, words_of(one.code)) for one in shown],
        "state": state,
        "states": [(one.value, one.label) for one in AnswerState],
        "waiting": selectors.waiting_answers(actor=actor),
        "files": selectors.answer_files(actor=actor, limit=8),
        "form": form or AnswerFileForm(),
        "practice": chosen_practice(request),
        "may_take_in": may(actor, Capability.POST_MONEY),
        "problem": problem,
    }
    return TemplateResponse(request, "collections/ach/answers.html", context, status=status)


def _show(
    request: StaffRequest,
    answer_id: int,
    *,
    form: SeenToForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    actor = request.user
    found = selectors.answer(answer_id, actor=actor)
    waits = found.state == AnswerState.WAITING
    near = selectors.candidates(found) if waits and found.entry is None else []
    seen = [*answers_shown(found), *(("account", one.account_id) for one in near)]
    audit_reads.record_listed(actor, "ach_answer", [found], shows=lambda _: seen, now=clock.now())
    days = ach_figures(practice_id=found.practice_id, on=found.file.taken_on).change_days
    context = {
        "change_by": add_banking_days(found.file.taken_on, days) if found.kind == AnswerKind.NOC and waits else None,
        "answer": found,
        "words": words_of(found.code),
        "near": near,
        "waits": waits and may(actor, Capability.POST_MONEY),
        "form": form or SeenToForm(),
        "problem": problem,
    }
    return TemplateResponse(request, "collections/ach/answer.html", context, status=status)
