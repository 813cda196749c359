"""The form of a rule about an outcome."""

import datetime as dt
from typing import Any, cast

from django import forms

from claims.web.setup_forms import Choices, day_field
from collections_app.worklist.dispositions import Disposition, has_days
from collections_app.worklist.outcome_rules import MOST_DAYS, OutcomeRuleDraft, steps_for


class OutcomeRuleForm(forms.Form):
    """How one outcome is followed up, from a day on."""

    practice_id = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    days = forms.IntegerField(
        label="Followed up after, days", required=False, min_value=0, max_value=MOST_DAYS,
        help_text="Up to three are business days. Left open: as shipped.",
    )  # fmt: skip
    next_action = forms.ChoiceField(label="Next action", required=False)
    is_hidden = forms.BooleanField(label="Hide it from the desk", required=False)
    valid_from = day_field("For what is logged from")
    valid_to = day_field("To", required=False)
    source = forms.CharField(label="Source", max_length=200, help_text="Who decided it, and why.")

    def __init__(
        self, *args: Any, outcome: Disposition, practices: Choices, may_share: bool, today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.outcome = outcome
        practice = cast(forms.TypedChoiceField, self.fields["practice_id"])
        practice.choices = [("", "Every practice" if may_share else "Choose one"), *practices]
        practice.required = not may_share
        steps = steps_for(outcome)
        cast(forms.ChoiceField, self.fields["next_action"]).choices = [("", "As shipped"), *steps.items()]
        self.fields["valid_from"].initial = today
        if not has_days(outcome):
            del self.fields["days"]

    def draft(self) -> OutcomeRuleDraft:
        """What was entered."""
        return OutcomeRuleDraft(code=self.outcome.code, **self.cleaned_data)


class OutcomeRuleEndForm(forms.Form):
    """The last day of a rule."""

    last_day = day_field("Last day in force", help_text="What is logged later goes by the rule behind it.")
