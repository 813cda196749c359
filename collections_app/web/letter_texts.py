"""Texts of letters on pages: what holds, each with what changed against the one before; a new one, seen first."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_choice
from arwork.web.pages import StaffRequest, page, posted
from claims.web.rule_words import STANDING_TAGS
from claims.web.setup_forms import day_field
from claims.web.setup_pages import may_change, may_change_shared, two_steps
from collections_app.letters import text_changes
from collections_app.letters.kinds import fields_of, kind_of
from collections_app.letters.text_changes import TextDraft, differences
from collections_app.letters.text_preview import account_numbered, sample_pictures
from collections_app.letters.texts import TextRow, as_row, in_force
from collections_app.letters.words import LANGUAGES
from collections_app.web.letter_writing import pictures_for_page

if TYPE_CHECKING:
    from collections_app.letters.models import LetterText

_CRUMBS = [("letters", "Letters"), ("letter_texts", "Texts")]


class LetterTextForm(forms.Form):
    """The words of a kind of letter from a day on, for one of `practices` or for all."""

    subject = forms.CharField(label="Title", max_length=120)
    body = forms.CharField(label="Words", max_length=8000, widget=forms.Textarea(attrs={"rows": 22}))
    practice_id = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    state = forms.CharField(
        label="State", max_length=2, required=False, help_text="Where the person lives, by two letters. Left open: all."
    )
    valid_from = day_field("In force from")
    valid_to = day_field("To", required=False, help_text="Left open: until another one begins.")
    source = forms.CharField(label="Why it says so", max_length=300, help_text="Law, or who decided it and when.")
    account = forms.CharField(
        label="Look at it with account", max_length=38, required=False, help_text="A number. Left open: made-up facts."
    )

    def __init__(self, *args: Any, practices: list[tuple[int, str]], may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = [("", "Every practice" if may_share else "Choose one"), *practices]
        self.fields["practice_id"].choices = choice  # type: ignore[attr-defined]
        self.fields["practice_id"].required = not may_share

    def draft(self, kind: str, language: str) -> TextDraft:
        """What was entered."""
        data = {**self.cleaned_data, "state": self.cleaned_data["state"].upper()}
        data["body"] = data["body"].replace("\r\n", "\n").strip()
        del data["account"]
        return TextDraft(kind=kind, language=language, **data)


@page(Capability.SEE_CLAIMS)
def letter_texts(request: StaffRequest) -> HttpResponseBase:
    """Every kind with its texts: what holds, what is planned, what ended."""
    found = text_changes.text_list(actor=request.user, today=clock.today())
    kinds = [(code, name, [(one, STANDING_TAGS[one.stands]) for one in rows]) for code, name, rows in found]
    return TemplateResponse(
        request, "collections/letters/texts.html", {"kinds": kinds, "may_change": may_change(request)}
    )


@page(Capability.SEE_CLAIMS)
def letter_text(request: StaffRequest, text_id: int) -> HttpResponseBase:
    """A text that was entered, with what changed against the one before it, and how it looks."""
    stored = text_changes.text_of(text_id, actor=request.user)
    may_end = may_change_shared(request) or (may_change(request) and stored.practice_id is not None)
    has_ended = stored.valid_to is not None and stored.valid_to < clock.today()
    return _show(request, as_row(stored), stored=stored, may_end=may_end and not has_ended)


@page(Capability.SEE_CLAIMS)
def letter_text_shipped(request: StaffRequest, kind: str, language: str) -> HttpResponseBase:
    """The text that came with the product, and how it looks."""
    _ensure_language(language)
    return _show(request, in_force(kind_of(kind).code, practice_id=0, language=language, state="", on=dt.date.min))


@page(Capability.CONFIGURE_PAYERS)
def letter_text_new(request: StaffRequest, kind: str, language: str) -> HttpResponseBase:
    """Let a kind say something else from a day on: entered, seen with what changes, saved."""
    asked, today = kind_of(kind), clock.today()
    _ensure_language(language)
    practices = [(practice.id, practice.name) for practice in practice_choice(request.user).practices]
    mine = _one_practice(request)
    held = in_force(kind, practice_id=mine or 0, language=language, state="", on=today)
    initial = {"subject": held.subject, "body": held.body, "valid_from": today, "practice_id": mine or ""}
    form = LetterTextForm(posted(request), initial=initial, practices=practices, may_share=may_change_shared(request))

    def preview() -> tuple[str, dict[str, Any]]:
        draft = form.draft(kind, language)
        text_changes.check_draft(draft, actor=request.user)
        row = _row_of(draft)
        before = text_changes.text_before(row)
        number = form.cleaned_data["account"].strip()
        account = account_numbered(number, actor=request.user, now=clock.now()) if number else None
        pictures = sample_pictures(asked, row, today=today, account=account)
        return "collections/letters/text_preview.html", {
            "differences": differences(_whole(before), _whole(row)) if before else [],
            "before": before,
            "pictures": pictures_for_page(pictures),
            "is_real": account is not None,
            "draft": draft,
        }

    def save() -> HttpResponseBase:
        text_changes.add_text(form.draft(kind, language), actor=request.user, now=clock.now())
        messages.success(request, "Saved. Letters say it from its first day on; what was made stays as it was made.")
        return redirect("letter_texts")

    own = fields_of(asked)
    context = {
        "kind": asked, "language": dict(LANGUAGES)[language], "fields": own.values(), "crumbs": _crumbs(),
        "cancel": reverse("letter_texts"), "must": asked.must,
    }  # fmt: skip
    return two_steps(request, form, context, template="collections/letters/text_form.html", preview=preview, save=save)


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def letter_text_end(request: StaffRequest, text_id: int) -> HttpResponseBase:
    """End a text, so that the one behind it (in the end the shipped one) speaks again."""
    today = clock.today()
    last = text_changes.end_text(text_id, actor=request.user, today=today, now=clock.now())
    again = "" if last is None else f" The text behind it holds again from {'today' if last < today else 'tomorrow'}."
    messages.success(request, "Withdrawn." if last is None else f"Ended.{again}")
    return redirect("letter_texts")


def _one_practice(request: StaffRequest) -> int | None:
    choice = practice_choice(request.user)
    return choice.chosen or (choice.practices[0].id if len(choice.practices) == 1 else None)


def _show(
    request: StaffRequest, row: TextRow, *, stored: "LetterText | None" = None, may_end: bool = False
) -> HttpResponseBase:
    kind, today = kind_of(row.kind), clock.today()
    before = text_changes.text_before(row) if stored else None
    context = {
        "kind": kind,
        "row": row,
        "stored": stored,
        "before": before,
        "language": dict(LANGUAGES)[row.language],
        "differences": differences(_whole(before), _whole(row)) if before else [],
        "pictures": pictures_for_page(sample_pictures(kind, row, today=today)),
        "may_end": may_end,
        "may_change": may_change(request),
        "crumbs": _crumbs(),
    }
    return TemplateResponse(request, "collections/letters/text.html", context)


def _ensure_language(language: str) -> None:
    if language not in dict(LANGUAGES):
        raise NotFound("There are letters in English and in Spanish.")


def _row_of(draft: TextDraft) -> TextRow:
    return TextRow(
        kind=draft.kind, language=draft.language, subject=draft.subject, body=draft.body, state=draft.state,
        practice_id=draft.practice_id, valid_from=draft.valid_from, valid_to=draft.valid_to, source=draft.source,
    )  # fmt: skip


def _whole(row: TextRow | None) -> str:
    return f"{row.subject}\n\n{row.body}" if row else ""


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse(name), word) for name, word in _CRUMBS]
