"""Deposits: what each remittance brought (BPR02) beside what became of it (RULES 2.8).

Deposit = posted to claims + unapplied + provider level + not booked, as the remittance's own page ties it out. Money
waits while some of it is unapplied (an exception holds it, or nobody has said whose it is) or not booked at all: the
deposit is not closed before that.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.remits.models import SET_ASIDE, Remittance
from claims.remits.selectors import DepositTieOut, tie_outs

PAGE = 50


@dataclass(frozen=True, slots=True)
class Deposit:
    """One remittance and where its money stands. Dollars."""

    remittance_id: int
    practice: str
    trace: str
    payer: str
    method: str
    paid_on: dt.date
    amount: Decimal
    posted: Decimal = ZERO
    unapplied: Decimal = ZERO
    provider: Decimal = ZERO

    @property
    def unbooked(self) -> Decimal:
        return self.amount - self.posted - self.unapplied - self.provider

    @property
    def is_closed(self) -> bool:
        """Every dollar is on a claim or accounted for at provider level."""
        return self.unbooked == self.unapplied == ZERO


@dataclass(frozen=True)
class Deposits:
    """A page of deposits, newest first, and what all of the period add up to."""

    rows: Sequence[Deposit]
    count: int
    amount: Decimal
    posted: Decimal
    unapplied: Decimal
    provider: Decimal
    open_count: int

    @property
    def unbooked(self) -> Decimal:
        return self.amount - self.posted - self.unapplied - self.provider


def deposits(*, practice_ids: Sequence[int], since: dt.date, until: dt.date, only_open: bool = False) -> Deposits:
    """The deposits dated in a period (BPR16): those on the first page, and the totals of all."""
    shown: list[Deposit] = []
    count = open_count = 0
    amount = posted = unapplied = provider = ZERO
    for one in all_deposits(practice_ids=practice_ids, since=since, until=until):
        count += 1
        open_count += not one.is_closed
        amount, posted = amount + one.amount, posted + one.posted
        unapplied, provider = unapplied + one.unapplied, provider + one.provider
        if len(shown) < PAGE and not (only_open and one.is_closed):
            shown.append(one)
    return Deposits(shown, count, amount, posted, unapplied, provider, open_count)


def all_deposits(*, practice_ids: Sequence[int], since: dt.date, until: dt.date) -> Iterator[Deposit]:
    """Every deposit of the period, newest first, in bounded batches; a copy that broke off is no deposit,
    nor is one that was left out."""
    rows: QuerySet[Remittance] = (
        Remittance.objects.filter(practice__in=practice_ids, paid_on__gte=since, paid_on__lte=until)
        .exclude(state__in=SET_ASIDE)
        .select_related("payer", "practice")
    )
    for batch in bulk.chunks(rows.order_by("-paid_on", "-pk").iterator(chunk_size=1_000)):
        ties = tie_outs([row.pk for row in batch])
        for row in batch:
            yield _deposit(row, ties[row.pk])


def _deposit(row: Remittance, tie: DepositTieOut) -> Deposit:
    return Deposit(
        remittance_id=row.pk,
        practice=row.practice.name,
        trace=row.trace,
        payer=row.payer.name if row.payer else row.payer_name,
        method=row.method,
        paid_on=row.paid_on,
        amount=row.amount,
        posted=tie.posted,
        unapplied=tie.unapplied,
        provider=tie.suspense,
    )
