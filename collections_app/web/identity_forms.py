"""The form by which a caller is verified: what they say is typed, compared and forgotten."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms

from collections_app.contacts.identifiers import IDENTIFIERS
from collections_app.contacts.identity import DIRECTIONS, INBOUND, OUTBOUND, Caller
from collections_app.contacts.identity_models import Speaker

if TYPE_CHECKING:
    from collections_app.contacts.person_models import Representative

_HINTS = {
    "birth_on": "month/day/year", "zip": "five digits", "street": "such as 12 Oak", "phone": "four digits",
    "account": "on their bill", "member": "four characters",
}  # fmt: skip


class CallerForm(forms.Form):
    """Who says they are on the line, and the identifiers that they give; two at least."""

    speaker = forms.ChoiceField(label="Who is on the line", choices=Speaker)
    person = forms.TypedChoiceField(label="Whose identifiers", coerce=int)
    representative = forms.TypedChoiceField(label="By which authority", coerce=int, required=False, empty_value=None)
    name = forms.CharField(label="Their name, if not the patient or guarantor", max_length=120, required=False)
    agreement = forms.CharField(
        label="How the patient agreed that they hear it", max_length=300, required=False,
        help_text="For somebody involved in payment. Such as: on the line together, Nov 20.",
    )  # fmt: skip
    direction = forms.ChoiceField(label="The call", choices=DIRECTIONS)

    def __init__(
        self,
        data: Any = None,
        *,
        people: Sequence[tuple[int, str]],
        representatives: Sequence["Representative"],
        is_inbound: bool = False,
    ) -> None:
        direction = INBOUND if is_inbound else OUTBOUND
        super().__init__(data, auto_id="caller_%s", initial={"direction": direction})
        cast(forms.TypedChoiceField, self.fields["person"]).choices = people
        if representatives:
            named = [
                (one.pk, f"{one.name}, {one.get_kind_display().lower()} of {one.person}") for one in representatives
            ]
            cast(forms.TypedChoiceField, self.fields["representative"]).choices = [("", "None"), *named]
        else:
            del self.fields["representative"]
        for name, label in IDENTIFIERS.items():
            hint = {"placeholder": _HINTS[name], "autocomplete": "off", "spellcheck": "false"}
            self.fields[name] = forms.CharField(
                label=label, max_length=80, required=False, widget=forms.TextInput(attrs=hint)
            )

    @property
    def identifiers(self) -> list[forms.BoundField]:
        """The fields that are compared with what is on file."""
        return [self[name] for name in IDENTIFIERS]

    def caller(self) -> Caller:
        data = self.cleaned_data
        return Caller(
            speaker=data["speaker"],
            person_id=data["person"],
            name=data["name"],
            representative_id=data.get("representative"),
            agreement=data["agreement"],
            direction=data["direction"],
        )

    def said(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in IDENTIFIERS}
