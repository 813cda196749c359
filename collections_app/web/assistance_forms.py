"""Forms of financial assistance: an application as it is told, its checklist, the decision, the notice."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from django import forms

from claims.documents.media import MOST_MB
from claims.documents.services import BroughtFile
from claims.web.setup_forms import Choices, day_field
from collections_app.assistance.household import INTERVALS, MOST_PEOPLE, SOURCES, Household, Income, checked
from collections_app.assistance.lists import DOCUMENT_STATES
from collections_app.assistance.papers import ACTIONS
from collections_app.assistance.policy import DOCUMENTS, PRESUMPTIVE, AssistancePolicy
from collections_app.assistance.services import AskedAssistance

#: So many sources of income are asked for; few households have more.
INCOME_ROWS = (1, 2, 3, 4)
_CHANNELS = (("desk", "By phone or in person"), ("paper", "On paper"))


class AssistanceForm(forms.Form):
    """An application while somebody is on the phone, or from paper. What is not known yet stays empty."""

    people = forms.IntegerField(
        label="People in the household", required=False, min_value=1, max_value=MOST_PEOPLE,
        help_text="With the patient, and everybody who lives on the same income.",
    )  # fmt: skip
    has_no_income = forms.BooleanField(label="Nothing comes in", required=False)
    assets = forms.DecimalField(
        label="Savings and other assets", required=False, min_value=0, max_digits=9, decimal_places=2
    )
    presumptive = forms.ChoiceField(
        label="Given without proof because", required=False,
        help_text="The policy of the practice says which reasons count.",
    )  # fmt: skip
    words = forms.CharField(
        label="What they told", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    channel = forms.ChoiceField(label="How it came", choices=_CHANNELS, initial="desk")
    received_on = day_field("Came on")

    def __init__(self, *args: Any, policy: AssistancePolicy, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in INCOME_ROWS:
            self.fields[f"amount_{row}"] = forms.DecimalField(
                label=f"Income {row}", required=False, min_value=0, max_digits=9, decimal_places=2
            )
            self.fields[f"interval_{row}"] = forms.ChoiceField(
                label=f"How often, income {row}", choices=list(INTERVALS.items()), initial="monthly", required=False
            )
            self.fields[f"source_{row}"] = forms.ChoiceField(
                label=f"From, income {row}", choices=list(SOURCES.items()), initial="work", required=False
            )
        reasons = [(code, PRESUMPTIVE[code]) for code in policy.presumptive]
        cast(forms.ChoiceField, self.fields["presumptive"]).choices = [("", "Nothing: by income"), *reasons]
        if policy.assets_most is None:
            del self.fields["assets"]
        if not is_new:
            del self.fields["channel"], self.fields["received_on"]

    @property
    def income_rows(self) -> list[tuple[Any, Any, Any]]:
        """The fields of each source: amount, how often, from where."""
        return [(self[f"amount_{row}"], self[f"interval_{row}"], self[f"source_{row}"]) for row in INCOME_ROWS]

    def asked(self) -> AskedAssistance:
        """What was told. Raises `BadHousehold` naming the field."""
        data = self.cleaned_data
        rows = [
            Income(data[f"source_{row}"] or "other", data[f"interval_{row}"] or "monthly", data[f"amount_{row}"])
            for row in INCOME_ROWS
            if data.get(f"amount_{row}") is not None
        ]
        income = rows if rows or data["has_no_income"] else None
        return AskedAssistance(
            checked(data["people"], income, data.get("assets")),
            channel=data.get("channel", "desk"),
            presumptive=data["presumptive"],
            words=data["words"],
            received_on=data.get("received_on"),
        )


def initial_of(household: Household, *, words: str, presumptive: str) -> Mapping[str, Any]:
    """What is known already, as the form shows it."""
    told: dict[str, Any] = {
        "people": household.people, "assets": household.assets, "words": words, "presumptive": presumptive,
        "has_no_income": household.income == (),
    }  # fmt: skip
    for row, one in zip(INCOME_ROWS, household.income or (), strict=False):
        told |= {f"amount_{row}": one.amount, f"interval_{row}": one.interval, f"source_{row}": one.source}
    return told


class DecideForm(forms.Form):
    """Approve what was shown, or deny it."""

    digest = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Your words", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed to deny: the letter says it to the patient.",
    )  # fmt: skip


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="Why", max_length=300)


class MoreTimeForm(forms.Form):
    """Until when what is missing is waited for."""

    until = day_field("Wait until")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"until": today + dt.timedelta(days=30)}, **kwargs})


class ChecklistForm(forms.Form):
    """Where a document on the checklist stands."""

    kind = forms.ChoiceField(label="Document", choices=list(DOCUMENTS.items()))
    state = forms.ChoiceField(label="Stands", choices=DOCUMENT_STATES)
    note = forms.CharField(label="Note", required=False, max_length=200)


class AssistancePaperForm(forms.Form):
    """A document that came."""

    kind = forms.ChoiceField(label="What it is", choices=list(DOCUMENTS.items()))
    file = forms.FileField(
        label="File", help_text=f"PDF, PNG, JPEG or TIFF, up to {MOST_MB} MB.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.tif,.tiff"}),
    )  # fmt: skip

    def brought(self) -> BroughtFile:
        """What was entered, after validation."""
        told = self.cleaned_data
        return BroughtFile(told["file"].file, told["file"].name, "patient", "For assistance")


class NoticeForm(forms.Form):
    """The actions that a notice names."""

    actions = forms.MultipleChoiceField(
        label="What is intended", choices=[(code, words["en"].capitalize()) for code, words in ACTIONS.items()],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class AssistanceFilterForm(forms.Form):
    """Whose applications, of which practice."""

    owner = forms.TypedChoiceField(label="Worked by", coerce=int, required=False, empty_value=None)
    practice = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)

    def __init__(self, data: Any, *, owners: Choices, practices: Choices) -> None:
        super().__init__(data)
        cast(forms.TypedChoiceField, self.fields["owner"]).choices = [("", "Everybody"), *owners]
        cast(forms.TypedChoiceField, self.fields["practice"]).choices = [("", "Every practice"), *practices]
