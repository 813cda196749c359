"""What is entered on leaving an item. Which of it an outcome needs is the worklist's business, not the form's."""

import datetime as dt
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone

from arwork.lib.errors import DomainError
from arwork.web.fields import AmountField
from claims.adjustments.classes import CLASSES, classes_for
from collections_app.promises.selectors import METHODS
from collections_app.worklist.answers import missing_proof
from collections_app.worklist.dispositions import BY_CODE, WAKING_EVENTS, Disposition, dispositions_for
from collections_app.worklist.supervising import EVENT_SNOOZE_DAYS
from collections_app.worklist.write_offs import WriteOffOffer, is_write_off

#: Fields that an outcome may require or ask for, in the order of the form.
ASKED = (
    "books_to", "amount", "trace", "promised_on", "method", "callback_on", "callback_time", "until_on", "wakes",
    "reason", "decided_on", "document", "phone", "happened_on", "reference", "spoke_to", "rep_date", "none_given",
    "they_called", "why_anyway",
)  # fmt: skip
_CHOSEN = ("wakes", "method", "none_given", "they_called")
#: What is kept of a form that was not sent. The method of a payment alone is no entry: it is always chosen.
_KEPT = tuple(name for name in ("disposition", *ASKED, "note", "next_on") if name not in _CHOSEN)
_WITH = {"promised_on": ("method",), "callback_on": ("callback_time",), "until_on": ("wakes",)}


#: Where the session keeps what a payer call is about, and the field by which a form says that it is part of one.
CALL = "call"


def call_field_ids(item_id: int) -> str:
    """The pattern of the ids of the fields of one claim of a call: several forms stand on that page."""
    return f"call_{item_id}_%s"


def _day(label: str, **attrs: str) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date", **attrs}))


