"""What is entered to write something off, and to reverse it."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from arwork.web.fields import AmountField
from claims.adjustments.classes import AdjustmentClass


class WriteOffForm(forms.Form):
    """Whose money, which kind, of which line, how much, and why."""

    bucket = forms.ChoiceField(label="Owed by")
    books_to = forms.ChoiceField(label="Kind of write-off")
    line_id = forms.TypedChoiceField(label="Of", coerce=int, required=False, empty_value=None)
    amount = AmountField(label="Amount")
    reason = forms.CharField(
        label="Because", max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Kept with it, and read by whoever approves.",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        buckets: Sequence[tuple[str, str]],
        classes: Sequence[AdjustmentClass],
        lines: Sequence[tuple[int, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["bucket"]).choices = list(buckets)
        choices = [("", "Choose"), *((one.code, one.label) for one in classes)]
        cast(forms.ChoiceField, self.fields["books_to"]).choices = choices
        if lines:
            cast(forms.ChoiceField, self.fields["line_id"]).choices = [("", "The whole claim"), *lines]
        else:
            del self.fields["line_id"]
        if len(buckets) == 1:
            self.fields["bucket"].widget = forms.HiddenInput()
            self.fields["bucket"].initial = buckets[0][0]


class ReverseForm(forms.Form):
    """Why a write-off is reversed."""

    reason = forms.CharField(label="Because", max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}))
