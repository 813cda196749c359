"""What reports are asked for, from the address."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django import forms

from arwork.lib.dates import EARLIEST
from arwork.lib.ids import LARGEST
from arwork.staff.access import PracticeChoice
from collections_app.aging import table_columns
from collections_app.aging.buckets import Basis
from collections_app.reports.collectors import BY as COLLECTOR
from collections_app.reports.denial_breakdowns import DenialOutcome, DenialQuery, DenialsBy
from collections_app.reports.windows import WindowsAsked

_DATE = {"type": "date"}


def _in_reach(day: dt.date | None) -> dt.date | None:
    if day and day < EARLIEST:
        raise forms.ValidationError(f"No books reach back before {EARLIEST.year}.")
    return day


class _PracticeForm(forms.Form):
    """A form that narrows to one of the actor's practices; nobody can name another."""

    practice = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)

    def __init__(
        self, asked: Mapping[str, Any], *, choice: PracticeChoice, today: dt.date, defaults: Mapping[str, Any]
    ) -> None:
        # What the address leaves out is shown as its default, so the form always says what the page shows.
        super().__init__({**defaults, **{name: value for name, value in asked.items() if value != ""}})
        self.today = today
        self.defaults = defaults
        mine = [one for one in choice.practices if choice.chosen in (None, one.id)]
        self.practices = [one.id for one in mine]
        field = cast(forms.TypedChoiceField, self.fields["practice"])
        field.choices = [("", "All"), *((one.id, one.name) for one in mine)]
        if len(mine) < 2:
            field.widget = forms.HiddenInput()

    def asked(self, name: str) -> Any:
        """A cleaned value, or its default where the address has nonsense."""
        self.is_valid()
        if name in self.cleaned_data and name not in self.errors:
            return self.cleaned_data[name]
        return self.fields[name].to_python(self.defaults.get(name))

    @property
    def practice_ids(self) -> list[int]:
        chosen = self.asked("practice")
        return [chosen] if chosen else self.practices


