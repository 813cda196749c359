"""What lists and forms of the claim and account pages ask for."""

from typing import Any, cast

from django import forms

from arwork.web.fields import AmountField
from claims.billing.buckets import SHORT_CHOICES
from claims.billing.claim_list import ClaimFilter
from claims.receipts.recording import METHODS_BY_HAND

_DAY = {"type": "date"}
_SUBMITS = {"data-submits": ""}


class AddressFilterForm(forms.Form):
    """Filters from an address: nonsense in one field counts as nothing asked there."""

    def asked(self, name: str) -> Any:
        """The cleaned value, or None."""
        self.is_valid()
        return self.cleaned_data.get(name)


class ClaimFilterForm(AddressFilterForm):
    """The filters of the list of claims. Names have no place in an address: search finds them."""

    payer = forms.TypedChoiceField(
        label="Payer", coerce=int, required=False, empty_value=None, widget=forms.Select(attrs=_SUBMITS)
    )
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Any"), ("open", "Open"), ("closed", "Closed"), ("void", "Void")],
        widget=forms.Select(attrs=_SUBMITS),
    )
    responsible = forms.ChoiceField(
        label="Owes next",
        required=False,
        choices=[("", "Anybody"), *SHORT_CHOICES],
        widget=forms.Select(attrs=_SUBMITS),
    )
    balance = forms.ChoiceField(
        label="Balance",
        required=False,
        choices=[("", "Any"), ("owed", "Owed"), ("settled", "Zero"), ("credit", "Credit")],
        widget=forms.Select(attrs=_SUBMITS),
    )
    at_least = AmountField(
        label="At least $",
        required=False,
        widget=forms.TextInput(attrs={"size": 8, "inputmode": "decimal"}),
    )
    since = forms.DateField(label="Service from", required=False, widget=forms.DateInput(attrs=_DAY))
    until = forms.DateField(label="to", required=False, widget=forms.DateInput(attrs=_DAY))
    text = forms.CharField(
        label="Claim number or ICN",
        required=False,
        max_length=50,
        widget=forms.TextInput(attrs={"size": 16, "autocomplete": "off"}),
    )
    after = forms.IntegerField(required=False, min_value=1)
    before = forms.IntegerField(required=False, min_value=1)

    def __init__(self, *args: Any, payers: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["payer"]).choices = [("", "All"), *payers]

    def filter(self) -> ClaimFilter:
        """What the address asks for."""
        return ClaimFilter(
            payer_id=self.asked("payer"),
            state=self.asked("state") or "",
            responsible=self.asked("responsible") or "",
            balance=self.asked("balance") or "",
            at_least=self.asked("at_least"),
            since=self.asked("since"),
            until=self.asked("until"),
            text=self.asked("text") or "",
        )


class AccountFilterForm(AddressFilterForm):
    """The filters of the list of accounts."""

    owing = forms.ChoiceField(
        label="With",
        required=False,
        choices=[
            ("", "Everything"),
            ("patient", "A patient balance"),
            ("payer", "Money at payers"),
            ("credit", "A credit"),
            ("unapplied", "Unapplied cash"),
        ],
        widget=forms.Select(attrs=_SUBMITS),
    )
    text = forms.CharField(
        label="Account number",
        required=False,
        max_length=38,
        widget=forms.TextInput(attrs={"size": 16, "autocomplete": "off"}),
    )
    after = forms.IntegerField(required=False, min_value=1)
    before = forms.IntegerField(required=False, min_value=1)


class OtherNumberForm(forms.Form):
    """The number of another claim or account that may be the same."""

    number = forms.CharField(max_length=38, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].label = label


class ResponsibleForm(forms.Form):
    """Who owes next, and why a person says so."""

    bucket = forms.ChoiceField(label="Owes next")
    reason = forms.CharField(
        label="Because",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Kept on the claim, with your name and today's date.",
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["bucket"]).choices = choices


class ReceiptForm(forms.Form):
    """A check or cash that somebody received. There is no field for a card."""

    amount = AmountField(
        label="Amount",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"}),
    )
    method = forms.ChoiceField(label="Received as", choices=list(METHODS_BY_HAND.items()))
    reference = forms.CharField(
        label="Check or receipt number",
        max_length=12,
        help_text="Up to 12 letters and digits. The same number stands once on an account.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    received_on = forms.DateField(label="Received on", widget=forms.DateInput(attrs=_DAY))
