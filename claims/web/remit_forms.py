"""Forms of the exception pages."""

from collections.abc import Sequence
from decimal import Decimal

from django import forms

from arwork.web.fields import AmountField
from claims.remits.exception_view import AllocationRow
from claims.remits.manual_allocation import LineAllocation
from claims.remits.provider_adjustments import PLB_ACCOUNT_CHOICES
from claims.remits.takeback_disputes import DECISION, DEMAND, DISPUTE, RECONSIDERATION, RecordedStep
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


class StepForm(forms.Form):
    """A day of a takeback that no remittance tells: of the letter, of the dispute, of what became of it."""

    def __init__(self, data: object = None, *, step: str) -> None:
        super().__init__(data, prefix=step)  # type: ignore[arg-type]
        self.step = step
        self.fields["on"] = day_field(_STEP_DAYS[step])
        if step == DISPUTE:
            self.fields["case_number"] = forms.CharField(
                max_length=50, required=False, label="The payer's number of it, if it gave one"
            )
        if step == DECISION:
            answers = [("", "Choose"), ("no", "The payer gives in"), ("yes", "The payer keeps to it")]
            self.fields["is_upheld"] = forms.ChoiceField(choices=answers, label="What it decided")

    def recorded(self) -> RecordedStep:
        """What was entered."""
        told = self.cleaned_data
        is_upheld = told["is_upheld"] == "yes" if "is_upheld" in told else None
        return RecordedStep(self.step, told["on"], is_upheld, told.get("case_number", ""))


_STEP_DAYS = {
    DEMAND: "Date on the payer's letter",
    DISPUTE: "Day the payer received the dispute",
    DECISION: "Date on the decision",
    RECONSIDERATION: "Day the second level received the request",
}


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
