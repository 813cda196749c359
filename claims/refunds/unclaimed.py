"""When a check that nobody cashed is stale, and when its money is the state's to keep (unclaimed property). Pure.

A bank need not pay a check older than six months (UCC 4-404). Money that its owner has not asked for in so many years
is reported and paid to the state of the owner's last known address (of the practice where none is known). Both figures
are dated rows with their source (`collections_app/limits`).
"""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnclaimedClock:
    """From when on a check is stale and dormant; None where no figure holds."""

    stale_on: dt.date | None
    dormant_on: dt.date | None

    def is_stale(self, today: dt.date) -> bool:
        return self.stale_on is not None and today >= self.stale_on

    def is_dormant(self, today: dt.date) -> bool:
        return self.dormant_on is not None and today >= self.dormant_on


def unclaimed_clock(issued_on: dt.date, *, stale_days: int | None, dormant_days: int | None) -> UnclaimedClock:
    """The clock of a refund that was issued and did not clear."""
    return UnclaimedClock(_after(issued_on, stale_days), _after(issued_on, dormant_days))


def _after(day: dt.date, days: int | None) -> dt.date | None:
    return day + dt.timedelta(days=days) if days else None