class AgingForm(_PracticeForm):
    """Basis, day, cut and practice of an aging."""

    figure: ClassVar[dict[str, Any]] = {}

    by = forms.ChoiceField(
        label="Rows",
        required=False,
        choices=[*((one.value, one.label.capitalize()) for one in table_columns.AgingBy), (COLLECTOR, "Collector")],
    )
    basis = forms.ChoiceField(
        label="Aged from",
        required=False,
        choices=[(one.value, one.label.capitalize()) for one in Basis],
    )
    as_of = forms.DateField(label="As of the end of", required=False, widget=forms.DateInput(attrs=_DATE))
    split = forms.BooleanField(label="Split 121+", required=False)

    def __init__(self, asked: Mapping[str, Any], *, choice: PracticeChoice, today: dt.date) -> None:
        defaults = {
            "by": table_columns.AgingBy.PAYER.value,
            "basis": Basis.DOS.value,
            "as_of": today.isoformat(),
            **self.figure,
        }
        super().__init__(asked, choice=choice, today=today, defaults=defaults)

    def clean_as_of(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["as_of"]
        if day and day > self.today:
            raise forms.ValidationError("That day has not come yet. Choose today or an earlier one.")
        return _in_reach(day)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("by") == COLLECTOR and data.get("as_of") not in (None, self.today):
            self.add_error("by", "Who has the work is known for today only. Choose today, or other rows.")
        return data

    @property
    def as_of_day(self) -> dt.date:
        day: dt.date = self.asked("as_of")
        return day

    def query(self) -> dict[str, str]:
        """The address of what is asked, for links to rows and exports."""
        query = {"by": self.asked("by"), "basis": self.asked("basis"), "as_of": self.as_of_day.isoformat()}
        if self.asked("practice"):
            query["practice"] = str(self.asked("practice"))
        return query


class RowsForm(AgingForm):
    """One figure of an aging: its row and its column."""

    figure: ClassVar[dict[str, Any]] = {"column": "total", "page": 1}

    key = forms.CharField(required=False, max_length=40)
    column = forms.CharField(required=False, max_length=10)
    page = forms.IntegerField(required=False)


class PeriodForm(_PracticeForm):
    """A period of days; the month to date unless the address says otherwise."""

    figure: ClassVar[dict[str, Any]] = {}

    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs=_DATE))
    until = forms.DateField(label="To the end of", required=False, widget=forms.DateInput(attrs=_DATE))

    def __init__(self, asked: Mapping[str, Any], *, choice: PracticeChoice, today: dt.date) -> None:
        defaults = {"since": self.first_day(today).isoformat(), "until": today.isoformat(), **self.figure}
        super().__init__(asked, choice=choice, today=today, defaults=defaults)

    @staticmethod
    def first_day(today: dt.date) -> dt.date:
        """The day a period begins unless the address says otherwise."""
        return today.replace(day=1)

    def clean_since(self) -> dt.date | None:
        return _in_reach(self.cleaned_data["since"])

    def clean_until(self) -> dt.date | None:
        return _in_reach(self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", "The period ends before it begins.")
        return data

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        since, until = self.asked("since"), self.asked("until")
        return (since, until) if since <= until else (until.replace(day=1), until)


class ReconciliationForm(PeriodForm):
    """A period of accounting dates, and which of its deposits are listed."""

    only_open = forms.BooleanField(label="Only deposits with money waiting", required=False)


class DenialsForm(PeriodForm):
    """Denials first given in a period, by what, narrowed to a payer, a reason or a category; ninety days at first."""

    figure: ClassVar[dict[str, Any]] = {"by": DenialsBy.PAYER.value, "part": DenialOutcome.ALL.value}

    by = forms.TypedChoiceField(label="Rows", coerce=DenialsBy, required=False, choices=DenialsBy.choices)
    part = forms.TypedChoiceField(
        coerce=DenialOutcome, required=False, choices=DenialOutcome.choices, widget=forms.HiddenInput
    )
    payer = forms.IntegerField(required=False, min_value=1, max_value=LARGEST, widget=forms.HiddenInput)
    reason = forms.CharField(required=False, max_length=8, widget=forms.HiddenInput)
    category = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)

    @staticmethod
    def first_day(today: dt.date) -> dt.date:
        return today - dt.timedelta(days=89)

    @property
    def question(self) -> DenialQuery:
        """What is asked, as the report takes it."""
        since, until = self.period
        return DenialQuery(
            practice_ids=self.practice_ids,
            since=since,
            until=until,
            by=DenialsBy(self.asked("by")),
            payer_id=self.asked("payer"),
            reason=self.asked("reason") or "",
            category=self.asked("category") or "",
        )

    def query(self) -> dict[str, str]:
        """The address of what is asked."""
        since, until = self.period
        narrowed = {name: self.asked(name) for name in ("practice", "payer", "reason", "category")}
        return {
            "by": str(self.asked("by")), "since": since.isoformat(), "until": until.isoformat(),
            **{name: str(value) for name, value in narrowed.items() if value},
        }  # fmt: skip


class WindowsForm(PeriodForm):
    """Windows missed with a last day in a period; a year at first, and everybody's."""

    mine = forms.BooleanField(label="Only mine", required=False)

    @staticmethod
    def first_day(today: dt.date) -> dt.date:
        return today - dt.timedelta(days=365)

    def question(self, *, owner_id: int | None) -> WindowsAsked:
        """What is asked, as the report takes it."""
        since, until = self.period
        return WindowsAsked(self.practice_ids, since, until, owner_id)

    def query(self) -> dict[str, str]:
        """The address of what is asked."""
        since, until = self.period
        narrowed = {"practice": self.asked("practice"), "mine": "on" if self.asked("mine") else ""}
        return {
            "since": since.isoformat(), "until": until.isoformat(),
            **{name: str(value) for name, value in narrowed.items() if value},
        }  # fmt: skip
