"""Leaving an item: what was recorded, what comes next, and undoing it within ten minutes.

`record_outcome` writes one append-only `WorkAction` with the decided columns of the item before and after, the contact
it was and the promise or hold that came of it, and gives the item back. `undo_action` writes `before` back and adds the
action that reverses it; calls that were made stay in the contact log, for they were made (see `calling` for one told
anew).
"""

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.races import told_when_lost
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.remits.undo import UNDO_WITHIN
from collections_app.worklist import consequences, drafts, facts, from_books, queue
from collections_app.worklist.answers import (
    BadField,
    EnteredOutcome,
    MissingField,
    check_entered,
    ensure_not_stale,
    missing_proof,
    repeated_action,
)
from collections_app.worklist.deadlines import deadline_label
from collections_app.worklist.dispositions import ROUTE_CHOSEN, Disposition, OutcomeBook
from collections_app.worklist.item_events import publish_closed_items
from collections_app.worklist.item_score import rescore
from collections_app.worklist.leases import (
    HeldByOther,
    ItemClosed,
    access_item,
    end_leases_of_closed,
    lease_again,
    other_holder,
    taken_by_other,
)
from collections_app.worklist.models import OPEN, WorkAction, WorkItem
from collections_app.worklist.next_action import TO_PATIENTS, Proposal
from collections_app.worklist.notices import note_answers
from collections_app.worklist.outcome_rules import outcome_book
from collections_app.worklist.proposals import proposal_after

if TYPE_CHECKING:
    from arwork.staff.models import User


_CHANGED_MEANWHILE = (
    "The books or somebody else changed this work at the same moment, so nothing was undone. Open it and look again."
)


class StillOpen(DomainError):
    """Resolved, says the person; the books disagree."""

    code = "still_open"


class TooLate(Conflict):
    """An action can be undone by who recorded it, for ten minutes, while nothing came after it."""

    code = "too_late"


def record_outcome(
    *,
    actor: "User",
    item_id: int,
    disposition: str,
    now: dt.datetime,
    today: dt.date,
    note: str = "",
    next_on: dt.date | None = None,
    next_action: str | None = None,
    seen_touches: int | None = None,
    proposed: int | None = None,
    outcomes: OutcomeBook | None = None,
    **entered: Any,
) -> WorkAction:
    """Record the outcome of working an item, schedule what comes next, and give the item back.

    `entered` are the fields of `EnteredOutcome`. `next_on` and `next_action` replace what `followup.propose` proposes.
    `seen_touches` is the item's count as the person saw it: what was logged since is to be read first, and a form that
    is sent twice records once. `proposed` is the write-off of this item where many were proposed at once, `outcomes`
    the practices' own, where the caller has read them for many.
    Raises `MissingField` or `BadField` naming the field, `SensitiveText`, `HeldByOther`, `ItemClosed`, `StillOpen`,
    `LoggedMeanwhile`.
    """
    require(actor, Capability.WORK_ITEMS)
    given = EnteredOutcome(**entered)
    with transaction.atomic():
        item = access_item(actor, item_id, lock=True)
        if seen_touches not in (None, item.touches) and (
            same := repeated_action(item, actor, disposition, note, now=now)
        ):
            return same
        chosen = check_entered(
            item, disposition, given, note=note, next_on=next_on, next_action=next_action, today=today,
            is_proposed=proposed is not None, outcomes=outcomes or outcome_book(),
        )  # fmt: skip
        if missing := missing_proof(chosen, asdict(given)):
            raise missing
        _ensure_workable(item, actor, now=now)
        ensure_not_stale(item, seen_touches)
        around = facts.context_of_item(item, today=today, now=now)
        before, purpose = snapshot_item(item), consequences.purpose_of_call(item, now)
        proposal, answered = proposal_after(item, chosen, given, around, actor=actor)
        if proposal.loses:
            raise MissingField(f"{proposal.loses} Keep it, or say why it is lost.", field="given_up")
        _decide(item, chosen, proposal, given, actor=actor, now=now, today=today)
        _override(item, proposal, given, next_on=next_on, next_action=next_action, today=today)
        if next_on is not None or next_action is not None:
            _ensure_lawful(item, chosen, given, proposal, actor=actor, now=now)
        follows = consequences.apply_consequences(
            item, chosen, given, actor=actor, note=note, now=now, today=today, proposed=proposed,
            purpose=purpose,
        )  # fmt: skip
        if chosen.closes:
            _ensure_no_open_business(item, around)
        rescore(item, around)
        item.save()
        action = record_work_action(
            item,
            chosen.code,
            by=actor,
            at=now,
            before=before,
            note=note.strip(),
            reference=given.reference[:50],
            spoken_to=given.spoke_to[:80],
            entered=_plain(given, follows),
            contact=follows.contact,
            promise=follows.promise,
        )
        note_answers(action, answered)
        queue.sync_queue([item.pk], today=today)
        end_leases_of_closed(item.pk)
        if item.state == WorkItem.State.CLOSED:
            publish_closed_items([item])
        drafts.end_draft(actor=actor, item=item)
        _trail(actor, "work_recorded", action, now=now)
    return action


