"""Lanes: what outranks every score (RULES 14.2). Pure.

1. appointments: what was agreed with somebody for today, what a supervisor pinned, a broken promise, federal money
   that is due back within a week;
2. must-do: disputes, financial assistance, overpayments on the 60-day clock;
3. scored: everything else, by dollars a minute; a closing window presses there, by what waiting would lose;
4. small balances: worked as a batch.

Within the scored, what has waited too long untouched is looked after first, and what is not worth a touch now comes
last, with the day on which it is looked after.
"""

import datetime as dt
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

from collections_app.limits.figures import LimitBook
from collections_app.worklist.scoring import ScoringFacts

#: An overpayment due back within so many days outranks everything scored; a window so near is offered though escalated.
CLOSING_DAYS = 7
_STEPS = 10
#: A packed rank is its step times this, and its value.
VALUE_CEILING = 10**12


class LaneFigures(NamedTuple):
    """The figures of a practice that decide about lanes (`collections_app/limits`): dollars, days."""

    small_below: Decimal
    minute_worth: Decimal
    look_after_days: int
    look_after_above: Decimal


def lane_figures(limits: LimitBook, *, practice_id: int, on: dt.date) -> LaneFigures:
    """Those that hold for a practice on a day."""
    return LaneFigures(
        small_below=limits.dollars("small_balance", on=on, practice_id=practice_id),
        minute_worth=limits.dollars("minute_worth", on=on, practice_id=practice_id),
        look_after_days=limits.value("look_after_days", on=on, practice_id=practice_id),
        look_after_above=limits.dollars("look_after_above", on=on, practice_id=practice_id),
    )


class LaneChoice(IntEnum):
    """Lower is first."""

    APPOINTMENTS = 1
    MUST_DO = 2
    SCORED = 3
    SMALL = 4

    @property
    def label(self) -> str:
        return {1: "Appointments", 2: "Must do", 3: "Scored", 4: "Small balances"}[self.value]


CHOICES = [(lane.value, lane.label) for lane in LaneChoice]
#: Why an item must be done, by its hold; an overpayment needs none.
MUST_DO_WORDS = {"dispute": "dispute", "assistance": "assistance review", "nsa": "No Surprises Act dispute"}
OVERPAYMENT = "overpayment on the 60-day clock"


class LanePlace(NamedTuple):
    """Where an item stands: its lane, its step within the lane (lower is first), and why."""

    lane: LaneChoice
    step: int
    because: str


def lane_place(facts: ScoringFacts, today: dt.date, figures: LaneFigures, *, pace: float) -> LanePlace:
    """Lane and step; `pace` is what the touch brings in dollars a minute. Within lane 1: pinned, broken promises, what
    was agreed, money due back. Below `small_below` dollars a balance is small."""
    first = _appointment(facts, today)
    if first is not None:
        return first
    if facts.must_do or facts.overpayment_due_on is not None:
        return LanePlace(LaneChoice.MUST_DO, 5, facts.must_do or OVERPAYMENT)
    if facts.kind == "remit_exception":
        return _SCORED
    if 0 < facts.collectible < figures.small_below:
        return LanePlace(LaneChoice.SMALL, 5, f"below ${figures.small_below}")
    if pace < figures.minute_worth:
        return _RESTING
    since = facts.waits_since
    waited = -1 if since is None else (today - since).days
    is_long = waited >= figures.look_after_days and facts.collectible > figures.look_after_above
    return _LOOKED_AFTER if is_long else _SCORED


def look_after_on(facts: ScoringFacts, today: dt.date, figures: LaneFigures) -> dt.date | None:
    """The next day after `today` on which an item that is due and that nobody touches is looked after anew: when so
    many days have passed, and again after as many."""
    if facts.waits_since is None:
        return None
    rounds = max((today - facts.waits_since).days // figures.look_after_days, 0) + 1
    return facts.waits_since + dt.timedelta(days=rounds * figures.look_after_days)


def is_resting(where: LanePlace) -> bool:
    """Whether a touch is not worth its minutes now: the item comes last until its look-after day."""
    return where is _RESTING


def packed_rank(where: LanePlace, value: float) -> int:
    """Step and value in one integer for an index: within a lane, descending order is the order of work.

    Values are kept to four decimals and capped below 10**8 dollars a minute.
    """
    bounded = min(max(round(value * 10_000), 0), VALUE_CEILING - 1)
    return (_STEPS - 1 - where.step) * VALUE_CEILING + bounded


_PINNED = LanePlace(LaneChoice.APPOINTMENTS, 0, "pinned by a supervisor")
_RETURN_NOW = LanePlace(LaneChoice.APPOINTMENTS, 1, "money due back today or tomorrow")
_BROKEN = LanePlace(LaneChoice.APPOINTMENTS, 2, "broken promise or plan")
_PROMISED = LanePlace(LaneChoice.APPOINTMENTS, 3, "agreed for today")
_RETURN_SOON = LanePlace(LaneChoice.APPOINTMENTS, 4, "money due back within a week")
_LOOKED_AFTER = LanePlace(LaneChoice.SCORED, 4, "waited too long untouched")
_SCORED = LanePlace(LaneChoice.SCORED, 5, "by score")
_RESTING = LanePlace(LaneChoice.SCORED, 8, "not worth a touch now")


def _appointment(facts: ScoringFacts, today: dt.date) -> LanePlace | None:
    if facts.is_pinned:
        return _PINNED
    due_back = facts.overpayment_due_on
    left = None if due_back is None or due_back < today else (due_back - today).days
    if left is not None and left <= 1:
        return _RETURN_NOW
    if facts.promise_broken_on is not None and facts.promise_broken_on <= today:
        return _BROKEN
    if facts.appointment_on is not None and facts.appointment_on <= today:
        return _PROMISED
    return _RETURN_SOON if left is not None and left <= CLOSING_DAYS else None
