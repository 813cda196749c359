"""The form of a contact rule."""

import datetime as dt
from typing import Any, cast

from django import forms

from claims.web.setup_forms import Choices, day_field
from collections_app.contacts.gate import EMAIL, LETTER, PHONE, SMS
from collections_app.contacts.rule_entry import ContactRuleDraft
from collections_app.contacts.rules import CONFIDENCE, EXCLUSIONS, NUMBERS, PROFILE_WORDS, ContactRuling

CHANNELS = [(PHONE, "Calls"), (SMS, "Texts"), (EMAIL, "E-mail"), (LETTER, "Letters")]
_SETS = ("profiles", "channels", "exclusions")


def _several(label: str, choices: list[tuple[str, str]], help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, help_text=help_text,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
    )  # fmt: skip


def _clock(label: str) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget, help_text="By the person's clock.")


class ContactRuleForm(forms.Form):
    """What a rule demands, of whom, from a day on."""

    jurisdiction = forms.CharField(
        label="Where", max_length=3, required=False, help_text="A state by its two letters, or NYC; empty: everywhere."
    )
    practice_id = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    profiles = _several(
        "Who asks", [(str(code), words) for code, words in PROFILE_WORDS.items()], "None: whoever asks."
    )
    channels = _several("Through", CHANNELS, "None: every channel.")
    numbers = forms.ChoiceField(label="At", required=False, choices=list(NUMBERS.items()))
    most = forms.IntegerField(label="At most, attempts", required=False, min_value=0, max_value=100)
    window_days = forms.IntegerField(label="in any, days", min_value=1, max_value=365, initial=7)
    unit = forms.ChoiceField(label="counted per", choices=[("person", "person"), ("debt", "debt")])
    exclusions = _several("Not counted", list(EXCLUSIONS.items()))
    wait_days = forms.IntegerField(
        label="Days from a conversation", required=False, min_value=0, max_value=60,
        help_text="The day of it is day 1: after 7 days the next call is on day 8.",
    )  # fmt: skip
    opens, closes = _clock("Not before"), _clock("Not after")
    needs_consent = forms.BooleanField(label="Only with consent to the channel", required=False)
    needs_licence = forms.BooleanField(label="An agency needs a licence there", required=False)
    is_off = forms.BooleanField(label="This rule does not bind us", required=False)
    confidence = forms.ChoiceField(label="How sure", choices=list(CONFIDENCE.items()))
    source = forms.CharField(label="Source", max_length=300, help_text="Where it is written, or who decided it.")
    valid_from = day_field("From")
    valid_to = day_field("To", required=False)

    def __init__(
        self, *args: Any, replaced: ContactRuling | None, practices: Choices, today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.replaced = replaced
        choices = [("", "Every practice"), *practices]
        cast(forms.TypedChoiceField, self.fields["practice_id"]).choices = choices
        self.fields["valid_from"].initial = today
        if replaced is None:
            del self.fields["is_off"]
            return
        del self.fields["jurisdiction"]
        for name in self.fields.keys() - {"practice_id", "valid_from", "valid_to", "source", "is_off"}:
            value = getattr(replaced, name)
            self.fields[name].initial = sorted(value) if name in _SETS else value

    def draft(self) -> ContactRuleDraft:
        """What was entered."""
        entered: dict[str, Any] = dict(self.cleaned_data)
        is_off = entered.pop("is_off", False)
        place = self.replaced.jurisdiction if self.replaced else entered.pop("jurisdiction").strip().upper()
        entered |= {name: frozenset(entered[name]) for name in _SETS}
        return ContactRuleDraft(
            **entered,
            code=self.replaced.code if self.replaced else "",
            jurisdiction=place,
            purposes=self.replaced.purposes if self.replaced else frozenset(),
            binds=not is_off,
        )


class ContactRuleEndForm(forms.Form):
    """The last day of a rule."""

    last_day = day_field("Last day in force", help_text="From the next day on the shipped rule speaks again.")
