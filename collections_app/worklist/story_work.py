"""What people did about a claim or a household, as events in words: outcomes, calls, promises, holds."""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from collections_app.contacts.models import Contact, Hold
from collections_app.promises.models import Promise
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS
from collections_app.worklist.models import WorkAction
from collections_app.worklist.story_events import Event

_DAY, _CENTS = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d+\.\d\d")
_OTHER = {"undone": "Taken back", "answered": "Supervisor answered"}
_ENTERED = {
    "reason": "",
    "document": "document ",
    "trace": "trace ",
    "amount": "$",
    "promised_on": "by ",
    "rep_date": "the payer named ",
    "callback_on": "call back ",
}


def actions_on(*, claim_id: int | None = None, account_id: int | None = None) -> list[WorkAction]:
    """What was recorded on a claim (any of its items), or on an account's own items; oldest first."""
    rows = WorkAction.objects.filter(item__claim=claim_id) if claim_id else WorkAction.objects.filter(
        item__account=account_id, item__claim=None
    )  # fmt: skip
    return list(rows.select_related("by", "undone_by").order_by("pk"))


def worked(actions: Iterable[WorkAction]) -> list[Event]:
    """Outcomes that were recorded; what was taken back is struck through, its undoing left out."""
    return [_outcome(action) for action in actions if action.disposition != "undone"]


def other_contacts(*, claim_id: int | None = None, account_id: int | None = None) -> list[Event]:
    """Contacts that no outcome at the desk tells of already."""
    about = {"claim": claim_id} if claim_id else {"account": account_id, "claim": None}
    rows = Contact.objects.filter(action=None, **about).select_related("by")
    return [
        Event(
            on=timezone.localdate(row.at),
            at=row.at,
            kind=row.get_channel_display(),
            words=f"{row.get_direction_display()}: {_lower(row.get_outcome_display())}",
            detail=_joined(row.spoken_to and f"spoke to {row.spoken_to}", row.note),
            by=str(row.by),
        )
        for row in rows
    ]


def promises_settled(account_id: int) -> list[Event]:
    """Promises that were kept, partly kept or broken; the promising itself is an outcome."""
    tones = {"kept": "green", "broken": "red", "partly": "amber"}
    rows = Promise.objects.filter(account=account_id, settled_on__isnull=False).exclude(state="cancelled")
    return [
        Event(
            on=row.settled_on,
            kind="Promise",
            words=f"Promise of ${row.amount:,.2f} {row.get_state_display().lower()}",
            detail=f"${row.received:,.2f} came" if row.received else "nothing came",
            tone=tones.get(row.state, ""),
            step=6,
        )
        for row in rows
        if row.settled_on
    ]


def holds_placed(account_id: int) -> list[Event]:
    """Holds that were placed, and lifted."""
    events = []
    for row in Hold.objects.filter(account=account_id).select_related("placed_by", "lifted_by"):
        label = _lower(row.get_reason_display())
        events.append(
            Event(
                on=row.from_on,
                at=row.placed_at,
                kind="Hold",
                words=f"Contact stopped: {label}",
                detail=row.note,
                by=str(row.placed_by or ""),
                tone="red",
            )
        )
        if row.lifted_at:
            lifted = timezone.localdate(row.lifted_at)
            words = f"Hold lifted: {label}"
            events.append(Event(on=lifted, at=row.lifted_at, kind="Hold", words=words, by=str(row.lifted_by or "")))
    return events


def _outcome(action: WorkAction) -> Event:
    chosen = BY_CODE.get(action.disposition)
    label = (
        chosen.label if chosen else _OTHER.get(action.disposition, action.disposition.replace("_", " ").capitalize())
    )
    next_ = ""
    if action.next_on:
        what = NEXT_ACTIONS.get(action.next_action, action.next_action)
        next_ = f"next: {_lower(what)}, {action.next_on:%b} {action.next_on.day}"
    return Event(
        on=timezone.localdate(action.at),
        at=action.at,
        kind="Call" if chosen and (chosen.is_attempt or chosen.is_contact) else "Work",
        words=label,
        detail=_joined(
            action.spoken_to and f"spoke to {action.spoken_to}",
            action.reference and f"ref. {action.reference}",
            *entered_words(action),
            action.note,
            next_,
        ),
        by=str(action.by),
        is_undone=hasattr(action, "undone_by"),
        by_id=action.by_id,
    )


def entered_words(action: WorkAction) -> list[str]:
    """What was entered with an outcome beside its note: `$1,240.00`, `by Nov 21, 2026`, the reason."""
    found = action.entered
    return [f"{before}{_said(found[name])}" for name, before in _ENTERED.items() if found.get(name) is not None]


def _said(value: Any) -> str:
    """What was entered, as pages write it: `1,240.00`, `Nov 21, 2026`."""
    text = str(value)
    if _DAY.fullmatch(text):
        day = dt.date.fromisoformat(text)
        return f"{day:%b} {day.day}, {day.year}"
    return f"{Decimal(text):,.2f}" if _CENTS.fullmatch(text) else text


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _lower(words: str) -> str:
    return f"{words[0].lower()}{words[1:]}"
