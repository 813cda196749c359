"""The whole story of a piece of work in one list, the newest first: what the books saw and what people did.

A collector reads one timeline instead of five tabs: submissions and acknowledgments, remittances in plain words, money
posted by hand, calls, outcomes, promises and holds. `is_new` marks what became known since the reader was last here.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from arwork.lib.dates import long_day
from arwork.staff.access import practice_ids
from claims.billing.selectors import same_claims
from claims.parties.selectors import same_accounts
from collections_app.contacts.models import Contact
from collections_app.contacts.selectors import holds_binding
from collections_app.letters.models import Letter
from collections_app.letters.selectors import letters_about
from collections_app.promises.models import Promise
from collections_app.worklist import timeline_books, timeline_messages
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS, ROUTE_CHOSEN
from collections_app.worklist.models import WorkAction, WorkItem
from collections_app.worklist.timeline_books import Answers, TimelineEvent
from collections_app.worklist.timeline_letters import letter_events

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events newest first, and when the reader was last here: looked, or recorded something (None: never)."""

    events: Sequence[TimelineEvent]
    since: dt.datetime | None = None

    @property
    def new_count(self) -> int:
        """How many became known since then."""
        return sum(event.is_new for event in self.events)


def claim_timeline(
    *, actor: "User", item: WorkItem, answers: Answers, looked_at: dt.datetime | None = None
) -> Timeline:
    """Everything that happened to the claim of `item`, to which payers gave `answers` (`timeline_books.answers_to`)."""
    claim_id, practice_id = item.claim_id or 0, item.practice_id
    if practice_id not in practice_ids(actor):
        return Timeline(())
    actions = list(actions_on(claim_id=claim_id))
    events = [
        *timeline_books.submission_events(claim_id),
        *timeline_books.acknowledgment_events(claim_id),
        *(timeline_books.payment_event(paid) for paid in answers.payments),
        *timeline_books.closed_denial_events(answers.denials),
        *timeline_books.manual_posting_events([claim_id]),
        *outcome_events(actions),
        *contacted(contacts_apart(claim_id=claim_id)),
        *timeline_messages.patient_events(claim_id=claim_id),
        *letter_events(letters_about(claim_id=claim_id)),
    ]
    return _told(events, actor, _last_here(actions, actor, looked_at))


def account_timeline(
    *, actor: "User", item: WorkItem, claim_ids: Sequence[int], looked_at: dt.datetime | None = None
) -> Timeline:
    """Everything that happened between the practice and the guarantor account of `item`, whose claims are
    `claim_ids`."""
    account_id = item.account_id or 0
    if item.practice_id not in practice_ids(actor):
        return Timeline(())
    actions = list(actions_on(account_id=account_id))
    events = [
        *timeline_books.patient_responsibility_events(claim_ids),
        *timeline_books.manual_posting_events(claim_ids, account_id=account_id),
        *outcome_events(actions),
        *contacted(contacts_apart(account_id=account_id)),
        *promise_events(account_id),
        *hold_events(account_id),
        *timeline_messages.delivery_events(account_id),
        *timeline_messages.reply_events(account_id),
        *timeline_messages.patient_events(account_id=account_id),
        *letter_events(letters_about(account_id=account_id)),
    ]
    return _told(events, actor, _last_here(actions, actor, looked_at))


def done_on_claim(*, actor: "User", claim_id: int, most: int) -> list[TimelineEvent]:
    """What people did about a claim, the `most` latest, newest first. For its page, which tells itself what the books
    saw. Three queries."""
    ours = practice_ids(actor)
    actions = actions_on(claim_id=claim_id).filter(practice__in=ours).exclude(disposition="undone")
    letters = letters_about(claim_id=claim_id).filter(practice__in=ours)
    return _latest(actions, contacts_apart(claim_id=claim_id).filter(practice__in=ours), letters, most=most)


def done_on_account(*, actor: "User", account_id: int, most: int) -> list[TimelineEvent]:
    """The same for a guarantor account, with the calls about its claims. Three queries."""
    ours, calls = practice_ids(actor), Q(item__claim=None) | Q(contact__isnull=False)
    actions = WorkAction.objects.filter(calls, item__account=account_id, practice__in=ours).exclude(
        disposition="undone"
    )
    same = same_accounts(account_id)
    contacts = Contact.objects.filter(
        action=None, delivery=None, reply=None, account__in=same, practice__in=ours
    ).select_related("by")
    rows = actions.select_related("by", "undone_by", "item__claim")
    letters = letters_about(account_id=account_id).filter(practice__in=ours)
    events = _latest(rows, contacts, letters, most=most, names_claims=True)
    events += [
        *timeline_messages.delivery_events(account_id, most=most),
        *timeline_messages.reply_events(account_id, most=most),
    ]
    return _newest_first([*events, *timeline_messages.patient_events(account_id=account_id)])[:most]


def _latest(
    actions: QuerySet[WorkAction],
    contacts: QuerySet[Contact],
    letters: QuerySet[Letter],
    *,
    most: int,
    names_claims: bool = False,
) -> list[TimelineEvent]:
    done, apart = actions.order_by("-pk")[:most], contacts.order_by("-at", "-pk")[:most]
    events = [*outcome_events(done, names_claims=names_claims), *contacted(apart), *letter_events(letters[:most])]
    return _newest_first(events)[:most]


def _last_here(actions: Iterable[WorkAction], actor: "User", looked_at: dt.datetime | None) -> dt.datetime | None:
    touched = [action.at for action in actions if action.by_id == actor.pk]
    return max((at for at in (*touched, looked_at) if at is not None), default=None)


