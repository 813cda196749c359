"""The list's controls: a line of words and the menus that write it, and what can be done to many rows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from django import forms

from collections_app.aging.buckets import AGE_BUCKETS, AgeBucket
from collections_app.worklist.kinds import WorkKind
from collections_app.worklist.lanes import LaneChoice
from collections_app.worklist.list_filters import BadFilter, parse

_ANY = [("", "any")]


def _as_filter(bucket: AgeBucket) -> str:
    """The word that a filter understands: `<31`, `31-60`, `>120`."""
    if not bucket.first:
        return f"<{(bucket.last or 0) + 1}"
    return f"{bucket.first}-{bucket.last}" if bucket.last else f">{bucket.first - 1}"


def _in_words(bucket: AgeBucket) -> str:
    if not bucket.first:
        return f"{bucket.label} days"
    return bucket.label if bucket.last else f"over {bucket.first - 1}"


_OFTEN_FIRST = (WorkKind.DENIED, WorkKind.REJECTED, WorkKind.NO_RESPONSE, WorkKind.UNDERPAID, WorkKind.PATIENT_BALANCE)
KIND_CHOICES = [(kind.value, kind.label) for kind in dict.fromkeys([*_OFTEN_FIRST, WorkKind.CREDIT_BALANCE, *WorkKind])]
DUE_CHOICES = [
    ("today", "today"),
    ("overdue", "overdue"),
    ("week", "in a week"),
    ("waiting", "waiting"),
    ("snoozed", "asleep"),
    ("escalated", "escalated"),
    ("pinned", "pinned"),
]
AGE_CHOICES = [(_as_filter(bucket), _in_words(bucket)) for bucket in AGE_BUCKETS]
MENUS = ("kind", "lane", "due", "age")


class FilterForm:
    """The words of the filter, as typed (`q`) or as chosen from the menus. The menus write the words: what stands in
    the address is always `q`."""

    def __init__(self, data: Mapping[str, str]) -> None:
        self.data = data
        self.text = data.get("q", "").strip()
        self.sort = data.get("sort", "")

    def address(self, *, usual: str) -> dict[str, str] | None:
        """Where to go when the address does not say it all yet; None when it does."""
        if "q" not in self.data:
            return {"q": usual} | self._sorted()
        if not any(f"f_{name}" in self.data for name in MENUS):
            return None
        text = self.text
        if text == self.data.get("was", ""):
            with suppress(BadFilter):
                text = parse(text).having(**{name: self.data.get(f"f_{name}", "") for name in MENUS}).text()
        return {"q": text} | self._sorted()

    def kept(self) -> dict[str, str]:
        """The query of this page without what moves in it."""
        return {"q": self.text} | self._sorted()

    def menus(self) -> list[dict[str, Any]]:
        """Each menu with its choice in force."""
        try:
            filters = parse(self.text)
        except BadFilter:
            filters = parse("")
        choices = {
            "kind": KIND_CHOICES,
            "lane": [(str(lane.value), lane.label) for lane in LaneChoice],
            "due": DUE_CHOICES,
            "age": AGE_CHOICES,
        }
        labels = {"kind": "Kind", "lane": "Lane", "due": "Due", "age": "Age"}
        found = []
        for name in MENUS:
            value = getattr(filters, name)
            known = choices[name]
            own = [(value, value)] if value and value not in dict(known) else []
            found.append({"name": f"f_{name}", "label": labels[name], "value": value, "choices": [*_ANY, *known, *own]})
        return found

    def _sorted(self) -> dict[str, str]:
        return {"sort": self.sort} if self.sort else {}


class ActForm(forms.Form):
    """What to do with the chosen rows."""

    do = forms.ChoiceField(
        choices=[("reassign", "Reassign"), ("snooze", "Snooze"), ("pin", "Pin"), ("unpin", "Take the pin out")],
        error_messages={"required": "Choose what to do with them."},
    )
    owner = forms.TypedChoiceField(label="Give to", coerce=int, required=False, empty_value=None)
    until_on = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label="Reason", required=False, max_length=200)

    def __init__(self, data: Any, *, workers: Sequence[tuple[int, str]], today: dt.date) -> None:
        super().__init__(data)
        self.today, self.names = today, dict(workers)
        cast(forms.TypedChoiceField, self.fields["owner"]).choices = [(0, "nobody"), *workers]

    def clean_until_on(self) -> dt.date | None:
        until: dt.date | None = self.cleaned_data["until_on"]
        if self.cleaned_data.get("do") == "snooze" and (until is None or until <= self.today):
            raise forms.ValidationError("Choose a day after today.")
        return until

    def words(self, count: int) -> str:
        """What would be done, with its number."""
        data, rows = self.cleaned_data, f"{count:,} item{'s' if count != 1 else ''}"
        if data["do"] == "reassign":
            return f"Give {rows} to {self.names.get(data['owner'] or 0, 'nobody in particular')}"
        if data["do"] == "snooze":
            return f"Put {rows} to sleep until {data['until_on']:%b} {data['until_on'].day}, {data['until_on'].year}"
        return f"Pin {rows} before everything else" if data["do"] == "pin" else f"Take the pin out of {rows}"

    def done_words(self, count: int) -> str:
        """What was done."""
        done = {"reassign": "changed hands", "snooze": "put to sleep", "pin": "pinned", "unpin": "no longer pinned"}
        return f"{count:,} item{'s' if count != 1 else ''} {done[self.cleaned_data['do']]}."
