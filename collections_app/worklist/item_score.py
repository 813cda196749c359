"""An item's score and lane from its own columns, and the day on which time alone will change them."""

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from claims.billing.buckets import PAYERS
from claims.denials.claim_allowances import ClaimAllowance
from collections_app.worklist import lanes, scoring
from collections_app.worklist.closed_windows import is_closed
from collections_app.worklist.deadlines import deadline_label
from collections_app.worklist.facts import ScoringContext
from collections_app.worklist.first_steps import LADDER
from collections_app.worklist.models import WorkItem
from collections_app.worklist.scoring import CHARGED_KINDS, ScoringFacts, age_limits

_NEVER = dt.timedelta(days=3650)
#: The columns that `rescore` writes, and the allowance that it reads anew.
SCORE_COLUMNS = (
    "contract_allowed", "probability", "expected", "minutes", "urgency", "urgent_because", "lane", "rank",
    "look_after_on", "review_on",
)  # fmt: skip


def rescore(item: WorkItem, context: ScoringContext) -> None:
    """Score, lane and the day on which time alone will change them."""
    figures = context.lane_figures(item.practice_id)
    facts = scoring_facts(item, context)
    found = scoring.score_numbers(facts, today=context.today)
    where = lanes.lane_place(facts, context.today, figures, pace=found.pace)
    item.probability = round(found.chance * 1000)
    item.expected = Decimal(round(found.expected * 100)).scaleb(-2)
    item.minutes = max(round(found.minutes), 1)
    item.urgency = round(found.urgency * 100)
    item.urgent_because = found.reason
    item.lane = int(where.lane)
    item.rank = lanes.packed_rank(where, found.value)
    look_after = lanes.look_after_on(facts, context.today, figures)
    item.look_after_on = look_after if lanes.is_resting(where) else None
    item.review_on = _review_on(item, context.today, look_after)


def rescore_allowed(item: WorkItem, allowance: ClaimAllowance | None, context: ScoringContext) -> None:
    """As `rescore`, with what the contract is known to allow of the claim now."""
    said = None
    if allowance is not None and _is_charge(item):
        said = allowance.denied if item.kind == "denied" else allowance.owed
    item.contract_allowed = None if said is None else min(said, item.amount)
    rescore(item, context)


def _is_charge(item: WorkItem) -> bool:
    """Whether its amount is what was charged: nobody has said yet what is allowed."""
    return item.kind in CHARGED_KINDS and item.bucket == PAYERS[0]


def scoring_facts(item: WorkItem, context: ScoringContext) -> ScoringFacts:
    """What the score and its words need, from the columns of the item and the practice's history."""
    age = (context.today - item.aged_from).days
    history = context.history_of(item.practice_id, item.kind, item.payer_id, item.category, age)
    payer = context.payer_history(item.practice_id, item.payer_id)
    return ScoringFacts(
        kind=item.kind,
        collectible=item.amount,
        age_days=max(age, 0),
        payer_class=context.payer_class.get(item.payer_id or 0, ""),
        category=item.category if item.kind == "denied" else "",
        usual_win=None if item.usual_win is None or item.kind != "denied" else item.usual_win / 1000,
        next_action=item.next_action,
        last_disposition=item.last_disposition,
        same_answers=item.same_answers,
        quiet_touches=item.quiet_touches,
        is_charge=_is_charge(item),
        contract=item.contract_allowed,
        allowed=payer.allowed,
        remitted=payer.remitted,
        deadline=deadline_label(item.deadline_kind),
        last_day=item.deadline_on,
        internal_due=item.due_on,
        appointment_on=item.appointment_on,
        promise_broken_on=item.promise_broken_on,
        overpayment_due_on=item.overpayment_due_on,
        waits_since=_waits_since(item),
        must_do=lanes.MUST_DO_WORDS.get(item.hold, ""),
        is_pinned=item.pinned_at is not None,
        won=history.won,
        tried=history.tried,
        came_alone=history.came_alone,
        left_alone=history.left_alone,
        minutes=payer.minutes,
        timed=payer.timed,
        minute_worth=float(context.lane_figures(item.practice_id).minute_worth),
        item_id=item.pk or 0,
        is_closed=is_closed(item, today=context.today, payer_class=context.payer_class.get(item.payer_id or 0, "")),
    )


def _review_on(item: WorkItem, today: dt.date, look_after: dt.date | None) -> dt.date:
    days = [today + _NEVER]
    age = (today - item.aged_from).days
    days += [item.aged_from + dt.timedelta(days=limit + 1) for limit in age_limits() if limit >= age][:1]
    for last in (item.deadline_on, item.overpayment_due_on):
        if last is not None and (day := scoring.next_count_on(last, today)) is not None:
            days.append(day)
    if look_after is not None:
        days.append(look_after)
    if item.promise_broken_on is not None:
        days.append(item.promise_broken_on + dt.timedelta(days=2))
    if item.appointment_on is not None:
        days.append(item.appointment_on)
    if item.decided_at is None and item.next_action in LADDER and item.next_on is not None:
        days.append(item.next_on + dt.timedelta(days=1))
    return min(day for day in days if day > today)


def _waits_since(item: WorkItem) -> dt.date | None:
    """The day since which it is due (it may be ahead) and nobody has touched it."""
    if item.next_on is None or item.last_worked_at is None:
        return item.next_on
    return max(item.next_on, timezone.localdate(item.last_worked_at))
