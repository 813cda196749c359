"""The forms of credit balances and refunds."""

from typing import Any, cast

from django import forms

from arwork.web.fields import AmountField
from claims.credits.causes import CAUSES
from claims.credits.clock import OverpaymentDates
from claims.credits.selectors import AGES, CLOCKS, CreditFilter
from claims.refunds.payees import Payee
from claims.refunds.requests import PayeeAccount, Refundable, RefundDraft
from claims.refunds.runs import PayingAccountDraft
from claims.refunds.states import ACCOUNT_KINDS, METHODS, OFFSETS

_SUBMITS = {"data-submits": ""}
_DAY = {"type": "date"}
_PARTIES = [("patient", "Patients"), ("payer", "Payers"), ("other", "Other parties"), ("unapplied", "Unapplied cash")]
_AGE_WORDS = {"30": "Up to 30 days", "60": "31 to 60", "90": "61 to 90", "over": "Over 90"}


class CreditFilterForm(forms.Form):
    """The filters of the list of credits: nonsense in one field counts as nothing asked there."""

    party = forms.ChoiceField(
        label="Whose money", required=False, choices=[("", "Everybody's"), *_PARTIES],
        widget=forms.Select(attrs=_SUBMITS),
    )  # fmt: skip
    payer = forms.TypedChoiceField(
        label="Payer", coerce=int, required=False, empty_value=None, widget=forms.Select(attrs=_SUBMITS)
    )
    cause = forms.ChoiceField(
        label="Cause", required=False, choices=[("", "Any"), *CAUSES], widget=forms.Select(attrs=_SUBMITS)
    )
    age = forms.ChoiceField(
        label="Age", required=False, choices=[("", "Any"), *((one, _AGE_WORDS[one]) for one in AGES)],
        widget=forms.Select(attrs=_SUBMITS),
    )  # fmt: skip
    clock = forms.ChoiceField(
        label="60-day clock", required=False, choices=[("", "Any"), *CLOCKS.items()],
        widget=forms.Select(attrs=_SUBMITS),
    )  # fmt: skip

    def __init__(self, *args: Any, payers: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["payer"]).choices = [("", "All"), *payers]

    def filter(self) -> CreditFilter:
        """What the address asks for."""
        self.is_valid()
        asked = self.cleaned_data
        return CreditFilter(
            party=asked.get("party") or "",
            payer_id=asked.get("payer"),
            cause=asked.get("cause") or "",
            age=asked.get("age") or "",
            clock=asked.get("clock") or "",
        )


def _reason(label: str = "Because") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="No names, numbers of cards or diagnoses.",
    )  # fmt: skip


class CauseForm(forms.Form):
    """What caused a credit, as a person says."""

    cause = forms.ChoiceField(
        label="Cause", required=False, choices=[("", "As the rules say"), *CAUSES],
        widget=forms.Select(attrs={"data-key": "s", "data-key-label": "Set the cause"}),
    )  # fmt: skip
    reason = _reason()


class ClockForm(forms.Form):
    """The days of the 60-day clock."""

    identified_on = forms.DateField(
        label="Identified on", widget=forms.DateInput(attrs=_DAY),
        help_text="The day somebody knew of it, or should have asked; not the day its amount was worked out.",
    )  # fmt: skip
    investigation_started_on = forms.DateField(
        label="Investigation begun", required=False, widget=forms.DateInput(attrs=_DAY),
        help_text="Of related overpayments, in good faith: it suspends the clock for 180 days at most.",
    )  # fmt: skip
    investigation_ended_on = forms.DateField(
        label="Investigation ended", required=False, widget=forms.DateInput(attrs=_DAY)
    )
    reported_on = forms.DateField(label="Reported on", required=False, widget=forms.DateInput(attrs=_DAY))
    method = forms.CharField(
        label="Reported by", required=False, max_length=60, help_text="Refund form, claim adjustment, CMS-838, ..."
    )
    reason = _reason()

    def dates(self) -> OverpaymentDates:
        """The days as entered."""
        data = self.cleaned_data
        return OverpaymentDates(
            data["identified_on"], data["investigation_started_on"], data["investigation_ended_on"], data["reported_on"]
        )


