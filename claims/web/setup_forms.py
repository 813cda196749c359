"""Forms of the set-up pages: what a payer, a plan, a directory line, a contract or a practice is entered as."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.core.validators import MinValueValidator

from arwork.lib.dates import EARLIEST
from claims.payers.directory import QUALIFIERS, ContactFacts, PayerFacts, PlanFacts
from claims.payers.selectors import CONTACT_KINDS, FUNDINGS, PAYER_CLASSES, PRODUCTS
from claims.practices.services import PracticeFacts

Choices = Sequence[tuple[Any, str]]
_DAYS = [("1", "Mon"), ("2", "Tue"), ("3", "Wed"), ("4", "Thu"), ("5", "Fri"), ("6", "Sat"), ("7", "Sun")]
_PURPOSES = [(one, one.capitalize()) for one in (
    "claims", "claim status", "eligibility", "authorization", "appeals", "corrected claims", "records", "refunds",
    "provider relations",
)]  # fmt: skip


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """A day, with the browser's own picker."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    earliest = MinValueValidator(EARLIEST)
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text, validators=[earliest])


@cache
def zone_choices() -> list[tuple[str, str]]:
    """The zones of the United States and its territories."""
    near = [
        "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
        "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam", "America/Detroit",
        "America/Indiana/Indianapolis", "America/Boise",
    ]  # fmt: skip
    return [(zone, zone.replace("_", " ")) for zone in near if zone in available_timezones()]


class PayerForm(forms.Form):
    """A payer."""

    name = forms.CharField(label="Name", max_length=120)
    payer_class = forms.ChoiceField(
        label="Class", choices=PAYER_CLASSES, help_text="Rules for the class apply until the payer has its own."
    )
    state = forms.RegexField(
        r"^[A-Za-z]{2}$", label="State", required=False, help_text="Two letters, where the payer is one state's."
    )
    claims_per_call = forms.IntegerField(
        label="Claims per call", min_value=1, max_value=50, initial=5, help_text="How many they discuss in one call."
    )
    notes = forms.CharField(
        label="Notes and appeal playbook",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Phone tree, what worked, forms to use. No patient data.",
    )
    is_active = forms.BooleanField(label="In use", required=False, initial=True)

    def facts(self) -> PayerFacts:
        """What was entered."""
        data = self.cleaned_data
        return PayerFacts(**{**data, "state": data["state"].upper()})


class PlanForm(forms.Form):
    """A plan."""

    name = forms.CharField(label="Name", max_length=120)
    product = forms.ChoiceField(label="Product", choices=PRODUCTS)
    funding = forms.ChoiceField(
        label="Funding", choices=FUNDINGS, help_text="State prompt-payment law does not bind self-funded plans."
    )
    is_active = forms.BooleanField(label="In use", required=False, initial=True)

    def facts(self) -> PlanFacts:
        """What was entered."""
        return PlanFacts(**self.cleaned_data)


class IdentifierForm(forms.Form):
    """Another name of a payer in files."""

    qualifier = forms.ChoiceField(label="Kind", choices=list(QUALIFIERS.items()))
    value = forms.CharField(label="Value", max_length=80)


