"""Forms about edits and lists of codes."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from django import forms

from arwork.staff.access import PracticeChoice
from claims.payers.selectors import PAYER_CLASSES
from claims.web.setup_forms import Choices, day_field
from collections_app.claim_edits.code_lists import LIST_SYSTEMS, SYSTEMS
from collections_app.claim_edits.edit_rules import LACKS, EditRow
from collections_app.web.reports_forms import PeriodForm

_FORMS = [("", "Any"), ("P", "Professional"), ("I", "Institutional"), ("D", "Dental")]


class EditRuleForm(forms.Form):
    """An own edit: what to look for, and what to say."""

    level = forms.ChoiceField(label="What it does", choices=[("stop", "Stops the claim"), ("warn", "Warns")])
    words = forms.CharField(
        label="What to do", max_length=300, help_text="Such as: Add the authorization, the plan denies without it."
    )
    payer_id = forms.TypedChoiceField(label="Payer", coerce=int, required=False, empty_value=None)
    payer_class = forms.ChoiceField(label="Kind of payer", required=False, choices=[("", "Any"), *PAYER_CLASSES])
    practice_id = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    form = forms.ChoiceField(label="Form", required=False, choices=_FORMS)
    codes = forms.CharField(
        label="Services", max_length=200, required=False, help_text="99213, 992* or 70010-79999; commas between them."
    )
    modifier = forms.RegexField(r"^[0-9A-Za-z]{2}$", label="With modifier", required=False)
    without_modifier = forms.RegexField(r"^[0-9A-Za-z]{2}$", label="Without modifier", required=False)
    place = forms.RegexField(r"^[0-9]{2}$", label="Place of service", required=False)
    diagnosis = forms.CharField(label="Diagnoses", max_length=200, required=False, help_text="E11*, Z00-Z99.")
    sex = forms.ChoiceField(label="Sex", required=False, choices=[("", "Any"), ("F", "F"), ("M", "M")])
    units_over = forms.IntegerField(label="More units than", required=False, min_value=0, max_value=9_999_999)
    age_under = forms.IntegerField(label="Younger than", required=False, min_value=1, max_value=130)
    age_over = forms.IntegerField(label="Older than", required=False, min_value=0, max_value=130)
    lacks = forms.ChoiceField(
        label="Where this is missing", required=False,
        choices=[("", "Nothing"), *((code, words) for code, (words, _) in LACKS.items())],
    )  # fmt: skip
    member_id = forms.CharField(
        label="Member ids not like", max_length=200, required=False,
        help_text="9 a digit, A a letter, N either: AAA999999999. Commas between several.",
    )  # fmt: skip
    valid_from = day_field("For services from")
    valid_to = day_field("To", required=False)
    source = forms.CharField(label="Source", max_length=200, help_text="Payer bulletin, contract, who decided it.")

    def __init__(
        self, *args: Any, payers: Choices, practices: Choices, may_share: bool, today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        practice = cast(forms.TypedChoiceField, self.fields["practice_id"])
        practice.choices = [("", "Every practice" if may_share else "Choose one"), *practices]
        practice.required = not may_share
        cast(forms.TypedChoiceField, self.fields["payer_id"]).choices = [("", "Every payer"), *payers]
        self.fields["valid_from"].initial = today

    def draft(self) -> EditRow:
        """What was entered; codes in capitals."""
        data = dict(self.cleaned_data)
        for name in ("codes", "modifier", "without_modifier", "diagnosis", "member_id"):
            data[name] = data[name].strip().upper()
        data["diagnosis"] = data["diagnosis"].replace(".", "")
        return EditRow(**data)


class EditEndForm(forms.Form):
    """The last day of an edit."""

    last_day = day_field("Last day of service it speaks for", help_text="Claims for later services go without it.")


class CodeListForm(forms.Form):
    """A file of codes, and the days of service that it decides."""

    system = forms.ChoiceField(label="Kind", choices=[(code, SYSTEMS[code]) for code in LIST_SYSTEMS])
    name = forms.CharField(label="Name", max_length=80, help_text="Such as: ICD-10-CM 2027.")
    valid_from = day_field("For services from", help_text="ICD-10-CM begins on 1 October, HCPCS with a quarter.")
    valid_to = day_field("To")
    file = forms.FileField(
        label="File of CMS",
        help_text="The order or codes file of ICD-10-CM (text), the HCPCS file (XLSX or CSV), or a table with code and "
        "words.",
    )


class CodeSearchForm(forms.Form):
    """A code looked up."""

    system = forms.ChoiceField(label="Kind", required=False, choices=list(SYSTEMS.items()))
    q = forms.CharField(label="Code or words", required=False, max_length=80)
    on = day_field("On", required=False)


class CleanClaimsForm(PeriodForm):
    """The period and payer of the clean-claim rate."""

    payer = forms.IntegerField(required=False, widget=forms.HiddenInput())
    edit = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())

    def __init__(self, asked: Mapping[str, Any], *, choice: PracticeChoice, today: dt.date) -> None:
        super().__init__(asked, choice=choice, today=today)

    @staticmethod
    def first_day(today: dt.date) -> dt.date:
        """Six months: fewer claims say nothing."""
        month = today.month - 5
        return dt.date(today.year if month > 0 else today.year - 1, month if month > 0 else month + 12, 1)


class PaperClaimForm(forms.Form):
    """How a claim is printed: on the plain form or as data alone, moved as the printer needs."""

    form = forms.ChoiceField(
        label="Print", required=False,
        choices=[("proof", "On the plain form, to look at"), ("data", "The data alone, for the red form")],
    )  # fmt: skip
    right = forms.IntegerField(
        label="Move right", required=False, min_value=-50, max_value=50, help_text="Hundredths of an inch."
    )
    down = forms.IntegerField(
        label="Move down", required=False, min_value=-50, max_value=50, help_text="Hundredths of an inch."
    )