class RefundForm(forms.Form):
    """A refund of a credit."""

    amount = AmountField(label="Amount")
    method = forms.ChoiceField(label="By", choices=METHODS)
    offset = forms.ChoiceField(label="May what is owed elsewhere be kept back?", required=False)
    offset_on = forms.DateField(label="Said so on", required=False, widget=forms.DateInput(attrs=_DAY))
    payee = forms.CharField(label="To", max_length=80)
    line1 = forms.CharField(label="Street", required=False, max_length=80)
    line2 = forms.CharField(label="Second line", required=False, max_length=80)
    city = forms.CharField(label="City", required=False, max_length=60)
    state_code = forms.RegexField(label="State", regex=r"^[A-Z]{2}$", required=False, max_length=2)
    zip = forms.RegexField(label="ZIP", regex=r"^\d{5}(-\d{4})?$", required=False, max_length=10)
    payee_routing = forms.CharField(label="Routing number of their bank", required=False, max_length=9)
    payee_account = forms.CharField(label="Their account", required=False, max_length=17)
    payee_account_kind = forms.ChoiceField(label="Kind of account", required=False, choices=ACCOUNT_KINDS)
    reason = _reason("Reason, as the letter says it")

    def __init__(self, *args: Any, found: Refundable, payer_id: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payer_id = payer_id
        self.fields["amount"].help_text = f"At most {found.most:,.2f}."
        self.fields["amount"].widget.attrs |= {"data-key": "f", "data-key-label": "Ask for a refund"}
        if found.owed_elsewhere:
            cast(forms.ChoiceField, self.fields["offset"]).choices = [("", "Not asked yet"), *OFFSETS]
            self.fields["offset"].help_text = f"The patient owes {found.owed_elsewhere:,.2f} on other visits."
        else:
            del self.fields["offset"], self.fields["offset_on"]

    def draft(self) -> RefundDraft:
        """The refund as entered."""
        data = self.cleaned_data
        is_ach = data["method"] == "ach"
        return RefundDraft(
            amount=data["amount"],
            reason=data["reason"],
            payee=Payee(
                data["payee"], data["line1"], data["line2"], data["city"], data["state_code"], data["zip"],
                payer_id=self.payer_id,
            ),
            method=data["method"],
            bank=PayeeAccount(data["payee_routing"], data["payee_account"], data["payee_account_kind"])
            if is_ach
            else PayeeAccount(),
            offset=data.get("offset") or "",
            offset_on=data.get("offset_on"),
        )  # fmt: skip


class DayForm(forms.Form):
    """On which day something happened."""

    on = forms.DateField(label="On", widget=forms.DateInput(attrs=_DAY))


class TakeBackForm(forms.Form):
    """Why something is taken back."""

    why = _reason()


class CheckRunForm(forms.Form):
    """The number of the first check of a run."""

    first_number = forms.IntegerField(label="Number of the first check", min_value=1, max_value=10**12 - 1)


class PayingAccountForm(forms.Form):
    """The account that refunds are paid from and bank debits into; what is entered is not shown again in full."""

    bank = forms.CharField(label="Bank", max_length=40)
    routing = forms.CharField(label="Routing number", max_length=9)
    account = forms.CharField(label="Account number", required=False, max_length=17)
    company = forms.CharField(
        label="Name that people read on their bank's statement", max_length=23, help_text="Payees, and who is debited."
    )
    company_id = forms.CharField(
        label="The bank's number of the company", required=False, max_length=10, help_text="Often 1 and the tax number."
    )
    next_check = forms.IntegerField(label="Number of the next check", required=False, min_value=1)

    def draft(self) -> PayingAccountDraft:
        """The account as entered."""
        data = self.cleaned_data
        return PayingAccountDraft(**{name: data[name] for name in self.base_fields})
