"""A household as an application tells of it: its people, what comes in from where, what it has. Pure.

Income is told as people know it (so much a week, every two weeks) and compared by the year: 52 weeks, 26 times two
weeks, 24 half months, 12 months.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO, money

TIMES_A_YEAR = {"weekly": 52, "biweekly": 26, "semimonthly": 24, "monthly": 12, "yearly": 1}
INTERVALS = {
    "weekly": "A week",
    "biweekly": "Every two weeks",
    "semimonthly": "Twice a month",
    "monthly": "A month",
    "yearly": "A year",
}
SOURCES = {
    "work": "Work",
    "self_employed": "Self-employment",
    "benefits": "Social Security, disability, unemployment",
    "pension": "Pension",
    "support": "Child support, alimony",
    "other": "Anything else",
}
MOST_PEOPLE = 20
_MOST = Decimal(10_000_000)


class BadHousehold(DomainError):
    """Something about a household that can't be so; `field` names what to change."""

    code = "bad_household"


@dataclass(frozen=True, slots=True)
class Income:
    """What comes in from one source: dollars each time."""

    source: str
    interval: str
    amount: Decimal

    @property
    def a_year(self) -> Decimal:
        """Dollars a year, to the cent."""
        return self.amount * TIMES_A_YEAR[self.interval]

    @property
    def words(self) -> str:
        return f"{SOURCES[self.source]}: ${self.amount:,.2f} {INTERVALS[self.interval].lower()}"


@dataclass(frozen=True, slots=True)
class Household:
    """People, income and assets (dollars); None is what nobody has told yet. No income at all is an income of zero."""

    people: int | None = None
    income: tuple[Income, ...] | None = None
    assets: Decimal | None = None

    @property
    def a_year(self) -> Decimal | None:
        """Dollars of income a year, None where nobody has told."""
        return None if self.income is None else sum((one.a_year for one in self.income), ZERO)

    def as_kept(self) -> dict[str, Any]:
        """As it is stored: text and numbers only."""
        income = None
        if self.income is not None:
            income = [[one.source, one.interval, str(one.amount)] for one in self.income]
        return {
            "people": self.people,
            "income": income,
            "assets": None if self.assets is None else str(self.assets),
        }


def household_of(kept: Mapping[str, Any]) -> Household:
    """A household as it is stored."""
    income, assets = kept.get("income"), kept.get("assets")
    return Household(
        people=kept.get("people"),
        income=None if income is None else tuple(Income(source, each, Decimal(sum_)) for source, each, sum_ in income),
        assets=None if assets is None else Decimal(assets),
    )


def checked(people: int | None, income: Iterable[Income] | None, assets: Decimal | None) -> Household:
    """A household that can be. Raises `BadHousehold` naming the field."""
    if people is not None and not 1 <= people <= MOST_PEOPLE:
        raise BadHousehold(f"A household has 1 to {MOST_PEOPLE} people.", field="people")
    rows = None if income is None else tuple(income)
    for one in rows or ():
        if one.source not in SOURCES or one.interval not in INTERVALS:
            raise BadHousehold("Choose where the income comes from and how often.", field="income")
        if not ZERO <= one.amount < _MOST:
            raise BadHousehold("An income is zero or above, in dollars each time.", field="income")
    if assets is not None and not ZERO <= assets < _MOST:
        raise BadHousehold("Assets are zero or above, in dollars.", field="assets")
    rows = None if rows is None else tuple(Income(one.source, one.interval, money(one.amount)) for one in rows)
    return Household(people, rows, None if assets is None else money(assets))
