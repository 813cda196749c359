"""What was received held against a schedule: oldest installment first (RULES 13.7). Pure; dollars as `Decimal`.

Money counts by the day it was received, whenever it was entered; what went back counts against the day on which it
came. Partial money keeps an installment open, extra money pays the next ones and so shortens the plan. A schedule
never asks for more than is still owed on its visits: what a payer paid after all, or was forgiven, comes off its end.

An installment is missed when the money received by the last day of its grace does not cover everything due up to it,
and the plan is broken once as many are missed as its terms allow. Money that the bank took back gets no second grace:
with it gone, what is due is missed at once (RULES 13.3). Broken plans heal when money of their time is entered.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from arwork.lib.money import ZERO


class PlanStanding(StrEnum):
    """What became of a plan so far. `GONE`: nothing of it is owed any more, and nobody paid it."""

    CURRENT = "current"
    BROKEN = "broken"
    PAID = "paid"
    GONE = "gone"


class InstallmentStanding(StrEnum):
    """What became of an installment. `OFF`: no longer asked for, for nothing is owed that it could pay."""

    PAID = "paid"
    PARTLY = "partly"
    MISSED = "missed"
    LATE = "late"
    DUE = "due"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class DueInstallment:
    """One installment, and the last day on which money keeps it."""

    number: int
    due_on: dt.date
    amount: Decimal
    last_day: dt.date


@dataclass(frozen=True, slots=True)
class ReceivedOn:
    """Money by the day it was received; negative where it went back, by the day of what went back."""

    on: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ReturnedMoney:
    """Money that the bank took back: the day it had come, dollars, and the day it went back."""

    on: dt.date
    amount: Decimal
    back_on: dt.date


@dataclass(frozen=True, slots=True)
class MatchedInstallment:
    """An installment with what it asks for now, what was matched with it, and what became of it."""

    number: int
    due_on: dt.date
    amount: Decimal
    asked: Decimal
    paid: Decimal
    last_day: dt.date
    standing: InstallmentStanding

    @property
    def missing(self) -> Decimal:
        """What is still to be paid of it."""
        return self.asked - self.paid


@dataclass(frozen=True, slots=True)
class MatchedPlan:
    """A schedule beside the money: dollars received for it, asked for still, and past due."""

    standing: PlanStanding
    received: Decimal
    remaining: Decimal
    late_since: dt.date | None
    late_amount: Decimal
    missed: int
    rows: Sequence[MatchedInstallment]

    @property
    def following(self) -> MatchedInstallment | None:
        """The first installment that is not paid; None where nothing is asked for any more."""
        return next((row for row in self.rows if row.missing > 0), None)


def match(
    dues: Sequence[DueInstallment],
    money: Sequence[ReceivedOn],
    *,
    owed: Decimal,
    today: dt.date,
    broken_after: int = 1,
    returned: Sequence[ReturnedMoney] = (),
) -> MatchedPlan:
    """A schedule as the money has it on `today`.

    `owed` is what is still owed on its visits; `returned` is what the bank took back of payments since it was agreed,
    which `money` no longer has. `broken_after` installments missed break it.
    """
    total = sum((due.amount for due in dues), ZERO)
    received = _by(money, today)
    asked = min(total, received + max(owed, ZERO))
    rows, missed, before = [], 0, ZERO
    for due in dues:
        asks = min(due.amount, max(asked - before, ZERO))
        before += asks
        paid = min(asks, max(received - (before - asks), ZERO))
        is_missed = asks > 0 and today > due.last_day and _by(money, due.last_day) < before
        if paid < asks and due.due_on <= today:
            is_missed |= received + _back_after(returned, due.due_on) >= before
        missed += is_missed
        rows.append(MatchedInstallment(
            due.number, due.due_on, due.amount, asks, paid, due.last_day,
            _standing(asks, paid, is_missed=is_missed, is_past=due.due_on < today),
        ))  # fmt: skip
    late = [row for row in rows if row.missing > 0 and row.due_on < today]
    remaining = sum((row.missing for row in rows), ZERO)
    if not remaining:
        standing = PlanStanding.PAID if received > 0 else PlanStanding.GONE
    else:
        standing = PlanStanding.BROKEN if missed >= broken_after else PlanStanding.CURRENT
    return MatchedPlan(
        standing=standing,
        received=min(received, total),
        remaining=remaining,
        late_since=late[0].due_on if late else None,
        late_amount=sum((row.missing for row in late), ZERO),
        missed=missed,
        rows=rows,
    )


def _by(money: Sequence[ReceivedOn], day: dt.date) -> Decimal:
    return max(sum((one.amount for one in money if one.on <= day), ZERO), ZERO)


def _back_after(returned: Sequence[ReturnedMoney], due_on: dt.date) -> Decimal:
    """What went back once an installment was due: without it the installment would be paid."""
    return sum((one.amount for one in returned if one.back_on >= due_on), ZERO)


def _standing(asks: Decimal, paid: Decimal, *, is_missed: bool, is_past: bool) -> InstallmentStanding:
    if not asks:
        return InstallmentStanding.OFF
    if paid >= asks:
        return InstallmentStanding.PAID
    if is_missed:
        return InstallmentStanding.MISSED
    if is_past:
        return InstallmentStanding.LATE
    return InstallmentStanding.PARTLY if paid else InstallmentStanding.DUE
