"""What a person enters on leaving an item, and whether it is complete and sensible."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.sensitive import ensure_not_sensitive
from collections_app.worklist import write_offs
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS, Disposition, OutcomeBook
from collections_app.worklist.models import WorkAction, WorkItem

if TYPE_CHECKING:
    from arwork.staff.models import User

FARTHEST_DAYS = 400
SENT_TWICE = dt.timedelta(minutes=1)  # a double click, or a page sent again after a lost connection
_WORDS = {
    "reference": "the payer's reference number",
    "spoke_to": "who said so",
    "trace": "the trace or check number",
    "amount": "the amount",
    "books_to": "the kind of write-off",
    "promised_on": "the promised day",
    "callback_on": "the day of the call-back",
    "until_on": "the day until which it waits",
    "reason": "the reason",
    "document": "which document",
    "phone": "the number",
    "decided_on": "the day of the decision",
    "happened_on": "the day of it",
}


class MissingField(DomainError):
    """The outcome needs something that was not entered; `facts["field"]` names it."""

    code = "missing_field"


class BadField(DomainError):
    """Something entered makes no sense; `facts["field"]` names it."""

    code = "bad_field"


class LoggedMeanwhile(Conflict):
    """An outcome was recorded after the page was opened from which this one comes."""

    code = "logged_meanwhile"


@dataclass(frozen=True, slots=True)
class EnteredOutcome:
    """What the person entered beside disposition and note. `given_up` is why a window is let go on its last day;
    `none_given` says that the payer gave neither a name nor a reference, `they_called` that the person called us, and
    `why_anyway` why a call was made against the gate's word."""

    reference: str = ""
    spoke_to: str = ""
    trace: str = ""
    amount: Decimal | None = None
    promised_on: dt.date | None = None
    callback_on: dt.date | None = None
    callback_at: dt.datetime | None = None
    until_on: dt.date | None = None
    rep_date: dt.date | None = None
    reason: str = ""
    document: str = ""
    phone: str = ""
    happened_on: dt.date | None = None
    method: str = "check"
    minutes: int | None = None
    wakes: tuple[str, ...] | None = None
    decided_on: dt.date | None = None
    given_up: str = ""
    none_given: bool = False
    they_called: bool = False
    why_anyway: str = ""
    books_to: str = ""


def check_entered(
    item: WorkItem,
    disposition: str,
    given: EnteredOutcome,
    *,
    note: str,
    next_on: dt.date | None,
    next_action: str | None,
    today: dt.date,
    outcomes: OutcomeBook,
    is_proposed: bool = False,
) -> Disposition:
    """The chosen outcome as the item's practice has it; of a write-off that `is_proposed` already the books
    are not asked again.

    Raises `MissingField` or `BadField` naming the field, or `SensitiveText`."""
    chosen = outcomes.find(disposition, practice_id=item.practice_id, on=today)
    if chosen is None or item.kind not in chosen.kinds:
        raise BadField("Choose an outcome that fits this kind of work.", field="disposition")
    if chosen.lifts and chosen.lifts != item.hold:
        raise BadField(f'"{chosen.label}" ends a hold that is not in force here.', field="disposition")
    if chosen.of_bucket not in ("", item.bucket):
        raise BadField("Nothing that the payer calls the patient's waits to be verified here.", field="disposition")
    for name in chosen.requires:
        if getattr(given, name) in (None, ""):
            raise MissingField(f'"{chosen.label}" needs {_WORDS[name]}.', field=name)
    if len(note) > WorkAction._meta.get_field("note").max_length:  # type: ignore[operator]
        raise BadField("The note is longer than 2,000 characters. Shorten it.", field="note")
    ensure_not_sensitive(
        note=note,
        reason=given.reason,
        given_up=given.given_up,
        why_anyway=given.why_anyway,
        spoke_to=given.spoke_to,
        document=given.document,
        reference=given.reference,
        trace=given.trace,
    )
    if next_action is not None and next_action not in NEXT_ACTIONS:
        raise BadField("Choose a next action from the list.", field="next_action")
    _check_days(given, next_on=next_on, today=today)
    if given.amount is not None and given.amount <= 0:
        raise BadField("The amount must be above zero.", field="amount")
    if chosen.within_open and given.amount is not None and given.amount > item.amount:
        raise BadField(f"Only ${item.amount:,.2f} is open here. Enter at most that.", field="amount")
    if write_offs.is_write_off(chosen) and not is_proposed:
        write_offs.check_proposal(item, given)
    return chosen


def missing_proof(chosen: Disposition, given: Mapping[str, Any]) -> MissingField | None:
    """What still has to be entered so that the outcome can be held against the payer later; None: nothing."""
    if not chosen.needs_proof or any(given.get(name) for name in ("reference", "spoke_to", "none_given")):
        return None
    return MissingField(
        f'"{chosen.label}" is proof with a reference or a name. Enter one, or tick that none was given.',
        field="reference",
    )


def repeated_action(
    item: WorkItem, actor: "User", disposition: str, note: str, *, now: dt.datetime
) -> WorkAction | None:
    """The item's last action if it is this very one, recorded a moment ago."""
    last = WorkAction.objects.filter(item=item).order_by("-pk").first()
    told = (actor.pk, disposition, note.strip())
    is_same = last is not None and (last.by_id, last.disposition, last.note) == told and now - last.at < SENT_TWICE
    return last if is_same else None


def ensure_not_stale(item: WorkItem, seen_touches: int | None) -> None:
    """Raise `LoggedMeanwhile` when `item` has another count of touches than the person saw; None: they say nothing."""
    if seen_touches is None or item.touches == seen_touches:
        return
    last = WorkAction.objects.filter(item=item.pk, reverses=None).select_related("by").order_by("-pk").first()
    known = BY_CODE.get(last.disposition) if last else None
    what = f'{last.by} logged "{known.label}"' if last and known else "Something was logged"
    raise LoggedMeanwhile(f"{what} since you opened this item. Read it, then log again if yours still holds.")


def _check_days(given: EnteredOutcome, *, next_on: dt.date | None, today: dt.date) -> None:
    """No day buries an item: whatever an item may wait for lies within reach, and the hour on the day it goes with."""
    last = today + dt.timedelta(days=FARTHEST_DAYS)
    for name, day in (("next_on", next_on), ("callback_on", given.callback_on), ("until_on", given.until_on)):
        if day is not None and not today <= day <= last:
            raise BadField(f"Choose a day from today to {FARTHEST_DAYS} days from now.", field=name)
    if given.happened_on is not None and given.happened_on > today:
        raise BadField("This has not happened yet. Choose a day up to today.", field="happened_on")
    for name, day in (("promised_on", given.promised_on), ("rep_date", given.rep_date)):
        if day is not None and day > last:
            raise BadField(f"Choose a day up to {FARTHEST_DAYS} days from now.", field=name)
    if given.decided_on is not None and given.decided_on > today:
        raise BadField("A decision that was made lies not ahead.", field="decided_on")
    at = given.callback_at
    if at is not None and abs(at.date() - (given.callback_on or today)) > dt.timedelta(days=1):  # in whichever zone
        raise BadField("The hour of the call-back lies on another day.", field="callback_at")
