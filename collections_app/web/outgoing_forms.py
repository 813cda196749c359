"""The forms of outgoing claims: the fields, made ready, canceled, the next step, what the list is narrowed to."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from claims.web.setup_forms import Choices, day_field
from collections_app.outgoing_claims.edit_view import ShownSection
from collections_app.outgoing_claims.field_table import ClaimField
from collections_app.outgoing_claims.words import PURPOSES


class _Entry(forms.CharField):
    """A field that a claim needs and a draft may still lack: it is no optional one, and saves empty."""

    def validate(self, value: str) -> None:
        """Whatever is entered is judged by the edits."""


class _ChosenEntry(forms.ChoiceField):
    """The same for a choice."""

    def validate(self, value: str) -> None:
        """Nothing may be chosen yet; something else than the list offers may not."""
        if value:
            super().validate(value)


class ClaimFieldsForm(forms.Form):
    """The fields of a draft by their names; what can't stand in a claim the service refuses, naming its field."""

    use_required_attribute = False
    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, sections: Sequence[ShownSection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section in sections:
            for shown in section.fields:
                self.fields[shown.field.name] = _field(shown.field.about, shown.value)
                self.initial.setdefault(shown.field.name, shown.value)

    def entered(self) -> dict[str, str]:
        """What was entered, after validation."""
        return {name: value for name, value in self.cleaned_data.items() if name != "edition"}


def _field(about: ClaimField, value: str) -> forms.Field:
    kept: dict[str, Any] = {"label": about.label, "required": about.needed}
    if about.choices:
        known = list(about.choices)
        if value and value not in dict(known):
            known.append((value, value))
        return _ChosenEntry(choices=[("", ""), *known], **kept)
    if about.kind in ("day", "from", "to") and len(value) in (0, len("2026-01-31")):
        return _Entry(widget=forms.DateInput(attrs={"type": "date"}), **kept)
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    if about.kind in ("amount", "quantity"):
        attrs["inputmode"] = "decimal"
    return _Entry(max_length=300, widget=forms.TextInput(attrs=attrs), **kept)


class ReadyForm(forms.Form):
    """That a draft may leave, and why in spite of its warnings."""

    edition = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why it is right all the same", max_length=300, required=False, help_text="Only where there are warnings."
    )


class CancelForm(forms.Form):
    """Why an outgoing claim is not sent."""

    reason = forms.CharField(label="Why it is not sent", max_length=300)


class OutgoingStepForm(forms.Form):
    """What comes next, and when."""

    action = forms.CharField(label="What comes next", max_length=120)
    on = day_field("On")


class PurposeForm(forms.Form):
    """How a claim is sent again, to whom, and which denials it answers."""

    purpose = forms.ChoiceField(label="How it is sent", choices=PURPOSES, widget=forms.RadioSelect)
    payer = forms.TypedChoiceField(label="To", coerce=int, required=False, empty_value=None)
    denials = forms.TypedMultipleChoiceField(
        label="It answers", coerce=int, required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"})
    )

    def __init__(self, *args: Any, payers: Choices, denials: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to = cast(forms.TypedChoiceField, self.fields["payer"])
        to.choices = [("", "Whoever it went to last; for the next payer: the one after"), *payers]
        cast(forms.TypedMultipleChoiceField, self.fields["denials"]).choices = list(denials)
        if not denials:
            del self.fields["denials"]


class OutgoingFilterForm(forms.Form):
    """What the list is narrowed to."""

    payer = forms.TypedChoiceField(label="Payer", coerce=int, required=False, empty_value=None)
    owner = forms.TypedChoiceField(label="Who answers for it", coerce=int, required=False, empty_value=None)
    purpose = forms.ChoiceField(label="How it is sent", required=False, choices=[("", "All"), *PURPOSES])

    def __init__(self, *args: Any, payers: Choices, owners: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["payer"]).choices = [("", "All"), *payers]
        cast(forms.TypedChoiceField, self.fields["owner"]).choices = [("", "Everybody"), *owners]
