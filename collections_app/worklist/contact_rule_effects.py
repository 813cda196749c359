"""What a change of a contact rule moves: whom of the open balances one may call before it, and after."""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from arwork.lib import bulk
from arwork.staff.access import practice_ids
from collections_app.contacts import asking, gate
from collections_app.contacts.gate import Purpose, Verdict
from collections_app.contacts.rules import ContactRuleBook
from collections_app.worklist.models import OPEN, WorkItem

if TYPE_CHECKING:
    from arwork.staff.models import User

LOOKED_AT_MOST, SHOWN, _BATCH = 20_000, 50, 1_000


@dataclass(frozen=True, slots=True)
class MovedAccount:
    """An account of which the answer changes: the item, and both answers."""

    item: WorkItem
    before: Verdict
    after: Verdict


@dataclass
class ContactRuleEffects:
    """Of `looked_at` open balances (of `in_scope`) so many may be called at `at` before the change, and after it."""

    at: dt.datetime
    in_scope: int = 0
    looked_at: int = 0
    callable_before: int = 0
    callable_after: int = 0
    moved: int = 0
    shown: list[MovedAccount] = field(default_factory=list)


def contact_rule_effects(
    before: ContactRuleBook, after: ContactRuleBook, *, actor: "User", at: dt.datetime
) -> ContactRuleEffects:
    """Which open balances of the actor's practices a change moves at an instant, the largest first. Reads only, in
    batches of a thousand accounts."""
    mine = practice_ids(actor)
    rows = WorkItem.objects.filter(OPEN, kind="patient_balance", account__isnull=False, practice__in=mine)
    found = ContactRuleEffects(at, in_scope=rows.count())
    largest = rows.select_related("account", "practice").order_by("-amount", "pk")[:LOOKED_AT_MOST]
    for batch in bulk.chunks(largest.iterator(chunk_size=_BATCH), _BATCH):
        known = asking.facts_for({item.account_id or 0 for item in batch}, channel=gate.PHONE, at=at)
        for item in batch:
            facts = known[item.account_id or 0]
            was, will = (
                gate.verdict(replace(facts, rules=book), gate.PHONE, Purpose.COLLECTION, at) for book in (before, after)
            )
            _count(found, MovedAccount(item, was, will))
    return found


def _count(found: ContactRuleEffects, one: MovedAccount) -> None:
    found.looked_at += 1
    found.callable_before += not one.before.is_blocked
    found.callable_after += not one.after.is_blocked
    if (one.before.answer, one.before.rule, one.before.until) == (one.after.answer, one.after.rule, one.after.until):
        return
    found.moved += 1
    if len(found.shown) < SHOWN:
        found.shown.append(one)
