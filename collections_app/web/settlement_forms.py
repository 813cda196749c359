"""The forms of settlements: the terms, who accepted, why one is given up, and the filters of the lists."""

import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django import forms

from claims.web.setup_forms import Choices, day_field
from collections_app.settlements.services import HOW


class SettlementTermsForm(forms.Form):
    """What settles it: dollars or percent off, and the days on which it is paid."""

    offer = forms.DecimalField(
        label="They pay", required=False, min_value=Decimal("0.01"), max_digits=9, decimal_places=2,
        help_text="Dollars, in all.",
    )  # fmt: skip
    percent = forms.DecimalField(
        label="Or percent off", required=False, min_value=1, max_value=99, max_digits=4, decimal_places=1,
        help_text="Counted only where no dollars stand.",
    )  # fmt: skip
    due_on = day_field("Paid by")
    second_on = day_field("Second payment by", required=False)
    third_on = day_field("Third payment by", required=False)
    hardship = forms.CharField(
        label="Hardship, as documented", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What shows that they can't pay it all. Needed where Medicare or another federal program covers.",
    )  # fmt: skip
    reason = forms.CharField(
        label="Why so little", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Whoever decides reads this; needed beyond what you settle alone.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("offer") and not data.get("percent"):
            self.add_error("offer", "Enter dollars, or percent off.")
        return data

    @property
    def due_days(self) -> list[dt.date]:
        """The days that were named, as they stand."""
        named = (self.cleaned_data[name] for name in ("due_on", "second_on", "third_on"))
        return [day for day in named if day]


class AcceptForm(forms.Form):
    """Who accepted, and how."""

    said_by = forms.CharField(label="Who accepted", max_length=80, help_text="The person you speak with, by name.")
    how = forms.ChoiceField(label="How", choices=list(HOW.items()))


class SettlementWithdrawForm(forms.Form):
    """Why a settlement is given up."""

    reason = forms.CharField(label="Why it is given up", max_length=200)


class SettlementFilterForm(forms.Form):
    """Whose settlements, of which practice."""

    owner = forms.TypedChoiceField(label="Collector", coerce=int, required=False, empty_value=None)
    practice = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)

    def __init__(self, data: Any, *, owners: Choices, practices: Choices) -> None:
        super().__init__(data)
        cast(forms.TypedChoiceField, self.fields["owner"]).choices = [("", "Everybody"), *owners]
        cast(forms.TypedChoiceField, self.fields["practice"]).choices = [("", "Every practice"), *practices]
