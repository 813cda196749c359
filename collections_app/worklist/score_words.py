"""A score in words: each factor, and one line of why. Pure."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.dates import day_seen_from
from claims.denials.routing import category_label
from collections_app.worklist.dispositions import NEXT_ACTIONS
from collections_app.worklist.scoring import ScoreNumbers, ScoringFacts, score_numbers


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


def score(facts: ScoringFacts, *, today: dt.date) -> Score:
    """The score of one item with its parts and its line of why."""
    return explain_score(facts, score_numbers(facts, today=today), today)


def explain_score(facts: ScoringFacts, found: ScoreNumbers, today: dt.date) -> Score:
    """Put numbers into words, e.g. "$744 allowed x 62 %, about 14 min, appeal window closes in 5 days (Nov 26)"."""
    parts = [
        ScoreFactor("collectible", found.stake, _stake_words(facts, found)),
        ScoreFactor("recover", found.recover, _recover_words(facts, found)),
        ScoreFactor("by_itself", found.by_itself, _alone_words(facts, found)),
        ScoreFactor("wins", found.wins, _step_words(facts, found)),
        ScoreFactor("minutes", found.minutes, f"about {found.minutes:.0f} min{_with_whom(facts)}"),
        ScoreFactor("urgency", found.urgency, _urgency_words(facts, found, today)),
    ]
    allowed = " allowed" if facts.is_charge else ""
    lines = [f"{_dollars(_whole(found.stake, facts))}{allowed} x {_percent(found.recover)}"]
    if found.wins < 0.5:
        lines.append(f"this step wins {_percent(found.wins)} of it")
    if facts.answers.hours:
        lines.append(f"{_percent(facts.answers.rate)} answer at this hour")
    lines.append(parts[4].words)
    if pressing := _pressing(facts, found, today):
        lines.append(pressing)
    return Score(found.value, tuple(parts), ", ".join(lines))


def _whole(stake: float, facts: ScoringFacts) -> Decimal:
    """An estimate in whole dollars; an amount that is known to the cent."""
    return Decimal(round(stake)) if facts.is_charge else facts.collectible


def _stake_words(facts: ScoringFacts, found: ScoreNumbers) -> str:
    if not facts.is_charge:
        return _dollars(facts.collectible)
    share = f"{_percent(found.share)} of {_dollars(facts.collectible)} charged"
    if facts.contract is not None:
        return f"{_dollars(_whole(found.stake, facts))}: {share}, as the contract allows"
    whose = (
        f"over {facts.remitted:.0f} remitted claims" if facts.remitted >= 1 else "usual for its class, no history yet"
    )
    return f"{_dollars(_whole(found.stake, facts))}: {share}, as this payer allows ({whose})"


def _recover_words(facts: ScoringFacts, found: ScoreNumbers) -> str:
    if facts.is_closed:
        return f"{_percent(found.recover)}: {facts.deadline or 'the way to appeal'} is closed, little is left to win"
    if facts.tried >= 1:
        return f"{_percent(found.recover)}: {facts.won:.0f} of {facts.tried:.0f} won here before, with the usual rate"
    what = f" for {category_label(facts.category)}" if facts.category else ""
    if facts.usual_win is not None:
        return f"{_percent(found.recover)}: the usual rate{what}, as a rule of the practice says"
    return f"{_percent(found.recover)}: the usual rate{what}, no history here yet"


def _alone_words(facts: ScoringFacts, found: ScoreNumbers) -> str:
    said = f"{_percent(found.by_itself)} would come by itself"
    return f"{said}, after {facts.left_alone:.0f} that nobody worked" if facts.left_alone >= 1 else said


def _step_words(facts: ScoringFacts, found: ScoreNumbers) -> str:
    what = NEXT_ACTIONS.get(facts.next_action, "")
    said = f"{_percent(found.wins)}: {what[0].lower()}{what[1:]}" if what else _percent(found.wins)
    if facts.answers.hours:
        told = facts.answers.history
        whose = f"{told.reached:.0f} of {told.called:.0f} here before" if told.called >= 1 else "the usual rate"
        return f"{said}; {_percent(facts.answers.rate)} answer {facts.answers.hours} there ({whose})"
    if facts.same_answers > 1 and facts.kind != "patient_balance":
        return f"{said}; the same answer {facts.same_answers} times"
    return said


def _with_whom(facts: ScoringFacts) -> str:
    return " with this payer" if facts.timed >= 1 else ""


def _urgency_words(facts: ScoringFacts, found: ScoreNumbers, today: dt.date) -> str:
    said = _pressing(facts, found, today)
    if found.lost >= 0.005:
        return f"{said}: waiting for its next turn would lose {_percent(found.lost)}"
    if facts.last_day is not None and facts.last_day >= today and found.pace < facts.minute_worth:
        return f"{said}, not worth hurrying for less than {_dollars(Decimal(f'{facts.minute_worth:.2f}'))} a minute"
    return said


def _pressing(facts: ScoringFacts, found: ScoreNumbers, today: dt.date) -> str:
    words = {
        "appointment": lambda: f"call-back due {_when(facts.appointment_on, today)}",
        "pinned": lambda: "pinned by a supervisor",
        "promise": lambda: f"promise broken {_when(facts.promise_broken_on, today)}",
        "overpayment": lambda: f"overpayment due back {_when(facts.overpayment_due_on, today)}",
    }
    said = [words[found.reason]()] if found.reason in words else []
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
    date = day_seen_from(day, today)
    return f"in {left} days ({date})" if left > 0 else f"{-left} days ago ({date})"


def _dollars(amount: Decimal) -> str:
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    return f"{sign}${size:,.0f}" if size == size.to_integral_value() else f"{sign}${size:,.2f}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
