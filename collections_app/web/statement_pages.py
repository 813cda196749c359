"""One statement: what it says and its proof, made on request, void; first statements sent elsewhere."""

from typing import TYPE_CHECKING

from csp.constants import NONE, SELF
from csp.decorators import csp
from django import forms
from django.contrib import messages
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page, posted
from claims.parties import selectors as parties
from claims.web.setup_forms import day_field
from claims.web.setup_pages import form_page
from collections_app.letters.words import LANGUAGES, language_of
from collections_app.statements import first_statements, selectors, services

if TYPE_CHECKING:
    from collections_app.statements.models import Statement

#: As documents are shown: it runs nothing, loads nothing, and stands in a frame of ours alone.
_ALONE = {"default-src": [NONE], "img-src": [SELF], "object-src": [SELF], "style-src": ["'unsafe-inline'"],
          "frame-ancestors": [SELF], "base-uri": [NONE], "form-action": [NONE]}  # fmt: skip
_MOST_BYTES = 2_000_000


class RequestForm(forms.Form):
    """A statement that somebody asked for."""

    shows = forms.ChoiceField(
        label="What it shows",
        choices=[("owed", "What is owed, in plain words"), ("items", "Every service, and what happened to it")],
    )
    language = forms.ChoiceField(label="Language", choices=LANGUAGES)


class VoidStatementForm(forms.Form):
    """What is wrong with a statement."""

    reason = forms.CharField(label="What is wrong with it", max_length=300)


class ElsewhereForm(forms.Form):
    """A first statement that somebody else sent."""

    on = day_field("Sent on")
    note = forms.CharField(label="By whom, or where that is known from", max_length=120)


