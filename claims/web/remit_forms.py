"""Forms of the exception pages."""

from collections.abc import Sequence
from decimal import Decimal

from django import forms

from arwork.web.fields import AmountField
from claims.remits.exception_view import AllocationRow
from claims.remits.manual_allocation import LineAllocation
from claims.remits.provider_adjustments import PLB_ACCOUNT_CHOICES
from claims.web.setup_forms import day_field

_COLUMNS = ("paid", "written_off", "transferred")
_WORDS = {"paid": "Paid", "written_off": "Written off", "transferred": "Transferred to the next payer or patient"}


class DismissForm(forms.Form):
    """Why a payment is left unposted."""

    reason = forms.CharField(max_length=300, label="Reason", widget=forms.TextInput(attrs={"data-key": "d"}))


class OpenClaimForm(forms.Form):
    """The day of service of a claim to be opened, where the payment names none."""

    service_on = day_field("Day of service", required=False)


class AccountForm(forms.Form):
    """Where a provider adjustment belongs."""

    account = forms.ChoiceField(choices=list(PLB_ACCOUNT_CHOICES.items()), label="Account")


def _amount_box() -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "class": "money", "size": "9"})


class RecoupForm(forms.Form):
    """Which claim an overpayment was paid on, and how much of it comes off there."""

    claim = forms.CharField(max_length=50, label="Claim number or payer control number")
    amount = AmountField(min_value=Decimal("0.01"), label="Amount", widget=_amount_box())


class AllocateForm(forms.Form):
    """The grid: three amounts a line, filled with the proposal."""

    def __init__(self, data: object = None, *, grid: Sequence[AllocationRow]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self._grid = grid
        for row in grid:
            for column in _COLUMNS:
                self.fields[f"{column}_{row.line.id}"] = AmountField(
                    initial=getattr(row.proposed, column),
                    label=f"{_WORDS[column]}, line {row.line.number}",
                    widget=_amount_box(),
                )

    def rows(self) -> list[tuple[AllocationRow, list[forms.BoundField]]]:
        """Each line with its fields, for the table."""
        return [(row, [self[f"{column}_{row.line.id}"] for column in _COLUMNS]) for row in self._grid]

    def allocations(self) -> list[LineAllocation]:
        """What was entered."""
        return [
            LineAllocation(row.line.id, *(self.cleaned_data[f"{column}_{row.line.id}"] for column in _COLUMNS))
            for row in self._grid
        ]
