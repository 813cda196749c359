"""The forms of help: what was offered, a hardship, a referral, a place of the directory."""

from typing import Any, cast

from django import forms

from claims.web.setup_forms import Choices, day_field
from collections_app.help_offers.options import WAYS
from collections_app.help_offers.services import ANSWERS, HARDSHIPS, LANGUAGES, PLACE_KINDS


class OfferedForm(forms.Form):
    """What was offered and what they said of each, in which language; a way without an answer was not offered."""

    language = forms.ChoiceField(label="Said in", choices=list(LANGUAGES.items()), required=False)
    said = forms.CharField(label="In their words", required=False, max_length=300)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for code, label in WAYS.items():
            self.fields[f"offered-{code}"] = forms.BooleanField(label=label, required=False)
            self.fields[f"answer-{code}"] = forms.ChoiceField(
                label=f"What they said: {label}", choices=list(ANSWERS.items()), required=False, initial="not_said"
            )

    @property
    def answers(self) -> dict[str, str]:
        """The answer to each way that was ticked."""
        data = self.cleaned_data
        return {code: data[f"answer-{code}"] or "not_said" for code in WAYS if data[f"offered-{code}"]}


class HardshipForm(forms.Form):
    """Why somebody can't pay now."""

    kind = forms.ChoiceField(label="What happened", choices=[("", "Choose"), *HARDSHIPS.items()])
    words = forms.CharField(
        label="As they told it", max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="A sentence. No diagnosis, no card or Social Security number.",
    )  # fmt: skip
    documents = forms.CharField(label="What shows it", required=False, max_length=300)
    until_on = day_field("They expect it to last until", required=False)


class ReferralForm(forms.Form):
    """Where somebody is sent, and what we do next."""

    place = forms.TypedChoiceField(label="Place", coerce=int)
    words = forms.CharField(label="For what", required=False, max_length=500)
    next_action = forms.CharField(label="What we do next", max_length=120, initial="Ask what came of it")
    next_on = day_field("On")

    def __init__(self, *args: Any, places: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["place"]).choices = [("", "Choose"), *places]


class ReferralOutcomeForm(forms.Form):
    """What came of a referral."""

    outcome = forms.CharField(label="What came of it", max_length=500)


class PlaceForm(forms.Form):
    """A place of the directory."""

    practice_id = forms.TypedChoiceField(label="Practice", coerce=int)
    name = forms.CharField(label="Name", max_length=120)
    kind = forms.ChoiceField(label="What it is", choices=list(PLACE_KINDS.items()))
    helps_with = forms.CharField(label="Helps with", max_length=200)
    phone = forms.CharField(label="Phone", required=False, max_length=20)
    website = forms.CharField(label="Website", required=False, max_length=120)
    states = forms.CharField(
        label="For people in", required=False, max_length=120, help_text="States by two letters; empty: everywhere."
    )

    def __init__(self, *args: Any, practices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["practice_id"]).choices = list(practices)
