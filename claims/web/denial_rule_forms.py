"""The form of a rule about denials: figures as people write them."""

import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django import forms

from claims.denials.causes import CURES, PREVENTABLE, ROOT_CAUSES
from claims.denials.denial_rules import GROUPS, DenialRuleDraft
from claims.denials.routing import UNCATEGORIZED, WAYS, categories, category_label
from claims.web.setup_forms import Choices, day_field

_KINDS = [
    ("soft", "soft: correction or information mends it"),
    ("hard", "hard: an appeal or a write-off"),
    ("either", "either"),
]
_AS_SHIPPED = ("", "As shipped")


class DenialRuleForm(forms.Form):
    """What kind of work denials for a reason are, from a day on."""

    group = forms.ChoiceField(label="Group", choices=[(one, one) for one in GROUPS])
    carc = forms.CharField(label="Reason code", max_length=5, help_text="Such as 197 or B7.")
    rarc = forms.CharField(
        label="Remark code", max_length=5, required=False, help_text="Such as N706. Left open: whatever the remarks."
    )
    payer_id = forms.TypedChoiceField(label="Payer", coerce=int, required=False, empty_value=None)
    practice_id = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    category = forms.ChoiceField(
        label="Category", choices=[(one, category_label(one)) for one in categories() if one != UNCATEGORIZED]
    )
    kind = forms.ChoiceField(label="Kind", choices=_KINDS)
    way = forms.ChoiceField(label="What is done first", choices=list(WAYS.items()))
    win_rate = forms.DecimalField(
        label="Usual win rate, percent", required=False, min_value=0, max_value=100, max_digits=4, decimal_places=1,
        help_text="Until own history outweighs it. Left open: as usual for the category.",
    )  # fmt: skip
    root_cause = forms.ChoiceField(label="Begins with", choices=[_AS_SHIPPED, *ROOT_CAUSES.items()], required=False)
    preventable = forms.ChoiceField(label="Preventable", choices=[_AS_SHIPPED, *PREVENTABLE.items()], required=False)
    cure = forms.ChoiceField(label="Who can cure it", choices=[_AS_SHIPPED, *CURES.items()], required=False)
    valid_from = day_field(
        "For denials first given from", help_text="A day in the past moves the denials that are still open since then."
    )
    valid_to = day_field("To", required=False)
    source = forms.CharField(label="Source", max_length=200, help_text="Who decided it, payer bulletin, contract.")

    def __init__(
        self, *args: Any, payers: Choices, practices: Choices, may_share: bool, today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        practice = cast(forms.TypedChoiceField, self.fields["practice_id"])
        practice.choices = [("", "Every practice" if may_share else "Choose one"), *practices]
        practice.required = not may_share
        cast(forms.TypedChoiceField, self.fields["payer_id"]).choices = [("", "Every payer"), *payers]
        self.fields["valid_from"].initial = today

    def draft(self) -> DenialRuleDraft:
        """What was entered; codes in capitals, the rate as a share of one."""
        data = dict(self.cleaned_data)
        rate: Decimal | None = data["win_rate"]
        codes = {name: data[name].strip().upper() for name in ("carc", "rarc")}
        return DenialRuleDraft(**{**data, **codes, "win_rate": None if rate is None else rate / 100})


class DenialRuleEndForm(forms.Form):
    """The last day of a rule."""

    last_day = day_field("Last day in force", help_text="Denials first given later go by the rule behind it.")
