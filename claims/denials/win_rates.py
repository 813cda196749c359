"""How often denials of a category are won in the actor's practices, by what brought it: own outcomes, not the priors.

Decided are those won, won in part and lost; what was accepted without a try tells nothing of a try. Shares are by
dollars: what came of what was denied (RULES 6, appeal overturn rate).
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from arwork.lib.money import ZERO
from claims.denials.models import Denial

#: Outcomes older than this say little of today.
HISTORY = dt.timedelta(days=365)
_WON = Q(outcome__in=(Denial.Outcome.WON, Denial.Outcome.PART))


@dataclass(frozen=True, slots=True)
class WinCount:
    """Denials decided: how many were won, won in part and lost, the dollars denied in them and the dollars that came.
    `came_by`: after what (`Denial.CameBy`)."""

    came_by: str
    label: str
    won: int = 0
    part: int = 0
    lost: int = 0
    denied: Decimal = ZERO
    recovered: Decimal = ZERO

    @property
    def decided(self) -> int:
        return self.won + self.part + self.lost

    @property
    def win_share(self) -> Decimal | None:
        """Won, wholly or in part, of decided, by count; None where nothing was decided."""
        return Decimal(self.won + self.part) / self.decided if self.decided else None


def own_win_rates(
    practices: Collection[int], *, today: dt.date, category: str = "", payer_id: int | None = None
) -> list[WinCount]:
    """What denials of the practices came to within a year, the most decided first. One query."""
    rows = Denial.objects.filter(practice__in=practices, decided_on__gt=today - HISTORY, decided_on__lte=today)
    rows = rows.exclude(outcome="")
    if category:
        rows = rows.filter(category=category)
    if payer_id is not None:
        rows = rows.filter(payer=payer_id)
    sums = rows.order_by().values("came_by").annotate(
        won=Count("pk", filter=Q(outcome=Denial.Outcome.WON)),
        part=Count("pk", filter=Q(outcome=Denial.Outcome.PART)),
        lost=Count("pk", filter=Q(outcome=Denial.Outcome.LOST)),
        denied=Sum("amount"),
        came=Sum("recovered", filter=_WON),
    )  # fmt: skip
    labels = dict(Denial.CameBy.choices)
    found = [
        WinCount(
            one["came_by"], str(labels.get(one["came_by"], "not known what brought it")), one["won"], one["part"],
            one["lost"], one["denied"], one["came"] or ZERO,
        )
        for one in sums
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.decided, one.label))
