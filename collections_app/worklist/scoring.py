"""The score of an item's next touch: dollars that it wins for a minute of it, times what waiting costs. Pure.

    value = at stake x P(recover) x (1 - P(it comes by itself)) x what this step wins / its minutes x urgency
                                                                                                          (RULES 14.1)

A touch is scored, not a balance: an appeal wins the money, asking after one that was sent wins little; what a payer
said is missing and nobody has sent is nearly won; after a third identical answer another call wins less. At stake is
what the payer would allow, not what was charged: by the practice's contract, else by what the payer has allowed so
far, else by its class. Urgency is what is lost by waiting until the item's next turn, where
that is worth the minutes.

Rates, shares and minutes start from shipped priors (`seeds/scoring.yaml`) and move to the practice's own figures as
its history grows (shrinkage). `score_numbers` is the quick part for a nightly run over everything; `score_words` puts
it into words for the few that are seen. Scores only order items within a lane: lanes outrank them (`lanes.py`).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import exp
from pathlib import Path
from typing import Any, NamedTuple

from arwork.lib.dated_rules import read_seed
from claims.denials.routing import categories, win_rate
from collections_app.worklist.answer_odds import NO_ODDS, AnswerOdds
from collections_app.worklist.kinds import WORK_KINDS

SEED = Path(__file__).parent / "seeds" / "scoring.yaml"
#: How many cases of history weigh as much as the shipped prior.
PRIOR_CASES = 20.0
#: What late-filing proof, an exception or good cause still brings once every window has closed.
CLOSED_CHANCE = 0.05
#: A window counts to the day within two weeks of its end, by whole weeks within 60 days, and not before.
DAILY_WITHIN, WEEKLY_WITHIN = 14, 60
#: Of these the open amount is what was charged: nobody has said yet what is allowed.
CHARGED_KINDS = ("no_response", "rejected", "denied")
#: Something went out: a status call after it only asks whether it arrived.
SENT = frozenset(("corrected_claim_sent", "appeal_sent", "records_sent", "underpayment_disputed"))
_ASKS = frozenset(("check_status", "call_payer", "look_up_claim"))
_MAX_URGENCY = 10.0


@dataclass(frozen=True, slots=True)
class ScoringFacts:
    """What the score, the lane and the words need to know of one item. Dollars, dates, counts.

    `won` of `tried` are the practice's decided cases of worked items in the same segment, `came_alone` of
    `left_alone` those that nobody worked; `minutes` is the mean over `timed` logged pieces of work with this payer;
    `contract` is what the practice's contract allows of what is open, where it says; `allowed` of the charge is what
    the payer allows, over `remitted` claims; `answers` is what the hour makes of a call to a person. `deadline` names
    the nearest window ("appeal window", "timely filing"), `last_day` and `internal_due` are its days; `is_closed` says
    that no window is left in which the usual way could win. `waits_since` is the day since which the item has been due
    and untouched. `minute_worth` is what a minute of work brings at least, in dollars.
    """

    kind: str
    collectible: Decimal
    age_days: int = 0
    payer_class: str = ""
    category: str = ""
    usual_win: float | None = None
    next_action: str = ""
    last_disposition: str = ""
    same_answers: int = 0
    quiet_touches: int = 0
    is_charge: bool = False
    allowed: float = 0
    remitted: float = 0
    contract: Decimal | None = None
    answers: AnswerOdds = NO_ODDS
    deadline: str = ""
    last_day: dt.date | None = None
    internal_due: dt.date | None = None
    appointment_on: dt.date | None = None
    promise_broken_on: dt.date | None = None
    overpayment_due_on: dt.date | None = None
    waits_since: dt.date | None = None
    must_do: str = ""
    is_pinned: bool = False
    won: float = 0
    tried: float = 0
    came_alone: float = 0
    left_alone: float = 0
    minutes: float = 0
    timed: float = 0
    minute_worth: float = 0
    item_id: int = 0
    is_closed: bool = False


class ScoreNumbers(NamedTuple):
    """The factors of a score. `expected` is in dollars of this touch, `value` in dollars a minute times urgency, `lost`
    the share that waiting until the next turn would lose."""

    value: float
    expected: float
    stake: float
    share: float
    recover: float
    by_itself: float
    wins: float
    minutes: float
    urgency: float
    lost: float
    reason: str

    @property
    def chance(self) -> float:
        """That this touch wins it."""
        return self.recover * (1.0 - self.by_itself) * self.wins

    @property
    def pace(self) -> float:
        """Dollars a minute, however urgent."""
        return self.expected / max(self.minutes, 1.0)


def shrunk_rate(successes: float, trials: float, prior: float, weight: float = PRIOR_CASES) -> float:
    """A rate that starts at `prior` and moves to successes/trials as trials outgrow `weight`.

    Raises `ValueError` for negative numbers or a prior without weight and trials.
    """
    if min(successes, trials, weight) < 0 or trials + weight == 0:
        raise ValueError("a shrunk rate needs trials or weight, none negative")
    return (successes + prior * weight) / (trials + weight)


def score_numbers(facts: ScoringFacts, *, today: dt.date) -> ScoreNumbers:
    """The score without its words: quick enough for everything that is open."""
    tables = _tables()
    bracket = _bracket(facts.age_days, tables.ages)
    step = tables.steps.get(facts.next_action, tables.usual_step)
    amount = max(float(facts.collectible), 0.0)
    share = _allowed(facts, amount) if facts.is_charge else 1.0
    most = CLOSED_CHANCE if facts.is_closed else 1.0
    recover = min(shrunk_rate(facts.won, facts.tried, _prior(facts, tables, bracket, amount)), most)
    alone = shrunk_rate(facts.came_alone, facts.left_alone, tables.by_itself[facts.kind][bracket] * recover)
    by_itself = min(alone / recover, 1.0)
    if step.told and facts.kind != "denied" and not facts.is_closed:
        recover, by_itself = max(recover, step.told), 0.0
    wins = _wins(facts, step, tables)
    minutes = _minutes(facts, step, tables)
    expected = amount * share * recover * (1.0 - by_itself) * wins
    pace = expected / max(minutes, 1.0)
    urgency, lost, reason = urgency_of(facts, today=today, pace=pace)
    return ScoreNumbers(
        round(pace * urgency, 4), expected, amount * share, share, recover, by_itself, wins, minutes, urgency,
        lost, reason,
    )  # fmt: skip


def allowed_share(payer_class: str, allowed: float, remitted: float) -> float:
    """What a payer allows of a charge: by its own remittances, before that by its class."""
    tables = _tables()
    usual = tables.allowed.get(payer_class, tables.allowed[""])
    return min(shrunk_rate(allowed * remitted, remitted, usual, tables.allowed_cases), 1.0)


def _allowed(facts: ScoringFacts, amount: float) -> float:
    """By the contract; where it does not say, by what the payer has allowed so far, or its class."""
    if facts.contract is not None and amount > 0:
        return min(float(facts.contract) / amount, 1.0)
    return allowed_share(facts.payer_class, facts.allowed, facts.remitted)


def age_limits() -> tuple[int, ...]:
    """The last day of each age bracket in which priors and history are kept; one more bracket lies beyond."""
    return _tables().ages


def urgency_of(facts: ScoringFacts, *, today: dt.date, pace: float) -> tuple[float, float, str]:
    """The strongest urgency, the share that waiting loses, and a name; 1.0, 0.0 and "" when nothing presses. A window
    presses only for a touch that brings at least `minute_worth` a minute: hurry for less costs more than it saves."""
    best, lost, reason = 1.0, 0.0, ""
    if facts.last_day is not None and pace >= facts.minute_worth:
        lost = lost_by_waiting(facts.last_day, today)
        best, reason = _stronger(best, reason, 1.0 + _tables().press * lost, "deadline")
    if facts.overpayment_due_on is not None:
        clock = max(1.0 + 9.0 * _nearness(facts.overpayment_due_on, today, 7.0), 2.0)
        best, reason = _stronger(best, reason, clock, "overpayment")
    if facts.promise_broken_on is not None:
        since = (today - facts.promise_broken_on).days
        best, reason = _stronger(best, reason, 4.0 if since <= 1 else 2.0, "promise")
    if facts.appointment_on is not None and facts.appointment_on <= today:
        best, reason = _stronger(best, reason, _MAX_URGENCY, "appointment")
    if facts.is_pinned:
        best, reason = _stronger(best, reason, _MAX_URGENCY, "pinned")
    return best, lost, reason


def lost_by_waiting(last_day: dt.date, today: dt.date) -> float:
    """The share of the value that is lost if the item waits for its next turn: that of the turns that come after the
    last day. Nothing once it has passed."""
    return _nearness(last_day, today, _tables().turn_days)


def next_count_on(last_day: dt.date, today: dt.date) -> dt.date | None:
    """The day on which a window will count as nearer than `today`; None when it has passed."""
    left = (last_day - today).days
    if left < 0:
        return None
    if left > WEEKLY_WITHIN:
        return last_day - dt.timedelta(days=WEEKLY_WITHIN)
    return last_day - dt.timedelta(days=left - 1 if left <= DAILY_WITHIN else _week(left) - 7)


class StepPrior(NamedTuple):
    """What one next action wins of what working the item can win. `minutes` of 0 are those of its kind; `then` are
    minutes for what a call finds; `told` is the chance where the payer said what is missing."""

    wins: float
    minutes: float = 0.0
    then: float = 0.0
    told: float = 0.0
    is_call: bool = False


class _Tables(NamedTuple):
    ages: tuple[int, ...]
    recover: dict[str, list[float]]
    by_itself: dict[str, list[float]]
    payer_class: dict[str, float]
    minutes: dict[str, float]
    category_minutes: dict[str, float]
    patient_steps: tuple[tuple[float, float], ...]
    patient_beyond: float
    win_rates: dict[str, float]
    steps: dict[str, StepPrior]
    usual_step: StepPrior
    sent_before: float
    again: tuple[float, ...]
    unreached: tuple[float, ...]
    allowed: dict[str, float]
    allowed_cases: float
    turn_days: float
    press: float


@cache
def _tables() -> _Tables:
    seed: dict[str, Any] = read_seed(SEED)
    steps, allowed = seed["steps"], seed["allowed"]
    return _Tables(
        ages=tuple(seed["ages"]),
        recover={kind: entry["by_age"] for kind, entry in seed["recover"].items()},
        by_itself={kind: seed["by_itself"][kind] for kind in WORK_KINDS},
        payer_class={name: float(value) for name, value in seed["payer_class"].items() if name != "source"},
        minutes={kind: float(seed["minutes"][kind]) for kind in WORK_KINDS},
        category_minutes={name: float(value) for name, value in seed["minutes"]["categories"].items()},
        patient_steps=tuple((float(top), float(share)) for top, share in seed["patient_by_amount"]["shares"]),
        patient_beyond=float(seed["patient_by_amount"]["beyond"]),
        win_rates={category: float(win_rate(category).rate) for category in categories()},
        steps={name: StepPrior(**entry) for name, entry in steps.items() if isinstance(entry, dict)},
        usual_step=StepPrior(1.0),
        sent_before=float(steps["sent_before"]),
        again=tuple(steps["again"]),
        unreached=tuple(steps["unreached"]),
        allowed={name: float(share) for name, share in allowed.items() if name not in ("cases", "source")},
        allowed_cases=float(allowed["cases"]),
        turn_days=float(seed["waiting"]["turn_days"]),
        press=float(seed["waiting"]["press"]),
    )


def _bracket(age: int, ages: tuple[int, ...]) -> int:
    for index, last in enumerate(ages):
        if age <= last:
            return index
    return len(ages)


def _prior(facts: ScoringFacts, tables: _Tables, bracket: int, amount: float) -> float:
    by_age = tables.recover[facts.kind][bracket]
    if facts.kind == "patient_balance":
        for top, share in tables.patient_steps:
            if amount <= top:
                return share * by_age
        return tables.patient_beyond * by_age
    factor = tables.payer_class.get(facts.payer_class, 1.0)
    if facts.kind == "denied":
        wins = tables.win_rates
        of_category = wins.get(facts.category) or wins["uncategorized"]
        return (of_category if facts.usual_win is None else facts.usual_win) * by_age * factor
    return by_age * factor


def _wins(facts: ScoringFacts, step: StepPrior, tables: _Tables) -> float:
    wins = step.wins
    if facts.next_action in _ASKS and (facts.kind != "no_response" or facts.last_disposition in SENT):
        wins = tables.sent_before
    if facts.kind == "patient_balance":
        wins *= tables.unreached[min(facts.quiet_touches, len(tables.unreached) - 1)] * facts.answers.factor
    elif step.is_call:
        wins *= tables.again[min(facts.same_answers, len(tables.again) - 1)]
    return wins


def _minutes(facts: ScoringFacts, step: StepPrior, tables: _Tables) -> float:
    if step.is_call:
        return shrunk_rate(facts.minutes * facts.timed, facts.timed, tables.minutes["no_response"]) + step.then
    if step.minutes:
        return step.minutes
    return tables.category_minutes.get(facts.category) or tables.minutes[facts.kind]


def _nearness(day: dt.date, today: dt.date, turn: float) -> float:
    """exp(-days / turn) while the day is ahead, 0 when it has passed, for then hurry wins nothing.

    Far from its end it steps with the schedule of rescoring: a score depends on the day alone, never on when somebody
    last touched the item, and of two equal items none is first because it was looked at later in the week.
    """
    left = (day - today).days
    if not 0 <= left <= WEEKLY_WITHIN:
        return 0.0
    return exp(-(left if left <= DAILY_WITHIN else min(_week(left), WEEKLY_WITHIN)) / turn)


def _week(left: int) -> int:
    """`left` days rounded up to whole weeks beyond the daily ones."""
    return DAILY_WITHIN - (DAILY_WITHIN - left) // 7 * 7


def _stronger(best: float, reason: str, factor: float, name: str) -> tuple[float, str]:
    return (factor, name) if factor > best else (best, reason)
