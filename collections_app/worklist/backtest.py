"""A figure held against one's own history before it is published: what the touches of the past would have brought in
its order, and whether the score's chances came true.

Looked at are touches old enough for their answer to be here. Cash is credited to the last touch before it. History
tells only of touches that were made, so orders are compared by the half of each week's minutes that they put first: a
better order has more of the week's money in it, and leaves fewer windows for the half that would not have been reached.
Chances are those of today's rates, so the figures say how well the score fits, not how well it foresaw.
"""

import copy
import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.utils import timezone

from arwork.lib import bulk
from arwork.lib.money import in_cents
from arwork.staff.access import Capability, practice_ids, require
from claims.ledger.models import Posting
from collections_app.worklist import facts, lanes, scoring
from collections_app.worklist.actions import restore_item
from collections_app.worklist.dispositions import BY_CODE
from collections_app.worklist.facts import ScoringContext
from collections_app.worklist.item_score import scoring_facts
from collections_app.worklist.lanes import CLOSING_DAYS, LaneFigures
from collections_app.worklist.models import WorkAction, WorkItem
from collections_app.worklist.scoring import ScoringFacts

if TYPE_CHECKING:
    from arwork.staff.models import User

#: So long an answer is waited for, and so many days of touches before that are looked at, at most so many.
ANSWERED_WITHIN = dt.timedelta(days=60)
PERIOD = dt.timedelta(days=120)
LOOKED_AT_MOST = 20_000
DECILES = 10
#: Leaving an item without having worked it is no touch.
_NO_WORK = ("snooze", "escalate", "close")
_TOUCHES = tuple(code for code, one in BY_CODE.items() if one.action not in _NO_WORK)
_Key = tuple[str, int]
_Period = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class PastTouch:
    """One touch as it stood: its facts, its minutes, and the dollars that came of it within the time of an answer.
    `came` is the share of what was at stake that came, whoever touched it last."""

    on: dt.date
    facts: ScoringFacts
    recover: float
    minutes: float
    won: float
    came: float


class OrderOutcome(NamedTuple):
    """What the first half of each week's minutes would have brought, and the windows left for the other half."""

    dollars: float
    hours: float
    lost_windows: int
    lost_dollars: float

    @property
    def an_hour(self) -> float:
        return self.dollars / self.hours if self.hours else 0.0


class RateDecile(NamedTuple):
    """A tenth of the touches, by their chance: how many, the mean chance in percent, what came in percent."""

    touches: int
    predicted: float
    came: float


@dataclass
class Backtest:
    """The present figures and the proposed ones over the same touches."""

    touches: int = 0
    since: dt.date | None = None
    until: dt.date | None = None
    is_partial: bool = False
    now: OrderOutcome = OrderOutcome(0.0, 0.0, 0, 0.0)
    proposed: OrderOutcome = OrderOutcome(0.0, 0.0, 0, 0.0)
    every_hour: float = 0.0
    deciles: list[RateDecile] = field(default_factory=list)


def backtest(
    *, actor: "User", practice_id: int, proposed: LaneFigures | None, today: dt.date, now: dt.datetime
) -> Backtest:
    """Hold `proposed` (None: the figures that hold) against the touches of a practice of the actor's. Reads only, in
    a number of queries that hangs on thousands of touches, not on touches."""
    require(actor, Capability.SEE_TEAM)
    if practice_id not in practice_ids(actor):
        return Backtest()
    context = facts.load_context(today=today, now=now)
    touches, is_partial = past_touches(practice_id, context)
    if not touches:
        return Backtest()
    figures = context.lane_figures(practice_id)
    return Backtest(
        touches=len(touches),
        since=touches[0].on,
        until=touches[-1].on,
        is_partial=is_partial,
        now=outcome_of(touches, figures),
        proposed=outcome_of(touches, proposed or figures),
        every_hour=sum(one.won for one in touches) / (sum(one.minutes for one in touches) / 60),
        deciles=deciles_of(touches),
    )


def past_touches(practice_id: int, context: ScoringContext) -> tuple[list[PastTouch], bool]:
    """The answered touches of a practice, the oldest first, and whether there were more than are looked at."""
    until = context.today - ANSWERED_WITHIN
    rows = (
        WorkAction.objects.filter(
            practice=practice_id, at__date__gte=until - PERIOD, at__date__lte=until, disposition__in=_TOUCHES
        )
        .filter(undone_by=None, reverses=None)
        .select_related("item", "contact")
        .order_by("-pk")[: LOOKED_AT_MOST + 1]
    )
    newest = list(rows)
    actions = newest[:LOOKED_AT_MOST][::-1]
    cash = _Cash(actions)
    return [_touch(action, context, cash) for action in actions], len(newest) > LOOKED_AT_MOST


