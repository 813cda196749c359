"""What became of what was placed with an agency, by the month in which it was.

Recovered is what was paid on a placement, to the agency or to us, as its files report it. Liquidation is recovered as a
part of what was placed in that month; batches taken back before they left count nowhere.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from arwork.lib.money import ZERO
from collections_app.agencies.models import Agency, AgencyFileRow, AgencyPlacement
from collections_app.agencies.states import PlacementState, RowKind, RowState

_PAID = (RowKind.PAYMENT, RowKind.DIRECT)


@dataclass(slots=True)
class Cohort:
    """What was placed in one month, and what became of it. Dollars."""

    month: dt.date
    accounts: int = 0
    placed: Decimal = ZERO
    recovered: Decimal = ZERO
    fees: Decimal = ZERO
    fees_due: Decimal = ZERO
    returned: int = 0
    recalled: int = 0
    disputed: int = 0
    days: list[int] = field(default_factory=list)

    @property
    def liquidation(self) -> Decimal | None:
        """Recovered, as a part of what was placed; None where nothing was."""
        return self.recovered / self.placed if self.placed else None

    @property
    def kept(self) -> Decimal:
        """What is left to the practice of what was recovered."""
        return self.recovered - self.fees

    @property
    def days_to_remit(self) -> int | None:
        """From a payment to the day on which it was reported to us: the median, in days."""
        return sorted(self.days)[len(self.days) // 2] if self.days else None


def cohorts(agency: Agency) -> list[Cohort]:
    """The months in which something was placed, the newest first. Two queries."""
    found: dict[dt.date, Cohort] = {}
    of: dict[int, Cohort] = {}
    rows = AgencyPlacement.objects.filter(agency=agency).exclude(state=PlacementState.UNDONE)
    for pk, placed_on, amount, state, code in rows.values_list("pk", "placed_on", "amount", "state", "ended_code"):
        month = placed_on.replace(day=1)
        one = of[pk] = found.setdefault(month, Cohort(month))
        one.accounts += 1
        one.placed += amount
        one.returned += state == PlacementState.RETURNED
        one.recalled += state == PlacementState.RECALLED
        one.disputed += code == "dispute"
    reported = AgencyFileRow.objects.filter(
        agency=agency, placement__isnull=False, kind__in=_PAID, file__kind="answer"
    ).exclude(state=RowState.WAITING)
    for pk, amount, fee, due, on, made_on in reported.values_list(
        "placement_id", "amount", "fee", "fee_due", "on", "file__made_on"
    ):
        if pk in of:
            one = of[pk]
            one.recovered += amount
            one.fees += fee
            one.fees_due += due
            one.days.append((made_on - on).days)
    return [found[month] for month in sorted(found, reverse=True)]


def together(some: Sequence[Cohort]) -> Cohort:
    """All months as one."""
    whole = Cohort(dt.date.min)
    sums: dict[str, Decimal | int] = defaultdict(int)
    for one in some:
        for name in ("accounts", "placed", "recovered", "fees", "fees_due", "returned", "recalled", "disputed"):
            sums[name] += getattr(one, name)
        whole.days += one.days
    for name, value in sums.items():
        setattr(whole, name, value)
    return whole
