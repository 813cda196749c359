"""What an agency keeps of what it collects, by its contract. Pure.

The fee is of the day on which it was paid: by how often the account was placed and how old the debt was when it was. Of
several bands the highest that the debt has reached holds, of several days the latest.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from arwork.lib.money import ZERO

CENT, HUNDREDTHS = Decimal("0.01"), Decimal(10_000)


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A fee of the contract: `percent` in hundredths of a percent, from a day on."""

    placement_number: int
    age_from: int
    percent: int
    valid_from: dt.date


def percent_of(rows: Iterable[FeeRow], *, number: int, age: int, on: dt.date) -> int | None:
    """The percentage that holds, in hundredths; None where the contract says nothing. A later placement than the
    contract knows is paid as its last one."""
    known = [row for row in rows if row.valid_from <= on and row.placement_number <= number and row.age_from <= age]
    if not known:
        return None
    last = max(row.placement_number for row in known)
    bands = [row for row in known if row.placement_number == last]
    reached = max(row.age_from for row in bands)
    return max((row for row in bands if row.age_from == reached), key=lambda row: row.valid_from).percent


def fee_of(amount: Decimal, percent: int | None) -> Decimal:
    """What of `amount` dollars is kept, to the cent, half a cent up."""
    if percent is None:
        return ZERO
    return (amount * percent / HUNDREDTHS).quantize(CENT, rounding=ROUND_HALF_UP)
