"""Letters on pages: the list, one with its proof and what it was made from, and taking one back."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, filtered_by, table_response
from arwork.web.pages import StaffRequest, page
from claims.web.setup_forms import day_field
from collections_app.letters import selectors, services
from collections_app.letters.kinds import all_kinds, kind_of
from collections_app.letters.selectors import LetterFilter, Proof
from collections_app.letters.words import LANGUAGES
from collections_app.web.letter_forms import SendForm, TakeLetterBackForm

if TYPE_CHECKING:
    from collections_app.letters.models import Letter

PER_PAGE = 50
_PROVEN = {
    Proof.UNCHANGED: ("green", "unchanged since it was made"),
    Proof.CHANGED: ("red", "not the bytes that were made"),
    Proof.GONE: ("amber", "its bytes were past their term"),
}


class LetterFilterForm(forms.Form):
    """How the list is narrowed."""

    text = forms.CharField(label="Account number", max_length=38, required=False)
    kind = forms.ChoiceField(label="Kind", required=False)
    language = forms.ChoiceField(label="Language", choices=[("", "Any"), *LANGUAGES], required=False)
    standing = forms.ChoiceField(
        label="Standing", choices=[("", "Any"), ("stands", "stands"), ("taken_back", "taken back")], required=False
    )
    since = day_field("Made from", required=False)
    until = day_field("to", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "All kinds"), *((one.code, one.name) for one in all_kinds())]  # type: ignore[attr-defined]

    def asked(self) -> LetterFilter:
        """What passes; a field that was filled in wrongly narrows nothing."""
        data = self.cleaned_data if self.is_valid() else {}
        told = {name: data[name] for name in ("kind", "language", "standing", "since", "until") if data.get(name)}
        return LetterFilter(search=data.get("text", ""), **told)


@page(Capability.SEE_CLAIMS)
def letter_list(request: StaffRequest) -> HttpResponseBase:
    """Letters of the reader's practices, the newest first; a recorded look at each."""
    form = LetterFilterForm(request.GET)
    asked, actor, now = form.asked(), request.user, clock.now()
    found = selectors.letters(asked, actor=actor)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "letters", found.iterator(chunk_size=1_000), count=found.count(), shows=selectors.letters_shown,
            after=filtered_by(asked, but=("search",)), now=now,
        )  # fmt: skip
        return table_response(kind, "letters", _sheet(taken))
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "letters", shown, shows=selectors.letters_shown, now=now)
    context = {"page": shown, "form": form, "is_filtered": asked != LetterFilter(), "today": clock.today()}
    return TemplateResponse(request, "collections/letters/list.html", context)


@page(Capability.SEE_CLAIMS)
def letter(request: StaffRequest, letter_id: int) -> HttpResponseBase:
    """One letter, as it was made; a recorded look."""
    return show_letter(request, letter_id)


@require_POST
@page(Capability.WORK_ITEMS)
def letter_void(request: StaffRequest, letter_id: int) -> HttpResponseBase:
    """Say that a letter no longer counts."""
    form = TakeLetterBackForm(request.POST)
    if not form.is_valid():
        return show_letter(request, letter_id, void_form=form, status=422)
    try:
        services.void_letter(letter_id, actor=request.user, now=clock.now(), **form.cleaned_data)
    except DomainError as error:
        if error.status == 404:
            raise
        form.add_error("reason", error.message)
        return show_letter(request, letter_id, void_form=form, status=error.status)
    messages.success(request, "Taken back. It stays as it was made, with your reason.")
    return redirect("letter", letter_id)


def show_letter(
    request: StaffRequest,
    letter_id: int,
    *,
    void_form: TakeLetterBackForm | None = None,
    send_form: SendForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The page of a letter, with what was refused; a recorded look."""
    found = selectors.letter_seen_by(request.user, letter_id)
    selectors.record_look(found, actor=request.user, now=clock.now())
    proof = selectors.proof_of(found)
    may_work, void = may(request.user, Capability.WORK_ITEMS), getattr(found, "void", None)
    context = {
        "letter": found,
        "void": void,
        "told": selectors.told_by(found),
        "is_written": kind_of(found.kind).is_written,
        "proof": _PROVEN[proof],
        "is_here": proof != Proof.GONE,
        "replaces": list(found.replaces.all()),
        "deliveries": list(found.deliveries.order_by("-pk")),
        "void_form": (void_form or TakeLetterBackForm()) if may_work and void is None else None,
        "send_form": (send_form or SendForm()) if may_work and void is None else None,
        "problem": problem,
        "today": clock.today(),
    }
    return TemplateResponse(request, "collections/letters/letter.html", context, status=status)


def _sheet(found: "Iterable[Letter]") -> Sheet:
    """Letters as rows: to whom, which, when, whether each still counts."""
    columns = [
        Column("Practice", width=28), Column("Account"), Column("Guarantor", width=28), Column("Letter", width=28),
        Column("Language"), Column("Made on", Kind.DATE), Column("By"), Column("Text", width=24),
        Column("SHA-256", width=66), Column("Taken back on", Kind.DATE),
    ]  # fmt: skip
    rows = (
        (
            one.practice.name, one.account.number, str(one.account.guarantor), one.title, one.get_language_display(),
            one.made_on, str(one.made_by or "arwork"), one.version, one.sha256, _taken_back_on(one),
        )
        for one in found
    )  # fmt: skip
    return Sheet("Letters", columns, rows)


def _taken_back_on(letter: "Letter") -> dt.date | None:
    void = getattr(letter, "void", None)
    return void.at.date() if void else None
