"""Setup: in whose name the accounts of a practice are worked, and its licences to collect."""

from typing import Any, cast

from django import forms
from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.staff.access import Capability, practice_choice
from arwork.web.pages import StaffRequest, page, posted
from claims.web.setup_forms import day_field
from claims.web.setup_pages import form_page, may_change
from collections_app.contacts import placements as records
from collections_app.contacts.rules import PROFILE_WORDS

_CRUMB = "Placements and licenses"


class PlacementForm(forms.Form):
    """In whose name, from which day; of one account, where its number is entered."""

    practice = forms.TypedChoiceField(label="Practice", coerce=int)
    profile = forms.ChoiceField(
        label="Accounts are worked by",
        choices=[(str(code), words.capitalize()) for code, words in PROFILE_WORDS.items()],
    )
    account_number = forms.CharField(
        label="Only this account", max_length=38, required=False, help_text="Its number; empty: the whole practice."
    )
    valid_from = day_field("From")

    def __init__(self, *args: Any, practices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["practice"]).choices = practices


class LicenceForm(forms.Form):
    """A license to collect in a state or city."""

    practice = forms.TypedChoiceField(label="Practice", coerce=int)
    jurisdiction = forms.ChoiceField(label="Where", choices=list(records.JURISDICTIONS.items()))
    number = forms.CharField(label="Number", max_length=40)
    valid_from = day_field("First day")
    valid_to = day_field("Last day", required=False)

    def __init__(self, *args: Any, practices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["practice"]).choices = practices


class LastDayForm(forms.Form):
    """The last day of a license."""

    valid_to = day_field("Last day")


@page(Capability.SEE_CLAIMS)
def placements(request: StaffRequest) -> HttpResponseBase:
    """In whose name each practice is worked, today and before, with its licenses."""
    context = {
        "placements": [(row, PROFILE_WORDS[row.profile]) for row in records.placements(actor=request.user)],  # type: ignore[index]
        "licences": [
            (row, records.JURISDICTIONS.get(row.jurisdiction, row.jurisdiction))
            for row in records.licences(actor=request.user)
        ],
        "may_change": may_change(request),
        "today": clock.today(),
    }
    return TemplateResponse(request, "collections/scripts/placements.html", context)


@page(Capability.CONFIGURE_PAYERS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Another placement from a day on."""
    form = PlacementForm(posted(request), initial={"valid_from": clock.today()}, practices=_practices(request))

    def save() -> str:
        data = form.cleaned_data
        records.place(
            actor=request.user, practice_id=data["practice"], profile=data["profile"], valid_from=data["valid_from"],
            account_number=data["account_number"], now=clock.now(), today=clock.today(),
        )  # fmt: skip
        return ""

    return _entry(request, form, save, "In whose name")


@page(Capability.CONFIGURE_PAYERS)
def licence_new(request: StaffRequest) -> HttpResponseBase:
    """A license to collect."""
    form = LicenceForm(posted(request), initial={"valid_from": clock.today()}, practices=_practices(request))

    def save() -> str:
        data = form.cleaned_data
        records.add_licence(
            actor=request.user, practice_id=data["practice"], jurisdiction=data["jurisdiction"],
            number=data["number"], valid_from=data["valid_from"], valid_to=data["valid_to"], now=clock.now(),
        )  # fmt: skip
        return ""

    return _entry(request, form, save, "New license")


@page(Capability.CONFIGURE_PAYERS)
def licence_end(request: StaffRequest, licence_id: int) -> HttpResponseBase:
    """The last day of a license."""
    records.licence_seen_by(licence_id, actor=request.user)
    form = LastDayForm(posted(request), initial={"valid_to": clock.today()})

    def save() -> str:
        records.end_licence(licence_id, actor=request.user, last_day=form.cleaned_data["valid_to"], now=clock.now())
        return ""

    return _entry(request, form, save, "End a license")


def _practices(request: StaffRequest) -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in practice_choice(request.user).practices]


def _entry(request: StaffRequest, form: forms.Form, save: Any, title: str) -> HttpResponseBase:
    crumbs = [(reverse("setup"), "Setup"), (reverse("placements"), _CRUMB)]
    return form_page(request, form, save, title=title, crumbs=crumbs, done=reverse("placements"))
