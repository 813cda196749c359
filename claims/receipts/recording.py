"""Recording a receipt: shown before, numbered, posted once (RULES 4.4).

A check or cash that a person records goes where the preview said, the oldest patient balance first unless they say
otherwise. No card number ever passes here: a reference that a person gives is at most twelve characters, and a card
number has thirteen at least.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from arwork.lib import bulk
from arwork.lib.errors import Conflict, DomainError
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.billing.models import Claim, ClaimLine
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting
from claims.parties.models import Account
from claims.parties.selectors import own_account
from claims.practices.models import Practice
from claims.receipts.allocation import OwedLine, ReceiptShare, as_chosen, nearly_as_chosen, oldest_first
from claims.receipts.kept_out import kept_out
from claims.receipts.models import Receipt, ReceiptPosting
from claims.receipts.paid_first import paid_first

if TYPE_CHECKING:
    from arwork.staff.models import User

RECEIPT_METHODS = dict(Receipt.Method.choices)
#: What a person records; card payments and bank debits come by themselves.
METHODS_BY_HAND = {code: RECEIPT_METHODS[code] for code in ("check", "cash", "money_order")}
RECEIPT_STATES = dict(Receipt.State.choices)
REFERENCE = re.compile(r"[A-Z0-9-]{1,12}")
#: Older than this is more likely a slip of the pen than a check found in a drawer.
OLDEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class ReceivedMoney:
    """Money that arrived for an account. `reference` (of a check, a lockbox row) makes it post once."""

    account_id: int
    practice_id: int
    amount: Decimal
    received_on: dt.date
    reference: str
    method: str = Receipt.Method.CHECK


def post_receipts(
    received: Iterable[ReceivedMoney], *, posted_on: dt.date, now: dt.datetime, actor: "User | None" = None
) -> ledger.PostResult:
    """Apply money in its order, the oldest balance first, and post it; the same reference on an account posts once,
    whatever became of it since. Query count depends on batches, never on receipts."""
    with transaction.atomic():
        wanted = list({(one.account_id, one.method, one.reference): one for one in received}.values())
        accounts = sorted({one.account_id for one in wanted})
        lock_accounts(accounts)
        known = _known(accounts)
        fresh = [one for one in wanted if (one.account_id, one.method, one.reference) not in known]
        owed = patient_lines(accounts, today=posted_on)
        shares = [oldest_first(one.amount, owed[one.account_id]) for one in fresh]
        receipts = new_receipts(fresh, posted_on=posted_on, now=now, actor=actor)
        return post_shares(zip(receipts, shares, strict=True), posted_on=posted_on, now=now, actor=actor)


@dataclass(frozen=True)
class VisitShare:
    """What a visit gets of an amount: it owes `owed` to the patient's side now. `why_not` says why it takes nothing."""

    claim: Claim
    owed: Decimal
    amount: Decimal
    why_not: str = ""


@dataclass(frozen=True)
class ProposedShares:
    """Where an amount would go, visit by visit, the oldest first; the rest stays unapplied."""

    visits: Sequence[VisitShare]
    unapplied: Decimal