def undo_action(
    *, actor: "User", action_id: int, now: dt.datetime, today: dt.date, is_taken_up: bool = True
) -> WorkAction:
    """Undo an action: the item is as it was, and (`is_taken_up`) on the desk of `actor` again.

    Raises `NotFound`, or `TooLate` when ten minutes are over, somebody else recorded it, it was undone before, or
    anything happened to the item after it; `ChangedMeanwhile` when that happens at the same moment.
    """
    require(actor, Capability.WORK_ITEMS)
    with told_when_lost(_CHANGED_MEANWHILE), transaction.atomic():
        action = WorkAction.objects.filter(pk=action_id, practice__in=practice_ids(actor)).first()
        if action is None:
            raise NotFound("There is no such action among your practices.", action_id=action_id)
        item = access_item(actor, action.item_id, lock=True)
        _ensure_undo_in_time(action, item, actor, now=now)
        after = snapshot_item(item)
        restore_item(item, action.before)
        if is_taken_up and action.disposition != ROUTE_CHOSEN:
            drafts.draft_again(actor=actor, item=item, action=action, now=now)
        consequences.undo_consequences(action, actor=actor, now=now, today=today)
        rescore(item, facts.context_of_item(item, today=today, now=now))
        item.save()
        reversal = record_work_action(item, "undone", by=actor, at=now, before=after, reverses=action)
        queue.sync_queue([item.pk], today=today)
        if is_taken_up:
            lease_again(item, actor, now=now)
        _trail(actor, "work_undone", reversal, now=now)
    return reversal


def _ensure_workable(item: WorkItem, actor: "User", *, now: dt.datetime) -> None:
    if item.state != WorkItem.State.OPEN:
        raise ItemClosed(f"This item was closed meanwhile: {item.closed_reason}. Your note was not kept.")
    if (other := taken_by_other(item, actor, now=now)) is not None:
        raise HeldByOther(f"Your hold ended and {other.holder} took this item.", item_id=item.pk)


def _ensure_no_open_business(item: WorkItem, around: facts.ScoringContext) -> None:
    scope = from_books.RowScope(ids=(item.claim_id or item.account_id or item.exception_id or 0,))
    if item.claim_id:
        left = from_books.claim_signals(scope, today=around.today, limits=around.limits).get(item.claim_id)
    elif item.account_id:
        left = from_books.account_signals(scope, today=around.today, limits=around.limits).get(item.account_id)
    else:
        left = from_books.exception_signals(scope).get(item.exception_id or 0)
    if left is not None:
        raise StillOpen(
            f"The books still show ${item.amount:,.2f} open here, so it can't be closed by hand. Propose a write-off "
            "of it, or go on asking for it; once nothing is open it closes by itself.",
            field="disposition",
        )


