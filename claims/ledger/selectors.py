"""Questions to the ledger."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from arwork.lib.conditions import condition_column
from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS
from claims.ledger.chart import ACCOUNTS
from claims.ledger.models import Posting


class Flow(NamedTuple):
    """Dollars that went from `credit` to `debit`; `is_named` where the postings name a guarantor's account."""

    debit: str
    credit: str
    is_named: bool
    amount: Decimal


def net(account: str, prefix: str = "") -> Coalesce:
    """Signed cents of `account` over postings reached by `prefix`: debits less credits, 0 for none."""
    amount = Case(
        When(Q(**{f"{prefix}debit": account}), then=F(f"{prefix}amount")),
        When(Q(**{f"{prefix}credit": account}), then=F(f"{prefix}amount") * Value(-1)),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    return Coalesce(Sum(amount, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField())


def postings_of(claim_id: int) -> QuerySet[Posting]:
    """Every posting of a claim, oldest first, with its line and who posted it."""
    return (
        Posting.objects.filter(claim_id=claim_id)
        .select_related("line", "created_by", "reversed_by")
        .order_by("posted_on", "id")
    )


def account_totals(practice_ids: Sequence[int], *, as_of: dt.date | None = None) -> dict[str, Decimal]:
    """Net debit of every ledger account over practices, in dollars; the whole sums to zero."""
    return totals_of(flows(practice_ids, as_of=as_of))


def flows(practice_ids: Sequence[int], *, as_of: dt.date | None = None) -> list[Flow]:
    """What moved from account to account, all postings summed in one pass over them."""
    rows = Posting.objects.filter(practice__in=practice_ids)
    if as_of:
        rows = rows.filter(posted_on__lte=as_of)
    grouped = rows.order_by().values_list("debit", "credit", condition_column(Q(account__isnull=False)))
    return [Flow(*row) for row in grouped.annotate(Sum("amount"))]


def totals_on(practice_ids: Sequence[int], *, days: Sequence[dt.date]) -> list[dict[str, Decimal]]:
    """As `account_totals` at the end of each of `days`, in one pass over the postings."""
    rows = Posting.objects.filter(practice__in=practice_ids, posted_on__lte=max(days)).order_by()
    sums = {f"on{n}": Sum("amount", filter=Q(posted_on__lte=day), default=ZERO) for n, day in enumerate(days)}
    grouped = list(rows.values_list("debit", "credit").annotate(**sums))
    return [
        totals_of(Flow(debit, credit, is_named=False, amount=amounts[place]) for debit, credit, *amounts in grouped)
        for place in range(len(days))
    ]


def totals_of(moved: Iterable[Flow]) -> dict[str, Decimal]:
    """Net debit of every ledger account, in dollars."""
    totals = dict.fromkeys(ACCOUNTS, ZERO)
    for flow in moved:
        totals[flow.debit] += flow.amount
        totals[flow.credit] -= flow.amount
    return totals


def unapplied_of_payers(moved: Iterable[Flow]) -> Decimal:
    """Unapplied cash that is no guarantor's: payers paid it, and no claim has got it yet. Dollars."""
    return -totals_of(flow for flow in moved if not flow.is_named)["UNAPPLIED"]


class StandingCharge(NamedTuple):
    """A charge that nothing has reversed; dollars, below zero for a negative line."""

    posting_id: int
    claim_id: int
    line_id: int
    bucket: str
    amount: Decimal


def standing_charges(claim_ids: Sequence[int], *, kinds: Sequence[str] = ("charge",)) -> list[StandingCharge]:
    """Charges of claims (or what `kinds` stands for them) that nothing has reversed, oldest first."""
    rows = Posting.objects.filter(claim__in=claim_ids, kind__in=kinds, reverses=None, reversed_by=None).order_by("id")
    columns = ("id", "claim_id", "line_id", "debit", "credit", "amount")
    return [
        StandingCharge(pk, claim_id or 0, line_id or 0, debit, amount)
        if debit in BUCKETS
        else StandingCharge(pk, claim_id or 0, line_id or 0, credit, -amount)
        for pk, claim_id, line_id, debit, credit, amount in rows.values_list(*columns)
    ]


@dataclass(frozen=True, slots=True, order=True)
class PostingTotal:
    """Postings of one kind from `credit` to `debit`: their dollars and their number."""

    kind: str
    debit: str
    credit: str
    amount: Decimal
    count: int


def activity(practice_ids: Sequence[int], *, since: dt.date, until: dt.date) -> list[PostingTotal]:
    """Everything posted from `since` to `until`, both included, in one GROUP BY."""
    rows = (
        Posting.objects.filter(practice__in=practice_ids, posted_on__gte=since, posted_on__lte=until)
        .order_by()
        .values("kind", "debit", "credit")
        .annotate(dollars=Sum("amount"), n=Count("pk"))
        .values_list("kind", "debit", "credit", "dollars", "n")
    )
    return sorted(PostingTotal(*row) for row in rows)
