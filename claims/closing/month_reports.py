"""The reports of the books that are kept of a month: cash by method, adjustments by class, totals of every account."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Q, Sum

from arwork.lib.money import ZERO
from arwork.web.exports import Column, Kind, Sheet
from claims.cash.takings import METHODS, payer_method
from claims.closing.months import DAY, Month
from claims.closing.reports import MonthReport
from claims.ledger.chart import ACCOUNTS, WRITE_OFFS
from claims.ledger.models import Posting
from claims.ledger.posting_words import account_words, kind_total_words
from claims.ledger.selectors import activity, totals_on
from claims.remits.models import Remittance

_ADJUSTMENTS = ("CONTRACTUAL", "SEQUESTRATION", *WRITE_OFFS)


def cash_by_method(month: Month) -> Sheet:
    """What came in and went out by method, from the postings of the month alone: what is reversed later stays in it."""
    counts: dict[str, int] = defaultdict(int)
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for label, count, amount in _cash_moved(month):
        counts[label] += count
        sums[label] += amount
    rows = [(label, counts[label], sums[label]) for label in sorted(sums)]
    columns = [Column("Method", width=48), Column("Number", Kind.NUMBER), Column("Amount", Kind.MONEY)]
    totals = ("Cash by the ledger", sum(counts.values()), sum(sums.values(), ZERO))
    return Sheet("Cash by method", columns, rows, totals, (f"Accounting dates {month.since} to {month.until}",))


def _cash_moved(month: Month) -> Iterator[tuple[str, int, Decimal]]:
    """Method, 1 for the first part of what came in (a receipt has a part for each claim) and dollars. Two queries."""
    moved = Posting.objects.filter(
        Q(debit="CASH") | Q(credit="CASH"),
        practice=month.practice_id, posted_on__gte=month.since, posted_on__lte=month.until,
    )  # fmt: skip
    columns = ("kind", "debit", "of_receipt__receipt", "of_receipt__receipt__method", "remittance_id")
    rows = list(moved.order_by().values_list(*columns).annotate(total=Sum("amount")))
    sent_by = dict(Remittance.objects.filter(pk__in={row[4] for row in rows if row[4]}).values_list("pk", "method"))
    told: set[tuple[object, ...]] = set()
    for kind, debit, receipt_id, method, remittance_id, total in rows:
        if remittance_id:
            label = payer_method(sent_by.get(remittance_id, ""))
        else:
            label = METHODS[method] if method else kind_total_words(kind)
        whole, is_in = (label, receipt_id, remittance_id), debit == "CASH"
        is_new = is_in and whole not in told
        told.add(whole)
        yield label, int(is_new), total if is_in else -total


def adjustments_by_class(month: Month) -> Sheet:
    """What was written off or adjusted by class (RULES 1.4), and what of it was taken back."""
    given: dict[str, list[Decimal]] = {name: [ZERO, ZERO] for name in _ADJUSTMENTS}
    for one in activity([month.practice_id], since=month.since, until=month.until):
        if one.debit in given:
            given[one.debit][0] += one.amount
        if one.credit in given:
            given[one.credit][1] += one.amount
    rows = [
        (account_words(name).capitalize(), more, less, more - less)
        for name, (more, less) in given.items()
        if more or less
    ]
    columns = [
        Column("Class", width=40),
        Column("Adjusted", Kind.MONEY),
        Column("Taken back", Kind.MONEY),
        Column("Net", Kind.MONEY),
    ]
    totals = ("Total", *(sum((row[place] for row in rows), ZERO) for place in (1, 2, 3)))
    return Sheet("Adjustments by class", columns, rows, totals, (f"Accounting dates {month.since} to {month.until}",))


def ledger_totals(month: Month) -> Sheet:
    """Every account of the ledger at both ends of the month, with its debits and credits between; the whole is zero."""
    before, after = totals_on([month.practice_id], days=(month.since - DAY, month.until))
    debits: dict[str, Decimal] = defaultdict(lambda: ZERO)
    credits: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in activity([month.practice_id], since=month.since, until=month.until):
        debits[one.debit] += one.amount
        credits[one.credit] += one.amount
    rows = [
        (account_words(name).capitalize(), before[name], debits[name], credits[name], after[name])
        for name in ACCOUNTS
        if before[name] or after[name] or debits[name] or credits[name]
    ]
    columns = [
        Column("Account", width=40),
        Column("Opening", Kind.MONEY),
        Column("Debits", Kind.MONEY),
        Column("Credits", Kind.MONEY),
        Column("Closing", Kind.MONEY),
    ]
    totals = ("Total", *(sum((row[place] for row in rows), ZERO) for place in (1, 2, 3, 4)))
    return Sheet("Ledger totals", columns, rows, totals, (f"Accounting dates {month.since} to {month.until}",))


def activity_by_kind(month: Month) -> Sheet:
    """Everything posted in the month by kind: how many postings, and their dollars."""
    sums: dict[str, tuple[int, Decimal]] = {}
    for one in activity([month.practice_id], since=month.since, until=month.until):
        count, amount = sums.get(one.kind, (0, ZERO))
        sums[one.kind] = count + one.count, amount + one.amount
    rows = [(kind_total_words(kind), *sums[kind]) for kind in sorted(sums)]
    columns = [Column("Kind", width=40), Column("Postings", Kind.NUMBER), Column("Amount", Kind.MONEY)]
    totals = ("Total", sum(row[1] for row in rows), sum((row[2] for row in rows), ZERO))
    return Sheet("Postings by kind", columns, rows, totals, (f"Accounting dates {month.since} to {month.until}",))


REPORTS = (
    MonthReport("cash", "Cash by method", cash_by_method),
    MonthReport("adjustments", "Adjustments by class", adjustments_by_class),
    MonthReport("ledger", "Ledger totals", ledger_totals),
    MonthReport("postings", "Postings by kind", activity_by_kind),
)
