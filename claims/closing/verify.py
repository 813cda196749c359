"""Proof that cash was counted as the books have it and that what was frozen stayed so, beside that of the books."""

from collections.abc import Callable, Iterable, Sequence

from django.db.models import F, OuterRef, Q, Sum, Value
from django.db.models.functions import Coalesce

from arwork.lib.money import ZERO, MoneyField, from_cents
from claims.cash.models import BankLine, BatchItem, CashBatch, DepositSlip
from claims.closing.models import FrozenReport
from claims.closing.reports import digest_of
from claims.ledger.models import Posting
from claims.ledger.selectors import net
from claims.ledger.verify import SHOWN, Check, sum_of, summed
from claims.remits import verify as books_proof


def verify(practice_ids: Sequence[int]) -> Iterable[Check]:
    """Run every proof over the practices, those of the books first, one at a time."""
    yield from books_proof.verify(practice_ids)
    for check in _CHECKS:
        yield check(practice_ids)


def _batches_equal_items(practices: Sequence[int]) -> Check:
    rows = CashBatch.objects.filter(practice__in=practices, state=CashBatch.State.CLOSED)
    items = sum_of(BatchItem.objects.filter(batch=OuterRef("pk")), summed("amount"), group="batch")
    posted = Posting.objects.filter(kind="over_short", practice=OuterRef("practice"), posted_on=OuterRef("day"))
    wrong = rows.annotate(items_hold=items).exclude(counted_amount=F("items_hold"))
    found = [
        f"batch {pk}: holds {held}, its items say {from_cents(said)}"
        for pk, held, said in wrong.values_list("pk", "counted_amount", "items_hold")[:SHOWN]
    ]
    days = rows.values("practice", "day").order_by("practice", "day").annotate(over=summed("over_short_amount"))
    cash = sum_of(posted, net("CASH"), group="practice")
    found += [
        f"practice {row['practice']}, {row['day']}: batches are over {from_cents(row['over'])}, postings say "
        f"{from_cents(row['posted'])}"
        for row in days.annotate(posted=cash).exclude(over=F("posted"))[:SHOWN]
    ]
    total = rows.aggregate(total=Sum("counted_amount"))["total"] or ZERO
    return Check("closed batches = their items, over and short = postings", rows.count(), total, tuple(found[:SHOWN]))


def _slips_equal_batches(practices: Sequence[int]) -> Check:
    rows = DepositSlip.objects.filter(practice__in=practices).exclude(state=DepositSlip.State.VOID)
    of_slip = CashBatch.objects.filter(slip=OuterRef("pk"))
    counted = sum_of(of_slip, summed("counted_amount"), group="slip")
    over = sum_of(of_slip, summed("over_short_amount"), group="slip")
    wrong = rows.annotate(counted=counted, over=over).annotate(held=F("counted") + F("over"))
    wrong = wrong.exclude(held=F("cash_amount") + F("check_amount"))
    told = wrong.values_list("pk", "held")[:SHOWN]
    found = (f"slip {pk}: differs from its batches, which hold {from_cents(held)}" for pk, held in told)
    total = sum((one.amount for one in rows), ZERO)
    return Check("deposit slips = their batches", rows.count(), total, tuple(found))


def _bank_lines_equal_deposits(practices: Sequence[int]) -> Check:
    rows = BankLine.objects.filter(practice__in=practices, matches__isnull=False)
    nothing = Value(0, output_field=MoneyField())
    sums = rows.annotate(
        paid=Coalesce(Sum("matches__remittance__amount"), nothing),
        cash=Coalesce(Sum("matches__slip__cash_amount"), nothing),
        checks=Coalesce(Sum("matches__slip__check_amount"), nothing),
        debits=Coalesce(Sum("matches__debits__amount"), nothing),
    )
    told = sums.values_list("pk", "amount", "paid", "cash", "checks", "debits")
    wrong = [
        f"bank line {pk}: {amount}, its deposits come to {paid + cash + checks + debits}"
        for pk, amount, paid, cash, checks, debits in told.iterator()
        if amount != paid + cash + checks + debits
    ]
    aside = BankLine.objects.filter(~Q(set_aside_why=""), practice__in=practices, matches__isnull=False)
    wrong += [f"bank line {pk}: matched and set aside" for pk in aside.values_list("pk", flat=True)[:SHOWN]]
    return Check("matched bank lines = their deposits", rows.distinct().count(), ZERO, tuple(wrong[:SHOWN]))


def _frozen_reports_stay(practices: Sequence[int]) -> Check:
    rows = FrozenReport.objects.filter(period__practice__in=practices).order_by("pk")
    told = rows.values_list("pk", "body", "sha256").iterator(chunk_size=100)
    changed = [pk for pk, body, sha256 in told if digest_of(body) != sha256]
    found = (f"frozen report {pk}: is not what its digest says" for pk in changed[:SHOWN])
    return Check("frozen reports are what their digests say", rows.count(), ZERO, tuple(found))


_CHECKS: tuple[Callable[[Sequence[int]], Check], ...] = (
    _batches_equal_items,
    _slips_equal_batches,
    _bank_lines_equal_deposits,
    _frozen_reports_stay,
)
