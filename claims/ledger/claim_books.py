"""The books of one claim told in full: what each bucket owes of each line, and every posting with what it left."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS
from claims.billing.buckets import BUCKETS as CHART_BUCKETS
from claims.billing.models import Claim, ClaimLine
from claims.ledger import selectors
from claims.ledger.models import Posting, Receivable


@dataclass(frozen=True)
class PostingWithBalance:
    """One posting: its change of the claim's balance, and the balance after it."""

    posting: Posting
    change: Decimal
    balance: Decimal
    reversed_by_id: int | None

    @property
    def is_within(self) -> bool:
        """Whether it moved money between buckets only: who owes changed, not how much."""
        return self.posting.debit in CHART_BUCKETS and self.posting.credit in CHART_BUCKETS


@dataclass(frozen=True)
class BalanceGrid:
    """What each bucket owes of each line, for the buckets in use; totals tie to the claim and to its postings."""

    buckets: list[str]
    rows: list[tuple[ClaimLine, list[Decimal], Decimal]]
    totals: list[Decimal]
    total: Decimal
    from_postings: Decimal
    stored: Decimal

    @property
    def is_tied(self) -> bool:
        return self.total == self.from_postings == self.stored


@dataclass(frozen=True)
class ClaimAges:
    """Days from each basis of RULES 5.1 to today; `since_on` is when the bucket that owes next began to owe."""

    service_on: dt.date
    first_billed_on: dt.date | None
    last_billed_on: dt.date | None
    since_on: dt.date | None


@dataclass
class ClaimBooks:
    """Everything the ledger knows of a claim."""

    grid: BalanceGrid
    ages: ClaimAges
    postings: list[PostingWithBalance] = field(default_factory=list)


def books_of(claim: Claim, lines: Sequence[ClaimLine]) -> ClaimBooks:
    """The books of a claim. Two queries."""
    postings = list(selectors.postings_of(claim.pk))
    since = {row.bucket: row.since_on for row in Receivable.objects.filter(claim=claim)}
    ages = ClaimAges(claim.service_to, claim.first_billed_on, claim.last_billed_on, since.get(claim.responsible))
    return ClaimBooks(grid=_grid(claim, lines, postings), ages=ages, postings=_told(postings))


def patient_paid(postings: Iterable[PostingWithBalance]) -> Decimal:
    """What the patient has paid on a claim by its postings, net of what went back."""
    ours = [one for one in postings if one.posting.kind == "patient_payment"]
    return -sum((one.change for one in ours), ZERO)


def _told(postings: Sequence[Posting]) -> list[PostingWithBalance]:
    told: list[PostingWithBalance] = []
    balance = ZERO
    reversed_by = {row.reverses_id: row.pk for row in postings if row.reverses_id}
    for row in postings:
        change = _change(row)
        balance += change
        told.append(PostingWithBalance(row, change, balance, reversed_by.get(row.pk)))
    return told


def _change(row: Posting) -> Decimal:
    return row.amount * ((row.debit in CHART_BUCKETS) - (row.credit in CHART_BUCKETS))


def _grid(claim: Claim, lines: Sequence[ClaimLine], postings: Sequence[Posting]) -> BalanceGrid:
    owed = {line.pk: {bucket: getattr(line, bucket.lower()) for bucket in BUCKETS} for line in lines}
    used = {row.debit for row in postings} | {row.credit for row in postings}
    buckets = [one for one in BUCKETS if one in used or any(owed[line.pk][one] for line in lines)]
    rows = []
    for line in lines:
        cells = [owed[line.pk][one] for one in buckets]
        rows.append((line, cells, sum(cells, ZERO)))
    totals = [sum((owed[line.pk][one] for line in lines), ZERO) for one in buckets]
    posted = sum((_change(row) for row in postings), ZERO)
    return BalanceGrid(buckets, rows, totals, sum(totals, ZERO), posted, claim.balance)
