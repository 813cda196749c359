"""The work on a claim or a guarantor account, shown inside the pages of the books, or by itself without a script.

That it was read is recorded either way: notes, calls and phone numbers are part of the record. What is to be remembered
without an open item, and a call that came in, is logged here.
"""

from typing import Any, cast

from django import forms
from django.contrib import messages
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
from claims.billing.claim_detail import claim_seen_by
from claims.parties.selectors import own_account
from collections_app.contacts import services as contacts
from collections_app.web.account_panels import panels_of
from collections_app.web.claim_panels import claim_panels_of
from collections_app.worklist import patient_account

CALL_IN, NOTE = "call", "note"


class NoteForm(forms.Form):
    """A note, or a call that came in; about whom, where there are several."""

    what = forms.ChoiceField(label="What", choices=[(NOTE, "Note"), (CALL_IN, "Call that came in")])
    person = forms.TypedChoiceField(label="About", coerce=int, required=False, empty_value=None)
    spoke_to = forms.CharField(label="Who called", required=False, max_length=80)
    reference = forms.CharField(label="Reference no.", required=False, max_length=50)
    note = forms.CharField(label="What was said", widget=forms.Textarea(attrs={"rows": 2, "maxlength": 2000}))

    def __init__(self, data: Any = None, *, people: list[tuple[int, str]]) -> None:
        super().__init__(data, auto_id="note_%s")
        if len(people) > 1:
            cast(forms.TypedChoiceField, self.fields["person"]).choices = [("", "the account"), *people]
        else:
            del self.fields["person"]


@page(Capability.SEE_CLAIMS)
def claim_work(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Items, outcomes, calls and holds of one claim."""
    return _claim(request, claim_id)


@page(Capability.SEE_CLAIMS)
def account_work(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """The same for a guarantor account, with when it may be called and what was promised."""
    return _account(request, account_id)


@require_POST
@page(Capability.WORK_ITEMS)
def note_on_claim(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Log a note or an incoming call about a claim, whatever work is open on it."""
    work = patient_account.work_on_claim(actor=request.user, claim_id=claim_id, today=clock.today())
    form = NoteForm(request.POST, people=work.people)
    if _logged(request, form, claim_id=claim_id):
        return redirect("claim", claim_id)
    return _claim(request, claim_id, form)


@require_POST
@page(Capability.WORK_ITEMS)
def note_on_account(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """The same about a guarantor account, or about one of its people."""
    form = NoteForm(request.POST, people=_account_history(request, account_id).people)
    if _logged(request, form, account_id=account_id):
        return redirect("account", account_id)
    return _account(request, account_id, form)


@require_POST
@page(Capability.ASSIGN_WORK)
def lift(request: StaffRequest, hold_id: int) -> HttpResponseBase:
    """End a hold, with the reason."""
    hold = contacts.lift_by_decision(
        actor=request.user, hold_id=hold_id, reason=request.POST.get("reason", ""), now=clock.now()
    )
    messages.success(request, f"Lifted: {hold.get_reason_display().lower()}. The account may be worked again.")
    return redirect("account", account_id=hold.account_id)


def _logged(request: StaffRequest, form: NoteForm, **about: int) -> bool:
    """Whether it was logged; else the form says what is missing."""
    if not form.is_valid():
        return False
    entered = form.cleaned_data
    try:
        contacts.log_unasked(
            actor=request.user,
            now=clock.now(),
            is_call=entered["what"] == CALL_IN,
            note=entered["note"],
            person_id=entered.get("person"),
            spoke_to=entered["spoke_to"],
            reference=entered["reference"],
            **about,
        )
    except DomainError as error:
        field = error.facts.get("field")
        form.add_error(str(field) if field in form.fields else None, error.message)
        return False
    messages.success(request, "Logged. It stands in the history, and changes no work and no limit.")
    return True


def _account_history(request: StaffRequest, account_id: int) -> patient_account.WorkHistory:
    return patient_account.work_on_account(
        actor=request.user,
        account_id=account_id,
        today=clock.today(),
        now=clock.now(),
        viewer_zone=clock.office_zone(),
    )


def _claim(request: StaffRequest, claim_id: int, form: NoteForm | None = None) -> HttpResponseBase:
    work = patient_account.work_on_claim(actor=request.user, claim_id=claim_id, today=clock.today())
    return _answer(request, work, "claim", claim_id, form)


def _account(request: StaffRequest, account_id: int, form: NoteForm | None = None) -> HttpResponseBase:
    return _answer(request, _account_history(request, account_id), "account", account_id, form)


def _answer(
    request: StaffRequest, work: patient_account.WorkHistory, about: str, pk: int, form: NoteForm | None
) -> HttpResponseBase:
    audit_reads.record_part(request.user, about, pk, practice_id=work.practice_id, now=clock.now())
    context: dict[str, Any] = {
        "work": work,
        "about": about,
        "pk": pk,
        "today": clock.today(),
        "may_lift": may(request.user, Capability.ASSIGN_WORK),
        "first_open": next((row.pk for row, _ in work.items if row.state == "open"), None),
    }
    if about == "account":
        context["panels"] = panels_of(request, own_account(pk, actor=request.user))
    else:
        context["panels"] = claim_panels_of(request, claim_seen_by(request.user, pk))
    if may(request.user, Capability.WORK_ITEMS):
        context["note_form"] = form or NoteForm(people=work.people)
        context["note_url"] = reverse(f"{about}_note", args=[pk])
    name = "collections/partials/history.html" if request.htmx else "collections/history.html"
    return TemplateResponse(request, name, context, status=422 if form else 200)
