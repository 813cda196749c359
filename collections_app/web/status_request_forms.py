"""The forms about asking payers: which claims, and the setup of ways and of looking for coverage."""

from collections.abc import Sequence

from django import forms

from collections_app.status_requests.states import TOPICS, WAYS


class StatusAskForm(forms.Form):
    """Claims that were ticked; none of them with `all` means everything that is due."""

    claim = forms.TypedMultipleChoiceField(coerce=int, required=False)
    all = forms.BooleanField(required=False)

    def __init__(self, *args: object, due: Sequence[int] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["claim"].choices = [(pk, pk) for pk in due]  # type: ignore[attr-defined]


class AskingWayForm(forms.Form):
    """How one payer is asked."""

    payer_id = forms.TypedChoiceField(label="Payer", coerce=int)
    topic = forms.ChoiceField(label="About", choices=TOPICS)
    way = forms.ChoiceField(label="Which way", choices=WAYS)
    payer_code = forms.CharField(
        label="Its id for questions", max_length=40, required=False, help_text="Empty: its electronic id, as in claims."
    )
    most_a_day = forms.IntegerField(label="Questions a day, at most", min_value=1, max_value=20_000, initial=500)
    is_likely = forms.BooleanField(
        label="Ask it where a patient's coverage is looked for", required=False,
        help_text="For payers that insure many of your patients, such as Medicaid. Only of questions about coverage.",
    )  # fmt: skip
    is_on = forms.BooleanField(label="Ask it", required=False, initial=True)

    def __init__(self, *args: object, payers: Sequence[tuple[int, str]] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["payer_id"].choices = list(payers)  # type: ignore[attr-defined]


class DiscoveryForm(forms.Form):
    """Whether a practice's uninsured patients are asked about."""

    is_on = forms.BooleanField(
        label="Look for coverage of patients who have none here", required=False,
        help_text="Names and days of birth go to the payers marked for it (45 CFR 164.506: for payment).",
    )  # fmt: skip
    most_a_month = forms.IntegerField(label="Patients a month, at most", min_value=1, max_value=20_000, initial=200)
