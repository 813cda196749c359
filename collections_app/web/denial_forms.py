"""The forms of the denials page: what the list is narrowed to, and how one was lost."""

from typing import Any, cast

from django import forms

from claims.denials.causes import CURES, PREVENTABLE, ROOT_CAUSES
from claims.denials.lists import DenialFilter
from claims.denials.routing import categories, category_label
from claims.web.setup_forms import Choices

_ANY = ("", "Any")
#: What can be decided against us for good.
LOST_BY = (("appeal", "The appeal"), ("reopening", "The reopening"), ("corrected", "The corrected claim"),
           ("records", "The records"), ("", "Nothing was sent"))  # fmt: skip


class DenialFilterForm(forms.Form):
    """What the list is narrowed to. What is not among the choices narrows nothing."""

    payer = forms.TypedChoiceField(label="Payer", coerce=int, required=False, empty_value=None)
    practice = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    category = forms.ChoiceField(
        label="Category", required=False, choices=[_ANY, *((one, category_label(one)) for one in categories())]
    )
    root_cause = forms.ChoiceField(label="Begins with", required=False, choices=[_ANY, *ROOT_CAUSES.items()])
    cure = forms.ChoiceField(label="Who can cure it", required=False, choices=[_ANY, *CURES.items()])
    preventable = forms.ChoiceField(label="Preventable", required=False, choices=[_ANY, *PREVENTABLE.items()])
    carc = forms.CharField(label="Reason code", required=False, max_length=5)

    def __init__(self, data: Any, *, payers: Choices, practices: Choices) -> None:
        super().__init__(data)
        cast(forms.TypedChoiceField, self.fields["payer"]).choices = [_ANY, *payers]
        cast(forms.TypedChoiceField, self.fields["practice"]).choices = [_ANY, *practices]
        if len(list(practices)) < 2:
            del self.fields["practice"]

    def narrowed(self) -> DenialFilter:
        """What was chosen; of what is wrong, nothing."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if "carc" in chosen:
            chosen["carc"] = chosen["carc"].strip().upper()
        return DenialFilter(**chosen)


class LoseForm(forms.Form):
    """The last decision upheld the denial."""

    came_by = forms.ChoiceField(label="What was decided", choices=LOST_BY, required=False)
    reason = forms.CharField(
        label="What the payer said", max_length=200, help_text="The decision, and why nothing more is sent."
    )
