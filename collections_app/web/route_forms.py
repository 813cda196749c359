"""The forms of routes: choosing one for a denial, and narrowing the list of choices."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from collections_app.routes.lists import route_labels


class RouteForm(forms.Form):
    """A route for one denial (or several for one reason, named by one of them), and why not the best one."""

    denial = forms.IntegerField(widget=forms.HiddenInput)
    route = forms.ChoiceField(label="Route", choices=route_labels, error_messages={"required": "Choose a route."})
    why = forms.CharField(
        label="Why this one", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed where it is not the best one.",
    )  # fmt: skip


class ChoiceFilterForm(forms.Form):
    """What the list of choices is narrowed to."""

    route = forms.ChoiceField(label="Route", required=False)
    chooser = forms.TypedChoiceField(label="Chosen by", coerce=int, required=False, empty_value=None)
    practice = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    against = forms.BooleanField(label="Not the best one", required=False)

    def __init__(
        self, data: Mapping[str, Any], *, choosers: Sequence[tuple[int, str]], practices: Sequence[tuple[int, str]]
    ) -> None:
        super().__init__(data)
        self.fields["route"].choices = [("", "Every route"), *route_labels()]  # type: ignore[attr-defined]
        self.fields["chooser"].choices = [("", "Everybody"), *choosers]  # type: ignore[attr-defined]
        self.fields["practice"].choices = [("", "Every practice"), *practices]  # type: ignore[attr-defined]
