"""The forms of batches of claims."""

from django import forms


class BatchCancelForm(forms.Form):
    """Why a batch is not sent."""

    why = forms.CharField(label="Why it is not sent", max_length=200)
