"""Forms by which what people allow, tell and forbid is entered."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from claims.web.setup_forms import day_field
from collections_app.contacts.consent_models import ConsentSource
from collections_app.contacts.hold_facts import CHOICE, DAY, FIELDS
from collections_app.contacts.person_models import PersonFact, Representative
from collections_app.contacts.person_records import Authority, FactEntry

Choices = Sequence[tuple[Any, str]]
GIVEN, WITHDRAWN = "given", "withdrawn"
_MEANS = [(value, label) for value, label in ConsentSource.choices if value != ConsentSource.BEFORE]
_DAYS = [(str(number), name) for number, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), 1)]


def _time_field(label: str) -> forms.TimeField:
    clock = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=clock)


class ForbidForm(forms.Form):
    """By which means somebody forbids something, and when."""

    source = forms.ChoiceField(label="By which means", choices=_MEANS)
    said_on = day_field("On which day they said it")
    words = forms.CharField(label="In their words, or which paper", max_length=300, required=False)


class ConsentForm(ForbidForm):
    """What somebody allows or withdraws for one number or address."""

    word = forms.ChoiceField(
        label="They", choices=[(GIVEN, "allow it"), (WITHDRAWN, "withdraw or forbid it")], widget=forms.RadioSelect
    )
    channels = forms.MultipleChoiceField(label="What", widget=forms.CheckboxSelectMultiple)
    expires_on = day_field("Last day, if they set one", required=False)
    is_opt_in = forms.BooleanField(
        label="They asked for it in writing", required=False,
        help_text="New York City wants an opt-in before texts and e-mail.",
    )  # fmt: skip
    field_order = ("word", "channels", "source", "said_on", "expires_on", "words", "is_opt_in")

    def __init__(self, *args: Any, channels: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.MultipleChoiceField, self.fields["channels"]).choices = channels


class FactForm(forms.Form):
    """What somebody told of themselves."""

    kind = forms.ChoiceField(label="What", choices=PersonFact.Kind)
    words = forms.CharField(label="In a few words", max_length=300, required=False)
    from_on = day_field("From")
    until_on = day_field("Last day, if there is one", required=False)
    starts = _time_field("Not from, by their clock")
    ends = _time_field("Not until")
    weekdays = forms.MultipleChoiceField(
        label="On these days (none: every day)", choices=_DAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    address = forms.TypedChoiceField(
        label="The only address to write to", coerce=int, required=False, empty_value=None,
        help_text="For confidential communications.",
    )  # fmt: skip
    told_by = forms.CharField(label="Who said so", max_length=120, required=False)
    is_written = forms.BooleanField(label="Asked for in writing", required=False)

    def __init__(self, *args: Any, addresses: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["address"]).choices = [("", "None"), *addresses]

    def entry(self) -> FactEntry:
        data = self.cleaned_data
        return FactEntry(
            kind=data["kind"],
            from_on=data["from_on"],
            until_on=data["until_on"],
            words=data["words"],
            told_by=data["told_by"],
            is_written=data["is_written"],
            starts=data["starts"],
            ends=data["ends"],
            weekdays="".join(data["weekdays"]),
            address_id=data["address"],
        )


class EndForm(forms.Form):
    """Why something is no longer so."""

    because = forms.CharField(label="Why it is no longer so", max_length=300)


class RepresentativeForm(forms.Form):
    """Who speaks for somebody, by what right."""

    kind = forms.ChoiceField(label="They are the", choices=Representative.Kind)
    name = forms.CharField(label="Name", max_length=120)
    phone = forms.CharField(label="Phone", max_length=30, required=False)
    address = forms.CharField(label="Address", max_length=200, required=False)
    authority = forms.CharField(
        label="Which paper gives them the right", max_length=200, required=False,
        help_text="A spouse and the parent of a minor need none.",
    )  # fmt: skip
    proof = forms.TypedChoiceField(label="Its document", coerce=int, required=False, empty_value=None)
    from_on = day_field("From")
    until_on = day_field("Last day, if there is one", required=False)

    def __init__(self, *args: Any, documents: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["proof"]).choices = [("", "None"), *documents]

    def authority_given(self) -> Authority:
        data = self.cleaned_data
        return Authority(
            kind=data["kind"],
            name=data["name"],
            from_on=data["from_on"],
            until_on=data["until_on"],
            phone=data["phone"],
            address=data["address"],
            authority=data["authority"],
            proof_id=data["proof"],
        )


class HoldForm(forms.Form):
    """What is known of a hold, by its reason; `is_new` also takes its note and last day."""

    def __init__(self, data: Any = None, *, reason: str, is_new: bool, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self._facts = [one.name for one in FIELDS.get(reason, ())]
        for one in FIELDS.get(reason, ()):
            self.fields[one.name] = _hold_field(one.kind, one.label, one.choices, one.help_text)
        if is_new:
            self.fields["note"] = forms.CharField(label="Note", max_length=200, required=False)
            self.fields["until_on"] = day_field("Last day, if there is one", required=False)

    def facts(self) -> dict[str, object]:
        return {name: self.cleaned_data[name] for name in self._facts}


def _hold_field(kind: str, label: str, choices: Choices, help_text: str) -> forms.Field:
    if kind == DAY:
        return day_field(label, required=False)
    if kind == CHOICE:
        return forms.ChoiceField(
            label=label, choices=[("", "Not known"), *choices], required=False, help_text=help_text
        )
    return forms.CharField(label=label, max_length=200, required=False, help_text=help_text)