def _told(events: list[TimelineEvent], actor: "User", since: dt.datetime | None) -> Timeline:
    marked = [replace(event, is_new=event.by_id != actor.pk and _is_new(event, since)) for event in events]
    return Timeline(_newest_first(marked), since)


def _is_new(event: TimelineEvent, since: dt.datetime | None) -> bool:
    if since is None:
        return False
    if event.at is not None:
        return event.at > since
    return event.on > timezone.localdate(since)


def _newest_first(events: Iterable[TimelineEvent]) -> list[TimelineEvent]:
    return sorted(events, key=_order, reverse=True)


def _order(event: TimelineEvent) -> tuple[dt.date, float, int]:
    """By day, then by minute; on one day, what has no minute came before what people did about it."""
    return (event.on, event.at.timestamp() if event.at else 0.0, event.step)


_DAY, _CENTS = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d+\.\d\d")
_OTHER = {"undone": "Undone", "answered": "Supervisor answered", ROUTE_CHOSEN: "Route chosen"}
_ENTERED = {
    "reason": "",
    "document": "document ",
    "trace": "trace ",
    "amount": "$",
    "promised_on": "by ",
    "rep_date": "the payer named ",
    "callback_on": "call back ",
}


def actions_on(*, claim_id: int | None = None, account_id: int | None = None) -> QuerySet[WorkAction]:
    """What was recorded on a claim (any of its items), or on an account's own items; oldest first."""
    if claim_id:
        rows = WorkAction.objects.filter(item__claim__in=same_claims(claim_id))
    else:
        rows = WorkAction.objects.filter(item__account__in=same_accounts(account_id or 0), item__claim=None)
    return rows.select_related("by", "undone_by").order_by("pk")


def outcome_events(actions: Iterable[WorkAction], *, names_claims: bool = False) -> list[TimelineEvent]:
    """Outcomes that were recorded; what was undone is struck through, its undoing left out."""
    return [_outcome(action, names_claims=names_claims) for action in actions if action.disposition != "undone"]


def contacts_apart(*, claim_id: int | None = None, account_id: int | None = None) -> QuerySet[Contact]:
    """Contacts that no recorded outcome tells of already."""
    if claim_id:
        about = Q(claim__in=same_claims(claim_id))
    else:
        about = Q(account__in=same_accounts(account_id or 0), claim=None)
    return Contact.objects.filter(about, action=None, delivery=None, reply=None).select_related("by")


def contacted(contacts: Iterable[Contact]) -> list[TimelineEvent]:
    """Attempts to reach somebody, each as one event."""
    return [
        TimelineEvent(
            on=timezone.localdate(row.at),
            at=row.at,
            kind=row.get_channel_display(),
            words=f"{row.get_direction_display()}: {_lower(row.get_outcome_display())}",
            detail=_joined(
                row.spoken_to and f"spoke to {row.spoken_to}", row.reference and f"ref. {row.reference}", row.note
            ),
            by=str(row.by or ""),
        )
        for row in contacts
    ]


def promise_events(account_id: int) -> list[TimelineEvent]:
    """What became of promises; one that healed is told twice, when it was found broken and when its money was entered.
    The promising itself is an outcome, and so is its undoing."""
    tones = {"kept": "green", "broken": "red"}
    rows = Promise.objects.filter(account=account_id, settled_on__isnull=False).exclude(
        ended__in=("undone", "replaced")
    )
    events = []
    for row in rows:
        if row.is_healed and row.broken_at:
            found = f"Promise of ${row.amount:,.2f} found broken"
            events.append(TimelineEvent(on=timezone.localdate(row.broken_at), kind="Promise", words=found, step=6))
        if row.settled_on:
            events.append(
                TimelineEvent(
                    on=row.settled_on,
                    kind="Promise",
                    words=f"Promise of ${row.amount:,.2f}: {_lower(row.words)}",
                    detail=f"${row.received:,.2f} came in time" if row.received else "nothing came",
                    tone=tones.get(row.state, ""),
                    step=6,
                )
            )
    return events


def hold_events(account_id: int) -> list[TimelineEvent]:
    """Holds that were placed, and lifted."""
    events = []
    for row in holds_binding(account_id).select_related("placed_by", "lifted_by"):
        label = _lower(row.get_reason_display())
        events.append(
            TimelineEvent(
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
            events.append(
                TimelineEvent(on=lifted, at=row.lifted_at, kind="Hold", words=words, by=str(row.lifted_by or ""))
            )
    return events


def _outcome(action: WorkAction, *, names_claims: bool) -> TimelineEvent:
    chosen = BY_CODE.get(action.disposition)
    label = (
        chosen.label if chosen else _OTHER.get(action.disposition, action.disposition.replace("_", " ").capitalize())
    )
    then = NEXT_ACTIONS.get(action.next_action, action.next_action.replace("_", " "))
    return TimelineEvent(
        on=timezone.localdate(action.at),
        at=action.at,
        kind="Call" if chosen and (chosen.is_attempt or chosen.is_contact) else "Work",
        words=label,
        detail=_joined(
            f"claim {action.item.claim}" if names_claims and action.item.claim else "",
            action.spoken_to and f"spoke to {action.spoken_to}",
            action.reference and f"ref. {action.reference}",
            *entered_words(action),
            action.note,
            f"then {_lower(then)}, {action.next_on:%b} {action.next_on.day}" if action.next_on and then else "",
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
        return long_day(dt.date.fromisoformat(text))
    return f"{Decimal(text):,.2f}" if _CENTS.fullmatch(text) else text


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _lower(words: str) -> str:
    return f"{words[0].lower()}{words[1:]}"