def _decide(
    item: WorkItem,
    chosen: Disposition,
    proposal: Proposal,
    given: EnteredOutcome,
    *,
    actor: "User",
    now: dt.datetime,
    today: dt.date,
) -> None:
    item.same_answers = item.same_answers + 1 if item.last_disposition == chosen.code else 1
    item.last_disposition, item.last_worked_at = chosen.code, now
    item.touches, item.quiet_touches = item.touches + 1, item.quiet_touches + 1
    item.decided_at, item.woken_by, item.promise_broken_on = now, "", None
    item.owner_id = item.owner_id or actor.pk
    item.next_action, item.because = proposal.next_action, proposal.because[:200]
    item.next_on = proposal.due_on
    item.next_at = given.callback_at if proposal.is_appointment else None
    item.appointment_on = proposal.due_on if proposal.is_appointment else None
    item.snoozed_until = proposal.due_on if chosen.code == "snoozed" else None
    item.wake_events = " ".join(proposal.wakes_on if given.wakes is None else given.wakes)
    item.escalated_at = now if proposal.escalate else None
    item.escalated_by_id = actor.pk if proposal.escalate else None
    if proposal.closes:
        item.state, item.closed_on, item.closed_reason = WorkItem.State.CLOSED, today, "resolved"


def _override(
    item: WorkItem,
    proposal: Proposal,
    given: EnteredOutcome,
    *,
    next_on: dt.date | None,
    next_action: str | None,
    today: dt.date,
) -> None:
    """What the person chose instead. A day of their own outranks nothing: only what was agreed with somebody does."""
    if proposal.closes:
        return
    if next_action is not None and next_action != item.next_action:
        item.next_action, item.because = next_action, "chosen by hand"
    if next_on is not None and next_on != proposal.due_on:
        if not given.given_up:
            _ensure_within_deadline(item, next_on, today)
        item.next_on = next_on
        item.appointment_on = next_on if proposal.is_appointment else None
        item.because = "day chosen by hand"
        item.next_at = None
        item.snoozed_until = next_on if item.snoozed_until else None


def _ensure_within_deadline(item: WorkItem, next_on: dt.date, today: dt.date) -> None:
    """A day of one's own lets no window close unseen. One that has closed binds nobody any more."""
    last = item.deadline_on
    if last is not None and today <= last < next_on:
        window = deadline_label(item.deadline_kind)
        raise BadField(f"The {window} closes on {last:%b} {last.day}. Choose a day before that.", field="next_on")


def _ensure_lawful(
    item: WorkItem,
    chosen: Disposition,
    given: EnteredOutcome,
    proposal: Proposal,
    *,
    actor: "User",
    now: dt.datetime,
) -> None:
    """A day of one's own, or a step of one's own, brings no call forward that the law puts off."""
    if item.next_action not in TO_PATIENTS or item.next_on is None or proposal.is_appointment:
        return
    calls = consequences.guarantor_calls(item, actor=actor, now=now)
    pause = consequences.pause_after_outcome(calls, chosen, item, is_inbound=given.they_called)
    if pause is not None and item.next_on < pause.until:
        raise BadField(
            f"{pause.why[0].upper()}{pause.why[1:]} ({pause.source}). Choose {pause.until:%b} {pause.until.day} or "
            "later.",
            field="next_on",
        )


