"""What somebody can pay: from a short sheet of income and expenses, or as they say. Pure; dollars a month.

The sheet asks for as little as answers the question. Of what is left after the expenses a plan takes a share, so that
something unforeseen does not break it; where a law caps a plan by income, the cap comes first (RULES 11.6).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from arwork.lib.money import ZERO, from_cents, to_cents

#: What is asked for, in the order of asking.
EXPENSES = {
    "housing": "Rent or mortgage, utilities",
    "food": "Food and household",
    "transport": "Car, fuel, transit",
    "health": "Health insurance, medicine, care",
    "debts": "Loans, cards, other plans",
    "other": "Children, anything else",
}
#: A suggested installment is a round amount.
ROUND_TO = 500  # cents
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Means:
    """Income and expenses a month, in dollars, or the amount that they say they can pay (`stated`)."""

    income: Decimal | None = None
    expenses: Mapping[str, Decimal] = field(default_factory=dict)
    stated: Decimal | None = None

    @property
    def left(self) -> Decimal | None:
        """What is left a month, never below zero; None where no income is known."""
        if self.income is None:
            return None
        return max(self.income - sum(self.expenses.values(), ZERO), ZERO)


@dataclass(frozen=True, slots=True)
class Affordable:
    """What they can pay a month, in dollars, and how that was found, in words. `is_capped` by law."""

    monthly: Decimal
    because: str
    is_capped: bool = False


def affordable(means: Means, *, share_percent: int, income_percent: int | None) -> Affordable | None:
    """The amount to suggest; None where nothing is known of their means.

    `share_percent` of what is left goes into a plan; `income_percent` is the most that a law lets it take of their
    income, None where none does.
    """
    found = _told(means, share_percent)
    cap = None if means.income is None or income_percent is None else law_cap(means.income, income_percent)
    if cap is None or (found is not None and found.monthly <= cap):
        return found
    because = f"${cap:,.2f} a month is {income_percent} % of their income: the law asks for no more"
    return Affordable(cap, because, is_capped=True) if found is not None else None


def law_cap(income: Decimal, percent: int) -> Decimal:
    """So many percent of an income, to the cent, rounded down."""
    return from_cents(to_cents(income) * percent // _PERCENT)


def _told(means: Means, share_percent: int) -> Affordable | None:
    if means.stated is not None:
        return Affordable(means.stated, "what they say they can pay")
    left = means.left
    if left is None:
        return None
    cents = to_cents(left) * share_percent // _PERCENT
    monthly = from_cents(cents - cents % ROUND_TO)
    return Affordable(monthly, f"{share_percent} % of the ${left:,.2f} a month that are left to them")
