"""The forms of an absence with its stand-ins, and of what somebody works in a day."""

from collections.abc import Sequence
from typing import Any

from django import forms

from claims.web.setup_forms import day_field
from collections_app.worklist.absences import AbsenceDraft, NamedStandIn
from collections_app.worklist.kinds import CHOICES

#: So many stand-ins have a row; one more than are named already, where those are more.
ROWS = 4
_NO_PERSON = "Choose who works this, or empty the row."


class AbsenceForm(forms.Form):
    """Who, from when to when, and rows of stand-ins: whom, and for which work."""

    starts_on = day_field("First day away")
    ends_on = day_field("Last day away")
    note = forms.CharField(
        label="Note", max_length=120, required=False, help_text="Colleagues read it. Nothing about health."
    )

    def __init__(
        self,
        *args: Any,
        people: Sequence[tuple[int, str]],
        payers: Sequence[tuple[int, str]],
        absent: int | None = None,
        named: Sequence[NamedStandIn] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.absent, self.rows = absent, range(1, max(ROWS, len(named) + 1) + 1)
        if absent is None:
            who = forms.TypedChoiceField(label="Who is away", coerce=int, choices=[("", "Choose"), *people])
            self.fields = {"person": who, **self.fields}
        for row in self.rows:
            given = named[row - 1] if row <= len(named) else None
            self.fields[f"stand_in_{row}"] = _choice(f"Stand-in {row}", "nobody", people, given and given.person_id)
            self.fields[f"payer_{row}"] = _choice("for payer", "every payer", payers, given and given.payer_id)
            kind = forms.ChoiceField(
                label="for kind of work", required=False, choices=[("", "every kind"), *CHOICES],
                initial=given.kind if given else "",
            )  # fmt: skip
            self.fields[f"kind_{row}"] = kind

    def clean(self) -> dict[str, Any]:
        """A payer or a kind without a person would be lost without a word."""
        data = super().clean() or {}
        for row in self.rows:
            if not data.get(f"stand_in_{row}") and (data.get(f"payer_{row}") or data.get(f"kind_{row}")):
                self.add_error(f"stand_in_{row}", _NO_PERSON)
        return data

    def draft(self) -> AbsenceDraft:
        """What was entered."""
        data = self.cleaned_data
        named = [
            NamedStandIn(person, data[f"payer_{row}"], data[f"kind_{row}"])
            for row in self.rows
            if (person := data[f"stand_in_{row}"])
        ]
        return AbsenceDraft(
            self.absent or data["person"], data["starts_on"], data["ends_on"], tuple(named), data["note"]
        )


class CapacityForm(forms.Form):
    """How much somebody works in a day."""

    minutes = forms.IntegerField(
        label="Minutes of work a day",
        min_value=0,
        max_value=1440,
        required=False,
        help_text="Empty: the usual figure. 0: is given no work by itself.",
    )


def _choice(
    label: str, nothing: str, choices: Sequence[tuple[int, str]], initial: int | None
) -> forms.TypedChoiceField:
    rows = [("", nothing), *choices]
    return forms.TypedChoiceField(
        label=label, coerce=int, empty_value=None, required=False, choices=rows, initial=initial
    )