def _ensure_undo_in_time(action: WorkAction, item: WorkItem, actor: "User", *, now: dt.datetime) -> None:
    if action.by_id != actor.pk or action.disposition == "undone":
        raise TooLate("Only who recorded it can undo it.")
    if now - action.at > UNDO_WITHIN:
        raise TooLate("Ten minutes have passed. Open the item and record what is true now.")
    newest = WorkAction.objects.filter(item=item).order_by("-pk").first()
    if newest is None or newest.pk != action.pk:
        raise TooLate("Something was recorded after it, or it was undone already.")
    if snapshot_item(item) != action.after:
        raise TooLate("The books or a supervisor changed the item since. Open it and look again.")
    if item.state != WorkItem.State.OPEN and _is_open_anew(item):
        raise TooLate("The books opened this work anew since. Go on with the new item.")
    if (other := other_holder(item, actor, now=now)) is not None:
        raise HeldByOther(f"{other.holder} is working on it now.", item_id=item.pk)


def _is_open_anew(item: WorkItem) -> bool:
    """Whether another open item stands where this closed one stood."""
    about = {"claim": item.claim_id} if item.claim_id else {"account": item.account_id, "exception": item.exception_id}
    return WorkItem.objects.filter(OPEN, **({"claim": None} | about)).exists()


def _plain(given: EnteredOutcome, follows: consequences.OutcomeConsequences) -> dict[str, Any]:
    """What was entered as JSON, without what has a column of its own, and what came of it."""
    own = ("reference", "spoke_to", "phone", "why_anyway")
    values = {
        name: value
        for name, value in asdict(given).items()
        if name not in own and value not in (None, "") and value is not False
    }
    plain = {name: value if isinstance(value, int | str) else str(value) for name, value in values.items()}
    if given.wakes is not None:
        plain["wakes"] = " ".join(given.wakes)
    return plain | follows.ids()


def _trail(actor: "User", deed: str, action: WorkAction, *, now: dt.datetime) -> None:
    told = {"disposition": action.disposition, "next_action": action.next_action, "next_on": str(action.next_on or "")}
    audit.record(actor, deed, "work_item", action.item_id, practice_id=action.practice_id, after=told, now=now)


#: What people decide, what counts their touches, whether the item is open, and what an outcome says at once about
#: holds and deadlines. Nothing of the money.
DECIDED_COLUMNS = (
    "state", "closed_on", "closed_reason", "owner_id", "next_action", "next_on", "next_at", "appointment_on",
    "because", "decided_at", "snoozed_until", "wake_events", "woken_by", "escalated_at", "escalated_by_id",
    "promise_broken_on", "last_disposition", "last_worked_at", "touches", "quiet_touches", "same_answers",
    "hold", "deadline_kind", "deadline_on", "due_on", "window_answered_on",
)  # fmt: skip


def snapshot_item(item: WorkItem) -> dict[str, Any]:
    """The decided columns, moments and days as ISO text. Moments in UTC, as they are read back: an hour that was
    entered in another zone is the same hour."""
    values = ((name, getattr(item, name)) for name in DECIDED_COLUMNS)
    values = ((name, value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value) for name, value in values)
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values}


def restore_item(item: WorkItem, stored: dict[str, Any]) -> None:
    """Write a snapshot back into `item`, unsaved."""
    for name in DECIDED_COLUMNS:
        if name in stored:
            setattr(item, name, read_column(name, stored[name]))


def record_work_action(
    item: WorkItem, disposition: str, *, by: "User", at: dt.datetime, before: dict[str, Any], **own: Any
) -> WorkAction:
    """Write down what became of `item`, as it stands now; `own` are the columns of this kind of action."""
    return WorkAction.objects.create(
        practice_id=item.practice_id,
        item=item,
        at=at,
        by=by,
        disposition=disposition,
        next_action=item.next_action,
        next_on=item.next_on,
        amount=item.amount,
        before=before,
        after=snapshot_item(item),
        **own,
    )


def read_column(name: str, value: Any) -> Any:
    """The value of a column of an item from what `snapshot_item` wrote of it."""
    field = next(one for one in WorkItem._meta.concrete_fields if one.attname == name)
    if value is None:
        return None
    if isinstance(field, models.DateTimeField):
        return dt.datetime.fromisoformat(value)
    return dt.date.fromisoformat(value) if isinstance(field, models.DateField) else value
