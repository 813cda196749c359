"""What a change of a payer rule or of a limit moves; of a rule shown before it is saved, of both carried out after.

Both sides run the same arithmetic (`project.redate_item` is what `project` does to dates), so the count that a person
confirms is the count that changes. Bounded batches; a preview stops after `LOOKED_AT_MOST` items and says so.
"""

import copy
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from arwork.lib import bulk
from arwork.lib.dates import add_business_days, previous_business_day
from arwork.lib.money import ZERO
from arwork.staff.access import practice_choice
from claims.payers.rule_entry import RuleChange, ensure_may_set
from collections_app.worklist import facts
from collections_app.worklist.deadlines import deadline_label
from collections_app.worklist.facts import ScoringContext
from collections_app.worklist.first_calls import SENT_ELSEWHERE
from collections_app.worklist.lanes import LaneChoice
from collections_app.worklist.models import OPEN, WorkItem
from collections_app.worklist.project import redate_item
from collections_app.worklist.refresh import (
    ACCOUNT_SIDE,
    BATCH,
    CLAIM_SIDE,
    CLOSURES_CHANGED,
    LIMITS_CHANGED,
    RULES_CHANGED,
    Refreshed,
    refresh_batch,
)

if TYPE_CHECKING:
    from arwork.staff.models import User

LOOKED_AT_MOST = 20_000
SHOWN = 200
#: Which work depends on which rule. What is not here decides no date of an open item.
KINDS_OF_WORK: dict[str, tuple[str, ...]] = {
    "filing": ("no_response", "rejected", "denied", "credit_balance"),
    "filing_secondary": ("no_response", "rejected", "denied", "credit_balance"),
    "corrected": ("denied", "credit_balance"),
    "records": ("denied", "credit_balance"),
    "appeal_1": ("denied", "underpaid", "credit_balance"),
    "appeal_2": ("denied", "credit_balance"),
    "followup_electronic": ("no_response",),
    "followup_paper": ("no_response",),
    "followup_secondary": ("no_response",),
    "ack_999": ("no_response",),
    "ack_277ca": ("no_response",),
}
_PATIENTS = Q(kind="patient_balance")
_AWAITING = Q(claim__awaiting_correction_since__isnull=False) | Q(kind="credit_balance", claim=None)
#: Which open work shows a limit, and whether its next step hangs on it; all others are asked for when they are needed.
OF_LIMITS: dict[str, tuple[Q, str]] = {
    "first_call_days": (_PATIENTS, LIMITS_CHANGED),
    SENT_ELSEWHERE: (_PATIENTS, LIMITS_CHANGED),
    "correction_days": (_AWAITING, LIMITS_CHANGED),
    "overpayment_days": (Q(kind="credit_balance") | Q(credit__gt=0) | Q(overpayment_due_on__isnull=False), ""),
    "small_balance": (Q(lane__in=(LaneChoice.SCORED, LaneChoice.SMALL)), ""),
    "minute_worth": (Q(lane=LaneChoice.SCORED), ""),
    "look_after_days": (Q(lane=LaneChoice.SCORED), ""),
    "look_after_above": (Q(lane=LaneChoice.SCORED), ""),
}
#: The longest intervals that are counted in business days, and one for what else is closed beside.
_COUNTED_OVER = 6
_DATES = ("deadline_kind", "deadline_on", "due_on", "next_on")


@dataclass(frozen=True, slots=True)
class ItemDateChange:
    """One item and its dates: the last lawful day, the day to be done by, the next action's day; before and after.

    `falls_back_to` is the window that binds instead where another one bound before, in a word; `is_gone` says that
    none binds any more, which is no gain: what was watched is watched no longer.
    """

    item: WorkItem
    last_day: tuple[dt.date | None, dt.date | None]
    due: tuple[dt.date | None, dt.date | None]
    next_on: tuple[dt.date | None, dt.date | None]
    is_missed: bool
    is_saved: bool
    is_gone: bool
    falls_back_to: str


@dataclass
class RuleEffects:
    """What would move. `looked_at` of `in_scope` open items were compared; `shown` are the first, most money first
    among those of the actor's practices, `hidden` belong to other practices."""

    decides_dates: bool
    in_scope: int = 0
    looked_at: int = 0
    count: int = 0
    amount: Decimal = ZERO
    earlier: int = 0
    later: int = 0
    missed: int = 0
    gone: int = 0
    other: int = 0
    saved: int = 0
    hidden: int = 0
    shown: list[ItemDateChange] = field(default_factory=list)

    @property
    def is_partial(self) -> bool:
        return self.looked_at < self.in_scope


def effects_of(change: RuleChange, *, actor: "User", today: dt.date, now: dt.datetime) -> RuleEffects:
    """Which open items a change would move, and whither. Reads only."""
    ensure_may_set(actor, change.practice_id)
    items = items_under(change)
    found = RuleEffects(decides_dates=change.kind in KINDS_OF_WORK, in_scope=items.count())
    if not found.in_scope:
        return found
    mine = {practice.id for practice in practice_choice(actor).practices}
    context = facts.load_context(today=today, now=now)
    before, after = replace(context, rules=change.before), replace(context, rules=change.after)
    for moved in _moved(items, before, after, found):
        _count(found, moved, mine)
    return found


def items_under(change: RuleChange) -> QuerySet[WorkItem]:
    """Open payer-side items whose dates a change of this kind and scope may decide."""
    return _items(change.kind, change.payer_id, change.payer_class, change.practice_id)


