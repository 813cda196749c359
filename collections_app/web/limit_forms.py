"""The form of a limit: a figure as people write it, stored in the unit of its kind; and limits in words."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms

from arwork.staff.access import CAPABILITIES, Capability
from arwork.staff.people import role_words
from arwork.web import formats
from claims.payers.selectors import PAYER_CLASSES
from claims.web.setup_forms import day_field
from collections_app.limits.figures import LimitRow
from collections_app.limits.limit_kinds import NEW_YORK_CITY, NO_LIMIT, PAYER_CLASS, PLACE, ROLE, LimitKind
from collections_app.limits.patient_limits import RATE
from collections_app.limits.services import LimitDraft

_CLASSES = dict(PAYER_CLASSES)
#: Units that people write in whole and that are kept in hundredths.
_IN_HUNDREDTHS = ("cents", RATE)
#: Who settles exceptions at all.
_SETTLING = [(role, role_words(role)) for role, may in CAPABILITIES.items() if Capability.RESOLVE_EXCEPTIONS in may]


class LimitForm(forms.Form):
    """One figure from a day on, for one of `practices` or for all."""

    value = forms.IntegerField(label="Figure")
    scope = forms.CharField(label="Place", max_length=3, required=False)
    practice_id = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    valid_from = day_field("In force from")
    valid_to = day_field("To", required=False, help_text="Left open: until another one begins.")
    source = forms.CharField(
        label="Source", max_length=300, help_text="Law, https:// address, or who decided it and when."
    )
    is_verified = forms.BooleanField(label="I have read the figure in this source", required=False)

    def __init__(
        self,
        *args: Any,
        kind: LimitKind,
        practices: Sequence[tuple[int, str]],
        today: dt.date,
        may_share: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["value"] = _figure_field(kind)
        self.fields["valid_from"].initial = today
        if kind.scope == PAYER_CLASS:
            self.fields["scope"] = forms.ChoiceField(label="Class of payers", choices=PAYER_CLASSES)
        elif kind.scope == ROLE:
            self.fields["scope"] = forms.ChoiceField(label="Role", choices=_SETTLING)
        elif kind.scope:
            self.fields["scope"].help_text = "A state by its two letters, or NYC. Left open: everywhere."
        else:
            del self.fields["scope"]
        if kind.is_shared:
            del self.fields["practice_id"]
            return
        practice = cast(forms.TypedChoiceField, self.fields["practice_id"])
        practice.choices = [("", "Every practice" if may_share else "Choose one"), *practices]
        practice.required = not may_share

    def draft(self) -> LimitDraft:
        """What was entered, in stored units."""
        data = self.cleaned_data
        return LimitDraft(
            name=self.kind.code,
            value=_stored(data["value"], self.kind.unit),
            scope=data.get("scope", "").upper() if self.kind.scope == PLACE else data.get("scope", "").strip(),
            practice_id=data.get("practice_id"),
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
            source=data["source"],
            is_verified=data["is_verified"],
        )


def entered(value: int, unit: str) -> object:
    """A stored figure as the form takes it."""
    return Decimal(value) / 100 if unit in _IN_HUNDREDTHS else value


def figure(value: int, unit: str) -> str:
    """`7 touches`, `1 day`, `$15.00`, `no limit`."""
    if unit == "cents":
        return "no limit" if value >= NO_LIMIT else formats.usd(Decimal(value) / 100)
    if unit == RATE:
        return f"{(Decimal(value) / 100).normalize():f} %"
    word = unit.removesuffix("s") if unit != "touches" else "touch"
    return f"{value} {word if value == 1 else unit}"


def scope_words(row: LimitRow, kind: LimitKind) -> str:
    """For whom a row speaks: `New York City`, `MA`, `everywhere`, `Medicare`; empty where nothing is told apart."""
    if not kind.scope:
        return ""
    if not row.scope:
        return "everybody else" if kind.scope == ROLE else "everywhere"
    if kind.scope == ROLE:
        return role_words(row.scope)
    return "New York City" if row.scope == NEW_YORK_CITY else _CLASSES.get(row.scope, row.scope)


def _figure_field(kind: LimitKind) -> forms.Field:
    help_text = f"From {figure(kind.least, kind.unit)} to {figure(kind.most, kind.unit)}."
    if kind.unit == "cents":
        if kind.most >= NO_LIMIT:
            help_text = f"{formats.usd(Decimal(NO_LIMIT) / 100)} is no limit."
        return forms.DecimalField(label="Dollars", min_value=0, max_digits=10, decimal_places=2, help_text=help_text)
    if kind.unit == RATE:
        return forms.DecimalField(label="Percent", min_value=0, max_digits=5, decimal_places=2, help_text=help_text)
    label = kind.unit.capitalize()
    return forms.IntegerField(label=label, min_value=kind.least, max_value=kind.most, help_text=help_text)


def _stored(value: Any, unit: str) -> int:
    return int(value * 100 if unit in _IN_HUNDREDTHS else value)
