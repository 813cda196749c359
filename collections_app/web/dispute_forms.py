"""The forms of disputes: opening one, its next step, a question to somebody outside, its answer."""

from typing import Any, cast

from django import forms

from claims.web.setup_forms import Choices, day_field
from collections_app.disputes.asking import Asked
from collections_app.disputes.services import Entered
from collections_app.disputes.words import CAME_BY, CLOSINGS, KINDS, ROLES

_ROWS = {"rows": 4}


def _ticks() -> forms.CheckboxSelectMultiple:
    return forms.CheckboxSelectMultiple(attrs={"class": "checks"})


class DisputeForm(forms.Form):
    """A dispute as the patient tells it."""

    claim = forms.TypedChoiceField(label="Which visit", coerce=int, required=False, empty_value=None)
    kind = forms.ChoiceField(label="What is wrong", choices=[("", "Choose"), *KINDS])
    words = forms.CharField(
        label="What the patient says", max_length=2000, widget=forms.Textarea(attrs=_ROWS),
        help_text="In their own words, as far as you can.",
    )  # fmt: skip
    came_by = forms.ChoiceField(label="How it came", choices=CAME_BY)
    received_on = day_field(
        "Received on", help_text="The day it came, not the day it is entered: the clock runs from it."
    )
    amount = forms.DecimalField(
        label="Amount disputed", required=False, min_value=0, max_digits=9, decimal_places=2,
        help_text="Empty: all that the patient owes on it.",
    )  # fmt: skip
    estimate = forms.DecimalField(
        label="Total of the good-faith estimate", required=False, min_value=0, max_digits=9, decimal_places=2,
        help_text="Only where the bill is above its estimate, and the patient is uninsured or pays for themselves.",
    )  # fmt: skip
    lines = forms.TypedMultipleChoiceField(
        label="Which services",
        coerce=int,
        required=False,
        widget=_ticks(),
    )

    def __init__(self, *args: Any, visits: Choices, lines: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["claim"]).choices = [*visits, ("", "The whole account")]
        cast(forms.TypedMultipleChoiceField, self.fields["lines"]).choices = list(lines)
        if not lines:
            del self.fields["lines"]

    def entered(self) -> Entered:
        """What was entered beside kind and words, after validation."""
        told = self.cleaned_data
        return Entered(
            came_by=told["came_by"],
            received_on=told["received_on"],
            line_numbers=tuple(told.get("lines") or ()),
            estimate=told["estimate"],
        )


class NextStepForm(forms.Form):
    """What comes next, and when."""

    action = forms.CharField(label="What comes next", max_length=120)
    on = day_field("On")


class QuestionForm(forms.Form):
    """Whom to ask, what, and what of the bill they are shown."""

    role = forms.ChoiceField(label="Whom you ask", choices=ROLES)
    name = forms.CharField(label="Name", max_length=80, help_text="The person or the office; it stands on the page.")
    email = forms.EmailField(
        label="E-mail", required=False, max_length=254, help_text="Empty: you copy the link and send it yourself."
    )
    words = forms.CharField(label="Question", max_length=1000, widget=forms.Textarea(attrs=_ROWS))
    due_on = day_field("Answer by")
    facts = forms.MultipleChoiceField(
        label="What they see of the bill", required=False, widget=_ticks(),
        help_text="No more than the question needs. The name of the patient stands there only if you tick it.",
    )  # fmt: skip
    documents = forms.TypedMultipleChoiceField(
        label="Documents they may open",
        coerce=int,
        required=False,
        widget=_ticks(),
    )

    def __init__(self, *args: Any, facts: Choices, documents: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.MultipleChoiceField, self.fields["facts"]).choices = list(facts)
        cast(forms.TypedMultipleChoiceField, self.fields["documents"]).choices = list(documents)
        if not documents:
            del self.fields["documents"]

    def asked(self) -> Asked:
        """What was entered, after validation."""
        told = self.cleaned_data
        return Asked(
            role=told["role"],
            name=told["name"],
            words=told["words"],
            due_on=told["due_on"],
            email=told["email"],
            facts=tuple(told["facts"]),
            document_ids=tuple(told.get("documents") or ()),
        )


class DisputeCloseForm(forms.Form):
    """What came of a dispute."""

    to = forms.ChoiceField(label="What came of it", choices=[("", "Choose"), *CLOSINGS])
    answer = forms.CharField(
        label="Answer to the patient", max_length=1000, widget=forms.Textarea(attrs=_ROWS),
        help_text="What you found, in plain words. It stands on their page and in the letter.",
    )  # fmt: skip
    letter = forms.BooleanField(label="Write the letter with this answer", required=False, initial=True)


class ReopenForm(forms.Form):
    """Why a closed dispute is opened again."""

    why = forms.CharField(label="Why it is opened again", max_length=300)


class DisputeFilterForm(forms.Form):
    """Which disputes, whose, of which practice."""

    kind = forms.ChoiceField(label="What is wrong", required=False, choices=[("", "Everything"), *KINDS])
    owner = forms.TypedChoiceField(label="Who answers for it", coerce=int, required=False, empty_value=None)
    practice = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)

    def __init__(self, data: Any, *, owners: Choices, practices: Choices) -> None:
        super().__init__(data)
        cast(forms.TypedChoiceField, self.fields["owner"]).choices = [("", "Everybody"), *owners]
        cast(forms.TypedChoiceField, self.fields["practice"]).choices = [("", "Every practice"), *practices]