def _items(kind: str, payer_id: int | None, payer_class: str, practice_id: int | None) -> QuerySet[WorkItem]:
    kinds = KINDS_OF_WORK.get(kind, ())
    rows = WorkItem.objects.filter(OPEN, scope_of(payer_id, payer_class), claim__isnull=False, kind__in=kinds)
    return rows if practice_id is None else rows.filter(practice=practice_id)


def scope_of(payer_id: int | None, payer_class: str) -> Q:
    """The items of one payer, of a class of payers, or of all."""
    if payer_id is not None:
        return Q(payer=payer_id)
    return Q(payer__payer_class=payer_class) if payer_class else Q()


def refresh_under(
    *,
    kind: str,
    payer_id: int | None,
    payer_class: str,
    practice_id: int | None = None,
    today: dt.date,
    now: dt.datetime,
) -> Refreshed:
    """Bring the items under a changed rule to it: batches of claims, each in a transaction. Idempotent."""
    rows = _items(kind, payer_id, payer_class, practice_id)
    return _refresh(rows, RULES_CHANGED, today=today, now=now)


def refresh_under_limit(name: str, *, today: dt.date, now: dt.datetime) -> Refreshed:
    """Bring the open items that show a limit to the figure that holds today. Idempotent."""
    if name not in OF_LIMITS:
        return Refreshed()
    concerned, event = OF_LIMITS[name]
    return _refresh(WorkItem.objects.filter(OPEN, concerned), event, today=today, now=now)


def refresh_under_contact_rules(*, today: dt.date, now: dt.datetime) -> Refreshed:
    """Bring the open items of patients to the contact rules that are kept today. Idempotent."""
    return _refresh(WorkItem.objects.filter(OPEN, _PATIENTS), LIMITS_CHANGED, today=today, now=now)


def refresh_around_closure(day: dt.date, *, practice_id: int | None, today: dt.date, now: dt.datetime) -> Refreshed:
    """Move what was planned for a day on which an office is closed, or by it, and what was counted over it in business
    days; the same when the day was withdrawn. Idempotent."""
    before = previous_business_day(day - dt.timedelta(days=1))
    near = (before, add_business_days(day, _COUNTED_OVER))
    rows = WorkItem.objects.filter(OPEN, Q(next_on__range=near) | Q(due_on__range=(before, day)))
    if practice_id is not None:
        rows = rows.filter(practice=practice_id)
    return _refresh(rows, CLOSURES_CHANGED, today=today, now=now)


def _refresh(rows: QuerySet[WorkItem], event: str, *, today: dt.date, now: dt.datetime) -> Refreshed:
    done = Refreshed()
    context = facts.load_context(today=today, now=now)
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", "claim_id", "account_id")[:BATCH]):
        last = batch[-1][0]
        claims = sorted({claim for _, claim, _ in batch if claim})
        accounts = sorted({account for _, claim, account in batch if account and not claim})
        for side, ids in ((CLAIM_SIDE, claims), (ACCOUNT_SIDE, accounts)):
            if ids:
                done.add(refresh_batch(side, ids, context=context, event=event))
        done.looked_at += len(batch)
    return done


def _moved(
    items: QuerySet[WorkItem], before: ScoringContext, after: ScoringContext, found: RuleEffects
) -> Iterator[ItemDateChange]:
    most_first = items.select_related("claim", "payer").order_by("-amount", "pk")
    rows = most_first[:LOOKED_AT_MOST].iterator(chunk_size=BATCH)
    for batch in bulk.chunks(rows, BATCH):
        claims = facts.claim_facts({item.claim_id for item in batch if item.claim_id})
        found.looked_at += len(batch)
        for item in batch:
            claim = claims[item.claim_id or 0]
            old, new = copy.copy(item), copy.copy(item)
            redate_item(old, before, claim)
            redate_item(new, after, claim)
            if any(getattr(old, name) != getattr(new, name) for name in _DATES):
                yield _compared(item, new, after.today)


def _compared(item: WorkItem, new: WorkItem, today: dt.date) -> ItemDateChange:
    was, becomes = item.deadline_on, new.deadline_on
    is_open = was is None or was >= today
    stays_open = becomes is None or becomes >= today
    is_another = item.deadline_kind != new.deadline_kind
    return ItemDateChange(
        item=item,
        last_day=(was, becomes),
        due=(item.due_on, new.due_on),
        next_on=(item.next_on, new.next_on),
        is_missed=is_open and not stays_open,
        is_saved=not is_open and stays_open,
        is_gone=was is not None and becomes is None,
        falls_back_to=deadline_label(new.deadline_kind) if was and becomes and is_another else "",
    )


def _count(found: RuleEffects, moved: ItemDateChange, mine: set[int]) -> None:
    found.count += 1
    if moved.item.practice_id not in mine:
        found.hidden += 1
        return
    found.amount += moved.item.amount
    was, becomes = moved.due if moved.due[0] != moved.due[1] else moved.next_on
    if was and becomes and not moved.is_gone:
        found.earlier += becomes < was
        found.later += becomes > was
    found.missed += moved.is_missed
    found.gone += moved.is_gone
    found.other += bool(moved.falls_back_to)
    found.saved += moved.is_saved
    if len(found.shown) < SHOWN:
        found.shown.append(moved)
