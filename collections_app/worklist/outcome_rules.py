"""How a practice follows outcomes up, and which it hides: rules from a day on, shown before they are saved.

A rule decides about what is logged from its day on: what a person logged before keeps the day it was given. The preview
therefore shows the open items that stand at the outcome, their day, and the day that the rule would have given them.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from arwork.lib.dated_rules import DRAFTED, check_dates, ending, succeed
from arwork.lib.dates import add_business_days, next_business_day
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import practice_choice
from arwork.staff.dated_rows import DatedTable
from claims.payers.rule_entry import ensure_may_set
from collections_app.worklist.dispositions import (
    BY_CODE,
    DISPOSITIONS,
    NEXT_ACTIONS,
    Disposition,
    OutcomeBook,
    OutcomeRuling,
    has_days,
    is_ruleable,
)
from collections_app.worklist.models import OPEN, WorkItem
from collections_app.worklist.outcome_rule_models import OutcomeRule

if TYPE_CHECKING:
    from arwork.staff.models import User

SHOWN = 50
MOST_DAYS = 180


class BadOutcomeRule(DomainError):
    """A rule that could never apply, or that the law or the books forbid."""

    code = "bad_outcome_rule"


@dataclass(frozen=True, slots=True)
class OutcomeRuleDraft:
    """A rule as it was entered; what is left open is as shipped."""

    code: str
    valid_from: dt.date
    source: str
    days: int | None = None
    next_action: str = ""
    is_hidden: bool = False
    practice_id: int | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class OutcomeRuleChange:
    """What a change makes of one outcome: `after` is None where it will be hidden. `last_day` is that of a rule which
    ends, None for one that is withdrawn or begins."""

    code: str
    on: dt.date
    practice_id: int | None
    after: Disposition | None
    last_day: dt.date | None = None


@dataclass(frozen=True, slots=True)
class FollowedItem:
    """An open item that stands at the outcome: the day it has, and the one that it would have been given."""

    item: WorkItem
    would_be_on: dt.date | None


@dataclass(frozen=True, slots=True)
class OutcomeEffects:
    """The open items of the actor's practices that stand at an outcome: how many, for how much, the largest."""

    count: int = 0
    amount: Decimal = ZERO
    shown: list[FollowedItem] = field(default_factory=list)


def outcome_book() -> OutcomeBook:
    """The outcomes as the practices have them. One query."""
    return OutcomeBook(_own())


def outcome_rules(*, actor: "User") -> QuerySet[OutcomeRule]:
    """What was entered for every practice or for one of the actor's, the newest first."""
    mine = [one.id for one in practice_choice(actor).practices]
    rows = OutcomeRule.objects.filter(Q(practice=None) | Q(practice__in=mine))
    return rows.select_related("practice").order_by("-valid_from", "-pk")


def outcome_rule(rule_id: int, *, actor: "User") -> OutcomeRule:
    """One of them. Raises `NotFound`."""
    found = outcome_rules(actor=actor).filter(pk=rule_id).first()
    if found is None:
        raise NotFound("There is no such rule any more. Look at the list again.")
    return found


def steps_for(chosen: Disposition) -> dict[str, str]:
    """The next actions that an outcome may lead to, in words: those of its kinds of work."""
    codes = {one.next_action for one in DISPOSITIONS if {*one.kinds} & {*chosen.kinds} and is_ruleable(one)}
    return {code: words for code, words in NEXT_ACTIONS.items() if code in codes}


def plan_outcome_rule(draft: OutcomeRuleDraft) -> OutcomeRuleChange:
    """What a rule would make of its outcome. Raises `BadOutcomeRule`, `BadDates`."""
    _check(draft)
    after = OutcomeBook([_as_ruling(OutcomeRule(**asdict(draft)))]).find(
        draft.code, practice_id=draft.practice_id or 0, on=draft.valid_from
    )
    return OutcomeRuleChange(draft.code, draft.valid_from, draft.practice_id, after)


def plan_outcome_end(rule_id: int, *, last_day: dt.date | None, actor: "User", today: dt.date) -> OutcomeRuleChange:
    """What ending a rule would make of its outcome. Raises `NotFound`, `BadDates`."""
    found = outcome_rule(rule_id, actor=actor)
    last = ending(found.valid_from, found.valid_to, wanted=last_day, today=today)
    on = max(today, last + dt.timedelta(days=1)) if last else found.valid_from
    rest = OutcomeBook([one for one in _own() if one.rule_id != rule_id])
    after = rest.find(found.code, practice_id=found.practice_id or 0, on=on)
    return OutcomeRuleChange(found.code, on, found.practice_id, after, last_day=last)


