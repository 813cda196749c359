"""Forms of the pages of cash and closing."""

from collections.abc import Sequence

from django import forms

from arwork.web.fields import AmountField
from claims.cash.bank_csv import ColumnNames
from claims.web.setup_forms import day_field


class TapeForm(forms.Form):
    """What the tape of the adding machine says."""

    count = forms.IntegerField(min_value=0, max_value=99_999, label="How many", widget=forms.TextInput(
        attrs={"inputmode": "numeric", "class": "num", "size": "6", "data-key": "n", "data-key-label": "Type the tape"}
    ))  # fmt: skip
    amount = AmountField(min_value=0, label="Total of the tape")


class WhyForm(forms.Form):
    """A reason, in a sentence."""

    why = forms.CharField(max_length=300, label="Why")


class SlipForm(forms.Form):
    """Which batches go to the bank, and to which account."""

    batches = forms.TypedMultipleChoiceField(
        coerce=int, label="Batches", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose one."}
    )
    bank_account = forms.CharField(
        max_length=40, required=False, label="Bank account", help_text="Its name and last four digits."
    )

    def __init__(self, *args: object, choices: Sequence[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["batches"].choices = choices  # type: ignore[attr-defined]


class DepositedForm(forms.Form):
    """When a slip went to the bank."""

    on = day_field("Taken to the bank on")


class BankFileForm(forms.Form):
    """A file of the bank."""

    file = forms.FileField(label="File of the bank", help_text="CSV or BAI2.")


class LayoutForm(forms.Form):
    """Which columns of a practice's bank files say what."""

    date = forms.CharField(max_length=60, label="Column of the date")
    amount = forms.CharField(max_length=60, label="Column of the amount", help_text="Money out is below zero.")
    description = forms.CharField(max_length=60, required=False, label="Column of the description")
    reference = forms.CharField(max_length=60, required=False, label="Column of the reference")

    def names(self) -> ColumnNames:
        """What was entered."""
        return ColumnNames(**self.cleaned_data)


class GlAccountForm(forms.Form):
    """Where an account of the books goes in the general ledger."""

    account = forms.ChoiceField(label="Account of the books")
    number = forms.CharField(max_length=20, label="Number in the general ledger")
    name = forms.CharField(max_length=80, label="Name in the general ledger")
    valid_from = day_field("From")

    def __init__(self, *args: object, choices: Sequence[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["account"].choices = choices  # type: ignore[attr-defined]
