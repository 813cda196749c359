"""The clocks of an appeal: by when it is filed, when it counts as filed, by when it is decided, when to ask. Pure.

The windows themselves are those of `claims.payers.deadlines`, so that the desk, the page of a claim and the case show
one and the same day. Worked example (RULES 15.17): a Medicare notice of March 1, 2026 is presumed received on March 6;
the last day for the redetermination is July 4, a holiday that nobody plans on; ours is June 18 (day 110 is a holiday).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.dates import Closures, add_business_days, long_day, next_business_day
from claims.payers.deadlines import (
    FILED_WHEN_RECEIVED,
    PRESUMED_MAIL_DAYS,
    AmountInControversy,
    ClaimDates,
    Deadline,
    RuleScope,
    amount_in_controversy,
    deadline_of,
)
from claims.payers.rules import RuleBook, RuleRow
from collections_app.appeals.appeal_levels import AppealLevel

#: Business days after sending at which somebody asks whether it arrived (RULES 8.8: seven to ten).
ARRIVED_AFTER = 8
#: Days that a decision may be late before somebody asks for it (RULES 9.3).
LATE_AFTER = 5
#: The payer rule that says within how many days this payer decides, where an admin entered one.
DECISION_KIND = "appeal_decision"
_AT_STAKE = ("medicare", "medicare_advantage")
BY_MAIL = ("mail", "certified")


@dataclass(frozen=True, slots=True)
class AppealWindow:
    """By when an appeal is filed: the last lawful day, our own earlier one, and why. Both None: nobody entered a rule
    for this level."""

    last_day: dt.date | None
    internal_day: dt.date | None
    reasoning: tuple[str, ...]
    source: str = ""


def window_of(
    level: AppealLevel,
    *,
    notice_on: dt.date,
    received_on: dt.date | None,
    scope: RuleScope,
    rules: Sequence[RuleRow] | RuleBook,
) -> AppealWindow:
    """The window of a level after the notice it answers. `received_on` is the documented day on which the notice came;
    it counts only where the rule runs from receipt and it is earlier than the presumption."""
    dates = ClaimDates(notice_on=notice_on, notice_received_on=received_on)
    found: Deadline | None = deadline_of(level.rule_kind, dates, scope=scope, rules=rules, on=notice_on)
    if found is None:
        words = f"{level.name}: no rule says by when it is filed. Look it up and enter it under the payer’s rules."
        return AppealWindow(None, None, (words,))
    return AppealWindow(found.last_day, found.internal_due, found.reasoning, found.source)


def counts_as_filed_on(ladder: str, *, way: str, sent_on: dt.date) -> dt.date:
    """When an appeal counts as filed. Medicare counts the day it is received (42 CFR 405.942(a)(2)): by mail that is
    presumed five days after it was posted; a fax or a portal has it at once. Elsewhere the day it was sent counts."""
    if ladder in FILED_WHEN_RECEIVED and way in BY_MAIL:
        return sent_on + dt.timedelta(days=PRESUMED_MAIL_DAYS)
    return sent_on


def decision_due(level: AppealLevel, *, since_on: dt.date, payer_days: int | None, is_urgent: bool) -> dt.date | None:
    """By when the level is decided: the payer's own days where they are known, else those of the level, counted from
    the day on which the request was received. A weekend extends nothing. None: no term is set."""
    if is_urgent and level.hours:
        return since_on + dt.timedelta(days=-(-level.hours // 24))
    days = payer_days if payer_days is not None else level.days
    return None if days is None else since_on + dt.timedelta(days=days)


def ask_arrived_on(sent_on: dt.date, *, closures: Closures = ()) -> dt.date:
    """When somebody asks whether an appeal arrived that nobody acknowledged."""
    return add_business_days(sent_on, ARRIVED_AFTER, closures=closures)


def ask_decision_on(due_on: dt.date, *, closures: Closures = ()) -> dt.date:
    """When somebody asks for a decision that is late."""
    return next_business_day(due_on + dt.timedelta(days=LATE_AFTER), closures=closures)


@dataclass(frozen=True, slots=True)
class AtStake:
    """What must be at stake at a level, and whether the amount of a case does (RULES 8.3)."""

    needed: AmountInControversy
    amount: Decimal

    @property
    def is_enough(self) -> bool:
        return self.amount >= self.needed.amount

    @property
    def words(self) -> str:
        """`$150.00 of the $200.00 that must be at stake in 2026: add claims together to reach it`."""
        needed = f"${self.needed.amount:,.2f}"
        sure = "" if self.needed.verified else f" (the figure of {self.needed.year}; look up the new one)"
        if self.is_enough:
            return f"${self.amount:,.2f} is at stake; at least {needed} must be{sure}"
        return f"${self.amount:,.2f} of the {needed} that must be at stake{sure}: add claims together to reach it"


def at_stake(level: AppealLevel, *, amount: Decimal, filed_on: dt.date) -> AtStake | None:
    """The amount in controversy of a level in the year of filing; None where nothing is asked."""
    needed = amount_in_controversy(level=level.number, filed_on=filed_on) if level.ladder in _AT_STAKE else None
    return None if needed is None else AtStake(needed, amount)


def late_words(last_day: dt.date | None, filed_on: dt.date) -> str:
    """Why a sending is too late, in words; "" where it is not, or nobody knows the window."""
    if last_day is None or filed_on <= last_day:
        return ""
    return f"The window closed on {long_day(last_day)}; this counts as filed on {long_day(filed_on)}."