def proposed_shares(
    *, actor: "User", account_id: int, amount: Decimal, today: dt.date, chosen: Mapping[int, Decimal] | None = None
) -> ProposedShares:
    """Which visits `amount` would pay: the oldest first, or as `chosen` (dollars by claim). Raises `BadAllocation`."""
    account = own_account(account_id, actor=actor)
    owed = patient_lines([account.pk], today=today)[account.pk]
    due: dict[int, Decimal] = defaultdict(lambda: ZERO)
    why_not = {line.claim_id: line.kept_out for line in owed}
    for line in owed:
        due[line.claim_id] += line.amount
    shares = oldest_first(amount, owed) if chosen is None else as_chosen(amount, chosen, owed)
    gets: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for share in shares:
        gets[share.claim_id] += share.amount
    claims = Claim.objects.select_related("patient__person", "payer").in_bulk(list(due))
    visits = [VisitShare(claims[pk], owes, gets[pk], why_not[pk]) for pk, owes in due.items()]
    return ProposedShares(visits, gets[None])


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
    chosen: Mapping[int, Decimal] | None = None,
) -> Receipt:
    """Post a check or cash to the oldest patient balance first, or to visits as `chosen` (dollars by claim); the rest
    unapplied on the account.

    Raises `DomainError` naming the field that is wrong, `Conflict` when this reference stands on the account already,
    `PeriodClosed`, and `NotFound` outside the actor's practices.
    """
    require(actor, Capability.POST_MONEY)
    reference = reference.strip().upper()
    _ensure_sensible(amount, received_on, method, reference, today=today)
    with transaction.atomic():
        account = own_account(account_id, actor=actor)
        lock_accounts([account.pk])
        if Receipt.objects.filter(
            account=account, method=method, reference=reference, state=Receipt.State.RECORDED
        ).exists():
            raise Conflict(
                "This reference was recorded on this account before. Look at its receipts; nothing was posted.",
                field="reference",
            )
        owed = patient_lines([account.pk], today=today)[account.pk]
        shares = oldest_first(amount, owed) if chosen is None else as_chosen(amount, chosen, owed)
        money = ReceivedMoney(account.pk, account.practice_id, amount, received_on, reference, method)
        [receipt] = new_receipts([money], posted_on=today, now=now, actor=actor)
        post_shares([(receipt, shares)], posted_on=today, now=now, actor=actor)
        facts = {"number": receipt.number, "amount": amount, "received_on": received_on, "method": method}
        facts |= {"reference": reference}
        audit.record(
            actor, "receipt_recorded", "account", account.pk, practice_id=account.practice_id, after=facts, now=now
        )
    return receipt


def receive(
    money: ReceivedMoney,
    *,
    chosen: Mapping[int, Decimal] | None,
    posted_on: dt.date,
    now: dt.datetime,
    actor: "User | None",
) -> Receipt:
    """Post money that arrived without a person entering it, as a card payment: the oldest patient balance first, or as
    `chosen` (dollars by claim) as far as these visits still take it. The caller holds the transaction, and knows that
    this money was not posted before."""
    lock_accounts([money.account_id])
    owed = patient_lines([money.account_id], today=posted_on)[money.account_id]
    shares = oldest_first(money.amount, owed) if chosen is None else nearly_as_chosen(money.amount, chosen, owed)
    [receipt] = new_receipts([money], posted_on=posted_on, now=now, actor=actor)
    post_shares([(receipt, shares)], posted_on=posted_on, now=now, actor=actor)
    facts = {"number": receipt.number, "amount": money.amount, "received_on": money.received_on, "method": money.method}
    audit.record(
        actor, "receipt_recorded", "account", money.account_id, practice_id=money.practice_id, after=facts, now=now
    )
    return receipt


def lock_accounts(account_ids: Iterable[int]) -> dict[int, Account]:
    """Lock accounts in the order of their ids, before any claim: two who move the same money meet here."""
    found: dict[int, Account] = {}
    for batch in bulk.chunks(sorted(set(account_ids))):
        found |= {row.pk: row for row in Account.objects.select_for_update().filter(id__in=batch).order_by("id")}
    return found


def patient_lines(accounts: Sequence[int], *, today: dt.date) -> dict[int, list[OwedLine]]:
    """What the patient owes of each line, by account, what an agreement is about first, else the oldest service, with
    what takes no money now."""
    found: dict[int, list[OwedLine]] = defaultdict(list)
    claims: dict[int, set[int]] = defaultdict(set)
    for batch in bulk.chunks(accounts):
        rows = (
            ClaimLine.objects.filter(claim__account__in=batch, claim__receivables__bucket="PATIENT", patient__gt=0)
            .order_by("service_from", "claim_id", "number")
            .values_list("claim__account_id", "claim_id", "id", "patient")
        )
        for account_id, claim_id, line_id, amount in rows:
            found[account_id].append(OwedLine(claim_id, line_id, amount))
            claims[account_id].add(claim_id)
    held = kept_out(claims, today=today)
    first = paid_first(list(found), today) if found else set()
    for lines in found.values():
        for line in lines:
            line.kept_out = held.get(line.claim_id, "")
        lines.sort(key=lambda line: line.claim_id not in first)  # stable: the oldest first within each
    return found


