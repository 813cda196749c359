"""The score of a work item: expected dollars for a minute of work, times urgency. Pure.

    value = collectible x P(recover) x (1 - P(it comes by itself)) / minutes x urgency          (RULES 14.1)

Every factor is kept and can be shown in words, so a collector sees why this item is next. Rates and minutes start from
shipped priors (`seeds/scoring.yaml`) and move to the practice's own figures as its history grows (shrinkage).
`score_numbers` is the quick part for a nightly run over everything; `explain_score` builds the words for the few that
are seen. Scores only order items within a lane: lanes outrank them (`lanes.py`).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import exp
from pathlib import Path
from typing import Any, NamedTuple

from arwork.lib.dated_rules import read_seed
from claims.denials.routing import categories, category_label, win_rate
from collections_app.worklist.kinds import WORK_KINDS

SEED = Path(__file__).parent / "seeds" / "scoring.yaml"
#: How many cases of history weigh as much as the shipped prior.
PRIOR_CASES = 20.0
NEW_DENIAL_DAYS = 5
#: What an exception, good cause or another payer still brings once every window has closed.
CLOSED_CHANCE = 0.05
#: A window counts to the day within two weeks of its end, by whole weeks within 60 days, and not before.
DAILY_WITHIN, WEEKLY_WITHIN = 14, 60
_MAX_URGENCY = 10.0


@dataclass(frozen=True, slots=True)
class ScoringFacts:
    """What the score, the lane and the words need to know of one item. Dollars, dates, counts.

    `won` of `tried` are the practice's decided cases in the same segment (kind, category, payer); `minutes` is its
    mean over `timed` logged pieces of work with this payer. `deadline` names the nearest window
    ("appeal window", "timely filing"), `last_day` and `internal_due` are its days; `is_closed` says that no window is
    left in which the usual way could win.
    """

    kind: str
    collectible: Decimal
    age_days: int = 0
    payer_class: str = ""
    category: str = ""
    deadline: str = ""
    last_day: dt.date | None = None
    internal_due: dt.date | None = None
    appointment_on: dt.date | None = None
    promise_broken_on: dt.date | None = None
    denied_on: dt.date | None = None
    overpayment_due_on: dt.date | None = None
    must_do: str = ""
    is_pinned: bool = False
    won: float = 0
    tried: float = 0
    minutes: float = 0
    timed: float = 0
    item_id: int = 0
    is_closed: bool = False


class ScoreNumbers(NamedTuple):
    """The factors of a score. `expected` is in dollars, `value` in dollars a minute times urgency."""

    value: float
    expected: float
    recover: float
    by_itself: float
    minutes: float
    urgency: float
    reason: str


@dataclass(frozen=True, slots=True)
class ScoreFactor:
    """One factor, its number, and what to say about it."""

    name: str
    value: float
    words: str


@dataclass(frozen=True, slots=True)
class Score:
    """A score that can be shown: the number to sort by, its factors, and one line of why."""

    value: float
    parts: tuple[ScoreFactor, ...]
    why: str


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
    amount = float(facts.collectible)
    prior = _prior(facts, tables, bracket, amount)
    recover = min(shrunk_rate(facts.won, facts.tried, prior), CLOSED_CHANCE if facts.is_closed else 1.0)
    by_itself = tables.by_itself[facts.kind][bracket]
    usual = tables.category_minutes.get(facts.category) or tables.minutes[facts.kind]
    minutes = shrunk_rate(facts.minutes * facts.timed, facts.timed, usual)
    urgency, reason = urgency_of(facts, today=today)
    expected = amount * recover * (1.0 - by_itself) if amount > 0 else 0.0
    value = round(expected / max(minutes, 1.0) * urgency, 4)
    return ScoreNumbers(value, expected, recover, by_itself, minutes, urgency, reason)


def age_limits() -> tuple[int, ...]:
    """The last day of each age bracket in which priors and history are kept; one more bracket lies beyond."""
    return _tables().ages


def urgency_of(facts: ScoringFacts, *, today: dt.date) -> tuple[float, str]:
    """The strongest urgency and its name; 1.0 and "" when nothing presses (RULES 14.1). Never above 10."""
    best, reason = 1.0, ""
    if facts.last_day is not None:
        best, reason = _stronger(best, reason, _nearness(facts.last_day, today), "deadline")
    if facts.overpayment_due_on is not None:
        clock = max(_nearness(facts.overpayment_due_on, today), 2.0)
        best, reason = _stronger(best, reason, clock, "overpayment")
    if facts.promise_broken_on is not None:
        since = (today - facts.promise_broken_on).days
        best, reason = _stronger(best, reason, 4.0 if since <= 1 else 2.0, "promise")
    if facts.denied_on is not None and 0 <= (today - facts.denied_on).days <= NEW_DENIAL_DAYS:
        best, reason = _stronger(best, reason, 1.5, "new_denial")
    if facts.appointment_on is not None and facts.appointment_on <= today:
        best, reason = _stronger(best, reason, _MAX_URGENCY, "appointment")
    if facts.is_pinned:
        best, reason = _stronger(best, reason, _MAX_URGENCY, "pinned")
    return best, reason


def next_count_on(last_day: dt.date, today: dt.date) -> dt.date | None:
    """The day on which a window will count as nearer than `today`; None when it has passed."""
    left = (last_day - today).days
    if left < 0:
        return None
    if left > WEEKLY_WITHIN:
        return last_day - dt.timedelta(days=WEEKLY_WITHIN)
    return last_day - dt.timedelta(days=left - 1 if left <= DAILY_WITHIN else _week(left) - 7)


def score(facts: ScoringFacts, *, today: dt.date) -> Score:
    """The score of one item with its parts and its line of why."""
    return explain_score(facts, score_numbers(facts, today=today), today)


def explain_score(facts: ScoringFacts, found: ScoreNumbers, today: dt.date) -> Score:
    """Put numbers into words, e.g. "$1,240 x 62 %, about 14 min with this payer, appeal window closes in 5 days
    (Nov 26)"."""
    parts = [
        ScoreFactor("collectible", float(facts.collectible), _dollars(facts.collectible)),
        ScoreFactor("recover", found.recover, _recover_words(facts, found)),
        ScoreFactor("by_itself", found.by_itself, f"{_percent(found.by_itself)} would come by itself"),
        ScoreFactor("minutes", found.minutes, f"about {found.minutes:.0f} min{_with_whom(facts)}"),
        ScoreFactor("urgency", found.urgency, _urgency_words(facts, found.reason, today)),
    ]
    head = f"{_dollars(facts.collectible)} x {_percent(found.recover)}"
    lines = [head, parts[3].words, *([parts[4].words] if parts[4].words else [])]
    return Score(found.value, tuple(parts), ", ".join(lines))


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


