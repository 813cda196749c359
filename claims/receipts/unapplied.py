"""Unapplied cash of patients applied to visits: one account as a person chooses, or all that owe at once, and undone.

Cash comes from the oldest receipt first, and each posting is named by the receipt whose money it is, so that a check
that comes back takes back what its money was applied to. Two who apply the same cash meet at the lock of the account.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.stands_for import standing_postings
from claims.parties.models import Account
from claims.parties.selectors import own_account
from claims.receipts.allocation import ReceiptShare, as_chosen, oldest_first
from claims.receipts.models import CashApplication, ReceiptPosting
from claims.receipts.recording import lock_accounts, name_postings, patient_lines

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class CashSource:
    """Unapplied cash by where it came from: a receipt, or None where no receipt is known. Dollars."""

    receipt_id: int | None
    amount: Decimal


def apply_unapplied(
    *,
    actor: "User",
    account_id: int,
    amount: Decimal,
    today: dt.date,
    now: dt.datetime,
    chosen: Mapping[int, Decimal] | None = None,
) -> CashApplication:
    """Apply up to `amount` of an account's unapplied cash: the oldest balance first, or to visits as `chosen`.

    Raises `DomainError` naming the field, `Conflict` when less is there than was shown, `PeriodClosed`, `NotFound`.
    """
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        account = lock_accounts([own_account(account_id, actor=actor).pk])[account_id]
        if amount <= ZERO:
            raise DomainError("Enter how much to apply, more than zero.", field="amount")
        if amount > account.unapplied:
            raise Conflict(
                f"${account.unapplied:,.2f} is unapplied now, less than that. Look again; nothing was done.",
                field="amount",
            )
        owed = patient_lines([account.pk], today=today)[account.pk]
        shares = oldest_first(amount, owed) if chosen is None else as_chosen(amount, chosen, owed)
        made = _apply({account: shares}, run=uuid4(), today=today, now=now, actor=actor)
        if not made:
            raise DomainError("No visit takes it: say which visits it is for, or leave it unapplied.", field="amount")
    return made[0]


@dataclass(frozen=True, slots=True)
class ProposedApplication:
    """What applying an account's unapplied cash to the oldest balance would do."""

    account_id: int
    unapplied: Decimal
    applies: Decimal
    visits: int

    @property
    def stays(self) -> Decimal:
        return self.unapplied - self.applies


def proposed_applications(*, actor: "User", today: dt.date) -> list[ProposedApplication]:
    """Every account whose unapplied cash would pay something that it owes, by account. Five queries a thousand."""
    rows = Account.objects.filter(practice__in=practice_ids(actor), unapplied__gt=0).order_by("pk")
    found = []
    for batch in bulk.chunks(rows):
        owed = patient_lines([row.pk for row in batch], today=today)
        for row in batch:
            shares = [one for one in oldest_first(row.unapplied, owed[row.pk]) if one.line_id]
            if applies := sum((one.amount for one in shares), ZERO):
                visits = len({one.claim_id for one in shares})
                found.append(ProposedApplication(row.pk, row.unapplied, applies, visits))
    return found


