"""What a late payment costs a payer, by the law that binds it (RULES 9.4). Pure.

The rate is a payer rule (`promptpay_interest`, hundredths of a percent a year); where a state counts otherwise, its way
is here. Interest is simple, by the day, on a year of 365 days; cents are rounded half up once, at the end.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from arwork.lib.money import ZERO

_CENT = Decimal("0.01")
_YEAR = Decimal(365)
_MONTH = Decimal(30)
_BASIS_POINTS = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class LatePaid:
    """A payment as the law sees it: dollars paid and allowed and charged, the last day to pay, the day it was paid, the
    rate a year in hundredths of a percent, and the interest that came with it."""

    paid: Decimal
    due_on: dt.date
    paid_on: dt.date
    rate: int
    days_allowed: int
    charged: Decimal = ZERO
    allowed: Decimal = ZERO
    interest_paid: Decimal = ZERO

    @property
    def days_late(self) -> int:
        """Days after the last day to pay; 0 where it was in time."""
        return max((self.paid_on - self.due_on).days, 0)


@dataclass(frozen=True, slots=True)
class InterestOwed:
    """Dollars owed for it in all (before what came with it), and how that was counted, in words."""

    amount: Decimal
    words: str


def interest_owed(late: LatePaid, *, state: str | None) -> InterestOwed:
    """What a payment costs that came late, under the law of a state; `state` None is the plain rate (Medicare: 42 CFR
    405.2416 and Pub 100-04 ch. 1, 80.2.2: from the day after the ceiling to the day of payment)."""
    if late.days_late == 0 or late.paid <= 0:
        return InterestOwed(ZERO, "paid in time")
    return _BY_STATE.get(state or "", _plain)(late)


def _plain(late: LatePaid) -> InterestOwed:
    amount = _cents(_by_the_day(late.paid, late.rate, late.days_late))
    return InterestOwed(amount, f"{_days(late.days_late)} at {_percent(late.rate)} a year on ${late.paid:,.2f}")


def _california(late: LatePaid) -> InterestOwed:
    """Interest is due without being asked for; where none came with the payment, $15 or a tenth of the interest on top,
    whichever is more (Health and Safety Code 1371, AB 3275)."""
    plain = _plain(late)
    if late.interest_paid > 0:
        return plain
    extra = max(Decimal(15), _cents(plain.amount / 10))
    return InterestOwed(plain.amount + extra, f"{plain.words}, and ${extra:,.2f} because none came with it")


def _district(late: LatePaid) -> InterestOwed:
    """1.5 percent a month on days 31 to 60 after receipt, 2 on days 61 to 120, 2.5 after (D.C. Code 31-3132). Days of a
    month that is not full count as their share of thirty."""
    first, last = late.days_allowed + 1, late.days_allowed + late.days_late
    owed, parts = ZERO, []
    for begins, ends, rate in ((31, 60, Decimal("1.5")), (61, 120, Decimal(2)), (121, last, Decimal("2.5"))):
        days = min(last, ends) - max(first, begins) + 1
        if days > 0:
            owed += late.paid * rate / 100 * days / _MONTH
            parts.append(f"{_days(days)} at {rate} % a month")
    return InterestOwed(_cents(owed), f"{', '.join(parts)} on ${late.paid:,.2f}")


def _texas(late: LatePaid) -> InterestOwed:
    """A penalty on what was billed above the contracted rate: half of it up to 45 days late (at most $100,000), all of
    it later (at most $200,000), from day 91 with 18 percent a year on the penalty (Insurance Code 1301.137)."""
    above = max(late.charged - late.allowed, ZERO)
    share, most = (Decimal("0.5"), Decimal(100_000)) if late.days_late <= 45 else (Decimal(1), Decimal(200_000))
    penalty = min(_cents(above * share), most)
    words = f"{share:.0%} of ${above:,.2f} billed above the contract, {_days(late.days_late)} late"
    if late.days_late <= 90:
        return InterestOwed(penalty, words)
    more = _cents(_by_the_day(penalty, 1800, late.days_late - 90))
    return InterestOwed(penalty + more, f"{words}, and ${more:,.2f} interest on it since day 91")


_BY_STATE: dict[str, Callable[[LatePaid], InterestOwed]] = {"CA": _california, "DC": _district, "TX": _texas}


def _by_the_day(amount: Decimal, rate: int, days: int) -> Decimal:
    return amount * rate / _BASIS_POINTS * days / _YEAR


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _percent(rate: int) -> str:
    return f"{Decimal(rate) / 100:f} %"


def _days(days: int) -> str:
    return f"{days} day{'s' if days != 1 else ''}"
