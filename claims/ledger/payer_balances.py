"""What each payer owes now, and changes to a payer of which its open claims must hear."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Sum

from arwork.lib.events import announce
from arwork.lib.money import ZERO
from claims.billing.buckets import PATIENT_SIDE
from claims.ledger.models import Receivable
from claims.payers import payer_merge
from claims.payers.models import Payer

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class OpenWithPayer:
    """Open claims with a payer and the dollars it owes (credits taken off)."""

    claims: int = 0
    amount: Decimal = ZERO


def open_with_payers(practice_ids: Sequence[int], payer_ids: Collection[int] | None = None) -> dict[int, OpenWithPayer]:
    """By payer, over these practices. One query."""
    rows = Receivable.objects.filter(practice__in=practice_ids, payer__isnull=False).exclude(bucket__in=PATIENT_SIDE)
    if payer_ids is not None:
        rows = rows.filter(payer__in=payer_ids)
    totals = rows.order_by().values_list("payer_id").annotate(claims=Count("claim", distinct=True), due=Sum("amount"))
    return {payer: OpenWithPayer(claims, due) for payer, claims, due in totals}


@contextmanager
def announcing_payer_change(*payer_ids: int) -> Iterator[None]:
    """Change what is known of payers in the block; the work on their open claims hears of it on commit.

    For what may move dates, hours or scores: the class, adopted rules, opening hours, a merger.
    """
    with transaction.atomic():
        rows = Receivable.objects.filter(payer__in=payer_ids).exclude(bucket__in=PATIENT_SIDE).order_by()
        open_claims = set(rows.values_list("claim_id", flat=True))
        yield
        announce("rules", claims=open_claims)


def unmerge_payers(merge_id: int, *, actor: "User", now: dt.datetime) -> Payer:
    """Take a merger back and let the work on the open claims of both follow."""
    found = payer_merge.merger(merge_id, actor=actor)
    with announcing_payer_change(found.gone_id, found.kept_id):
        return payer_merge.take_back(merge_id, actor=actor, now=now)


def merge_payers(payer_id: int, *, into: int, actor: "User", now: dt.datetime) -> Payer:
    """Merge two payers and let the work on their open claims follow (other rules and hours may apply now)."""
    with announcing_payer_change(payer_id):
        return payer_merge.merge(payer_id, into=into, actor=actor, now=now)
