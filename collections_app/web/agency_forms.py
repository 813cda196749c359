"""The forms of agencies: looking for candidates, calling back, files, and the setup."""

from decimal import Decimal
from typing import Any

from django import forms

from arwork.web.fields import AmountField
from claims.plausible.places import STATES
from claims.web.setup_forms import day_field
from collections_app.agencies.layouts import COLUMNS
from collections_app.agencies.setup import AgencyDraft
from collections_app.agencies.states import DATE_FORMATS, PROFILES, RECALL_REASONS, REMITS, TIME_BARRED

WORDS = 200


class CandidatesForm(forms.Form):
    """Which accounts are looked at."""

    least = AmountField(label="Owing at least", required=False, min_value=0)
    older_than = forms.IntegerField(
        label="Oldest visit, days ago", required=False, min_value=0, max_value=3660, help_text="At least."
    )


class RecallForm(forms.Form):
    """Why accounts are called back."""

    code = forms.ChoiceField(
        label="Why", required=False, choices=[("", "As proposed for each"), *RECALL_REASONS.items()]
    )
    because = forms.CharField(label="In a few words", max_length=WORDS, required=False)


class WhyForm(forms.Form):
    """Why something is taken back."""

    because = forms.CharField(label="Why it is taken back", max_length=WORDS)


class ReportForm(forms.Form):
    """A file that an agency sent."""

    file = forms.FileField(label="File of the agency (CSV)")


class DepositForm(forms.Form):
    """What arrived at the bank with a file."""

    deposit = AmountField(label="What arrived at the bank", min_value=0)
    deposit_reference = forms.CharField(label="Check or transfer", max_length=40, required=False)


class GivenForm(forms.Form):
    """Which placement a line means."""

    reference = forms.CharField(label="Our reference", max_length=24, help_text="Such as P00000012.")


class SeenForm(forms.Form):
    """What was done about a line otherwise."""

    why = forms.CharField(label="What was done", max_length=WORDS)


class AgencyForm(forms.Form):
    """An agency of a practice."""

    name = forms.CharField(label="Name", max_length=80)
    contact = forms.CharField(label="Whom to ask there", max_length=120, required=False)
    profile = forms.ChoiceField(label="It collects", choices=PROFILES)
    agreement_on = day_field("Business associate agreement signed", required=False)
    agreement_until = day_field("Its last day", required=False, help_text="Empty: until somebody ends it.")
    remits = forms.ChoiceField(label="It sends us", choices=REMITS)
    minimum = AmountField(label="Smallest balance it takes", min_value=0, initial=Decimal("0.00"))
    states = forms.CharField(
        label="States it may take", max_length=200, required=False,
        help_text="Such as: NJ NY. Empty: each of which it has a license.",
    )  # fmt: skip
    time_barred = forms.ChoiceField(label="Debts too old to sue for", choices=TIME_BARRED)
    date_format = forms.ChoiceField(label="Days in its files are written", choices=DATE_FORMATS)
    columns = forms.CharField(
        label="Columns of its file, in their order",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=f"Separated by spaces. There are: {', '.join(COLUMNS)}.",
    )
    needs_offers = forms.BooleanField(
        label="Only after financial assistance and a payment plan were offered", required=False
    )
    is_active = forms.BooleanField(label="Accounts may be placed there", required=False)

    def draft(self) -> AgencyDraft:
        """What was entered."""
        data: dict[str, Any] = dict(self.cleaned_data)
        return AgencyDraft(**data | {"columns": data["columns"].replace(",", " ").split()})


class LicenceForm(forms.Form):
    """A license of an agency."""

    state = forms.ChoiceField(label="State", choices=[("", "Choose"), *STATES.items()])
    number = forms.CharField(label="Number", max_length=40)
    valid_from = day_field("From")
    valid_to = day_field("To", required=False)


class LicenceEndForm(forms.Form):
    """The last day of a license."""

    last_day = day_field("Last day")


class FeeForm(forms.Form):
    """A fee of the contract."""

    placement_number = forms.IntegerField(
        label="Placement", min_value=1, max_value=5, initial=1, help_text="1 for the first, 2 for the second."
    )
    age_from = forms.IntegerField(
        label="Debts at least so many days old", min_value=0, max_value=3660, initial=0,
        help_text="From the service to the placement.",
    )  # fmt: skip
    percent = forms.DecimalField(label="Percent it keeps", min_value=0, max_value=100, max_digits=5, decimal_places=2)
    valid_from = day_field("Of what is paid from")
    source = forms.CharField(label="Source", max_length=120, help_text="Where the contract says so.")
