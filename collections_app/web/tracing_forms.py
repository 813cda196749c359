"""The forms of searches for people, and of their files."""

from collections.abc import Sequence
from typing import Any

from django import forms

from claims.web.setup_forms import Choices, day_field
from collections_app.tracing.files_out import WHOM
from collections_app.tracing.lead_values import ADDRESS, EMAIL, EMPLOYER, PHONE, RELATIVE
from collections_app.tracing.leads import LeadEntry
from collections_app.tracing.lists import FILE_KINDS, LEAD_KINDS
from collections_app.tracing.sources import BY_HAND, ORIGINS
from collections_app.tracing.trying import OUTCOMES

_PARTS = {
    PHONE: ("number",),
    ADDRESS: ("line1", "line2", "city", "state", "zip"),
    EMAIL: ("email",),
    EMPLOYER: ("name",),
    RELATIVE: ("name", "number", "relation"),
}
_NOT_OFFERED = {"autocomplete": "off"}
_LARGEST = 20_000_000  # bytes
PHONE_KINDS = (("unknown", "Not said"), ("mobile", "Mobile"), ("home", "Home"), ("work", "Work"))


def _text(label: str, length: int, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=False, help_text=help_text, widget=forms.TextInput(attrs=_NOT_OFFERED)
    )


class LeadForm(forms.Form):
    """A lead by its kind; what the kind doesn't have stays empty."""

    kind = forms.ChoiceField(label="What it is", choices=LEAD_KINDS)
    source = forms.ChoiceField(label="Where you have it from", choices=[(one, ORIGINS[one].label) for one in BY_HAND])
    said_on = day_field("Since when", help_text="The day on which they said so, or the page was written.")
    name = _text("Name", 80, "Of the employer, the relative or reference.")
    number = _text("Number", 30)
    relation = _text("What they are to the person", 40)
    email = _text("E-mail address", 254)
    line1 = _text("Street", 80)
    line2 = _text("Second line", 80)
    city = _text("City", 60)
    state = _text("State", 2)
    zip = _text("ZIP", 10)
    words = _text("Note", 200)

    def entry(self) -> LeadEntry:
        """What was entered."""
        data = self.cleaned_data
        parts = {name if name != "email" else "address": data[name] for name in _PARTS[data["kind"]]}
        return LeadEntry(data["kind"], parts, data["source"], data["said_on"], words=data["words"])

    @staticmethod
    def named(field: str) -> str:
        """The field of the form that a field of a lead is."""
        return "email" if field == "address" else field


class LeadCallForm(forms.Form):
    """What came of a call to a lead."""

    outcome = forms.ChoiceField(label="What came of it", choices=[(one.value, one.label) for one in OUTCOMES])
    words = _text("What was said", 300)
    was_asked_to = forms.BooleanField(label="They asked to be called again", required=False)
    why_anyway = _text("Called though it was not allowed: why", 300)


class ConfirmForm(forms.Form):
    """How a lead was confirmed."""

    words = _text("How you know", 300, "Such as: said so on the call of today.")
    phone_kind = forms.ChoiceField(label="Kind of number", choices=PHONE_KINDS, required=False)


class TraceNextForm(forms.Form):
    """Who does what next, and when."""

    action = _text("Next", 80)
    on = day_field("On")
    owner = forms.TypedChoiceField(label="Who", coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, owners: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", "Me"), *owners]  # type: ignore[attr-defined]


class TraceWordsForm(forms.Form):
    """Why a search is stopped, or goes on."""

    words = forms.CharField(label="Why", max_length=300, widget=forms.TextInput(attrs=_NOT_OFFERED))


class FileOutForm(forms.Form):
    """A file that goes out."""

    kind = forms.ChoiceField(label="For", choices=FILE_KINDS)
    whom = forms.ChoiceField(label="Whom it names", choices=list(WHOM.items()))
    partner = _text("Who gets it", 80, "They must have signed a business associate agreement (45 CFR 164.504(e)).")


class FileInForm(forms.Form):
    """A file that came back."""

    kind = forms.ChoiceField(label="From", choices=FILE_KINDS)
    partner = _text("Who sent it", 80)
    file = forms.FileField(label="CSV file", allow_empty_file=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > _LARGEST:
            raise forms.ValidationError("This file is larger than 20 MB. Split it.")
        return file


class AskForm(forms.Form):
    """Whom to look for though nothing shows yet that they can't be reached."""

    account = forms.CharField(label="Look for whoever answers for account", max_length=38)


class TraceFilterForm(forms.Form):
    """Whose searches a list shows."""

    owner = forms.TypedChoiceField(label="Who looks", coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, owners: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", "Everybody"), *owners]  # type: ignore[attr-defined]