def new_receipts(
    received: Sequence[ReceivedMoney],
    *,
    posted_on: dt.date,
    now: dt.datetime,
    actor: "User | None",
    moved_from: Receipt | None = None,
) -> list[Receipt]:
    """Write receipts with the next numbers of their practices, in their order. The caller holds the transaction."""
    practices = sorted({one.practice_id for one in received})
    # Numbers without gaps: the practice is held, so that nobody else counts meanwhile; not its key, rows refer to it.
    list(Practice.objects.select_for_update(no_key=True).filter(pk__in=practices).order_by("pk").values_list("pk"))
    last = Receipt.objects.filter(practice__in=practices).values_list("practice").annotate(Max("number"))
    numbers: dict[int, int] = defaultdict(int, last)
    made = []
    for one in received:
        numbers[one.practice_id] += 1
        made.append(
            Receipt(
                practice_id=one.practice_id, account_id=one.account_id, number=numbers[one.practice_id],
                method=one.method, reference=one.reference, amount=one.amount, received_on=one.received_on,
                posted_on=posted_on, recorded_at=now, recorded_by=actor, moved_from=moved_from,
            )
        )  # fmt: skip
    bulk.insert(Receipt, made)
    return made


def post_shares(
    shares: Iterable[tuple[Receipt, Sequence[ReceiptShare]]],
    *,
    posted_on: dt.date,
    now: dt.datetime,
    actor: "User | None",
    round_: int = 0,
) -> ledger.PostResult:
    """Post where the money of receipts goes and name the postings by their receipts. `round_` tells one time that a
    receipt is posted from another."""
    entries: list[Entry] = []
    of: dict[UUID, int] = {}
    for receipt, parts in shares:
        for part, share in enumerate(parts):
            entry = _entry(receipt, share, posted_on, key=posting_key("receipt", receipt.pk, round_, part))
            entries.append(entry)
            of[entry.key] = receipt.pk
    result = ledger.post(entries, now=now, actor=actor, reason="payment")
    name_postings(of)
    return result


def name_postings(receipt_by_key: Mapping[UUID, int]) -> None:
    """Note to which receipts postings belong, by the keys of the postings."""
    rows = []
    for batch in bulk.chunks(receipt_by_key):
        made = Posting.objects.filter(bulk.Among("key", batch)).values_list("pk", "key").order_by("pk")
        rows += [(receipt_by_key[key], pk) for pk, key in made]
    bulk.insert_rows(ReceiptPosting, ("receipt_id", "posting_id"), rows)


def _known(accounts: Sequence[int]) -> set[tuple[int, str, str]]:
    known: set[tuple[int, str, str]] = set()
    for batch in bulk.chunks(accounts):
        rows = Receipt.objects.filter(Q(moved_from=None), bulk.Among("account", batch))
        known.update(rows.values_list("account_id", "method", "reference"))
    return known


def _entry(receipt: Receipt, share: ReceiptShare, posted_on: dt.date, *, key: UUID) -> Entry:
    return Entry(
        practice_id=receipt.practice_id,
        kind="patient_payment" if share.line_id else "unapplied",
        debit="CASH",
        credit="PATIENT" if share.line_id else "UNAPPLIED",
        amount=share.amount,
        posted_on=posted_on,
        effective_on=receipt.received_on,
        key=key,
        claim_id=share.claim_id,
        line_id=share.line_id,
        account_id=receipt.account_id,
        memo=f"Receipt {receipt}, {receipt.name}"[:120],
    )


def _ensure_sensible(amount: Decimal, received_on: dt.date, method: str, reference: str, *, today: dt.date) -> None:
    if amount <= ZERO:
        raise DomainError("Enter what was received, more than zero.", field="amount")
    if method not in METHODS_BY_HAND:
        raise DomainError("Choose check, cash or money order.", field="method")
    if not REFERENCE.fullmatch(reference):
        raise DomainError(
            "Give the check or receipt number: up to twelve letters, digits and dashes. Never a card number.",
            field="reference",
        )
    if received_on > today or (today - received_on).days > OLDEST_DAYS:
        raise DomainError("The day it was received must lie within the last year.", field="received_on")
