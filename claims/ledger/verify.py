"""Proof of the books: every stored balance against the postings it stands for, in set-based queries.

Each check returns how many rows it looked at, the sum it found and the ids of rows that fail (at most 20). Nothing
here repairs anything: a difference is a defect to be understood before it is mended.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from arwork.lib.money import ZERO, from_cents
from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim, ClaimLine
from claims.ledger.chart import SISTERS
from claims.ledger.models import OpenedLine, Period, Posting, Receivable
from claims.ledger.selectors import account_totals, net
from claims.parties.models import Account
from claims.practices.models import Practice

SHOWN = 20


@dataclass(frozen=True)
class Check:
    """The outcome of one proof: `failures` names rows as `table id: found, expected`."""

    name: str
    rows: int
    total: Decimal
    failures: tuple[str, ...] = field(default_factory=tuple)

    @property
    def holds(self) -> bool:
        return not self.failures


def verify(practice_ids: Sequence[int]) -> Iterable[Check]:
    """Run every proof over the practices, one at a time."""
    for check in _CHECKS:
        yield check(practice_ids)


def _lines_equal_postings(practices: Sequence[int]) -> Check:
    lines = ClaimLine.objects.filter(claim__practice__in=practices)
    found: list[str] = []
    for bucket in BUCKETS:
        column = bucket.lower()
        posted = sum_of(Posting.objects.filter(line=OuterRef("pk")), net(bucket), group="line")
        wrong = lines.annotate(posted=posted).exclude(**{column: F("posted")})
        found += [
            f"line {pk}: {bucket} holds {held}, postings say {from_cents(posted)}"
            for pk, held, posted in wrong.values_list("pk", column, "posted")[:SHOWN]
        ]
    total = lines.aggregate(**{b: Sum(b.lower()) for b in BUCKETS})
    return Check("line buckets = postings", lines.count(), _plus(total.values()), tuple(found[:SHOWN]))


def _receivables_equal_lines(practices: Sequence[int]) -> Check:
    rows = Receivable.objects.filter(practice__in=practices)
    found: list[str] = []
    for bucket in BUCKETS:
        of_lines = sum_of(
            ClaimLine.objects.filter(claim=OuterRef("pk")),
            summed(bucket.lower()),
            group="claim",
        )
        held = sum_of(
            Receivable.objects.filter(claim=OuterRef("pk"), bucket=bucket),
            summed("amount"),
            group="claim",
        )
        wrong = Claim.objects.filter(practice__in=practices).annotate(lines_owe=of_lines, held=held)
        found += [
            f"claim {pk}: {bucket} receivable {from_cents(held)}, lines say {from_cents(owed)}"
            for pk, held, owed in wrong.exclude(held=F("lines_owe")).values_list("pk", "held", "lines_owe")[:SHOWN]
        ]
    return Check("receivables = line buckets", rows.count(), _sum(rows, "amount"), tuple(found[:SHOWN]))


def _claims_equal_receivables(practices: Sequence[int]) -> Check:
    claims = Claim.objects.filter(practice__in=practices)
    owed = sum_of(
        Receivable.objects.filter(claim=OuterRef("pk")),
        summed("amount"),
        group="claim",
    )
    wrong = claims.annotate(owed=owed).exclude(balance=F("owed"))
    found = (
        f"claim {pk}: balance {balance}, receivables say {from_cents(owed)}"
        for pk, balance, owed in wrong.values_list("pk", "balance", "owed")[:SHOWN]
    )
    return Check("claim balances = receivables", claims.count(), _sum(claims, "balance"), tuple(found))


def _charges_equal_lines(practices: Sequence[int]) -> Check:
    claims = Claim.objects.filter(practice__in=practices)
    charged = sum_of(ClaimLine.objects.filter(claim=OuterRef("pk")), summed("charge"), group="claim")
    posted = sum_of(Posting.objects.filter(claim=OuterRef("pk"), kind="charge"), net("REVENUE"), group="claim")
    opened = sum_of(OpenedLine.objects.filter(line__claim=OuterRef("pk")), summed("charge"), group="line__claim")
    sums = claims.annotate(charged=charged, revenue=posted * Value(-1), opened=opened)
    wrong = sums.annotate(known=F("revenue") + F("opened")).exclude(
        Q(state=Claim.State.VOID, revenue=0) | Q(charge=F("known"), charged=F("known"))
    )
    found = (
        f"claim {pk}: charge {charge}, lines say {from_cents(lines)}, charge postings {from_cents(revenue)}, "
        f"charged in the books before {from_cents(before)}"
        for pk, charge, lines, revenue, before in wrong.values_list("pk", "charge", "charged", "revenue", "opened")[
            :SHOWN
        ]
    )
    return Check("charges = lines = charge postings", claims.count(), _sum(claims, "charge"), tuple(found))


def _unapplied_equals_postings(practices: Sequence[int]) -> Check:
    accounts = Account.objects.filter(practice__in=practices)
    posted = sum_of(Posting.objects.filter(account=OuterRef("pk")), net("UNAPPLIED"), group="account")
    wrong = accounts.annotate(posted=posted * Value(-1)).exclude(unapplied=F("posted"))
    found = (
        f"account {pk}: unapplied {held}, postings say {from_cents(posted)}"
        for pk, held, posted in wrong.values_list("pk", "unapplied", "posted")[:SHOWN]
    )
    return Check("unapplied cash = postings", accounts.count(), _sum(accounts, "unapplied"), tuple(found))


def _accounts_equal_control(practices: Sequence[int]) -> Check:
    found = []
    total = ZERO
    for practice in Practice.objects.filter(id__in=practices).order_by("id"):
        totals = account_totals([practice.pk])
        control = sum((totals[bucket] for bucket in BUCKETS), ZERO)
        held = _sum(Receivable.objects.filter(practice=practice), "amount")
        total += control
        if held != control:
            found.append(f"practice {practice.pk}: receivables {held}, control total {control}")
        if sum(totals.values(), ZERO):
            found.append(f"practice {practice.pk}: debits and credits differ by {sum(totals.values(), ZERO)}")
    return Check("accounts sum to the control total", len(practices), total, tuple(found[:SHOWN]))


def _reversals_mirror(practices: Sequence[int]) -> Check:
    rows = Posting.objects.filter(practice__in=practices, reverses__isnull=False)
    same = Q(
        debit=F("reverses__credit"),
        credit=F("reverses__debit"),
        amount=F("reverses__amount"),
        kind=F("reverses__kind"),
        practice=F("reverses__practice"),
    )
    place = Q(line=F("reverses__line")) | Q(line__isnull=True, reverses__line__isnull=True)
    wrong = rows.exclude(same & place)
    found = (f"posting {pk}: does not mirror posting {of}" for pk, of in wrong.values_list("pk", "reverses")[:SHOWN])
    return Check("reversals mirror what they reverse", rows.count(), _sum(rows, "amount"), tuple(found))


def _postings_belong_together(practices: Sequence[int]) -> Check:
    rows = Posting.objects.filter(practice__in=practices)
    wrong = rows.filter(line__isnull=False).exclude(line__claim=F("claim")) | rows.filter(claim__isnull=False).exclude(
        claim__practice=F("practice")
    )
    found = (f"posting {pk}: its line, claim and practice do not belong together" for pk in _ids(wrong))
    return Check("postings, lines, claims and practices agree", rows.count(), _sum(rows, "amount"), tuple(found))


def _closed_periods_stay_closed(practices: Sequence[int]) -> Check:
    rows = Posting.objects.filter(practice__in=practices)
    closed = Period.objects.filter(
        Q(reopened_at=None) | Q(reopened_at__gt=OuterRef("created_at")),
        practice=OuterRef("practice"), ends_on__gte=OuterRef("posted_on"), closed_at__lt=OuterRef("created_at"),
    )  # fmt: skip
    periods = Period.objects.filter(practice__in=practices)
    found = (f"posting {pk}: made after its period was closed" for pk in _ids(rows.filter(Exists(closed))))
    return Check("closed periods stay closed", periods.count(), ZERO, tuple(found))


def _due_from_is_due_to(practices: Sequence[int]) -> Check:
    """What one practice took in for another: of each remittance, due to and due from are equal over all practices."""
    of_sisters = Posting.objects.filter(Q(debit=SISTERS) | Q(credit=SISTERS))
    ours = of_sisters.filter(practice__in=practices).values("remittance_id")
    sums = of_sisters.filter(remittance_id__in=ours).order_by().values("remittance_id").annotate(left=net(SISTERS))
    found = tuple(
        f"remittance {row['remittance_id']}: due from and due to differ by {from_cents(row['left'])}"
        for row in sums.exclude(left=0)[:SHOWN]
    )
    return Check("due from sister practices = due to them", ours.distinct().count(), ZERO, found)


_CHECKS: tuple[Callable[[Sequence[int]], Check], ...] = (
    _lines_equal_postings,
    _receivables_equal_lines,
    _claims_equal_receivables,
    _charges_equal_lines,
    _unapplied_equals_postings,
    _accounts_equal_control,
    _reversals_mirror,
    _postings_belong_together,
    _closed_periods_stay_closed,
    _due_from_is_due_to,
)


def summed(column: str) -> Coalesce:
    """Cents of a column over grouped rows, 0 for none."""
    return Coalesce(Sum(column, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField())


def sum_of(rows: QuerySet[Any], cents: Any, *, group: str) -> Coalesce:
    """Cents of `rows` correlated to the outer row, 0 when there are none."""
    query = rows.order_by().values(group).annotate(cents=cents).values("cents")
    return Coalesce(Subquery(query, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField())


def _sum(rows: QuerySet[Any], column: str) -> Decimal:
    total: Decimal | None = rows.aggregate(total=Sum(column))["total"]
    return total or ZERO


def _plus(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount), ZERO)


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("pk", flat=True)[:SHOWN])


__all__ = ["Check", "sum_of", "summed", "verify"]
