"""Lanes: what outranks every score (RULES 14.2). Pure.

1. appointments and deadlines: what was promised for today, and windows that close within a week;
2. must-do: disputes, financial assistance, overpayments on the 60-day clock;
3. scored: everything else, by expected dollars a minute;
4. small balances: worked as a batch.
"""

import datetime as dt
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

from collections_app.worklist.scoring import ScoringFacts

#: A window that closes within so many days is worked before anything scored.
CLOSING_DAYS = 7
_STEPS = 10
_VALUE_CEILING = 10**12


class LaneChoice(IntEnum):
    """Lower is first."""

    APPOINTMENTS = 1
    MUST_DO = 2
    SCORED = 3
    SMALL = 4

    @property
    def label(self) -> str:
        return {1: "Deadlines & appointments", 2: "Must do", 3: "Scored", 4: "Small balances"}[self.value]


CHOICES = [(lane.value, lane.label) for lane in LaneChoice]
#: Why an item must be done, by its hold; an overpayment needs none.
MUST_DO_WORDS = {"dispute": "dispute", "assistance": "assistance review", "nsa": "No Surprises Act dispute"}
OVERPAYMENT = "overpayment on the 60-day clock"


class LanePlace(NamedTuple):
    """Where an item stands: its lane, its step within the lane (lower is first), and why."""

    lane: LaneChoice
    step: int
    because: str


def lane_place(facts: ScoringFacts, today: dt.date, *, small_below: Decimal) -> LanePlace:
    """Lane and step. Within lane 1: pinned, last lawful day at hand, broken promises, call-backs, closing windows.
    Below `small_below` dollars a balance is small.

    A window whose last day has passed no longer pulls an item forward; nothing can be saved by hurrying.
    """
    first = _appointment(facts, today)
    if first is not None:
        return first
    if facts.must_do or facts.overpayment_due_on is not None:
        return LanePlace(LaneChoice.MUST_DO, 5, facts.must_do or OVERPAYMENT)
    if facts.kind != "remit_exception" and 0 < facts.collectible < small_below:
        return LanePlace(LaneChoice.SMALL, 5, f"below ${small_below}")
    return _SCORED


def packed_rank(where: LanePlace, value: float) -> int:
    """Step and value in one integer for an index: within a lane, descending order is the order of work.

    Values are kept to four decimals and capped below 10**8 dollars a minute.
    """
    bounded = min(max(round(value * 10_000), 0), _VALUE_CEILING - 1)
    return (_STEPS - 1 - where.step) * _VALUE_CEILING + bounded


_PINNED = LanePlace(LaneChoice.APPOINTMENTS, 0, "pinned by a supervisor")
_LAST_CHANCE = LanePlace(LaneChoice.APPOINTMENTS, 1, "the last day is today or tomorrow")
_BROKEN = LanePlace(LaneChoice.APPOINTMENTS, 2, "broken promise")
_PROMISED = LanePlace(LaneChoice.APPOINTMENTS, 3, "promised for today")
_CLOSING = LanePlace(LaneChoice.APPOINTMENTS, 4, "a window closes within a week")
_INTERNAL = LanePlace(LaneChoice.APPOINTMENTS, 5, "to be done within a week to be in time")
_SCORED = LanePlace(LaneChoice.SCORED, 5, "by score")


def _appointment(facts: ScoringFacts, today: dt.date) -> LanePlace | None:
    if facts.is_pinned:
        return _PINNED
    left = _days_left(facts, today)
    if left is not None and left <= 1:
        return _LAST_CHANCE
    if facts.promise_broken_on is not None and facts.promise_broken_on <= today:
        return _BROKEN
    if facts.appointment_on is not None and facts.appointment_on <= today:
        return _PROMISED
    if left is not None and left <= CLOSING_DAYS:
        return _CLOSING
    internal = facts.internal_due
    if internal is None or (facts.last_day is not None and facts.last_day < today):
        return None
    return _INTERNAL if (internal - today).days <= CLOSING_DAYS else None


def _days_left(facts: ScoringFacts, today: dt.date) -> int | None:
    """Days to the nearest last day that has not passed."""
    left = None if facts.last_day is None else (facts.last_day - today).days
    if left is not None and left < 0:
        left = None
    if facts.overpayment_due_on is not None:
        clock = (facts.overpayment_due_on - today).days
        left = clock if clock >= 0 and (left is None or clock < left) else left
    return left
