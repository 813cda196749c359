"""The checks of the books before a month closes: cash counted and found, payments that wait, unapplied money, proof."""

from django.db.models import Count, Min, Sum

from arwork.lib.money import ZERO
from arwork.web.formats import usd
from claims.approvals.models import ApprovalRequest
from claims.cash.days import days_of_cash
from claims.cash.models import BankLine
from claims.cash.selectors import unmatched_deposits, waiting_lines
from claims.closing.checks import ClosingCheck, PointFound
from claims.closing.months import Month
from claims.closing.verify import verify
from claims.ledger.selectors import account_totals
from claims.remits.models import RemitException


def days_closed(month: Month) -> PointFound:
    """Each day on which cash was taken in by hand is closed."""
    days = [one for one in days_of_cash(month.practice_id, since=month.since, until=month.until) if one.needs_closing]
    if not days:
        return PointFound(0, "Every day with checks or cash is closed.")
    amount = sum((one.counted_kinds for one in days), ZERO)
    earliest = min(one.day for one in days)
    return PointFound(
        len(days), f"{_many(len(days), 'day')} with {usd(amount)} not closed, the earliest {earliest:%b %d}.", amount
    )


def deposits_tied(month: Month) -> PointFound:
    """Each slip that went to the bank, and each electronic payment, stands on a bank line."""
    left = unmatched_deposits(month.practice_id, since=month.since, until=month.until)
    if not left:
        return PointFound(0, "Every deposit is found at the bank.")
    amount = sum((one.amount for one in left), ZERO)
    has_bank = BankLine.objects.filter(practice=month.practice_id).exists()
    why = "" if has_bank else " No bank file was ever taken in."
    return PointFound(len(left), f"{_many(len(left), 'deposit')} of {usd(amount)} not found at the bank.{why}", amount)


def bank_lines_explained(month: Month) -> PointFound:
    """Each line of the bank is a deposit, or set aside with what it is."""
    rows = waiting_lines(month.practice_id).filter(on__gte=month.since, on__lte=month.until).order_by()
    sums = rows.aggregate(count=Count("pk"), amount=Sum("amount", default=ZERO))
    if not sums["count"]:
        return PointFound(0, "Every line of the bank is explained.")
    words = f"{_many(sums['count'], 'bank line')} of {usd(sums['amount'])} that nobody has found in the books."
    return PointFound(sums["count"], words, sums["amount"])


def exceptions_aged(month: Month) -> PointFound:
    """No payment of the month, or from before, waits for a person."""
    rows = RemitException.objects.filter(
        practice=month.practice_id, state=RemitException.State.OPEN, remittance__received_on__lte=month.until
    )
    sums = rows.aggregate(count=Count("pk"), amount=Sum("amount", default=ZERO), first=Min("remittance__received_on"))
    if not sums["count"]:
        return PointFound(0, "No payment waits.")
    days = (month.today - sums["first"]).days
    words = f"{_many(sums['count'], 'payment')} of {usd(sums['amount'])} waiting, the oldest for {_many(days, 'day')}."
    return PointFound(sums["count"], words, sums["amount"])


def unapplied_seen(month: Month) -> PointFound:
    """Somebody has looked at the money that belongs to no claim yet."""
    amount = -account_totals([month.practice_id], as_of=month.until)["UNAPPLIED"]
    if not amount:
        return PointFound(0, "No unapplied cash at the end of the month.")
    return PointFound(1, f"{usd(amount)} unapplied at the end of the month: look at it, then say so.", amount)


def questions_answered(month: Month) -> PointFound:
    """No question of the month, or from before, waits for a second person."""
    rows = ApprovalRequest.objects.filter(
        practice=month.practice_id, state=ApprovalRequest.State.WAITING, asked_at__date__lte=month.until
    )
    sums = rows.aggregate(count=Count("pk"), amount=Sum("amount", default=ZERO))
    if not sums["count"]:
        return PointFound(0, "Nothing waits for a second person.")
    words = f"{_many(sums['count'], 'question')} of {usd(sums['amount'])} waiting for a second person."
    return PointFound(sums["count"], words, sums["amount"])


def books_hold(month: Month) -> PointFound:
    """Every proof of the books holds for the practice."""
    checks = list(verify([month.practice_id]))
    failures = [failure for one in checks for failure in one.failures]
    if failures:
        return PointFound(len(failures), f"The books don't hold: {failures[0]}. Call whoever runs arwork.")
    return PointFound(0, f"All {len(checks)} proofs of the books hold.")


CHECKS = (
    ClosingCheck("days", "Days closed", "cash_days", days_closed),
    ClosingCheck("deposits", "Deposits tied to the bank", "bank", deposits_tied),
    ClosingCheck("bank_lines", "Bank lines explained", "bank", bank_lines_explained),
    ClosingCheck("exceptions", "Payments that wait", "remit_exceptions", exceptions_aged),
    ClosingCheck("unapplied", "Unapplied cash seen", "reconciliation", unapplied_seen),
    ClosingCheck("approvals", "Approvals empty", "approvals", questions_answered),
    ClosingCheck("books", "Books proven", "reconciliation", books_hold, is_proof=True),
)


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
