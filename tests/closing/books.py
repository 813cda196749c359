"""What the tests of closing share: a practice with cash, and the verbs in short."""

import datetime as dt
from decimal import Decimal

from arwork.staff.models import User
from claims.cash import batches
from claims.cash.models import CashBatch
from claims.closing.months import Month, end_of_month
from claims.closing.verify import verify
from claims.parties.models import Account
from claims.practices.models import Practice
from claims.receipts.recording import record_receipt
from claims.remits.models import Remittance
from tests.cast import NOW, make_claim, make_payer

OCTOBER = dt.date(2026, 10, 31)
DAY = dt.date(2026, 10, 14)
LATER = dt.datetime(2026, 11, 22, 14, 0, tzinfo=dt.UTC)
LATER_ON = LATER.date()


def owed(practice: Practice, amount: str = "100.00") -> Account:
    """An account whose patient owes, since September."""
    return make_claim(practice=practice, payers=(), lines=[amount]).account


def receive(
    sol: User, account: Account, amount: str, *, method: str = "check", number: str = "1", on: dt.date = DAY
) -> None:
    """A receipt posted on a day."""
    record_receipt(
        actor=sol, account_id=account.pk, amount=Decimal(amount), received_on=on, method=method, reference=number,
        today=on, now=NOW,
    )  # fmt: skip


def wired(practice: Practice, amount: str, *, trace: str, on: dt.date = DAY, method: str = "ACH") -> Remittance:
    """A remittance of which nothing is booked, for what only its deposit matters to."""
    return Remittance.objects.create(
        practice=practice, payer=make_payer(), transaction_id=0, key=f"k{trace}", trace=trace, method=method,
        amount=Decimal(amount), paid_on=on, received_on=on, posted_on=on, state=Remittance.State.STAGED,
    )  # fmt: skip


def batch_of(sol: User, practice: Practice, *, kind: str = "patient", day: dt.date = DAY) -> CashBatch:
    """Sol's open batch of a day."""
    return batches.open_batch(
        practice_id=practice.pk, day=day, kind=kind, owner_id=sol.pk, actor=sol, today=end_of_month(day), now=NOW
    )


def counted(sol: User, practice: Practice, count: int, amount: str, *, why: str = "", day: dt.date = DAY) -> CashBatch:
    """The same, counted and closed."""
    batch = batch_of(sol, practice, day=day)
    batches.set_tape(batch.pk, count=count, amount=Decimal(amount), actor=sol, now=NOW)
    return batches.close_batch(batch.pk, why=why, actor=sol, now=NOW)


def month(practice: Practice, ends_on: dt.date = OCTOBER, *, today: dt.date = LATER_ON) -> Month:
    return Month(practice.pk, ends_on, today)


def failures(practice: Practice) -> list[str]:
    """What of the books does not hold."""
    return [failure for check in verify([practice.pk]) for failure in check.failures]
