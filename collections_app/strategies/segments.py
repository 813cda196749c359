"""Segments: named, ordered, the first that matches wins; the last one takes everybody else. Pure.

So every account with a balance lands in exactly one, and it can be said why.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from collections_app.strategies.grammar import Condition, StrategyFacts, all_hold
from collections_app.strategies.steps import StrategyStep

#: The name of a segment as a list shows it.
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Segment:
    """Accounts that meet every condition and take these steps. The last of a strategy has no conditions."""

    key: str
    name: str
    conditions: tuple[Condition, ...] = ()
    steps: tuple[StrategyStep, ...] = ()


def segment_of(segments: Sequence[Segment], facts: StrategyFacts) -> Segment:
    """The first whose conditions hold, else the last."""
    return next((one for one in segments[:-1] if all_hold(one.conditions, facts)), segments[-1])


def why_in(segment: Segment, facts: StrategyFacts) -> str:
    """`in Small, paid before, because balance $84.20 < $200.00 and visits paid on in 12 months 2 ≥ 1`."""
    reasons = [one.because(facts) for one in segment.conditions if one.holds(facts)]
    if not segment.conditions:
        return f"in {segment.name}: nothing before it fits"
    return f"in {segment.name}, because {' and '.join(reasons)}" if reasons else f"in {segment.name}"
