"""How likely it is that a lead reaches somebody, from 0 to 100, and why in words. Pure.

Each source speaks with the weight of its kind, halved for every `half_life` days that passed since it said so, and
with its own score where it gives one. Sources that agree independently make each other more likely: what remains of the
doubt of one is doubted by the next. Every failure leaves a part of what was. Nothing but a conversation makes a lead
certain.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from arwork.lib.dates import short_day
from collections_app.tracing.sources import ORIGINS

#: No lead that nobody confirmed is surer than this.
SUREST = 95


@dataclass(frozen=True, slots=True)
class SourceWord:
    """One source of a lead: which, since when, and how sure it says it is (0 to 100; None: it doesn't say)."""

    code: str
    said_on: dt.date
    score: int | None = None


@dataclass(frozen=True, slots=True)
class LeadWeights:
    """The figures of a day: weight of each source in percent, days in which it halves, and what a failure takes, in
    percent of what was there."""

    weights: Mapping[str, int]
    half_life: int
    failure: int


@dataclass(frozen=True, slots=True)
class Confidence:
    """A score and what made it."""

    score: int
    reasons: tuple[str, ...]


def confidence(
    words: Sequence[SourceWord], figures: LeadWeights, *, failures: int, on: dt.date, is_confirmed: bool = False
) -> Confidence:
    """How sure a lead is on a day. The same source counts once, with the most that it says."""
    if is_confirmed:
        return Confidence(100, ("confirmed",))
    best: dict[str, tuple[Fraction, SourceWord]] = {}
    for word in words:
        weight = _weight(word, figures, on)
        if word.code not in best or weight > best[word.code][0]:
            best[word.code] = (weight, word)
    doubt = Fraction(1)
    for weight, _ in best.values():
        doubt *= 1 - weight
    sure = min(1 - doubt, Fraction(SUREST, 100))
    kept = Fraction(100 - min(figures.failure, 100), 100)
    score = int(100 * sure * kept**failures)
    reasons = [_said(word) for _, word in sorted(best.values(), key=lambda one: (-one[0], one[1].code))]
    if len(best) > 1:
        reasons.append(f"{len(best)} independent sources agree")
    if failures:
        reasons.append(f"tried {failures} time{'s' if failures > 1 else ''} without reaching anybody")
    return Confidence(score, tuple(reasons))


def _weight(word: SourceWord, figures: LeadWeights, on: dt.date) -> Fraction:
    """What one source is worth on a day, from 0 to 1. Between two halvings it falls evenly."""
    weight = Fraction(min(figures.weights.get(word.code, 0), 100), 100)
    if word.score is not None:
        weight *= Fraction(max(0, min(word.score, 100)), 100)
    halvings, rest = divmod(max((on - word.said_on).days, 0), max(figures.half_life, 1))
    return weight * Fraction(1, 2 ** min(halvings, 60)) * (1 - Fraction(rest, 2 * max(figures.half_life, 1)))


def _said(word: SourceWord) -> str:
    label = ORIGINS[word.code].label if word.code in ORIGINS else word.code
    score = f", {word.score} of 100 by its own word" if word.score is not None else ""
    return f"{label}, {short_day(word.said_on)} {word.said_on.year}{score}"
