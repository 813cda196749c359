"""A check or cash received for an account, recorded by a person: previewed, then posted once (RULES 4.4).

No card number ever passes here: a reference is at most twelve characters, and a card number has thirteen at least.
"""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from claims.ledger.receipts import Receipt, preview, receive
from claims.parties.models import Account

if TYPE_CHECKING:
    from arwork.staff.models import User

METHODS = {"check": "Check", "cash": "Cash", "money_order": "Money order"}
REFERENCE = re.compile(r"[A-Z0-9-]{1,12}")
#: Older than this is more likely a slip of the pen than a check found in a drawer.
OLDEST_DAYS = 366


@dataclass(frozen=True)
class Share:
    """Where a part of a receipt goes: a claim, or (None) unapplied on the account."""

    claim: Claim | None
    amount: Decimal


def whereto(*, actor: "User", account_id: int, amount: Decimal, on: dt.date) -> list[Share]:
    """Which visits a receipt of `amount` would pay, oldest first, and what would stay unapplied."""
    account = _account(actor, account_id)
    parts: dict[int | None, Decimal] = {}
    for entry in preview(Receipt(account.pk, account.practice_id, amount, on, "preview"), posted_on=on):
        parts[entry.claim_id] = parts.get(entry.claim_id, ZERO) + entry.amount
    claims = Claim.objects.select_related("patient__person").in_bulk([pk for pk in parts if pk])
    return [Share(claims.get(pk or 0), part) for pk, part in parts.items()]


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
    _refuse_nonsense(amount, received_on, method, reference, today=today)
    with transaction.atomic():
        account = _account(actor, account_id)
        receipt = Receipt(account.pk, account.practice_id, amount, received_on, f"{METHODS[method]} {reference}")
        if not receive([receipt], posted_on=today, now=now, actor=actor).inserted:
            raise Conflict(
                "This reference was recorded on this account before. Look at its receipts; nothing was posted.",
                field="reference",
            )
        facts = {"amount": amount, "received_on": received_on, "method": method, "reference": reference}
        audit.record(
            actor, "receipt_recorded", "account", account.pk, practice_id=account.practice_id, after=facts, now=now
        )


def _refuse_nonsense(amount: Decimal, received_on: dt.date, method: str, reference: str, *, today: dt.date) -> None:
    if amount <= ZERO:
        raise DomainError("Enter what was received, more than zero.", field="amount")
    if method not in METHODS:
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
