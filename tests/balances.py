"""What postings alone say is owed: the measure that kept balances are held against."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from arwork.lib.money import ZERO, from_cents
from claims.billing.buckets import BUCKETS
from claims.ledger.models import Posting
from claims.ledger.selectors import account_totals, net


def balance_of(claim_id: int, *, as_of: dt.date | None = None) -> dict[str, Decimal]:
    """What each bucket owes of a claim, from postings up to `as_of` (all when None), in dollars."""
    rows = Posting.objects.filter(claim_id=claim_id)
    if as_of:
        rows = rows.filter(posted_on__lte=as_of)
    cents = rows.aggregate(**{bucket: net(bucket) for bucket in BUCKETS})
    return {bucket: from_cents(cents[bucket]) for bucket in BUCKETS}


def control_total(practice_ids: Sequence[int]) -> Decimal:
    """The receivable control total: what all buckets owe together."""
    totals = account_totals(practice_ids)
    return sum((totals[bucket] for bucket in BUCKETS), ZERO)
