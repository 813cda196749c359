"""Forms of late payments: how a demand was sent, what the payer answered, why nobody goes on."""

from django import forms

from collections_app.late_payments.demands import METHODS


class SendDemandForm(forms.Form):
    """How the letter left."""

    method = forms.ChoiceField(label="Sent", choices=METHODS)
    reference = forms.CharField(
        label="Reference", required=False, max_length=80,
        help_text="Certified number, fax or portal reference: what proves that it was sent.",
    )  # fmt: skip


class AnswerDemandForm(forms.Form):
    """What came of it."""

    paid = forms.DecimalField(
        label="Interest that came", required=False, min_value=0, max_digits=12, decimal_places=2,
        help_text="The money itself is posted with its remittance.",
    )  # fmt: skip
    words = forms.CharField(label="What the payer said", required=False, max_length=300)
    is_final = forms.BooleanField(label="Nothing more is asked for", required=False)


class CancelDemandForm(forms.Form):
    """Why it is canceled."""

    why = forms.CharField(label="Why", max_length=300)


class WaiveForm(forms.Form):
    """Why one is not pursued."""

    why = forms.CharField(label="Why it is not pursued", max_length=200)