def outcome_of(touches: Sequence[PastTouch], figures: LaneFigures) -> OrderOutcome:
    """What an order under `figures` would have put into the first half of each week's minutes."""
    dollars = minutes = lost_dollars = 0.0
    lost = 0
    weeks: dict[tuple[int, int], list[PastTouch]] = defaultdict(list)
    for one in touches:
        weeks[one.on.isocalendar()[:2]].append(one)
    for week in weeks.values():
        left = sum(one.minutes for one in week) / 2
        for one in sorted(week, key=lambda one: _place(one, figures)):
            if left > 0:
                dollars, minutes, left = dollars + one.won, minutes + one.minutes, left - one.minutes
                continue
            last = one.facts.last_day
            if last is not None and 0 <= (last - one.on).days <= CLOSING_DAYS:
                lost, lost_dollars = lost + 1, lost_dollars + one.won
    return OrderOutcome(dollars, minutes / 60, lost, lost_dollars)


def deciles_of(touches: Sequence[PastTouch]) -> list[RateDecile]:
    """Tenths by chance, the lowest first: predicted beside what came."""
    ordered = sorted(touches, key=lambda one: one.recover)
    edges = [len(ordered) * part // DECILES for part in range(DECILES + 1)]
    return [
        RateDecile(
            len(tenth),
            100 * sum(one.recover for one in tenth) / len(tenth),
            100 * sum(one.came for one in tenth) / len(tenth),
        )
        for low, high in zip(edges, edges[1:], strict=False)
        if (tenth := ordered[low:high])
    ]


def _place(one: PastTouch, figures: LaneFigures) -> tuple[int, int, float]:
    under = replace(one.facts, minute_worth=float(figures.minute_worth))
    found = scoring.score_numbers(under, today=one.on)
    where = lanes.lane_place(under, one.on, figures, pace=found.pace)
    return int(where.lane), where.step, -found.value


def _touch(action: WorkAction, context: ScoringContext, cash: "_Cash") -> PastTouch:
    item: WorkItem = copy.copy(action.item)
    restore_item(item, action.before)
    item.amount = action.amount
    day = timezone.localdate(action.at)
    around = replace(context, today=day)
    known = scoring_facts(item, around)
    found = scoring.score_numbers(known, today=day)
    logged = action.contact.minutes if action.contact else 0
    came, credited = cash.after(action, day)
    return PastTouch(
        on=day,
        facts=known,
        recover=found.recover,
        minutes=float(logged or max(found.minutes, 1.0)),
        won=min(credited, found.stake) if found.stake else 0.0,
        came=min(came / found.stake, 1.0) if found.stake else 0.0,
    )


class _Cash:
    """What came in on the claims (or the guarantor's claims) of some touches, and after which of them."""

    def __init__(self, actions: Sequence[WorkAction]) -> None:
        self.touched: dict[_Key, list[dt.date]] = defaultdict(list)
        for action in actions:
            self.touched[_key(action.item)].append(timezone.localdate(action.at))
        self.came: dict[_Key, list[tuple[dt.date, float]]] = defaultdict(list)
        if not actions:
            return
        days = (timezone.localdate(actions[0].at), timezone.localdate(actions[-1].at) + ANSWERED_WITHIN)
        for what, column in (("claim", "claim"), ("account", "claim__account")):
            ids = sorted({pk for kind, pk in self.touched if kind == what})
            for batch in bulk.chunks(ids, 2_000):
                for pk, day, cents, debit in _postings(column, batch, days):
                    self.came[what, pk].append((day, cents / 100 if debit == "CASH" else -cents / 100))

    def after(self, action: WorkAction, day: dt.date) -> tuple[float, float]:
        """Dollars that came within the time of an answer, and those of them before the next touch."""
        key = _key(action.item)
        touched = self.touched[key]
        place = bisect_right(touched, day)
        following = touched[place] if place < len(touched) else dt.date.max
        came = [(on, dollars) for on, dollars in self.came[key] if day <= on <= day + ANSWERED_WITHIN]
        return max(sum(dollars for _, dollars in came), 0.0), max(
            sum(dollars for on, dollars in came if on < following), 0.0
        )


def _postings(column: str, ids: Sequence[int], days: _Period) -> Iterable[tuple[int, dt.date, int, str]]:
    rows = Posting.objects.filter(
        Q(debit="CASH") | Q(credit="CASH"),
        bulk.Among(column, ids),
        kind__in=("payer_payment", "patient_payment"),
        posted_on__range=days,
    )
    return rows.order_by("posted_on", "pk").values_list(f"{column}_id", "posted_on", in_cents("amount"), "debit")


def _key(item: WorkItem) -> _Key:
    return ("claim", item.claim_id) if item.claim_id else ("account", item.account_id or 0)
