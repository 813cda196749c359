"""The forms of connections to clearinghouses."""

from typing import Any

from django import forms

from claims.web.setup_forms import day_field
from collections_app.clearinghouses import selectors
from collections_app.clearinghouses.states import (
    CHARACTER_SETS,
    DELIVERIES,
    FORM_NAMES,
    QUALIFIERS,
    TEST,
    USAGES,
)

_AS_REGISTERED = "As the clearinghouse registered it."


class ConnectionForm(forms.Form):
    """How a practice sends to one clearinghouse."""

    name = forms.CharField(label="Name", max_length=60, help_text="What people call it, such as Availity.")
    usage = forms.ChoiceField(
        label="Files are (ISA15)", choices=USAGES, help_text="Most clearinghouses ask for a test first."
    )
    submitter_name = forms.CharField(label="Submitter", max_length=60, help_text="Loop 1000A: who sends.")
    submitter_id = forms.CharField(label="Submitter id", max_length=20, help_text=_AS_REGISTERED)
    contact = forms.CharField(label="Contact", max_length=60, help_text="Whom the clearinghouse asks.")
    phone = forms.RegexField(
        r"^\d{10}$", label="Contact's phone", max_length=10, help_text="Ten digits.",
        error_messages={"invalid": "Enter ten digits."},
    )  # fmt: skip
    receiver_name = forms.CharField(label="Receiver", max_length=60, help_text="Loop 1000B: who receives.")
    sender_qualifier = forms.ChoiceField(label="Sender qualifier (ISA05)", choices=QUALIFIERS)
    sender_id = forms.CharField(label="Sender id (ISA06)", max_length=15, help_text=_AS_REGISTERED)
    group_sender = forms.CharField(label="Group sender (GS02)", max_length=15, help_text="Often the same.")
    receiver_qualifier = forms.ChoiceField(label="Receiver qualifier (ISA07)", choices=QUALIFIERS)
    receiver_id = forms.CharField(label="Receiver id (ISA08)", max_length=15, help_text=_AS_REGISTERED)
    group_receiver = forms.CharField(label="Group receiver (GS03)", max_length=15, help_text="Often the same.")
    carries = forms.MultipleChoiceField(
        label="It carries",
        choices=list(FORM_NAMES.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
    )
    payers = forms.MultipleChoiceField(
        label="Only these payers", required=False, widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="None chosen: all payers that no other connection names.",
    )  # fmt: skip
    characters = forms.ChoiceField(label="Characters", choices=CHARACTER_SETS)
    most_claims = forms.IntegerField(
        label="Claims in a transaction (ST), at most", min_value=1, max_value=5000,
        help_text="The guides allow 5,000; some receivers take 100.",
    )  # fmt: skip
    delivery = forms.ChoiceField(label="Files get there", choices=DELIVERIES)
    place = forms.ChoiceField(label="SFTP place", required=False, help_text="Set by whoever runs arwork.")
    folder = forms.CharField(label="Folder there", max_length=100, required=False)
    is_nightly = forms.BooleanField(
        label="Every night", required=False, help_text="Ready claims go in a file by themselves, and by SFTP also out."
    )
    answer_hours = forms.IntegerField(
        label="An answer is due within hours", min_value=1, max_value=240,
        help_text="A file without TA1, 999 or 277CA after that is shown for attention.",
    )  # fmt: skip
    last_number = forms.IntegerField(
        label="Last interchange number used", required=False, min_value=0, max_value=900_000_000,
        help_text="By the system before this one, with the same sender id. Numbers go on after it.",
    )  # fmt: skip
    from_on = day_field("From", help_text="The first day on which files go there.")

    def __init__(self, *args: Any, payers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {"payers": payers, "place": [("", "none"), *((one, one) for one in selectors.places())]}
        for name, told in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = told

    def entered(self) -> dict[str, Any]:
        """What was entered, as the services take it."""
        told = dict(self.cleaned_data)
        return told | {
            "forms": "".join(told.pop("carries")),
            "payer_ids": [int(one) for one in told.pop("payers")],
            "last_number": told["last_number"] or 0,
        }


def initial_of_new(*, submitter: str, phone: str) -> dict[str, Any]:
    """What a new connection begins with."""
    return {
        "usage": TEST, "carries": ["P", "I"], "most_claims": 500, "answer_hours": 24, "submitter_name": submitter,
        "phone": phone, "sender_qualifier": "ZZ", "receiver_qualifier": "ZZ",
    }  # fmt: skip


class ConnectionEndForm(forms.Form):
    """The last day of a connection."""

    until_on = day_field("Last day")