class ContactForm(forms.Form):
    """A line of the directory."""

    kind = forms.ChoiceField(label="Kind", choices=CONTACT_KINDS)
    purpose = forms.ChoiceField(label="For", choices=_PURPOSES)
    value = forms.CharField(
        label="Number or address", max_length=200, help_text="Ten digits, https:// address, or postal address."
    )
    opens = forms.TimeField(
        label="Opens", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(
        label="Closes", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    time_zone = forms.ChoiceField(label="Time zone of the hours", choices=zone_choices)
    weekdays = forms.MultipleChoiceField(
        label="Days",
        choices=_DAYS,
        required=False,
        initial=list("12345"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
    )
    note = forms.CharField(label="Note", max_length=200, required=False, help_text="Extension, menu choices.")

    def facts(self) -> ContactFacts:
        """What was entered."""
        data = self.cleaned_data
        return ContactFacts(**{**data, "weekdays": "".join(data["weekdays"])})


class ContractForm(forms.Form):
    """Terms between a practice and a payer."""

    practice = forms.TypedChoiceField(label="Practice", coerce=int)
    payer = forms.TypedChoiceField(label="Payer", coerce=int)
    plan = forms.TypedChoiceField(
        label="Plan", coerce=int, required=False, empty_value=None, help_text="Left open: every plan of the payer."
    )
    name = forms.CharField(label="Name", max_length=120)
    valid_from = day_field("First day of service")
    valid_to = day_field("Last day of service", required=False)
    percent_of_charge = forms.DecimalField(
        label="Percent of charge for codes without a fee", required=False, max_digits=5, decimal_places=2, min_value=0
    )

    def __init__(self, *args: Any, practices: Choices, payers: Choices, plans: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("practice", practices), ("payer", payers), ("plan", [("", "Every plan"), *plans])):
            cast(forms.TypedChoiceField, self.fields[name]).choices = choices


class FeeFileForm(forms.Form):
    """A fee schedule."""

    file = forms.FileField(
        label="CSV or XLSX file",
        help_text="With a row of headings: Code, Allowed, and Modifier and Place where there are any. Medicare's two "
        "columns, Non-facility fee and Facility fee, are read as they are.",
    )


class PracticeForm(forms.Form):
    """A practice."""

    name = forms.CharField(label="Name", max_length=120)
    npi = forms.CharField(label="NPI", max_length=10, help_text="Files name the practice by it.")
    tin = forms.CharField(label="Tax number", max_length=10, required=False)
    phone = forms.CharField(label="Phone", max_length=20, required=False)
    address = forms.CharField(label="Address", max_length=120, required=False)
    city = forms.CharField(label="City", max_length=60, required=False)
    state = forms.RegexField(r"^[A-Za-z]{2}$", label="State", required=False, help_text="State law follows it.")
    zip = forms.CharField(label="ZIP", max_length=10, required=False)
    time_zone = forms.ChoiceField(label="Time zone", choices=zone_choices)
    is_active = forms.BooleanField(label="In use", required=False, initial=True)

    def facts(self) -> PracticeFacts:
        """What was entered, with the hyphen of a tax number left out."""
        data = self.cleaned_data
        return PracticeFacts(**{**data, "tin": data["tin"].replace("-", ""), "state": data["state"].upper()})


class OverrideForm(forms.Form):
    """What an adjustment does, from a day on."""

    group = forms.ChoiceField(
        label="Group",
        choices=[
            ("CO", "CO, contractual obligation"),
            ("PR", "PR, patient responsibility"),
            ("OA", "OA, other"),
            ("PI", "PI, payer initiated"),
            ("CR", "CR, correction"),
        ],
    )
    carc = forms.RegexField(
        r"^\s*[ABDPWYabdpwy]?\d{1,3}\s*$",
        label="Reason code",
        max_length=5,
        required=False,
        help_text="Left open: the whole group.",
        error_messages={"invalid": "That is no reason code (CARC): up to three digits, such as 45, or B7."},
    )
    rarc = forms.RegexField(
        r"^\s*([Mm][Aa]?|[Nn])\d{1,4}\s*$", label="Remark code", max_length=5, required=False,
        help_text="Such as N781. Left open: whatever the remarks.",
        error_messages={"invalid": "That is no remark code (RARC): M, MA or N and digits, such as N781 or MA130."},
    )  # fmt: skip
    payer_id = forms.TypedChoiceField(label="Payer", coerce=int, required=False, empty_value=None)
    practice_id = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    treatment = forms.ChoiceField(label="What it does")
    valid_from = day_field("From")
    valid_to = day_field("To", required=False)
    source = forms.CharField(label="Source", max_length=200, help_text="Contract clause, payer bulletin, who decided.")

    def __init__(
        self,
        *args: Any,
        payers: Choices,
        practices: Choices,
        may_share: bool,
        treatments: Choices,
        today: dt.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        practice = cast(forms.TypedChoiceField, self.fields["practice_id"])
        practice.choices = [("", "Every practice" if may_share else "Choose one"), *practices]
        practice.required = not may_share
        cast(forms.TypedChoiceField, self.fields["payer_id"]).choices = [("", "Every payer"), *payers]
        cast(forms.ChoiceField, self.fields["treatment"]).choices = treatments
        self.fields["valid_from"].initial = today
