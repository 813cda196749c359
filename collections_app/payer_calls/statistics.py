"""What the calls to one payer show: how long we wait, at which hour least, how long a claim takes. Pure.

Medians, because one call of two hours says nothing of the usual one. A wait counts where somebody answered in the end:
who gave up has not learned how long it takes, and is counted apart. Fewer than `ENOUGH` answered calls are said to be
few, and an hour with fewer is never called the best one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

ENOUGH = 5


class ClockedCall(NamedTuple):
    """One ended call whose clock was stopped: seconds, the hour where the payer answers, and claims logged in it."""

    hour: int
    hold_seconds: int
    talk_seconds: int
    claims: int


@dataclass(frozen=True, slots=True)
class HourFigure:
    """Answered calls that began in one hour of the payer's day, and the median wait in them, in minutes."""

    hour: int
    calls: int
    hold_minutes: float

    @property
    def words(self) -> str:
        """`9 am`."""
        return hour_words(self.hour)

    @property
    def is_small(self) -> bool:
        """Too few to rely on."""
        return self.calls < ENOUGH


@dataclass(frozen=True, slots=True)
class CallStatistics:
    """Of the calls to one payer: how many were answered and how many were not, median minutes, and by hour."""

    answered: int = 0
    unanswered: int = 0
    hold_minutes: float = 0.0
    claim_minutes: float = 0.0
    hours: tuple[HourFigure, ...] = ()
    best: HourFigure | None = None
    of_hour: Mapping[int, HourFigure] = field(default_factory=dict)

    @property
    def is_small(self) -> bool:
        """Too few answered calls to rely on."""
        return self.answered < ENOUGH

    def hold_at(self, hour: int) -> float:
        """The usual wait in minutes at this hour of the payer's day, or at any where the hour has too few calls."""
        found = self.of_hour.get(hour)
        return self.hold_minutes if found is None or found.is_small else found.hold_minutes

    def minutes_for(self, claims: int, *, hour: int) -> float:
        """What a call about so many claims takes at this hour: one wait, and the talk of each."""
        return self.hold_at(hour) + self.claim_minutes * claims


def call_statistics(calls: Iterable[ClockedCall]) -> CallStatistics:
    """The figures of one payer's calls, in any order."""
    answered, unanswered = list[ClockedCall](), 0
    for call in calls:
        if call.talk_seconds:
            answered.append(call)
        else:
            unanswered += 1
    if not answered:
        return CallStatistics(unanswered=unanswered)
    waits: dict[int, list[int]] = defaultdict(list)
    for call in answered:
        waits[call.hour].append(call.hold_seconds)
    hours = tuple(HourFigure(hour, len(held), minutes(median(held))) for hour, held in sorted(waits.items()))
    enough = [one for one in hours if not one.is_small]
    return CallStatistics(
        answered=len(answered),
        unanswered=unanswered,
        hold_minutes=minutes(median(call.hold_seconds for call in answered)),
        claim_minutes=minutes(median(call.talk_seconds / max(call.claims, 1) for call in answered)),
        hours=hours,
        best=min(enough, key=lambda one: (one.hold_minutes, one.hour)) if len(enough) > 1 else None,
        of_hour={one.hour: one for one in hours},
    )


def minutes(seconds: float) -> float:
    """Seconds as minutes to a tenth."""
    return round(seconds / 60, 1)


def hour_words(hour: int) -> str:
    """`9 am`, `12 pm`: the hour that begins then."""
    return f"{dt.time(hour):%I}".lstrip("0") + (" am" if hour < 12 else " pm")
