"""By when a dispute is answered, and when a bill is far above its estimate. Pure; the figures are dated rows.

Every dispute has the practice's own term. Where a place has a law of its own the earlier of the two holds: Washington
DC (D.C. Code 28-3814: a debt is verified within 15 days), New York City (6 RCNY 5-77: within 60 days; RULES 10.20,
10.21). Who is uninsured or pays for themselves may dispute a bill of at least $400 above the good-faith estimate within
120 calendar days of the bill (45 CFR 149.620; RULES 11.4).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Term:
    """So many days from the day a dispute came, in words, and who says so."""

    words: str
    days: int
    source: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A day by which an answer is due."""

    words: str
    due_on: dt.date
    source: str

    def days_left(self, today: dt.date) -> int:
        """Days until it runs out; below zero when it has."""
        return (self.due_on - today).days


def clocks(received_on: dt.date, terms: Iterable[Term]) -> list[Clock]:
    """The clocks of a dispute, the first to run out first. The day it came is day 0."""
    found = [Clock(one.words, received_on + dt.timedelta(days=one.days), one.source) for one in terms]
    return sorted(found, key=lambda one: (one.due_on, one.words))


@dataclass(frozen=True, slots=True)
class EstimateRule:
    """From how many dollars above the estimate, and within how many days of the first bill; `fee` is what the patient
    pays to have it decided."""

    excess: Decimal
    days: int
    fee: Decimal


@dataclass(frozen=True, slots=True)
class EstimateStanding:
    """A bill beside its estimate. `why_not` is empty where it may be disputed as one above its estimate."""

    difference: Decimal
    last_on: dt.date | None
    why_not: str


def estimate_standing(
    *,
    estimate: Decimal,
    billed: Decimal,
    first_billed_on: dt.date | None,
    received_on: dt.date,
    is_self_pay: bool,
    rule: EstimateRule,
) -> EstimateStanding:
    """Whether a bill is substantially above its good-faith estimate, and disputed in time: on the last day it is."""
    difference = billed - estimate
    last_on = first_billed_on + dt.timedelta(days=rule.days) if first_billed_on else None
    why_not = ""
    if not is_self_pay:
        why_not = "A payer is billed for this visit: the rule is for who is uninsured or pays for themselves."
    elif difference < rule.excess:
        why_not = f"The bill is ${max(difference, Decimal(0)):,.2f} above the estimate, below ${rule.excess:,.2f}."
    elif last_on is not None and received_on > last_on:
        why_not = f"It came after {last_on:%b} {last_on.day}, {last_on.year}, {rule.days} days from the first bill."
    return EstimateStanding(difference, last_on, why_not)
