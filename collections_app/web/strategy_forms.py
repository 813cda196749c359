"""Forms of strategies: conditions as choices, a step, a segment, and what is said on publishing or trying."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django import forms

from claims.web.setup_forms import Choices, day_field
from collections_app.strategies.definition import MOST_CONDITIONS, read_conditions
from collections_app.strategies.grammar import FIELDS, OP_WORDS, BadCondition, Condition
from collections_app.strategies.letters import OF_STEPS
from collections_app.strategies.segments import LONGEST_NAME
from collections_app.strategies.shipped import TEMPLATES
from collections_app.strategies.steps import ANCHOR_WORDS, KIND_WORDS, Anchor, StepKind, StrategyStep

_BLANK_ROWS = 2
_MARK = "|"


def _condition_choices() -> list[Any]:
    """Everything a condition may say, by field; a number is typed beside it."""
    found: list[Any] = [("", "no condition")]
    for one in FIELDS.values():
        rows = []
        for op in one.ops:
            if one.choices is None:
                rows.append((_MARK.join((one.code, op.value, "")), f"{one.label} {OP_WORDS[op]} …"))
            else:
                rows += [
                    (_MARK.join((one.code, op.value, code)), f"{one.label} {OP_WORDS[op]} {words}")
                    for code, words in one.choices.items()
                ]
        found.append((one.label.removeprefix("the ").capitalize(), rows))
    return found


class ConditionForm(forms.Form):
    """Rows of conditions: all of them have to hold."""

    conditions: tuple[Condition, ...] = ()

    def __init__(self, *args: Any, held: Iterable[Condition] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(held)
        self.row_count = min(MOST_CONDITIONS, len(rows) + _BLANK_ROWS)
        if self.is_bound:
            self.row_count = MOST_CONDITIONS
        choices = _condition_choices()
        for number in range(self.row_count):
            one = rows[number] if number < len(rows) else None
            is_number = one is not None and FIELDS[one.field].choices is None
            picked = "" if one is None else _MARK.join((one.field, one.op.value, "" if is_number else one.value))
            self.fields[f"what_{number}"] = forms.ChoiceField(
                label=f"Only if ({number + 1})", choices=choices, required=False, initial=picked
            )
            self.fields[f"number_{number}"] = forms.CharField(
                label="Dollars or days", required=False, max_length=14, initial=one.value if one and is_number else "",
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )  # fmt: skip

    def condition_rows(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        """The two fields of each row; empty rows at the end of what was posted are not shown again."""
        for number in range(self.row_count):
            row = self[f"what_{number}"], self[f"number_{number}"]
            if not self.is_bound or number < _BLANK_ROWS or row[0].value() or row[1].value():
                yield row

    def plain_fields(self) -> list[forms.BoundField]:
        """Those that are no conditions."""
        return [one for one in self.visible_fields() if not one.name.startswith(("what_", "number_"))]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        found: list[Condition] = []
        for number in range(self.row_count):
            picked, typed = data.get(f"what_{number}", ""), data.get(f"number_{number}", "")
            if not picked:
                continue
            field, op, value = picked.split(_MARK)
            try:
                found += read_conditions([(field, op, value or typed)])
            except BadCondition as error:
                self.add_error(f"number_{number}", str(error))
        self.conditions = tuple(found)
        return data


class SegmentForm(ConditionForm):
    """A segment: its name, and what an account has to be."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME)


class StrategyStepForm(ConditionForm):
    """One step of a timeline."""

    kind = forms.ChoiceField(label="What is done", choices=[(one.value, words) for one, words in KIND_WORDS.items()])
    days = forms.IntegerField(label="Days", min_value=0, max_value=730)
    anchor = forms.ChoiceField(label="Counted", choices=[(one.value, words) for one, words in ANCHOR_WORDS.items()])
    detail = forms.ChoiceField(
        label="Which letter", choices=[("", "none"), *OF_STEPS.items()], required=False,
        help_text="Of a letter alone.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == StepKind.LETTER and not data.get("detail"):
            self.add_error("detail", "Choose which letter goes out.")
        return data

    def step(self, key: str) -> StrategyStep:
        """What was entered."""
        data = self.cleaned_data
        detail = data["detail"] if data["kind"] == StepKind.LETTER else ""
        return StrategyStep(key, StepKind(data["kind"]), data["days"], Anchor(data["anchor"]), self.conditions, detail)


class BeginForm(forms.Form):
    """A new strategy."""

    name = forms.CharField(label="Name", max_length=80)
    practice_id = forms.TypedChoiceField(label="Practice", coerce=int)
    template = forms.ChoiceField(label="Start from", choices=[(code, one[0]) for code, one in TEMPLATES.items()])

    def __init__(self, *args: Any, practices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["practice_id"]).choices = practices


class PublishForm(forms.Form):
    """From when a draft is in force."""

    from_on = day_field("In force from", help_text="From tomorrow on.")
    seen = forms.CharField(widget=forms.HiddenInput)


class TryForm(forms.Form):
    """On how many accounts a draft is tried."""

    percent = forms.IntegerField(
        label="Percent of the accounts", min_value=1, max_value=50, initial=20,
        help_text="The rest goes on with what is in force. Each account keeps its side.",
    )  # fmt: skip


class TaskForm(forms.Form):
    """What was decided about what waits."""

    answer = forms.ChoiceField(choices=[(one, one) for one in ("yes", "no", "later", "take")])
    later_on = day_field("Not before", required=False)