class OutcomeForm(forms.Form):
    """The outcome, what it needs, the next day and a note."""

    disposition = forms.ChoiceField(label="Outcome", required=False)
    books_to = forms.ChoiceField(label="Kind of write-off", required=False)
    amount = AmountField(label="Amount", required=False)
    trace = forms.CharField(label="Trace no.", required=False, max_length=50)
    promised_on = _day("Pays by")
    method = forms.ChoiceField(label="How", required=False, choices=METHODS)
    callback_on = _day("Call back on")
    callback_time = forms.TimeField(
        label="At", required=False, widget=forms.TimeInput(attrs={"type": "time"}), help_text="Your time."
    )
    until_on = _day("Until")
    wakes = forms.MultipleChoiceField(
        label="Or as soon as there is",
        required=False,
        choices=list(WAKING_EVENTS.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
        initial=list(WAKING_EVENTS),
    )
    reason = forms.CharField(label="Reason", required=False, max_length=200)
    decided_on = _day("Decided on")
    document = forms.CharField(label="Document", required=False, max_length=120)
    phone = forms.CharField(
        label="Number", required=False, max_length=20, widget=forms.TextInput(attrs={"type": "tel"})
    )
    reference = forms.CharField(label="Reference no.", required=False, max_length=50)
    spoke_to = forms.CharField(label="Spoke to", required=False, max_length=80)
    rep_date = _day("Payer named")
    given_up = forms.CharField(label="The window is lost because", required=False, max_length=200)
    happened_on = _day("Day of it")
    none_given = forms.BooleanField(label="No reference and no name were given", required=False)
    they_called = forms.BooleanField(label="They called us", required=False)
    why_anyway = forms.CharField(
        label="Called all the same because", required=False, max_length=300, help_text="A supervisor will see it."
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 2000}))
    next_on = _day("Next")
    proposed_on = forms.DateField(required=False, widget=forms.HiddenInput)
    touches = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        kind: str,
        bucket: str = "",
        offer: "WriteOffOffer | None" = None,
        is_blocked: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", {})
        super().__init__(data, **kwargs)
        self.outcomes, self.offer, self.is_blocked = dispositions_for(kind), offer, is_blocked
        fitting = classes_for(bucket) if bucket else CLASSES.values()
        cast(forms.ChoiceField, self.fields["books_to"]).choices = [
            ("", "Choose"),
            *((one.code, one.label) for one in fitting),
        ]
        choices = [(one.code, one.label) for one in self.outcomes]
        cast(forms.ChoiceField, self.fields["disposition"]).choices = [("", ""), *choices]
        for name in ASKED:
            self.fields[name].widget.attrs.setdefault("autocomplete", "off")

    def asked(self) -> list[dict[str, Any]]:
        """Each field with the outcomes that need it, those that merely ask, and those where the hand goes to it."""
        chosen = self["disposition"].value()
        found = []
        for name in ASKED:
            needs = [one.code for one in self.outcomes if name in one.requires]
            asks = [one.code for one in self.outcomes if name in one.asks or _belongs(name, one)]
            asks += [one.code for one in self.outcomes if name == "none_given" and one.needs_proof]
            asks += [one.code for one in self.outcomes if self._asks_about_the_call(name, one)]
            if needs or asks:
                on = chosen in needs or chosen in asks
                hand = [one.code for one in self.outcomes if name == "reference" and one.needs_proof]
                facts = {"needs": " ".join(needs), "asks": " ".join(asks), "hand": " ".join(hand)}
                found.append({"field": self[name], "on": on, **facts, **self._offered(name)})
        return found

    def _asks_about_the_call(self, name: str, outcome: Disposition) -> bool:
        """Who called whom, and why all the same where the gate forbids it at this moment."""
        if name not in ("they_called", "why_anyway") or not tells_of_a_patient_call(outcome):
            return False
        return name == "they_called" or self.is_blocked or "why_anyway" in self.errors

    def _offered(self, name: str) -> dict[str, str]:
        """What a field begins with once a write-off is chosen, and the outcomes that are one."""
        if self.offer is None or name not in ("books_to", "amount"):
            return {}
        outcomes = " ".join(one.code for one in self.outcomes if is_write_off(one))
        return {"offer": str(getattr(self.offer, name)), "offered_for": outcomes}

    def entered(self) -> dict[str, Any]:
        """What the chosen outcome uses of what was entered, for `worklist.record` and `worklist.preview`."""
        data = self.cleaned_data
        chosen = next((one for one in self.outcomes if one.code == data.get("disposition")), None)
        if chosen is None:
            return {}
        uses = [name for name in ASKED if name in (*chosen.requires, *chosen.asks) or _belongs(name, chosen)]
        found = {name: data[name] for name in uses if data.get(name) not in (None, "", [])}
        if clock := found.pop("callback_time", None):
            found["callback_at"] = _moment(found.get("callback_on"), clock)
        if chosen.needs_proof and data.get("none_given"):
            found["none_given"] = True
        if tells_of_a_patient_call(chosen):
            found |= {name: data[name] for name in ("they_called", "why_anyway") if data.get(name)}
        if "wakes" in uses:
            found["wakes"] = tuple(data.get("wakes") or ())
        if given_up := data.get("given_up"):
            found["given_up"] = given_up
        return {name: value for name, value in found.items() if value is not None}

    def leave(self, *, today: dt.date) -> dict[str, Any]:
        """`entered`, and for a snooze that waits for an event alone the longest that it may sleep."""
        found = self.entered()
        if self.cleaned_data.get("disposition") == "snoozed" and "until_on" not in found and found.get("wakes"):
            found["until_on"] = today + dt.timedelta(days=EVENT_SNOOZE_DAYS)
        return found

    def clean(self) -> dict[str, Any]:
        """What a payer said must be provable."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = BY_CODE.get(data.get("disposition", ""))
        if chosen and (missing := missing_proof(chosen, data)):
            self.show_error(missing)
        return data

    @property
    def chosen_day(self) -> dt.date | None:
        """The next day if the person chose it: what the page proposed itself is no choice."""
        day: dt.date | None = self.cleaned_data.get("next_on")
        return None if day == self.cleaned_data.get("proposed_on") else day

    def show_error(self, error: DomainError) -> None:
        """Put an error beside the field it names."""
        name = error.facts.get("field")
        name = {"item": None, "events": "wakes", "next_action": None}.get(str(name), name)
        self.add_error(name if name in self.fields else None, error.message)


def tells_of_a_patient_call(outcome: Disposition) -> bool:
    """Whether logging the outcome says that a patient was called, or called us."""
    return "patient_balance" in outcome.kinds and (outcome.is_attempt or outcome.is_contact) and not outcome.is_legal


def _belongs(name: str, outcome: Any) -> bool:
    """Fields that come along with another: the method of a promise, the hour of a call-back."""
    return any(name in along for leader, along in _WITH.items() if leader in outcome.requires)


def _moment(day: dt.date | None, clock: dt.time) -> dt.datetime | None:
    return timezone.make_aware(dt.datetime.combine(day, clock)) if day else None


def typed(data: QueryDict) -> dict[str, str | list[str]]:
    """What somebody has entered so far, as typed, by field; empty when there is nothing worth keeping."""
    found: dict[str, str | list[str]] = {name: text for name in _KEPT if (text := data.get(name, "").strip())}
    if found.get("next_on") == data.get("proposed_on"):  # the page's own proposal is no choice
        found.pop("next_on", None)
    if found:
        if "wakes" in data:
            found["wakes"] = [str(name) for name in data.getlist("wakes") if name in WAKING_EVENTS]
        if (method := data.get("method", "")) in dict(METHODS):
            found["method"] = method
    return found


class AnswerForm(forms.Form):
    """A supervisor's answer to an escalation."""

    note = forms.CharField(label="Answer", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    owner = forms.TypedChoiceField(label="Give it to", coerce=int, required=False, empty_value=None)

    def __init__(self, data: Any = None, *, workers: Any) -> None:
        super().__init__(data)
        cast(forms.TypedChoiceField, self.fields["owner"]).choices = [("", "whoever has it"), *workers]
