"""The forms of bank debits."""

import datetime as dt
from typing import Any, cast

from django import forms

from arwork.web.fields import AmountField
from claims.web.setup_forms import day_field
from collections_app.ach.authorizations import AuthorizationDraft
from collections_app.ach.script import LANGUAGES
from collections_app.ach.states import (
    FREQUENCIES,
    PROOFS,
    RECURRING,
    RELATIONSHIPS,
    SEC_CODES,
    SIGNED,
    SecCode,
)

_DIGITS = {"inputmode": "numeric", "autocomplete": "off"}
_BY_STAFF = [(code, words) for code, words in SEC_CODES if code != SecCode.WEB]


class AuthorizeForm(forms.Form):
    """What is needed before the words are read. The account number is typed twice: a slip debits a stranger."""

    sec_code = forms.ChoiceField(label="They authorize", choices=_BY_STAFF)
    relationship = forms.ChoiceField(
        label="By phone: why we may", choices=[("", "Choose"), *RELATIONSHIPS], required=False
    )
    language = forms.ChoiceField(label="Read in", choices=list(LANGUAGES.items()))
    holder = forms.CharField(label="Name on the bank account", max_length=80)
    routing = forms.CharField(label="Routing number", max_length=9, widget=forms.TextInput(attrs=_DIGITS))
    bank_account = forms.CharField(label="Account number", max_length=17, widget=forms.TextInput(attrs=_DIGITS))
    bank_account_again = forms.CharField(
        label="Account number again", max_length=17, widget=forms.TextInput(attrs=_DIGITS)
    )
    bank_account_kind = forms.ChoiceField(
        label="Kind of account", choices=[("checking", "Checking"), ("savings", "Savings")]
    )
    frequency = forms.ChoiceField(label="How often", choices=FREQUENCIES)
    amount = AmountField(label="Amount of each debit", required=False)
    how_set = forms.CharField(
        label="Or how the amount is set", max_length=200, required=False, help_text="Such as: as the payment plan says."
    )
    first_on = day_field("Debited on or after")
    last_on = day_field("Several debits: none after", required=False)
    proof = forms.ChoiceField(label="What proves it", choices=PROOFS)
    proof_reference = forms.CharField(
        label="Where the recording or paper is found", max_length=60, required=False, help_text="Such as: call 48812."
    )

    def clean(self) -> dict[str, Any]:
        data = cast(dict[str, Any], super().clean())
        if data.get("bank_account") != data.get("bank_account_again"):
            self.add_error("bank_account_again", "The two account numbers differ. Ask again, and type it anew.")
        if data.get("sec_code") == SecCode.PPD:
            data["proof"] = SIGNED
        return data

    def draft(self) -> AuthorizationDraft:
        """The authorization as entered."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "bank_account_again"}
        if data["frequency"] != RECURRING:
            data["last_on"] = None
        return AuthorizationDraft(**data)


class DebitForm(forms.Form):
    """One debit under an authorization."""

    amount = AmountField(label="Amount")
    effective_on = day_field("Day of the debit", help_text="A banking day; tomorrow at the earliest.")
    key = forms.CharField(widget=forms.HiddenInput)


class StopForm(forms.Form):
    """Why something is canceled, revoked or void."""

    why = forms.CharField(label="Why", max_length=200)


class SentForm(forms.Form):
    """The day on which a notice went out."""

    on = day_field("It went out on")


class CorrectForm(forms.Form):
    """The day on which a corrected debit is sent again."""

    effective_on = day_field("Send it again for")


class SeenToForm(forms.Form):
    """What a person did about a line of the bank's."""

    what = forms.CharField(label="What you did about it", max_length=200)


class MatchForm(forms.Form):
    """Which debit a line means."""

    entry = forms.IntegerField(widget=forms.HiddenInput)


class AnswerFileForm(forms.Form):
    """A file of returns or notices."""

    file = forms.FileField(
        label="File of the bank",
        help_text="Returns and notices of change, in Nacha's layout. It is shown first.",
    )


class DirectoryForm(forms.Form):
    """A list of routing numbers."""

    file = forms.FileField(
        label="FedACH directory", help_text="The fixed-width text file that your bank or the Federal Reserve gives you."
    )


def first_day(first_on: dt.date) -> dict[str, Any]:
    """What the form of an authorization begins with; `first_on` is the first day that can be."""
    return {"first_on": first_on, "language": "en", "proof": "recording", "relationship": "known"}
