"""When installments are due and how much each is. Pure; dollars as `Decimal`, to the cent.

Due days follow paydays: every week, every second week, twice a month on two days of it, or monthly. A day that a month
lacks is its last one, and the next month has its own again: 31 January, 28 February, 31 March. Nothing is moved for
weekends and holidays: grace is counted in business days, so such a day costs nobody anything.
"""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from arwork.lib.errors import DomainError
from arwork.lib.money import CENT, ZERO, from_cents, split, to_cents

WEEKLY, BIWEEKLY, SEMIMONTHLY, MONTHLY = "weekly", "biweekly", "semimonthly", "monthly"
#: Due days in a year, by frequency.
A_YEAR = {WEEKLY: 52, BIWEEKLY: 26, SEMIMONTHLY: 24, MONTHLY: 12}
_WEEKS = {WEEKLY: 1, BIWEEKLY: 2}
#: The most installments that any schedule has: ten years of weeks.
MOST = 520
_HALF_MONTH = 15
_LAST_DAY = 31


class BadPlan(DomainError):
    """Terms that no plan can have; `field` names what to change."""

    code = "bad_plan"


@dataclass(frozen=True, slots=True)
class Installment:
    """One due payment; number 0 is the down payment."""

    number: int
    due_on: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What is to be paid, and how. Either `each` (dollars an installment) or `count` of installments is given.

    `payday` and `second_payday` are days of the month (31 is its last one) for due days that fall on them; without
    them the day of `first_due_on` counts, and half a month later.
    """

    total: Decimal
    frequency: str
    first_due_on: dt.date
    each: Decimal | None = None
    count: int | None = None
    down_payment: Decimal = ZERO
    down_due_on: dt.date | None = None
    payday: int | None = None
    second_payday: int | None = None


def due_days(
    frequency: str, first: dt.date, *, payday: int | None = None, second_payday: int | None = None
) -> Iterator[dt.date]:
    """The due days from `first` on, without end."""
    if frequency in _WEEKS:
        step = dt.timedelta(weeks=_WEEKS[frequency])
        while True:
            yield first
            first += step
    days = [payday or first.day]
    if frequency == SEMIMONTHLY:
        days = sorted({days[0], second_payday or _half_month_from(days[0])})
    year, month = first.year, first.month
    while True:
        found = sorted({_in_month(year, month, day) for day in days})
        yield from (day for day in found if day >= first)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _half_month_from(day: int) -> int:
    return day + _HALF_MONTH if day <= _HALF_MONTH else day - _HALF_MONTH


def _in_month(year: int, month: int, day: int) -> dt.date:
    return dt.date(year, month, min(day, monthrange(year, month)[1]))


def installments(terms: PlanTerms) -> list[Installment]:
    """The schedule of these terms: the down payment first, if any; the amounts sum to the total, to the cent.

    By amount the last one is what remains; by count they are equal, the first ones a cent larger where it must be.
    Raises `BadPlan`.
    """
    rest = terms.total - terms.down_payment
    _ensure_sensible(terms, rest)
    amounts = _amounts(terms, rest)
    if len(amounts) > MOST:
        raise BadPlan("That would take more than ten years. Take a larger installment.", field="each")
    days = due_days(terms.frequency, terms.first_due_on, payday=terms.payday, second_payday=terms.second_payday)
    rows = [
        Installment(number, day, amount)
        for number, (day, amount) in enumerate(zip(islice(days, len(amounts)), amounts, strict=True), 1)
    ]
    if not terms.down_payment:
        return rows
    return [Installment(0, terms.down_due_on or terms.first_due_on, terms.down_payment), *rows]


def _ensure_sensible(terms: PlanTerms, rest: Decimal) -> None:
    if terms.frequency not in A_YEAR:
        raise BadPlan("Choose how often they pay.", field="frequency")
    if terms.down_payment < 0 or rest <= 0:
        raise BadPlan("The down payment is less than what is owed: the rest is paid in installments.", field="down")
    if terms.down_due_on is not None and terms.down_due_on > terms.first_due_on:
        raise BadPlan("The down payment is due before the first installment.", field="down")
    if (terms.each is None) == (terms.count is None):
        raise BadPlan("Give an installment, or how many there are.", field="each")
    if terms.each is not None and terms.each < CENT:
        raise BadPlan("An installment is of something.", field="each")
    if terms.count is not None and not 0 < terms.count <= min(MOST, to_cents(rest)):
        raise BadPlan("Choose how many installments there are.", field="count")
    if any(day is not None and not 0 < day <= _LAST_DAY for day in (terms.payday, terms.second_payday)):
        raise BadPlan("A payday is a day of the month, 1 to 31.", field="payday")


def _amounts(terms: PlanTerms, rest: Decimal) -> Sequence[Decimal]:
    if terms.count is not None:
        return split(rest, [1] * terms.count)
    each, cents = to_cents(terms.each or ZERO), to_cents(rest)
    if each >= cents:
        return [rest]
    whole, last = divmod(cents, each)
    return [*[from_cents(each)] * min(whole, MOST + 1), *([from_cents(last)] if last else [])]


def regular(rows: Iterable[Installment]) -> list[Installment]:
    """The installments of a schedule, the down payment not counted."""
    return [row for row in rows if row.number]


def months_of(rows: Sequence[Installment]) -> int:
    """How many months a schedule takes, from its first due day to its last one, begun ones counted: one installment
    takes one, twelve monthly ones take twelve."""
    first, last = rows[0].due_on, rows[-1].due_on
    months = (last.year - first.year) * 12 + last.month - first.month
    return months + (last.day >= first.day or last.day == monthrange(last.year, last.month)[1])


def a_month(each: Decimal, frequency: str) -> Decimal:
    """What an installment comes to in a month, in dollars to the cent, rounded up: never less than is paid."""
    yearly = to_cents(each) * A_YEAR[frequency]
    return from_cents(-(-yearly // 12))


def per_installment(monthly: Decimal, frequency: str) -> Decimal:
    """What of an amount a month falls on each installment, to the cent, rounded down."""
    return from_cents(to_cents(monthly) * 12 // A_YEAR[frequency])