def outcome_effects(change: OutcomeRuleChange, *, actor: "User") -> OutcomeEffects:
    """The open items that stand at the outcome, the largest first. Two queries, and that of who sees what."""
    ensure_may_set(actor, change.practice_id)
    mine = [one.id for one in practice_choice(actor).practices]
    rows = WorkItem.objects.filter(OPEN, last_disposition=change.code, practice__in=mine)
    if change.practice_id is not None:
        rows = rows.filter(practice=change.practice_id)
    sums = rows.aggregate(count=Count("pk"), amount=Sum("amount"))
    largest = rows.select_related("claim", "account", "payer", "practice").order_by("-amount", "pk")[:SHOWN]
    shown = [FollowedItem(item, _would_be_on(change.after, item)) for item in largest]
    return OutcomeEffects(sums["count"], sums["amount"] or ZERO, shown)


@transaction.atomic
def add_outcome_rule(draft: OutcomeRuleDraft, *, actor: "User", now: dt.datetime) -> OutcomeRule:
    """Let a rule hold from its day on; one for the same outcome and practice ends the day before. Raises as
    `plan_outcome_rule`, `Forbidden`."""
    ensure_may_set(actor, draft.practice_id)
    _check(draft)
    row = OutcomeRule(**asdict(draft))
    new, ended = succeed(_own(), _as_ruling(row))
    row.valid_to = new.valid_to
    return _TABLE.add(row, ended=ended, actor=actor, now=now)


@transaction.atomic
def end_outcome_rule(
    rule_id: int, *, last_day: dt.date | None, actor: "User", today: dt.date, now: dt.datetime
) -> dt.date | None:
    """End a rule after `last_day`; one that has not begun is withdrawn (None)."""
    ensure_may_set(actor, outcome_rule(rule_id, actor=actor).practice_id)
    return _TABLE.end(rule_id, last_day=last_day, actor=actor, today=today, now=now)


def _would_be_on(after: Disposition | None, item: WorkItem) -> dt.date | None:
    """The day on which an item would be followed up, counted from when the outcome was logged."""
    if after is None or not has_days(after) or item.decided_at is None:
        return None
    since = item.decided_at.date()
    if after.days <= 3:
        return add_business_days(since, after.days)
    return next_business_day(since + dt.timedelta(days=after.days))


def _own() -> Sequence[OutcomeRuling]:
    return [_as_ruling(row) for row in OutcomeRule.objects.order_by("pk")]


def _as_ruling(row: OutcomeRule) -> OutcomeRuling:
    facts = {one.name: getattr(row, one.name) for one in fields(OutcomeRuleDraft)}
    return OutcomeRuling(**facts, rule_id=row.pk or DRAFTED)


def _facts(row: OutcomeRule) -> dict[str, object]:
    return {one.name: getattr(row, one.name) for one in fields(OutcomeRuleDraft)}


_TABLE = DatedTable(OutcomeRule, subject="outcome_rule", deed="outcome_rule", facts=_facts)


def _check(draft: OutcomeRuleDraft) -> None:
    chosen = BY_CODE.get(draft.code)
    if chosen is None or not is_ruleable(chosen):
        raise BadOutcomeRule("The law, a hold or the books hang on this outcome: it stays as it is.", field="code")
    if draft.days is None and not draft.next_action and not draft.is_hidden:
        raise BadOutcomeRule("Say what is to be different: the days, the next action, or that it is hidden.")
    if draft.days is not None and not has_days(chosen):
        raise BadOutcomeRule("Its day comes from a payer rule, or from what is entered with it.", field="days")
    if draft.days is not None and not 0 <= draft.days <= MOST_DAYS:
        raise BadOutcomeRule(f"Choose up to {MOST_DAYS} days.", field="days")
    if draft.next_action and draft.next_action not in steps_for(chosen):
        raise BadOutcomeRule("Choose a next action that fits this kind of work.", field="next_action")
    if not draft.source.strip():
        raise BadOutcomeRule("Say who decided it, or where it stands.", field="source")
    ensure_not_sensitive(source=draft.source)
    check_dates(draft.valid_from, draft.valid_to)