def apply_all(
    *, actor: "User", proposed: Mapping[int, Decimal], today: dt.date, now: dt.datetime
) -> list[CashApplication]:
    """Apply what was shown: dollars by account, the oldest balance first. An account where something else would be
    applied by now is left as it is: look again, then apply that. Set-based."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        mine = Account.objects.filter(practice__in=practice_ids(actor), pk__in=list(proposed))
        accounts = lock_accounts(mine.values_list("pk", flat=True))
        owed = patient_lines(sorted(accounts), today=today)
        shares: dict[Account, Sequence[ReceiptShare]] = {}
        for pk, account in accounts.items():
            parts = [one for one in oldest_first(account.unapplied, owed[pk]) if one.line_id]
            if sum((one.amount for one in parts), ZERO) == proposed[pk]:
                shares[account] = parts
        return _apply(shares, run=uuid4(), today=today, now=now, actor=actor)


def undo_applications(
    run: UUID, *, account_id: int | None = None, actor: "User", today: dt.date, now: dt.datetime
) -> list[CashApplication]:
    """Take back what was applied together (or of that, on one account): the cash is unapplied again, but for what a
    receipt took back meanwhile.

    Raises `NotFound`, and `Conflict` when it is undone already.
    """
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        mine = CashApplication.objects.filter(run=run, practice__in=practice_ids(actor))
        if account_id is not None:
            mine = mine.filter(account=account_id)
        lock_accounts(mine.values_list("account", flat=True))
        rows = list(mine.select_for_update(of=("self",)).order_by("pk"))
        if not rows:
            raise NotFound("There is no such application in your practices.")
        rows = [row for row in rows if row.undone_at is None]
        if not rows:
            raise Conflict("That is undone already; nothing was done.")
        keys = [key for row in rows for key in _keys(row, row.parts)]
        ids = [one.pk for one in standing_postings(keys)]
        links = ReceiptPosting.objects.filter(bulk.Among("posting", ids))
        by_receipt = dict(links.values_list("posting__key", "receipt_id"))
        ledger.reverse(ids, posted_on=today, now=now, actor=actor, memo="Unapplied again", reason="payment")
        name_postings({posting_key("reversal", key): pk for key, pk in by_receipt.items()})
        CashApplication.objects.filter(pk__in=[row.pk for row in rows]).update(undone_at=now, undone_by=actor)
        _record(actor, "unapplied_undone", rows, now=now)
    return rows


def sources_of(accounts: Iterable[Account]) -> dict[int, list[CashSource]]:
    """Where the unapplied cash of accounts came from, the oldest receipt first; never more than there is. One query."""
    wanted = {account.pk: account.unapplied for account in accounts}
    held: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    rows = ReceiptPosting.objects.filter(bulk.Among("receipt__account", sorted(wanted))).order_by("receipt")
    moved = rows.values_list("receipt__account", "receipt", "posting__debit", "posting__credit", "posting__amount")
    for account_id, receipt_id, debit, credit, amount in moved:
        held[account_id][receipt_id] += amount * ((credit == "UNAPPLIED") - (debit == "UNAPPLIED"))
    found: dict[int, list[CashSource]] = {}
    for account_id, left in wanted.items():
        found[account_id] = []
        for receipt_id, amount in held[account_id].items():
            if part := min(max(amount, ZERO), max(left, ZERO)):
                found[account_id].append(CashSource(receipt_id, part))
                left -= part
        if left > 0:
            found[account_id].append(CashSource(None, left))
    return found


def _apply(
    shares: Mapping[Account, Sequence[ReceiptShare]], *, run: UUID, today: dt.date, now: dt.datetime, actor: "User"
) -> list[CashApplication]:
    """Post what each locked account applies, from its receipts in turn."""
    planned = {account: _drawn(parts, sources) for (account, parts), sources in _with_sources(shares)}
    made = [
        CashApplication(
            practice_id=account.practice_id, account=account, run=run, parts=len(drawn), applied_on=today,
            amount=sum((share.amount for share, _ in drawn), ZERO), applied_at=now, applied_by=actor,
        )
        for account, drawn in planned.items()
        if drawn
    ]  # fmt: skip
    bulk.insert(CashApplication, made)
    entries: list[Entry] = []
    of_receipt: dict[UUID, int] = {}
    for row in made:
        drawn = planned[row.account]
        for (share, receipt_id), key in zip(drawn, _keys(row, len(drawn)), strict=True):
            entries.append(_entry(row, share, today, key))
            if receipt_id:
                of_receipt[key] = receipt_id
    ledger.post(entries, now=now, actor=actor, reason="payment")
    name_postings(of_receipt)
    _record(actor, "unapplied_applied", made, now=now)
    return made


def _with_sources(
    shares: Mapping[Account, Sequence[ReceiptShare]],
) -> list[tuple[tuple[Account, Sequence[ReceiptShare]], list[CashSource]]]:
    sources = sources_of(shares)
    return [(pair, sources[pair[0].pk]) for pair in shares.items()]


def _drawn(parts: Sequence[ReceiptShare], sources: Sequence[CashSource]) -> list[tuple[ReceiptShare, int | None]]:
    """Each part for a line with the receipt whose money it is; a part that two receipts pay comes twice."""
    left = [(one.receipt_id, one.amount) for one in sources]
    found: list[tuple[ReceiptShare, int | None]] = []
    for share in parts:
        wanted = share.amount if share.line_id else ZERO
        while wanted:
            receipt_id, there = left[0]
            taken = min(wanted, there)
            found.append((ReceiptShare(taken, share.claim_id, share.line_id), receipt_id))
            wanted -= taken
            left = [(receipt_id, there - taken), *left[1:]] if there > taken else left[1:]
    return found


def _keys(row: CashApplication, parts: int) -> list[UUID]:
    return [posting_key("apply", row.pk, part) for part in range(parts)]


def _entry(row: CashApplication, share: ReceiptShare, today: dt.date, key: UUID) -> Entry:
    return Entry(
        practice_id=row.practice_id,
        kind="patient_payment",
        debit="UNAPPLIED",
        credit="PATIENT",
        amount=share.amount,
        posted_on=today,
        effective_on=today,
        key=key,
        claim_id=share.claim_id,
        line_id=share.line_id,
        account_id=row.account_id,
        memo="Unapplied cash applied",
    )


def _record(actor: "User", action: str, rows: Sequence[CashApplication], *, now: dt.datetime) -> None:
    deeds = [
        audit.Deed(
            action, "account", row.account_id, row.practice_id, None, {"amount": row.amount, "run": str(row.run)}
        )
        for row in rows
    ]
    audit.record_many(actor, deeds, now=now)
