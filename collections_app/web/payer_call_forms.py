"""The forms of calls to payers: whom one spoke to, and the log-in of a portal."""

from django import forms

from collections_app.payer_calls.portals import DEEDS, PortalFacts


class CallEndForm(forms.Form):
    """What is known of a call when it ends; what was logged of its claims fills in the rest."""

    spoken_to = forms.CharField(label="Spoke to", required=False, max_length=80)
    reference = forms.CharField(label="Call reference", required=False, max_length=50)


class PortalLoginForm(forms.Form):
    """Who gets into a portal, and how. There is no field for a password, and none is taken in the others."""

    name = forms.CharField(label="Portal", max_length=60, help_text="As everybody here calls it.")
    address = forms.CharField(label="Address", max_length=200, widget=forms.URLInput(attrs={"placeholder": "https://"}))
    owner = forms.CharField(
        label="Whose log-in it is", max_length=80, help_text="A person or a team. Never the password."
    )
    code_goes_to = forms.CharField(
        label="Who gets the code", required=False, max_length=80,
        help_text="Whose phone or mailbox the second factor goes to.",
    )  # fmt: skip
    can_do = forms.MultipleChoiceField(
        label="What can be done there", required=False, choices=DEEDS,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
    )  # fmt: skip
    note = forms.CharField(label="Note", required=False, max_length=200)

    def facts(self) -> PortalFacts:
        """What was entered, after validation."""
        return PortalFacts(**self.cleaned_data)