@cache
def _tables() -> _Tables:
    seed: dict[str, Any] = read_seed(SEED)
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
        return (wins.get(facts.category) or wins["uncategorized"]) * by_age * factor
    return by_age * factor


def _nearness(day: dt.date, today: dt.date) -> float:
    """1 + 9 x exp(-days/7) while the day is ahead; 1 when it has passed, for then hurry wins nothing.

    Far from its end it steps with the schedule of rescoring: a score depends on the day alone, never on when somebody
    last touched the item, and of two equal items none is first because it was looked at later in the week.
    """
    left = (day - today).days
    if not 0 <= left <= WEEKLY_WITHIN:
        return 1.0
    return 1.0 + 9.0 * exp(-(left if left <= DAILY_WITHIN else min(_week(left), WEEKLY_WITHIN)) / 7.0)


def _week(left: int) -> int:
    """`left` days rounded up to whole weeks beyond the daily ones."""
    return DAILY_WITHIN - (DAILY_WITHIN - left) // 7 * 7


def _stronger(best: float, reason: str, factor: float, name: str) -> tuple[float, str]:
    return (factor, name) if factor > best else (best, reason)


def _recover_words(facts: ScoringFacts, found: ScoreNumbers) -> str:
    if facts.is_closed:
        return f"{_percent(found.recover)}: {facts.deadline or 'the way to appeal'} is closed"
    if facts.tried >= 1:
        return f"{_percent(found.recover)}: {facts.won:.0f} of {facts.tried:.0f} won here before, with the usual rate"
    what = f" for {category_label(facts.category)}" if facts.category else ""
    return f"{_percent(found.recover)}: the usual rate{what}, no history here yet"


def _with_whom(facts: ScoringFacts) -> str:
    return " with this payer" if facts.timed >= 1 else ""


def _urgency_words(facts: ScoringFacts, reason: str, today: dt.date) -> str:
    words = {
        "appointment": lambda: f"call-back due {_when(facts.appointment_on, today)}",
        "pinned": lambda: "pinned by a supervisor",
        "promise": lambda: f"promise broken {_when(facts.promise_broken_on, today)}",
        "new_denial": lambda: "new denial",
        "overpayment": lambda: f"overpayment due back {_when(facts.overpayment_due_on, today)}",
    }
    said = [words[reason]()] if reason in words else []
    if facts.last_day is not None:
        verb = "closes" if facts.last_day >= today else "closed"
        said.append(f"{facts.deadline or 'deadline'} {verb} {_when(facts.last_day, today)}")
    return ", ".join(said)


def _when(day: dt.date | None, today: dt.date) -> str:
    if day is None:
        return ""
    left = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(left)
    if near:
        return near
    date = f"{day:%b} {day.day}" + (f", {day.year}" if day.year != today.year else "")
    return f"in {left} days ({date})" if left > 0 else f"{-left} days ago ({date})"


def _dollars(amount: Decimal) -> str:
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    return f"{sign}${size:,.0f}" if size == size.to_integral_value() else f"{sign}${size:,.2f}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
