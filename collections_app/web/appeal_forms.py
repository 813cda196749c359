"""The forms of appeals: the notice, enclosures, what the letter says, sending, the payer's answer, runs, playbooks."""

from typing import Any, cast

from django import forms

from claims.denials.routing import categories, category_label
from claims.web.setup_forms import Choices, day_field
from collections_app.appeals.checklists import KINDS, MADE
from collections_app.appeals.enclosing import LEAVABLE
from collections_app.appeals.playbooks import PlaybookRow
from collections_app.appeals.sending import Outcome, SendingFacts, Way

_BROUGHT = [(code, label) for code, label in KINDS.items() if code not in MADE[:3]]
_WAYS = [("", "Choose"), *Way.choices]
_EMPTY = ("", "Everything")


class AppealFilterForm(forms.Form):
    """Which appeals: to whom, about what, whose, of which practice."""

    payer = forms.TypedChoiceField(label="Payer", coerce=int, required=False, empty_value=None)
    category = forms.ChoiceField(label="Category", required=False)
    owner = forms.TypedChoiceField(label="Who answers for it", coerce=int, required=False, empty_value=None)
    practice = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    run = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, payers: Choices, owners: Choices, practices: Choices) -> None:
        super().__init__(data)
        _choose(self, "payer", "Every payer", payers)
        _choose(self, "owner", "Everybody", owners)
        _choose(self, "practice", "Every practice", practices)
        named = [(one, category_label(one).capitalize()) for one in categories()]
        cast(forms.ChoiceField, self.fields["category"]).choices = [_EMPTY, *named]


class AppealNoticeForm(forms.Form):
    """Which notice is answered, and when it came."""

    notice_on = day_field("Day on the notice")
    received_on = day_field("Received on", required=False, help_text="Only where it is documented, by a stamp.")
    is_urgent = forms.BooleanField(label="Urgent: decided within hours", required=False)


class EncloseForm(forms.Form):
    """A document that goes along: one of the claim, or a new file."""

    kind = forms.ChoiceField(label="What it is", choices=[("", "Choose"), *_BROUGHT])
    document = forms.TypedChoiceField(label="Document of the claim", coerce=int, required=False, empty_value=None)
    file = forms.FileField(label="Or a new file", required=False, help_text="PDF, PNG or JPEG, up to 25 MB.")

    def __init__(self, *args: Any, documents: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["document"]).choices = [("", "None"), *documents]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if bool(told.get("document")) == bool(told.get("file")):
            self.add_error("file", "Choose a document of the claim, or a new file.")
        return told


class LeaveOutForm(forms.Form):
    """What does not go along, and why."""

    code = forms.ChoiceField(label="What does not go along", choices=[(code, KINDS[code]) for code in LEAVABLE])
    why = forms.CharField(label="Why", max_length=200, required=False, help_text="Empty: it goes along again.")


class PointsForm(forms.Form):
    """What the letter says of this claim alone."""

    points = forms.CharField(
        label="What is to be said of this claim", max_length=4000, required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Facts of the record that the argument rests on. An empty line begins a paragraph.",
    )  # fmt: skip


class AppealSendForm(forms.Form):
    """How the packet left."""

    way = forms.ChoiceField(label="How it left", choices=_WAYS)
    sent_on = day_field("On")
    proof = forms.CharField(
        label="Proof", max_length=120, required=False,
        help_text="Number of the certified mail, confirmation of the fax, reference of the portal.",
    )  # fmt: skip
    to = forms.CharField(
        label="Where to", max_length=400, required=False, help_text="Empty: as the playbook of the payer says."
    )
    anyway = forms.CharField(
        label="Why it is sent all the same", max_length=200, required=False,
        help_text="Only where it is late or too little is at stake.",
    )  # fmt: skip

    def given(self) -> SendingFacts:
        """What was entered."""
        return SendingFacts(**self.cleaned_data)


class AcknowledgeForm(forms.Form):
    """That the payer has it."""

    on = day_field("Received by the payer on")
    reference = forms.CharField(label="Their number of the appeal", max_length=60, required=False)
    due_on = day_field("They decide by", required=False, help_text="Empty: by the days of the payer or of the level.")


class AppealDecisionForm(forms.Form):
    """What the payer decided."""

    outcome = forms.ChoiceField(label="Decision", choices=[("", "Choose"), *Outcome.choices])
    decided_on = day_field("Day on the decision")
    amount = forms.DecimalField(label="What it gives", min_value=0, max_digits=9, decimal_places=2, initial=0)
    words = forms.CharField(label="In words", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class NextLevelForm(forms.Form):
    """When the decision came."""

    received_on = day_field("The decision came on", required=False, help_text="Only where it is documented.")


class AppealWithdrawForm(forms.Form):
    """Why an appeal is given up."""

    why = forms.CharField(label="Why", max_length=300)


class RunForm(forms.Form):
    """What is said for all claims of a run."""

    points = forms.CharField(
        label="What is to be said in each letter", max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}), help_text="Nothing about a patient.",
    )  # fmt: skip
    without = forms.CharField(
        label="Why what is missing of the checklist is left out", max_length=200,
        initial="The same question for many claims; records on request",
    )  # fmt: skip


class PlaybookForm(forms.Form):
    """How a payer is appealed to from a day on."""

    payer_id = forms.TypedChoiceField(label="Payer", coerce=int)
    practice_id = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    addressee = forms.CharField(label="Addressee", max_length=120, help_text="Appeals Department")
    address = forms.CharField(label="Street or PO box", max_length=120, required=False)
    city = forms.CharField(label="City", max_length=60, required=False)
    state = forms.CharField(label="State", max_length=2, required=False)
    zip = forms.CharField(label="ZIP", max_length=10, required=False)
    fax = forms.CharField(label="Fax", max_length=20, required=False)
    portal = forms.CharField(label="Portal", max_length=200, required=False, help_text="https://… Never a password.")
    form = forms.CharField(label="Form that goes along", max_length=120, required=False)
    way = forms.ChoiceField(label="Best sent", choices=[("", "Not said"), *Way.choices], required=False)
    clause = forms.CharField(
        label="Clause to quote", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Of the contract or the payer’s policy; it stands in each letter.",
    )  # fmt: skip
    worked = forms.CharField(
        label="What worked", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    notes = forms.CharField(label="Notes", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    valid_from = day_field("From")

    def __init__(self, *args: Any, payers: Choices, practices: Choices, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["payer_id"]).choices = [("", "Choose"), *payers]
        every = [("", "Every practice" if may_share else "Choose one"), *practices]
        cast(forms.TypedChoiceField, self.fields["practice_id"]).choices = every
        self.fields["practice_id"].required = not may_share

    def row(self) -> PlaybookRow:
        """What was entered."""
        return PlaybookRow(**{**self.cleaned_data, "state": self.cleaned_data["state"].upper()})


def _choose(form: forms.Form, name: str, every: str, choices: Choices) -> None:
    cast(forms.TypedChoiceField, form.fields[name]).choices = [("", every), *choices]
