"""When looking for somebody ends without finding them, and what is worth looking for at all. Pure.

A search ends when nothing is left to try and nothing new came for a while, when it went on too often or too long, or
when it costs more of the balance than it may. Said in words: whoever reads it decides what comes next.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class StopFigures:
    """At most so many attempts in so many days; after `quiet_days` without a new lead and nothing left to try it is
    over; hits may cost `share` percent of the balance; below `least` nobody is looked for."""

    tries: int
    days: int
    quiet_days: int
    share: int
    least: Decimal


@dataclass(frozen=True, slots=True)
class SearchFacts:
    """A search as it stands: since when, the last new lead, attempts, leads left to try, balance and cost."""

    opened_on: dt.date
    lead_on: dt.date
    tries: int
    leads_left: int
    balance: Decimal
    spent: Decimal


@dataclass(frozen=True, slots=True)
class SearchEnd:
    """Why a search ends."""

    code: str
    words: str


def why_over(facts: SearchFacts, figures: StopFigures, *, on: dt.date) -> SearchEnd | None:
    """Why a search is over on a day; None while it is worth going on."""
    if facts.balance < figures.least:
        return SearchEnd("small", f"${facts.balance:,.2f} is owed; below ${figures.least:,.2f} nobody is looked for")
    if facts.spent * 100 > facts.balance * figures.share:
        return SearchEnd("cost", f"${facts.spent:,.2f} was spent, more than {figures.share}% of ${facts.balance:,.2f}")
    if facts.tries >= figures.tries:
        return SearchEnd("tries", f"{facts.tries} attempts at leads found nobody; {figures.tries} are enough")
    if (on - facts.opened_on).days >= figures.days:
        return SearchEnd("days", f"{(on - facts.opened_on).days} days found nobody; {figures.days} are enough")
    if not facts.leads_left and (on - facts.lead_on).days >= figures.quiet_days:
        return SearchEnd("no_lead", f"no lead is left, and no new one came for {(on - facts.lead_on).days} days")
    return None


def is_worth(balance: Decimal, figures: StopFigures) -> bool:
    """Whether somebody who owes this much is looked for."""
    return balance >= figures.least
