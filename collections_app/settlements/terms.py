"""The arithmetic of a settlement: what is asked of each visit and when, what the money keeps, what comes off. Pure.

Dollars as `Decimal`. Money counts by the day it was received; what went back counts against the day on which it came.
Nothing comes off before all that was agreed has been received, and what then comes off a visit, with what was received
for it, is never more than was owed on it when the two agreed (RULES 13.9).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO, round_money, split

HUNDRED = Decimal(100)


class BadSettlement(DomainError):
    """Terms that nobody may offer or agree to; `field` names what to change."""

    code = "bad_settlement"


class MoneyStands(StrEnum):
    """What the money says of a settlement. `GONE`: nothing is owed on its visits any more, and they did not pay it."""

    KEPT = "kept"
    LATE = "late"
    MISSED = "missed"
    COMPLETE = "complete"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class DuePayment:
    """One payment of a settlement, and the last day on which money keeps it."""

    due_on: dt.date
    amount: Decimal
    last_day: dt.date


@dataclass(frozen=True, slots=True)
class CountedMoney:
    """Money by the day it was received; negative where it went back, by the day of what went back."""

    on: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class MatchedSettlement:
    """A settlement beside the money: how it stands, what was received, and what is missing next and since when."""

    stands: MoneyStands
    received: Decimal
    next_due_on: dt.date | None = None
    next_amount: Decimal = ZERO
    late_since: dt.date | None = None


def ensure_sensible(owed: Decimal, offer: Decimal, due_days: Sequence[dt.date], *, today: dt.date, most: int) -> None:
    """Raise `BadSettlement` naming the field where amount or days make no settlement."""
    if not ZERO < offer < owed:
        raise BadSettlement(
            f"A settlement is above zero and below what is owed, ${owed:,.2f}. All of it in parts is a plan.",
            field="offer",
        )
    if not due_days:
        raise BadSettlement("Say by when it is paid.", field="due_on")
    if len(due_days) > most:
        raise BadSettlement(f"At most {most} payments. More of them are a payment plan.", field="due_on")
    if list(due_days) != sorted(set(due_days)):
        raise BadSettlement("Each payment is due on a later day than the one before.", field="due_on")
    if due_days[0] < today:
        raise BadSettlement("The first day is past.", field="due_on")
    if offer < len(due_days) * Decimal("0.01"):
        raise BadSettlement("There are more payments than cents.", field="offer")


def discount_percent(owed: Decimal, offer: Decimal) -> Decimal:
    """What comes off, in percent of what is owed, with two places."""
    return round_money((owed - offer) * HUNDRED / owed)


def offer_of(owed: Decimal, percent: Decimal) -> Decimal:
    """What is to be paid where so many percent come off."""
    return owed - round_money(owed * percent / HUNDRED)


def payments(offer: Decimal, due_days: Sequence[dt.date]) -> list[tuple[dt.date, Decimal]]:
    """The offer in equal parts on these days; cents that are over fall on the first ones."""
    return list(zip(due_days, split(offer, [1] * len(due_days)), strict=True))


def shares(offer: Decimal, owed: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """What of the offer is asked of each visit, in proportion to what it owes: never more than that."""
    return dict(zip(owed, split(offer, list(owed.values())), strict=True))


def match(
    dues: Sequence[DuePayment], money: Sequence[CountedMoney], *, offer: Decimal, open_now: Decimal, today: dt.date
) -> MatchedSettlement:
    """How a settlement stands. One is missed on the first morning after the last day of a payment whose money, with
    that of those before it, was not received by that day; money of a later day heals nothing.

    `open_now` is what is owed on its visits still: where a payer paid after all nothing is left to agree on.
    """
    received = sum((one.amount for one in money), ZERO)
    asked = missing = ZERO
    next_on: dt.date | None = None
    late_since: dt.date | None = None
    is_missed = False
    for due in dues:
        asked += due.amount
        by_then = sum((one.amount for one in money if one.on <= due.last_day), ZERO)
        if by_then < asked and due.last_day < today:
            is_missed = True
        if received < asked or by_then < asked:
            late_since = late_since or (due.due_on if due.due_on < today else None)
            if next_on is None:
                next_on, missing = due.due_on, asked - min(max(received, ZERO), asked)
    if received < offer and open_now <= ZERO:
        return MatchedSettlement(MoneyStands.GONE, received)
    if is_missed:
        return MatchedSettlement(MoneyStands.MISSED, received, next_on, missing, late_since)
    if received >= offer:
        return MatchedSettlement(MoneyStands.COMPLETE, received)
    stands = MoneyStands.LATE if late_since else MoneyStands.KEPT
    return MatchedSettlement(stands, received, next_on, missing, late_since)


def comes_off(
    owed: Mapping[int, Decimal], received: Mapping[int, Decimal], open_now: Mapping[int, Decimal], *, offer: Decimal
) -> dict[int, Decimal]:
    """What is written off each visit: what it owes still, of what it owed when the two agreed. Nothing before the whole
    offer has been received, and never more than was owed less what was received."""
    if sum((received.get(claim, ZERO) for claim in owed), ZERO) < offer:
        return {}
    found = {}
    for claim, amount in owed.items():
        left = min(open_now.get(claim, ZERO), amount - received.get(claim, ZERO))
        if left > ZERO:
            found[claim] = left
    return found
