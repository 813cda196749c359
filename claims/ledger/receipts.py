"""Patient money: to the oldest patient balance first, the rest unapplied on the account (RULES 4.4).

Never to a payer's bucket. A line's age here is its date of service; of equals the lower claim and line come first.
A check or cash that a person records is previewed, then posted once; no card number ever passes here: a reference is
at most twelve characters, and a card number has thirteen at least.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim, ClaimLine
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
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
        return posting_key("receipt", self.account_id, self.reference, part)


@dataclass(slots=True)
class _Owed:
    claim_id: int
    line_id: int
    amount: Decimal


def post_receipts(
    receipts: Iterable[Receipt], *, posted_on: dt.date, now: dt.datetime, actor: "User | None" = None
) -> ledger.PostResult:
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


def preview_receipt(receipt: Receipt, *, posted_on: dt.date) -> list[Entry]:
    """What `post_receipts` would post for one receipt as the books stand now, without posting it."""
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


RECEIPT_METHODS = {"check": "Check", "cash": "Cash", "money_order": "Money order"}
REFERENCE = re.compile(r"[A-Z0-9-]{1,12}")
#: Older than this is more likely a slip of the pen than a check found in a drawer.
OLDEST_DAYS = 366


@dataclass(frozen=True)
class ReceiptShare:
    """Where a part of a receipt goes: a claim, or (None) unapplied on the account."""

    claim: Claim | None
    amount: Decimal


def preview_manual_receipt(*, actor: "User", account_id: int, amount: Decimal, on: dt.date) -> list[ReceiptShare]:
    """Which visits a receipt of `amount` would pay, oldest first, and what would stay unapplied."""
    account = _account(actor, account_id)
    parts: dict[int | None, Decimal] = {}
    for entry in preview_receipt(Receipt(account.pk, account.practice_id, amount, on, "preview"), posted_on=on):
        parts[entry.claim_id] = parts.get(entry.claim_id, ZERO) + entry.amount
    claims = Claim.objects.select_related("patient__person").in_bulk([pk for pk in parts if pk])
    return [ReceiptShare(claims.get(pk or 0), part) for pk, part in parts.items()]


def record_receipt(
    *,
    actor: "User",
    account_id: int,
    amount: Decimal,
    received_on: dt.date,
    method: str,
    reference: str,
    today: dt.date,
    now: dt.datetime,
) -> None:
    """Post a check or cash to the oldest patient balance first, the rest unapplied on the account.

    Raises `DomainError` naming the field that is wrong, `Conflict` when this reference was recorded before,
    `PeriodClosed`, and `NotFound` outside the actor's practices.
    """
    require(actor, Capability.POST_MONEY)
    reference = reference.strip().upper()
    _ensure_sensible(amount, received_on, method, reference, today=today)
    with transaction.atomic():
        account = _account(actor, account_id)
        receipt = Receipt(
            account.pk, account.practice_id, amount, received_on, f"{RECEIPT_METHODS[method]} {reference}"
        )
        if not post_receipts([receipt], posted_on=today, now=now, actor=actor).inserted:
            raise Conflict(
                "This reference was recorded on this account before. Look at its receipts; nothing was posted.",
                field="reference",
            )
        facts = {"amount": amount, "received_on": received_on, "method": method, "reference": reference}
        audit.record(
            actor, "receipt_recorded", "account", account.pk, practice_id=account.practice_id, after=facts, now=now
        )


def _ensure_sensible(amount: Decimal, received_on: dt.date, method: str, reference: str, *, today: dt.date) -> None:
    if amount <= ZERO:
        raise DomainError("Enter what was received, more than zero.", field="amount")
    if method not in RECEIPT_METHODS:
        raise DomainError("Choose check, cash or money order.", field="method")
    if not REFERENCE.fullmatch(reference):
        raise DomainError(
            "Give the check or receipt number: up to twelve letters, digits and dashes. Never a card number.",
            field="reference",
        )
    if received_on > today or (today - received_on).days > OLDEST_DAYS:
        raise DomainError("The day it was received must lie within the last year.", field="received_on")


def _account(actor: "User", account_id: int) -> Account:
    account = Account.objects.filter(pk=account_id, practice__in=practice_ids(actor)).first()
    if account is None:
        raise NotFound("There is no such account in your practices.")
    return account
