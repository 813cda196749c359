"""Forms about bankruptcies, estates, referrals and law firms."""

from decimal import Decimal
from typing import Any, cast

from django import forms

from claims.web.setup_forms import Choices, day_field
from collections_app.legal.cases import ESTATE_ANSWERS
from collections_app.legal.gates import ServiceCheck
from collections_app.legal.referrals import SERVICE_CHECKS


def _dollars(label: str, *, required: bool = True, help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=required, min_value=Decimal("0.01"), max_digits=11, decimal_places=2, help_text=help_text
    )


class CaseStepForm(forms.Form):
    """Who does what next, and when."""

    next_action = forms.CharField(label="Next step", max_length=200)
    next_on = day_field("On")
    owner = forms.TypedChoiceField(label="Who", coerce=int)

    def __init__(self, *args: Any, owners: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["owner"]).choices = owners


class CourtNoticeForm(forms.Form):
    """What the notice of the court says."""

    claim_until = day_field(
        "Last day to file a claim", required=False, help_text="As the notice says; it comes before what is counted."
    )
    is_listed = forms.TypedChoiceField(
        label="The practice stands in the list of creditors", required=False, empty_value=None,
        choices=[("", "Not looked up yet"), ("yes", "Yes"), ("no", "No: it may not be discharged (11 USC 523(a)(3))")],
        coerce=lambda value: value == "yes",
    )  # fmt: skip


class ClaimForm(forms.Form):
    """A claim as it was filed with the court."""

    amount = _dollars("Claimed")
    filed_on = day_field("Filed on")
    copy = forms.FileField(label="Copy as filed, with the stamp of the court", required=False, help_text="A PDF.")


class CourtDayForm(forms.Form):
    """The day of an order of the court."""

    on = day_field("Day of the order")


class EstateAnswerForm(forms.Form):
    """What was said to the claim against an estate."""

    answer = forms.ChoiceField(label="Answer", choices=list(ESTATE_ANSWERS.items()))
    on = day_field("Day of it")


class CloseCaseForm(forms.Form):
    """Why nothing is left to do."""

    words = forms.CharField(label="Why nothing is left to do", max_length=300)


class LegalReferralForm(forms.Form):
    """Asking a second person to refer an account."""

    firm = forms.TypedChoiceField(label="Law firm", coerce=int)
    scra = forms.ChoiceField(
        label="Military service", choices=SERVICE_CHECKS,
        help_text="Look it up with the Department of Defense: 50 USC 3931.",
    )  # fmt: skip
    scra_checked_on = day_field("Looked up on")
    known_means = forms.CharField(
        label="Work or property that is known", max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )
    reason = forms.CharField(label="Why a suit", max_length=300, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, firms: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["firm"]).choices = firms

    def check(self) -> ServiceCheck:
        """The look-up of military service as it was entered."""
        return ServiceCheck(self.cleaned_data["scra"], self.cleaned_data["scra_checked_on"])


class AdvanceForm(forms.Form):
    """What the firm or the court did."""

    state = forms.ChoiceField(label="What happened")
    on = day_field("Day of it")
    amount = _dollars("Amount of a judgment", required=False)
    words = forms.CharField(label="Note", max_length=300, required=False)

    def __init__(self, *args: Any, states: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["state"]).choices = states


class CostsForm(forms.Form):
    """Costs that the court or the firm billed to the practice."""

    amount = _dollars("Costs", help_text="They are the practice’s, and never added to the bill.")
    words = forms.CharField(label="For", max_length=200)


class FirmForm(forms.Form):
    """A law firm of a practice."""

    practice = forms.TypedChoiceField(label="Practice", coerce=int)
    name = forms.CharField(label="Name", max_length=120)
    states = forms.CharField(label="States in which it may sue", max_length=200, help_text="By two letters: NY NJ.")
    fee_percent = forms.IntegerField(label="Fee, in percent of what it recovers", min_value=0, max_value=100)
    reached_at = forms.CharField(label="Phone, e-mail or address", max_length=200, required=False)
    agreement_on = day_field(
        "Agreement of", required=False, help_text="With that of a business associate: 45 CFR 164.504(e)."
    )

    def __init__(self, *args: Any, practices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["practice"]).choices = practices
