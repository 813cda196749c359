"""What moved in a period, added up by kind and accounts: the raw material of every reconciliation."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from claims.ledger.models import Posting


@dataclass(frozen=True, slots=True, order=True)
class Moved:
    """Postings of one kind from `credit` to `debit`: their dollars and their number."""

    kind: str
    debit: str
    credit: str
    amount: Decimal
    count: int


def activity(practice_ids: Sequence[int], *, since: dt.date, until: dt.date) -> list[Moved]:
    """Everything posted from `since` to `until`, both included, in one GROUP BY."""
    rows = (
        Posting.objects.filter(practice__in=practice_ids, posted_on__gte=since, posted_on__lte=until)
        .order_by()
        .values("kind", "debit", "credit")
        .annotate(dollars=Sum("amount"), n=Count("pk"))
        .values_list("kind", "debit", "credit", "dollars", "n")
    )
    return sorted(Moved(*row) for row in rows)
