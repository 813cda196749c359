"""The forms of the plan wizard: visits and means, terms, consent, and the end of a plan."""

import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django import forms

from claims.web.setup_forms import Choices, day_field
from collections_app.plans.affordability import EXPENSES, Means
from collections_app.plans.drafts import AskedTerms
from collections_app.plans.schedule import MONTHLY, SEMIMONTHLY
from collections_app.plans.services import REASONS, TakenConsent

FREQUENCIES = [
    ("monthly", "Every month"),
    ("semimonthly", "Twice a month"),
    ("biweekly", "Every two weeks"),
    ("weekly", "Every week"),
]
HOW = [
    ("spoken", "Spoken, after the terms were read"),
    ("signed", "Signed on paper"),
    ("typed", "Typed their name"),
]
LANGUAGES = [("en", "English"), ("es", "Spanish")]
ZERO = Decimal("0.00")


def amount_field(label: str, *, help_text: str = "") -> forms.DecimalField:
    """Dollars, never needed."""
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=9, decimal_places=2, help_text=help_text
    )


class MeansForm(forms.Form):
    """What they can pay: as they say, or from what comes in and goes out a month."""

    stated = amount_field("They say they can pay, a month")
    income = amount_field("Income a month", help_text="Before taxes, of the household.")
    frequency = forms.ChoiceField(label="They pay", choices=FREQUENCIES, initial=MONTHLY)
    first_due_on = day_field("First installment on", help_text="Their next payday.")
    second_payday = forms.IntegerField(
        label="And on day", required=False, min_value=1, max_value=31, help_text="Twice a month: 31 is the last day."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in EXPENSES.items():
            self.fields[name] = amount_field(label)

    @property
    def expenses(self) -> list[forms.BoundField]:
        """The lines of the sheet."""
        return [self[name] for name in EXPENSES]

    def means(self) -> Means:
        """What they told."""
        data = self.cleaned_data
        told = {name: data[name] for name in EXPENSES if data.get(name)}
        return Means(income=data["income"], expenses=told, stated=data["stated"])

    @property
    def payday(self) -> int | None:
        """The day of the month of the first installment, where the second one is named too."""
        is_twice = self.cleaned_data["frequency"] == SEMIMONTHLY and self.cleaned_data["second_payday"]
        return cast(dt.date, self.cleaned_data["first_due_on"]).day if is_twice else None


class TermsForm(forms.Form):
    """The terms of one plan."""

    each = forms.DecimalField(label="Installment", min_value=Decimal("0.01"), max_digits=9, decimal_places=2)
    down_payment = amount_field("Paid today, before the first")
    reason = forms.CharField(
        label="Why it leaves the policy", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Whoever decides reads this.",
    )  # fmt: skip

    def asked(self, means: MeansForm, *, today: dt.date) -> AskedTerms:
        """The terms with the days of the first form."""
        data, days = self.cleaned_data, means.cleaned_data
        down = data["down_payment"] or ZERO
        return AskedTerms(
            first_due_on=days["first_due_on"],
            frequency=days["frequency"],
            each=data["each"],
            down_payment=down,
            down_due_on=today if down else None,
            payday=means.payday,
            second_payday=days["second_payday"] if means.payday else None,
        )


class PlanConsentForm(forms.Form):
    """Who agreed, and how."""

    how = forms.ChoiceField(label="How they agreed", choices=HOW, initial="spoken")
    said_by = forms.CharField(label="Who agreed", max_length=80, help_text="The person you speak with, by name.")
    language = forms.ChoiceField(label="Read in", choices=LANGUAGES, initial="en")
    autopay = forms.TypedChoiceField(label="Paid by", coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, methods: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Paid by themselves, each time"), *methods]
        cast(forms.TypedChoiceField, self.fields["autopay"]).choices = choices

    def consent(self) -> TakenConsent:
        """What was given."""
        data = self.cleaned_data
        return TakenConsent(data["how"], data["said_by"], data["language"], data["autopay"])


class PlanAutopayForm(forms.Form):
    """By what the installments are paid from now on, and who asked for it."""

    autopay = forms.TypedChoiceField(label="Paid by", coerce=int, required=False, empty_value=None)
    said_by = forms.CharField(label="Who asked for it", max_length=80, help_text="The person you speak with, by name.")

    def __init__(self, *args: Any, methods: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Paid by themselves, each time"), *methods]
        cast(forms.TypedChoiceField, self.fields["autopay"]).choices = choices


class PlanEndForm(forms.Form):
    """Why a plan ends."""

    why = forms.ChoiceField(label="Why it ends", choices=[("", "Choose"), *REASONS.items()])
    words = forms.CharField(label="In your words", required=False, max_length=200)


class PlanFilterForm(forms.Form):
    """Whose plans, of which practice."""

    owner = forms.TypedChoiceField(label="Collector", coerce=int, required=False, empty_value=None)
    practice = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)

    def __init__(self, data: Any, *, owners: Choices, practices: Choices) -> None:
        super().__init__(data)
        cast(forms.TypedChoiceField, self.fields["owner"]).choices = [("", "Everybody"), *owners]
        cast(forms.TypedChoiceField, self.fields["practice"]).choices = [("", "Every practice"), *practices]
