"""What the pages of payments ask for. None has a field for a card: its number is typed at the processor."""

from collections.abc import Sequence

from django import forms

from arwork.web.fields import AmountField
from claims.receipts.recording import METHODS_BY_HAND
from claims.web.claim_forms import AddressFilterForm
from collections_app.payments.selectors import KINDS, SOURCES, STATES, PaymentFilter

_DAY = {"type": "date"}
_SUBMITS = {"data-submits": ""}
_NO_MEMORY = {"autocomplete": "off"}
#: How a payment may be taken, beside saved methods (`saved-<id>`).
CARD, LINK = "card", "link"
SAVED = "saved-"


class PaymentFilterForm(AddressFilterForm):
    """The filters of the list of payments."""

    since = forms.DateField(label="Asked from", required=False, widget=forms.DateInput(attrs=_DAY))
    until = forms.DateField(label="to", required=False, widget=forms.DateInput(attrs=_DAY))
    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Any"), *STATES.items()], widget=forms.Select(attrs=_SUBMITS)
    )
    kind = forms.ChoiceField(
        label="By", required=False, choices=[("", "Anything"), *KINDS.items()], widget=forms.Select(attrs=_SUBMITS)
    )
    source = forms.ChoiceField(
        label="From", required=False, choices=[("", "Anywhere"), *SOURCES.items()], widget=forms.Select(attrs=_SUBMITS)
    )
    unsettled = forms.BooleanField(label="Not paid out yet", required=False, widget=forms.CheckboxInput(attrs=_SUBMITS))

    def filter(self) -> PaymentFilter:
        """What the address asks for."""
        return PaymentFilter(
            since=self.asked("since"),
            until=self.asked("until"),
            state=self.asked("state") or "",
            kind=self.asked("kind") or "",
            source=self.asked("source") or "",
            unsettled=bool(self.asked("unsettled")),
        )


class TakePaymentForm(forms.Form):
    """How much, and by what; `ways` are those that somebody may use here now."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = AmountField(
        label="Amount", widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num", **_NO_MEMORY})
    )
    way = forms.ChoiceField(label="Paid by", widget=forms.RadioSelect)
    reference = forms.CharField(
        label="Check or receipt number", max_length=12, required=False, widget=forms.TextInput(attrs=_NO_MEMORY)
    )
    received_on = forms.DateField(label="Received on", required=False, widget=forms.DateInput(attrs=_DAY))
    keeps = forms.BooleanField(label="They agree that the card is kept", required=False)

    def __init__(self, *args: object, ways: Sequence[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["way"].choices = list(ways)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        """A check or cash needs its number and its day."""
        data: dict[str, object] = super().clean() or {}
        if data.get("way") in METHODS_BY_HAND:
            for name in ("reference", "received_on"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "A check, cash or money order needs this.")
        return data


class CardRefundForm(forms.Form):
    """How much goes back to the card, and why."""

    amount = AmountField(label="Amount")
    reason = forms.CharField(label="Why", max_length=200, widget=forms.TextInput(attrs=_NO_MEMORY))


class SendReceiptForm(forms.Form):
    """By what something is sent."""

    channel = forms.ChoiceField(label="Send by", choices=[("email", "E-mail"), ("text", "Text"), ("mail", "Mail")])
