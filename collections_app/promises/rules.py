"""When a promise is kept, broken or beside the point (RULES 13.8). Pure.

Money counts by the day it was received, whenever it was entered. Grace is counted in business days, for the mail
brings nothing on others. A promise never asks for more than was still owed: who paid all of it kept the promise, and
where nothing is left that anybody could pay (it went back to a payer, or was written off) there is nothing to break.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from arwork.lib.dates import Closures, add_business_days
from arwork.lib.money import ZERO


class PromiseStanding(StrEnum):
    """What became of a promise so far. `GONE`: nothing of what was promised is owed any more, and nobody paid it."""

    OPEN = "open"
    PARTLY = "partly"
    KEPT = "kept"
    BROKEN = "broken"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class PromiseMoney:
    """What a promise is held against, in dollars.

    `received` came from its making to the end of its grace, `late` after that; both by the day of receipt. `owed` is
    what the patient still owes on the account. `asked` is what the promise asked for when it was last looked at.
    """

    amount: Decimal
    received: Decimal
    late: Decimal
    owed: Decimal
    asked: Decimal


@dataclass(frozen=True, slots=True)
class PromiseVerdict:
    """What became of it, and what it asks for: the amount, or all that was owed where that is less."""

    standing: PromiseStanding
    asked: Decimal


def last_day_to_keep(due_on: dt.date, grace_days: int, *, closures: Closures = ()) -> dt.date:
    """The last day on which money keeps a promise: so many business days after the promised one; promised for a day
    without mail, or on which nobody is in the office to take it, the next one is the first that counts."""
    return add_business_days(due_on, grace_days, closures=closures)


def judge(standing: PromiseStanding, money: PromiseMoney, *, is_over: bool) -> PromiseVerdict:
    """What became of a promise; `is_over` once its last day has passed.

    One that was kept or broken is held against what it asked for then: what the patient came to owe since, or what was
    written off since, changes nothing. A broken one heals when money of its time appears; a kept one is broken after
    all when its money went back, once its day has passed.
    """
    received = max(money.received, ZERO)
    if standing == PromiseStanding.BROKEN:
        healed = received >= money.asked
        return PromiseVerdict(PromiseStanding.KEPT if healed else PromiseStanding.BROKEN, money.asked)
    if standing == PromiseStanding.KEPT:
        lost = received < money.asked and is_over
        return PromiseVerdict(PromiseStanding.BROKEN if lost else PromiseStanding.KEPT, money.asked)
    asked = min(money.amount, received + max(money.owed, ZERO) + max(money.late, ZERO))
    if asked == ZERO:
        return PromiseVerdict(PromiseStanding.GONE, asked)
    if received >= asked:
        return PromiseVerdict(PromiseStanding.KEPT, asked)
    if standing == PromiseStanding.GONE and is_over:
        return PromiseVerdict(PromiseStanding.GONE, asked)
    if is_over:
        return PromiseVerdict(PromiseStanding.BROKEN, asked)
    return PromiseVerdict(PromiseStanding.PARTLY if received else PromiseStanding.OPEN, asked)
