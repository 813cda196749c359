"""Write-offs proposed from the work: what an outcome asks of the books, and what its answer makes of the item.

The money, the limits and the question are `claims.adjustments`; here stands which part of an item it is about. While
the question waits the item does; it comes back with the answer, in the refresh that follows the books.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from claims.adjustments import selectors as adjustments
from claims.adjustments import services
from claims.adjustments.classes import class_for
from claims.adjustments.standing import Target
from collections_app.worklist.dispositions import Disposition, dispositions_for
from collections_app.worklist.kinds import WorkKind
from collections_app.worklist.lanes import LaneChoice
from collections_app.worklist.models import WorkItem

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.worklist.answers import EnteredOutcome

WAITS, ANSWERED = "approve_write_off", "read_answer"
#: What wakes an item whose question was answered, as the desk says it.
DECISION = "decision"
_TIMELY = "29"


@dataclass(frozen=True, slots=True)
class WriteOffOffer:
    """What the form begins with: the likely class, and how much."""

    books_to: str
    amount: Decimal


def is_write_off(chosen: Disposition) -> bool:
    """Whether an outcome proposes a write-off."""
    return "books_to" in chosen.requires


def outcome_for(item: WorkItem) -> str:
    """The outcome that proposes a write-off of this kind of work; empty where none does."""
    return next((one.code for one in dispositions_for(item.kind) if is_write_off(one)), "")


def target_of(item: WorkItem, amount: Decimal) -> Target:
    """What a write-off from this item is about: its bucket of the claim, or all that the account's patients owe."""
    if item.claim_id:
        return Target(bucket_of(item), amount, claim_id=item.claim_id)
    return Target("PATIENT", amount, account_id=item.account_id)


def bucket_of(item: WorkItem) -> str:
    """Whose money the item is about."""
    if item.claim is None:
        return "PATIENT"
    return item.bucket or str(item.claim.responsible)


def check_proposal(item: WorkItem, given: "EnteredOutcome") -> None:
    """Raise `WrongClass` or `MoreThanOpen`, as what was typed would when it is proposed."""
    class_for(given.books_to, bucket_of(item))
    if given.amount is not None:
        target = target_of(item, given.amount)
        services.ensure_open(target, adjustments.open_for(target))


def offer_for(item: WorkItem, *, reason: str = "") -> WriteOffOffer | None:
    """The class and amount that the form begins with; `reason` is the CARC of a denial. None where nothing is open."""
    if item.kind in (WorkKind.CREDIT_BALANCE, WorkKind.REMIT_EXCEPTION):
        return None
    opening = adjustments.open_for(target_of(item, item.amount))
    amount = min(opening, item.amount)
    if amount <= 0:
        return None
    if item.lane == LaneChoice.SMALL:
        return WriteOffOffer("WO_SMALL", amount)
    if item.kind == WorkKind.DENIED and bucket_of(item) != "PATIENT":
        return WriteOffOffer("WO_TIMELY" if reason == _TIMELY else "WO_DENIAL", amount)
    return WriteOffOffer("", amount)


def propose_for(item: WorkItem, given: "EnteredOutcome", *, actor: "User", today: dt.date, now: dt.datetime) -> int:
    """Propose what the outcome says; the id of the write-off, which is posted by now or waits."""
    target = target_of(item, given.amount or Decimal(0))
    made = services.propose(target, books_to=given.books_to, reason=given.reason, actor=actor, today=today, now=now)
    return made.pk


def propose_for_many(
    items: Sequence[WorkItem], *, books_to: str, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> tuple[dict[int, int], dict[int, str]]:
    """One decision about many items, each with its own amount: write-offs and troubles, by item."""
    targets = [target_of(item, item.amount) for item in items]
    done = services.propose_many(targets, books_to=books_to, reason=reason, actor=actor, today=today, now=now)
    return (
        {items[place].pk: made.pk for place, made in done.adjustments.items()},
        {items[place].pk: error.message for place, error in done.troubles.items()},
    )


def take_back(adjustment_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """Withdraw what waits, or reverse what was posted a moment ago. Raises `Conflict` where somebody has answered."""
    services.undo(adjustment_id, actor=actor, today=today, now=now)


def answers_to(items: Iterable[WorkItem]) -> Mapping[int, str]:
    """By item, the answer to a write-off that it waits for, in words; nothing of those that wait still. No query where
    none waits."""
    waiting = [item for item in items if item.next_action == WAITS]
    if not waiting:
        return {}
    claims = [item.claim_id for item in waiting if item.claim_id]
    accounts = [item.account_id for item in waiting if not item.claim_id and item.account_id]
    ended = adjustments.answers_of(claim_ids=claims, account_ids=accounts)
    found = {}
    for item in waiting:
        place = ("claim", item.claim_id) if item.claim_id else ("account", item.account_id or 0)
        if words := ended.get(place, "nobody was asked: propose it anew"):
            found[item.pk] = words
    return found


def take_up_answer(item: WorkItem, words: str, *, today: dt.date) -> None:
    """The wait is over: the item is due today, with what was answered."""
    item.next_action, item.next_on, item.because = ANSWERED, today, words[:200]
    item.next_at = item.appointment_on = item.snoozed_until = None
    item.wake_events, item.woken_by = "", DECISION
