"""What the pages of receipts and of unapplied cash ask for."""

from django import forms

from arwork.web.fields import AmountField
from claims.receipts.corrections import MISTAKES, RETURNS
from claims.receipts.recording import RECEIPT_METHODS, RECEIPT_STATES
from claims.receipts.selectors import ReceiptFilter
from claims.web.claim_forms import AddressFilterForm

_DAY = {"type": "date"}
_SUBMITS = {"data-submits": ""}
_NO_MEMORY = {"autocomplete": "off"}


class ReceiptFilterForm(AddressFilterForm):
    """The filters of the list of receipts. Names have no place in an address: search finds them."""

    since = forms.DateField(label="Received from", required=False, widget=forms.DateInput(attrs=_DAY))
    until = forms.DateField(label="to", required=False, widget=forms.DateInput(attrs=_DAY))
    method = forms.ChoiceField(
        label="Received as", required=False, choices=[("", "Anything"), *RECEIPT_METHODS.items()],
        widget=forms.Select(attrs=_SUBMITS),
    )  # fmt: skip
    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Any"), *RECEIPT_STATES.items()],
        widget=forms.Select(attrs=_SUBMITS),
    )  # fmt: skip
    text = forms.CharField(
        label="Receipt or check number", required=False, max_length=50,
        widget=forms.TextInput(attrs={"size": 14, **_NO_MEMORY}),
    )  # fmt: skip

    def filter(self) -> ReceiptFilter:
        """What the address asks for."""
        return ReceiptFilter(
            since=self.asked("since"),
            until=self.asked("until"),
            state=self.asked("state") or "",
            method=self.asked("method") or "",
            text=self.asked("text") or "",
        )


def _words(*, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label="In a few words", max_length=200, required=required, widget=forms.TextInput(attrs=_NO_MEMORY)
    )


class ReturnForm(forms.Form):
    """A check that the bank returned."""

    why = forms.ChoiceField(label="Why", choices=[(one.value, one.label) for one in RETURNS])
    returned_on = forms.DateField(label="Returned on", widget=forms.DateInput(attrs=_DAY))
    words = _words()


class VoidForm(forms.Form):
    """A receipt that was entered by mistake."""

    why = forms.ChoiceField(
        label="What was wrong", required=False, choices=[("", "Choose"), *((one.value, one.label) for one in MISTAKES)]
    )
    words = _words()


class MoveForm(forms.Form):
    """A receipt, or a part of it, that was another account's."""

    to_account = forms.CharField(label="To account", max_length=38, widget=forms.TextInput(attrs=_NO_MEMORY))
    amount = AmountField(label="Amount")
    words = _words()


class ApplyForm(forms.Form):
    """How much of the unapplied cash to apply."""

    amount = AmountField(label="Apply")
