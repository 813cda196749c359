"""Until when somebody may be sued for a debt: the years of each state that may count, and the shortest of them. Pure.

Which law a court applies is open until a court says so (where the person lives, or where the practice is; a written
contract, an open account, or a rule of its own for medical debt), so each one is counted and the earliest day stands
(RULES 11.7). Payments begin the time anew only where the row of the state says so, and never after it has run out.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from arwork.lib.dates import add_years, long_day

#: Kinds of claims for which states count years, and what they are called.
KINDS = {
    "suit_years_written": "a written contract",
    "suit_years_open": "an open account",
    "suit_years_medical": "medical debt",
}


@dataclass(frozen=True, slots=True)
class SuitRule:
    """The years of one state for one kind of claim. `restarts`: a payment begins them anew; `from_service`: they are
    counted from the day of service even where a statement set a later day to pay."""

    state: str
    kind: str
    years: int
    restarts: bool = False
    from_service: bool = True
    source: str = ""


@dataclass(frozen=True, slots=True)
class DebtAge:
    """What the age of a debt is counted from: the service, the day on which the first statement was to be paid (None:
    none was sent), and the days of payments."""

    service_on: dt.date
    due_on: dt.date | None = None
    paid_on: tuple[dt.date, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitationDate:
    """The last day `on` which somebody could be sued, by the law of `state` (empty: not known yet) for `kind`; `why` in
    words, `source` where it is written. `restarts`: a payment would begin the time anew."""

    on: dt.date
    state: str
    kind: str
    why: str
    is_barred: bool
    restarts: bool
    source: str = ""


def last_day(age: DebtAge, rule: SuitRule) -> dt.date:
    """The last day to sue by one rule. The day of the anniversary is the last; of 29 February it is 28 February."""
    begins = age.service_on
    if age.due_on is not None and not rule.from_service:
        begins = max(age.due_on, age.service_on)
    ends = add_years(begins, rule.years)
    for paid_on in sorted(age.paid_on) if rule.restarts else ():
        if begins <= paid_on <= ends:
            ends = max(ends, add_years(paid_on, rule.years))
    return ends


def limitation_date(age: DebtAge, rules: Collection[SuitRule], today: dt.date) -> LimitationDate:
    """The earliest of the days of these rules. Raises `ValueError` where there is no rule."""
    if not rules:
        raise ValueError("no rule says how long somebody may be sued")
    on, rule = min(
        ((last_day(age, one), one) for one in rules), key=lambda pair: (pair[0], pair[1].state, pair[1].kind)
    )
    place = rule.state or "state not known"
    years = "year" if rule.years == 1 else "years"
    why = f"{rule.years} {years} for {KINDS[rule.kind]} ({place}), to {long_day(on)}"
    return LimitationDate(on, rule.state, rule.kind, why, today > on, rule.restarts, rule.source)


def earliest(dates: Iterable[LimitationDate]) -> LimitationDate | None:
    """Of several debts the day that comes first; None where there is none."""
    return min(dates, key=lambda one: one.on, default=None)
