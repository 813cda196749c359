"""The whole story of a piece of work in one list, the newest first: what the books saw and what people did.

A collector reads one timeline instead of five tabs: sendings and acknowledgments, remittances in plain words, money
posted by hand, calls, outcomes, promises and holds. `is_new` marks what became known since the reader last recorded
something here.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils import timezone

from arwork.staff.access import practice_ids
from collections_app.worklist import story_books, story_work
from collections_app.worklist.models import WorkAction, WorkItem
from collections_app.worklist.story_events import Event, Paid

if TYPE_CHECKING:
    from arwork.staff.models import User

__all__ = ["Event", "Paid", "Story", "of_account", "of_claim"]


@dataclass(frozen=True, slots=True)
class Story:
    """Events newest first, and when the reader last recorded something here (None: never)."""

    events: Sequence[Event]
    last_touch_at: dt.datetime | None = None

    @property
    def new_count(self) -> int:
        """How many became known since then."""
        return sum(event.is_new for event in self.events)


def of_claim(*, actor: "User", item: WorkItem, remits: Sequence[Paid]) -> Story:
    """Everything that happened to the claim of `item`; `remits` are its payments (`story_books.paid_of`)."""
    claim_id, practice_id = item.claim_id or 0, item.practice_id
    if practice_id not in practice_ids(actor):
        return Story(())
    actions = story_work.actions_on(claim_id=claim_id)
    events = [
        *story_books.sendings(claim_id),
        *story_books.acknowledgments(claim_id),
        *(story_books.payment_event(paid) for paid in remits),
        *story_books.settled_denials(claim_id),
        *story_books.postings_by_hand([claim_id]),
        *story_work.worked(actions),
        *story_work.other_contacts(claim_id=claim_id),
    ]
    return _told(events, actor, _last_touch(actions, actor))


def of_account(*, actor: "User", item: WorkItem, claim_ids: Sequence[int]) -> Story:
    """Everything that happened between the practice and the household of `item`, whose claims are `claim_ids`."""
    account_id = item.account_id or 0
    if item.practice_id not in practice_ids(actor):
        return Story(())
    actions = story_work.actions_on(account_id=account_id)
    events = [
        *story_books.left_to_patient(claim_ids),
        *story_books.postings_by_hand(claim_ids, account_id=account_id),
        *story_work.worked(actions),
        *story_work.other_contacts(account_id=account_id),
        *story_work.promises_settled(account_id),
        *story_work.holds_placed(account_id),
    ]
    return _told(events, actor, _last_touch(actions, actor))


def _last_touch(actions: Iterable[WorkAction], actor: "User") -> dt.datetime | None:
    return max((action.at for action in actions if action.by_id == actor.pk), default=None)


def _told(events: list[Event], actor: "User", since: dt.datetime | None) -> Story:
    marked = [replace(event, is_new=event.by_id != actor.pk and _is_new(event, since)) for event in events]
    return Story(sorted(marked, key=_order, reverse=True), since)


def _is_new(event: Event, since: dt.datetime | None) -> bool:
    if since is None:
        return False
    if event.at is not None:
        return event.at > since
    return event.on > timezone.localdate(since)


def _order(event: Event) -> tuple[dt.date, float, int]:
    """By day, then by minute; on one day, what has no minute came before what people did about it."""
    return (event.on, event.at.timestamp() if event.at else 0.0, event.step)