class ElsewhereFileForm(forms.Form):
    """The same of many claims, from a file."""

    practice = forms.TypedChoiceField(label="Practice", coerce=int)
    file = forms.FileField(
        label="CSV file", help_text="Two columns, named in the first line: claim, first_statement_on (2026-11-30)."
    )
    note = forms.CharField(label="By whom they were sent, or where that is known from", max_length=120)

    def __init__(self, *args: object, practices: list[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["practice"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = practices

    def clean_file(self) -> str:
        """Its text. A file of this kind has some hundred kilobytes."""
        brought = self.cleaned_data["file"]
        if brought.size > _MOST_BYTES:
            raise forms.ValidationError("A file has two megabytes at most. Split it.")
        try:
            return str(brought.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError("The file is not text in UTF-8. Save it as CSV UTF-8.") from None


@page(Capability.SEE_CLAIMS)
def statement(request: StaffRequest, statement_id: int) -> HttpResponseBase:
    """One statement as it was made; a recorded read."""
    return _show(request, services.own_statement(statement_id, actor=request.user), VoidStatementForm())


@page(Capability.SEE_CLAIMS)
@xframe_options_sameorigin
@csp(_ALONE)  # type: ignore[arg-type]
def content(request: StaffRequest, statement_id: int) -> HttpResponseBase:
    """The frozen document itself; a recorded read."""
    found = services.own_statement(statement_id, actor=request.user)
    _record(request, found)
    return pdf_answer(selectors.frozen_hash(found), f"statement-{found.number}.pdf")


@require_POST
@page(Capability.WORK_ITEMS)
def void(request: StaffRequest, statement_id: int) -> HttpResponseBase:
    """Say that it was wrong, and go on to its correction."""
    form = VoidStatementForm(request.POST)
    found = services.own_statement(statement_id, actor=request.user)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    try:
        services.void_statement(statement_id, reason=form.cleaned_data["reason"], actor=request.user, now=clock.now())
    except DomainError as error:
        return _show(request, found, form, problem=error, status=error.status)
    messages.success(request, "Declared void. Once the books are right, make its correction.")
    return redirect(f"{reverse('statement_new', args=[found.account_id])}?corrects={found.pk}")


@page(Capability.WORK_ITEMS)
def new(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """A statement for somebody who asks for one, to print or to hand over."""
    account = parties.guarantor_account(actor=request.user, account_id=account_id).account
    audit.record_read(request.user, "account", account.pk, practice_id=account.practice_id, now=clock.now())
    corrects = selectors.void_statement_of(account.pk, request.GET.get("corrects", ""), actor=request.user)
    form = RequestForm(posted(request), initial={"language": language_of(account.guarantor.language)})
    made: list[int] = []

    def save() -> str:
        one = services.make_statement(
            account_id=account_id, is_itemized=form.cleaned_data["shows"] == "items",
            language=form.cleaned_data["language"], actor=request.user, today=clock.today(), now=clock.now(),
            corrects_id=corrects.pk if corrects else None,
        )  # fmt: skip
        made.append(one.pk)
        return reverse("statement", args=[one.pk])

    intro = (
        "It shows the books of today, counts as sent, and changes nothing about when the next one of the cycle comes."
    )
    return form_page(
        request, form, save, title=f"Statement of account {account.number}", done=reverse("account", args=[account_id]),
        crumbs=[(reverse("account", args=[account_id]), account.number)], submit="Make it",
        said="Made. Print it, or hand it over.", intro=intro,
    )  # fmt: skip


@page(Capability.WORK_ITEMS)
def elsewhere(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Say that the first statement about what an account owes was sent elsewhere."""
    account = parties.guarantor_account(actor=request.user, account_id=account_id).account
    audit.record_read(request.user, "account", account.pk, practice_id=account.practice_id, now=clock.now())
    form = ElsewhereForm(posted(request))

    def save() -> str:
        first_statements.tell_elsewhere(
            account_id=account_id, **form.cleaned_data, actor=request.user, today=clock.today(), now=clock.now()
        )
        return ""

    intro = (
        "It counts for every visit that the patient owes and that was before that day: calls, aging and the waits of "
        "the law begin with it. The earliest first statement that is known counts."
    )
    return form_page(
        request, form, save, title="First statement, sent elsewhere", done=reverse("account", args=[account_id]),
        crumbs=[(reverse("account", args=[account_id]), account.number)], intro=intro,
    )  # fmt: skip


@page(Capability.IMPORT_FILES)
def elsewhere_file(request: StaffRequest) -> HttpResponseBase:
    """The same of many claims."""
    rows = selectors.practices_to_bill(request.user, today=clock.today())
    practices = [(one.pk, one.name) for one, _ in rows]
    files = request.FILES if request.method == "POST" else None
    form = ElsewhereFileForm(posted(request), files, practices=practices)

    def save() -> str:
        told = form.cleaned_data
        count = first_statements.tell_from_file(
            told["file"], practice_id=told["practice"], note=told["note"], actor=request.user, today=clock.today(),
            now=clock.now(),
        )  # fmt: skip
        messages.success(request, f"First statements of {count} claims are told.")
        return reverse("statements")

    return form_page(
        request, form, save, title="First statements, sent elsewhere", done=reverse("statements"), crumbs=_crumbs(),
        said="", submit="Take them in", intro="All of the file is taken in, or nothing.",
    )  # fmt: skip


def pdf_answer(sha256: str, name: str, *, is_inline: bool = True) -> HttpResponseBase:
    """A kept PDF. Raises `NotFound` where its bytes are gone."""
    answer = StreamingHttpResponse(selectors.kept_bytes(sha256), content_type="application/pdf")
    answer["Content-Disposition"] = f'{"inline" if is_inline else "attachment"}; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer


def _show(
    request: StaffRequest,
    found: "Statement",
    form: VoidStatementForm,
    *,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    _record(request, found)
    context = {
        "statement": found,
        "is_unchanged": selectors.is_unchanged(found),
        "visits": selectors.visits_of(found),
        "form": form,
        "may_work": may(request.user, Capability.WORK_ITEMS),
        "problem": problem,
        "today": clock.today(),
    }
    return TemplateResponse(request, "collections/statements/statement.html", context, status=status)


def _record(request: StaffRequest, found: "Statement") -> None:
    seen = {"account": [found.account_id]}
    audit.record_read(request.user, "statement", found.pk, practice_id=found.practice_id, now=clock.now(), seen=seen)


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("statements"), "Statements")]
