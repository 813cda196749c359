"""The form of a payer rule: figures as people write them, stored in the unit of their kind."""

from decimal import Decimal
from typing import Any, cast

from django import forms

from claims.payers.rule_entry import CONFIDENCES, RuleDraft
from claims.payers.rules import RULE_BASES, RULE_KINDS
from claims.payers.selectors import PAYER_CLASSES

_UNITS = {"days": "days", "cents": "dollars", "bp": "percent"}
_CONFIDENCE_WORDS = {
    "high": "high: contract, law or the payer's own page",
    "medium": "medium: payer page or several sites",
    "low": "low: one site, or a safe choice",
    "unverified": "unverified: what we know from experience",
}
_HUNDREDFOLD = ("cents", "bp")


def _day(label: str, *, required: bool, help_text: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class RuleForm(forms.Form):
    """One figure from a day on. For a payer with `plans`, else for a class of payers."""

    kind = forms.ChoiceField(
        label="Rule",
        choices=[
            (code, f"{kind.label[0].upper()}{kind.label[1:]} ({_UNITS[kind.unit]})")
            for code, kind in RULE_KINDS.items()
        ],
    )
    value = forms.DecimalField(label="Figure", min_value=0, max_digits=9, decimal_places=2)
    basis = forms.ChoiceField(
        label="Counted from",
        required=False,
        choices=[("", "nothing: an amount"), *((code, words) for code, words in RULE_BASES.items() if code)],
    )
    plan_id = forms.TypedChoiceField(label="Plan", coerce=int, required=False, empty_value=None)
    practice_id = forms.TypedChoiceField(
        label="Practice", coerce=int, required=False, empty_value=None,
        help_text="A figure of one practice counts there before the shared one of the same payer or class.",
    )  # fmt: skip
    payer_class = forms.ChoiceField(label="Class", required=False, choices=[("", "Every payer"), *PAYER_CLASSES])
    state = forms.RegexField(r"^[A-Za-z]{2}$", label="State", required=False, help_text="Two letters; open: all.")
    valid_from = _day(
        "In force from", required=True, help_text="A filing limit counts for services from that day, an appeal "
        "window for notices from that day.",
    )  # fmt: skip
    valid_to = _day("To", required=False, help_text="Left open: until another one begins.")
    source = forms.CharField(
        label="Source", max_length=300, help_text="Contract clause, manual page, https:// address."
    )
    confidence = forms.ChoiceField(
        label="Confidence", choices=[(code, _CONFIDENCE_WORDS[code]) for code in CONFIDENCES]
    )
    note = forms.CharField(label="Note", max_length=300, required=False)

    def __init__(
        self,
        *args: Any,
        plans: list[tuple[int, str]] | None,
        practices: list[tuple[int, str]],
        may_share: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        practice = cast(forms.TypedChoiceField, self.fields["practice_id"])
        practice.choices = [("", "Every practice" if may_share else "Choose one"), *practices]
        practice.required = not may_share
        if plans is None:
            del self.fields["plan_id"]
            return
        del self.fields["payer_class"], self.fields["state"]
        cast(forms.TypedChoiceField, self.fields["plan_id"]).choices = [("", "Every plan"), *plans]

    def clean(self) -> dict[str, Any]:
        """Days are whole, and counted from something."""
        data = cast(dict[str, Any], super().clean())
        kind, value = RULE_KINDS.get(data.get("kind", "")), data.get("value")
        if kind is None or value is None:
            return data
        if kind.unit == "days" and value != value.to_integral_value():
            self.add_error("value", "Enter whole days.")
        if kind.unit == "days" and not data.get("basis"):
            self.add_error("basis", "Choose the event the days are counted from.")
        return data

    def draft(self, payer_id: int | None) -> RuleDraft:
        """What was entered, in stored units."""
        data = self.cleaned_data
        unit = RULE_KINDS[data["kind"]].unit
        value = int(data["value"] * 100 if unit in _HUNDREDFOLD else data["value"])
        return RuleDraft(
            kind=data["kind"],
            value=value,
            basis=data["basis"] if unit == "days" else "",
            payer_id=payer_id,
            plan_id=data.get("plan_id"),
            practice_id=data.get("practice_id"),
            payer_class=data.get("payer_class", ""),
            state=data.get("state", "").upper(),
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
            source=data["source"],
            confidence=data["confidence"],
            note=data["note"],
        )


class EndForm(forms.Form):
    """The last day of a rule."""

    last_day = _day(
        "Last day in force", required=True, help_text="Afterwards the payer's, class's or shipped rule applies."
    )


def shown_value(value: int, unit: str) -> Decimal:
    """A stored value as people write it."""
    return Decimal(value) / 100 if unit in _HUNDREDFOLD else Decimal(value)
