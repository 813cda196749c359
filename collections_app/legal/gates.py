"""What speaks against a suit about an account: each reason as a sentence that says what to do. Pure.

An account goes to a law firm only where nothing is left to say: it is owed, old enough and not too old, undisputed, no
help is pending, help was offered, and whoever owes it is not in active service (RULES 11).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.dates import day_seen_from


@dataclass(frozen=True, slots=True)
class SuitFigures:
    """Figures of the practice and of the states that may count, the strictest of each: dollars and days."""

    minimum: Decimal
    bill_days: int
    help_days: int
    service_check_days: int


@dataclass(frozen=True, slots=True)
class SuitFacts:
    """What is known of an account. `holds` in words; `barred` the visits that are too old, in words; `first_billed_on`
    the first statement of the visit that was billed last (None: one of them was never billed); `against` what other
    slices say: a plan, an application, a dispute, an agency, a settlement, the clocks of 26 CFR 1.501(r)."""

    owed: Decimal
    states: frozenset[str]
    first_billed_on: dt.date | None
    barred: Sequence[str] = ()
    holds: Sequence[str] = ()
    against: Sequence[str] = ()
    help_offered_on: dt.date | None = None
    is_referred: bool = False


@dataclass(frozen=True, slots=True)
class ServiceCheck:
    """What the look-up of military service said (50 USC 3931)."""

    said: str
    checked_on: dt.date


def reasons_against(facts: SuitFacts, figures: SuitFigures, today: dt.date) -> list[str]:
    """Every reason why no suit may be asked for, whoever the law firm is; empty where nothing speaks against it."""
    found = []
    if facts.is_referred:
        found.append("It is referred to a law firm already.")
    if facts.owed < figures.minimum:
        found.append(f"${facts.owed:,.2f} is owed: nobody is sued for less than ${figures.minimum:,.2f}.")
    found += [f"On hold: {words.lower()}." for words in facts.holds]
    found += [f"Too old to sue for (12 CFR 1006.26): {words}." for words in facts.barred]
    if facts.first_billed_on is None:
        found.append("A visit was never billed to the patient. Send a statement first.")
    else:
        first_day = facts.first_billed_on + dt.timedelta(days=figures.bill_days)
        if today < first_day:
            found.append(
                f"{figures.bill_days} days from the first statement: not before {day_seen_from(first_day, today)}."
            )
    found += [words if words.endswith(".") else f"{words}." for words in facts.against]
    if facts.help_offered_on is None or facts.help_offered_on < today - dt.timedelta(days=figures.help_days):
        found.append(f"No help was offered in the last {figures.help_days} days. Offer assistance and a plan first.")
    return found


def reasons_against_check(check: ServiceCheck, figures: SuitFigures, today: dt.date) -> list[str]:
    """Why this look-up of military service does not do."""
    if check.checked_on > today:
        return ["Military service can't be looked up on a day to come."]
    if check.checked_on < today - dt.timedelta(days=figures.service_check_days):
        return [f"Look up military service again: it was more than {figures.service_check_days} days ago."]
    if check.said != "not_active":
        return ["In active service, or nobody could tell: no suit without a court's leave (50 USC 3931)."]
    return []


def reasons_against_firm(name: str, firm_states: Sequence[str], states: frozenset[str]) -> list[str]:
    """Why this law firm can't be the one: it may not sue where the person lives."""
    missing = sorted(states - set(firm_states))
    return [f"{name} may not sue in {', '.join(missing)}."] if missing else []
