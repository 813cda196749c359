"""Forms of payments by hand: the check, reasons, and the grid as it comes back from the browser."""

from collections.abc import Mapping
from itertools import count, takewhile
from typing import Any, cast

from django import forms

from arwork.lib.ids import id_of
from arwork.web.fields import AmountField
from claims.documents.media import MOST_MB
from claims.eobs.drafts import CheckFacts
from claims.eobs.entry_rules import CELLS, TypedAdjustment, TypedClaim, TypedEntry, TypedLine
from claims.eobs.selectors import METHODS
from claims.web.setup_forms import Choices, day_field

_LONGEST_CELL = 200


class CheckForm(forms.Form):
    """The check or EFT as it is printed."""

    payer_id = forms.TypedChoiceField(label="Payer", coerce=int)
    method = forms.ChoiceField(label="Paid by", choices=METHODS)
    trace = forms.CharField(
        label="Check or EFT number",
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    amount = AmountField(label="Amount", min_value=0)
    paid_on = day_field("Date of the check")
    received_on = day_field("Received on")

    def __init__(self, *args: Any, payers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["payer_id"]).choices = [("", "Choose"), *payers]

    def check(self) -> CheckFacts:
        """What was entered, after validation."""
        return CheckFacts(**{name: self.cleaned_data[name] for name in CheckFacts.__dataclass_fields__})


class NewEobForm(CheckForm):
    """A check that is begun: whose it is, and its scan."""

    practice = forms.TypedChoiceField(label="Practice", coerce=int)
    file = forms.FileField(
        label="The EOB",
        required=False,
        help_text=f"PDF, PNG, JPEG or TIFF, up to {MOST_MB} MB; shown beside the lines.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.tif,.tiff"}),
    )
    field_order = ("practice", "payer_id", "method", "trace", "amount", "paid_on", "received_on", "file")

    def __init__(self, *args: Any, practices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["practice"]).choices = practices


class EobReasonForm(forms.Form):
    """Why an EOB is taken back or discarded."""

    reason = forms.CharField(label="Why", max_length=300)


def typed_entry(sent: Mapping[str, str]) -> TypedEntry:
    """The grid as it was sent: `c0.claim`, `c0.l2.paid`, `p1.amount`; a claim that `remove` names is left out."""
    gone = sent.get("remove", "")
    claims = [
        _claim(f"c{place}", sent)
        for place in takewhile(lambda place: f"c{place}.claim" in sent, count())
        if gone != f"c{place}"
    ]
    provider = [
        TypedAdjustment(*(_cell(sent, f"p{place}.{cell}") for cell in ("code", "reference", "amount")))
        for place in takewhile(lambda place: f"p{place}.code" in sent, count())
    ]
    return TypedEntry(tuple(claims), tuple(one for one in provider if not one.is_blank))


def _claim(name: str, sent: Mapping[str, str]) -> TypedClaim:
    places = takewhile(lambda place: f"{name}.l{place}.line" in sent, count())
    return TypedClaim(
        claim=_id(sent, f"{name}.claim"),
        status=_cell(sent, f"{name}.status"),
        icn=_cell(sent, f"{name}.icn"),
        remarks=_cell(sent, f"{name}.remarks"),
        lines=tuple(_line(f"{name}.l{place}", sent) for place in places),
    )


def _line(name: str, sent: Mapping[str, str]) -> TypedLine:
    return TypedLine(_id(sent, f"{name}.line"), *(_cell(sent, f"{name}.{cell}") for cell in CELLS))


def _id(sent: Mapping[str, str], name: str) -> int:
    return id_of(sent.get(name, "")) or 0


def _cell(sent: Mapping[str, str], name: str) -> str:
    return sent.get(name, "").strip()[:_LONGEST_CELL]
