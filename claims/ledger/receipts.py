"""Patient money: to the oldest patient balance first, the rest unapplied on the account (RULES 4.4).

Never to a payer's bucket. A line's age here is its date of service; of equals the lower claim and line come first.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.billing.models import ClaimLine
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, key_of
from claims.ledger.models import Posting
from claims.parties.models import Account

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that arrived for an account. `reference` (a receipt number, a lockbox row) makes it post once."""

    account_id: int
    practice_id: int
    amount: Decimal
    received_on: dt.date
    reference: str

    def key(self, *, part: int) -> UUID:
        """The posting key of one part; part 0 tells whether the receipt was posted before."""
        return key_of("receipt", self.account_id, self.reference, part)


@dataclass(slots=True)
class _Owed:
    claim_id: int
    line_id: int
    amount: Decimal


def receive(
    receipts: Iterable[Receipt], *, posted_on: dt.date, now: dt.datetime, actor: "User | None" = None
) -> ledger.Posted:
    """Apply receipts in their order and post them; the same reference on an account posts once."""
    receipts = list(receipts)
    with transaction.atomic():
        accounts = sorted({receipt.account_id for receipt in receipts})
        for batch in bulk.chunks(accounts):
            list(Account.objects.select_for_update().filter(id__in=batch).order_by("id").values_list("id"))
        known = _posted(receipts)
        owed = _patient_lines(accounts)
        fresh = [receipt for receipt in receipts if receipt.key(part=0) not in known]
        entries = [entry for receipt in fresh for entry in _entries(receipt, owed[receipt.account_id], posted_on)]
        return ledger.post(entries, now=now, actor=actor, reason="payment")


def preview(receipt: Receipt, *, posted_on: dt.date) -> list[Entry]:
    """What `receive` would post for one receipt as the books stand now, without posting it."""
    return _entries(receipt, _patient_lines([receipt.account_id])[receipt.account_id], posted_on)


def _posted(receipts: Sequence[Receipt]) -> set[UUID]:
    known: set[UUID] = set()
    for batch in bulk.chunks(receipt.key(part=0) for receipt in receipts):
        known.update(Posting.objects.filter(key__in=batch).values_list("key", flat=True))
    return known


def _patient_lines(accounts: Sequence[int]) -> dict[int, list[_Owed]]:
    found: dict[int, list[_Owed]] = defaultdict(list)
    for batch in bulk.chunks(accounts):
        rows = (
            ClaimLine.objects.filter(claim__account__in=batch, claim__receivables__bucket="PATIENT", patient__gt=0)
            .order_by("service_from", "claim_id", "number")
            .values_list("claim__account_id", "claim_id", "id", "patient")
        )
        for account_id, claim_id, line_id, amount in rows:
            found[account_id].append(_Owed(claim_id, line_id, amount))
    return found


def _entries(receipt: Receipt, owed: list[_Owed], posted_on: dt.date) -> list[Entry]:
    left = receipt.amount
    entries: list[Entry] = []
    for line in owed:
        paid = min(left, line.amount)
        if paid > 0:
            line.amount -= paid
            left -= paid
            entries.append(_entry(receipt, paid, posted_on, part=len(entries), line=line))
    if left > ZERO:
        entries.append(_entry(receipt, left, posted_on, part=len(entries)))
    return entries


def _entry(receipt: Receipt, amount: Decimal, posted_on: dt.date, *, part: int, line: _Owed | None = None) -> Entry:
    return Entry(
        practice_id=receipt.practice_id,
        kind="patient_payment" if line else "unapplied",
        debit="CASH",
        credit="PATIENT" if line else "UNAPPLIED",
        amount=amount,
        posted_on=posted_on,
        effective_on=receipt.received_on,
        key=receipt.key(part=part),
        claim_id=line.claim_id if line else None,
        line_id=line.line_id if line else None,
        account_id=receipt.account_id,
        memo=f"Receipt {receipt.reference}"[:120],
    )
