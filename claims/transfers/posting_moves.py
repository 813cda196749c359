"""A payment that stood on the wrong line or claim, moved whole or in part to the right one.

The mirror of the payment, what stays posted anew where it was, and the rest where it belongs: from the same cash, of
the same remittance or receipt and the same day, so that a deposit ties out as before. No line gets more than it owes.
"""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim, ClaimLine
from claims.ledger import services as ledger
from claims.ledger.balances import lock_claims
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting
from claims.receipts.models import ReceiptPosting
from claims.receipts.recording import lock_accounts, name_postings
from claims.transfers.models import PostingMove

if TYPE_CHECKING:
    from arwork.staff.models import User

WORDS = 200
MOVABLE = ("payer_payment", "patient_payment")


def is_movable(posting: Posting) -> bool:
    """Whether it is a payment to a line that nothing has undone; `posting` with its `reversed_by`."""
    is_standing = posting.reverses_id is None and not hasattr(posting, "reversed_by")
    return is_standing and posting.kind in MOVABLE and posting.line_id is not None and _pays(posting)


def movable_posting(posting_id: int, *, actor: "User") -> Posting:
    """A payment that may be moved; raises `NotFound`, and `Conflict` where it does not stand any more."""
    mine = Posting.objects.filter(practice__in=practice_ids(actor), kind__in=MOVABLE, claim__isnull=False)
    found = mine.select_related("reversed_by", "claim", "line", "of_receipt").filter(pk=posting_id).first()
    if found is None:
        raise NotFound("There is no such payment in your practices.")
    if not is_movable(found):
        raise Conflict("That payment does not stand any more: it was reversed or moved. Nothing was done.")
    return found


def target_lines(posting: Posting, number: str) -> tuple[Claim, list[tuple[ClaimLine, Decimal]]]:
    """The claim of the same practice with this number, and its lines with what the same party owes of each."""
    claim = Claim.objects.filter(practice_id=posting.practice_id, number=number.strip()).first()
    if claim is None:
        raise DomainError("No claim of this practice has that number.", field="claim")
    rows = ClaimLine.objects.filter(claim=claim).order_by("number")
    return claim, [(row, getattr(row, posting.credit.lower())) for row in rows]


def move_posting(
    posting_id: int,
    *,
    claim: str,
    line_number: int,
    amount: Decimal,
    words: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> PostingMove:
    """Move `amount` dollars of a payment to a line (by its number) of the claim with this number.

    Raises `DomainError` naming the field, `Conflict`, `PeriodClosed`, and `NotFound` outside the actor's practices.
    """
    require(actor, Capability.POST_MONEY)
    if not words.strip():
        raise DomainError("Say why in a few words: the next person must understand it.", field="words")
    ensure_not_sensitive(words=words)
    with transaction.atomic():
        before = movable_posting(posting_id, actor=actor)
        if before.account_id:
            lock_accounts([before.account_id])
        target, _ = target_lines(before, claim)
        _ensure_same_money(before, target)
        locked = lock_claims({before.claim_id or 0, target.pk})
        row = movable_posting(posting_id, actor=actor)
        line = ClaimLine.objects.filter(claim=target, number=line_number).first()
        if line is None:
            raise DomainError(f"Claim {target.number} has no line {line_number}.", field="line_number")
        if line.pk == row.line_id:
            raise DomainError("It stands on that line already.", field="line_number")
        if not ZERO < amount <= row.amount:
            raise DomainError(f"Enter up to ${row.amount:,.2f}, what was paid there.", field="amount")
        owed = getattr(line, row.credit.lower())
        if amount > owed:
            raise DomainError(f"Line {line.number} of {target.number} owes ${max(owed, ZERO):,.2f}.", field="amount")
        made = PostingMove.objects.create(
            practice_id=row.practice_id, original=row, amount=amount, from_claim_id=row.claim_id or 0, to_claim=target,
            to_line=line, words=words.strip()[:WORDS], moved_on=today, moved_at=now, moved_by=actor,
        )  # fmt: skip
        entries = [ledger.mirror(row, posted_on=today, memo=f"Moved to claim {target.number}")]
        entries += _parts(made, row, today)
        ledger.post(entries, now=now, actor=actor, reason="payment", locked=locked)
        _follow_receipt(row, entries)
        _record(actor, "posting_moved", made, now=now)
    return made


def undo_move(move_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> PostingMove:
    """Bring the payment back to where it stood. Raises `Conflict` where it can't be, `PeriodClosed`, `NotFound`."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        mine = PostingMove.objects.filter(practice__in=practice_ids(actor)).select_related("original")
        move = mine.select_for_update(of=("self",)).filter(pk=move_id).first()
        if move is None:
            raise NotFound("There is no such move in your practices.")
        if move.undone_on is not None:
            raise Conflict("That is undone already; nothing was done.")
        if move.original.account_id:
            lock_accounts([move.original.account_id])
        locked = lock_claims({move.from_claim_id, move.to_claim_id})
        keys = [posting_key("moved", move.original.key, part) for part in ("there", "rest")]
        standing = list(Posting.objects.filter(key__in=keys, reversed_by=None).order_by("pk"))
        if sum((one.amount for one in standing), ZERO) != move.original.amount:
            raise Conflict("What was moved was reversed or moved on since: there is nothing to bring back.")
        column = move.original.credit.lower()
        owed = ClaimLine.objects.values_list(column, flat=True).get(pk=move.original.line_id or 0)
        if owed < move.amount:
            raise Conflict("The line it came from owes less than that by now: look at it first.")
        entries = [ledger.mirror(one, posted_on=today, memo="Moved back") for one in standing]
        key = posting_key("moved", move.original.key, "back")
        entries.append(_again(move.original, move.original.amount, today, key=key, memo="Moved back"))
        ledger.post(entries, now=now, actor=actor, reason="payment", locked=locked)
        _follow_receipt(move.original, entries)
        move.undone_on, move.undone_by = today, actor
        move.save(update_fields=["undone_on", "undone_by"])
        _record(actor, "posting_moved_back", move, now=now)
    return move


def _ensure_same_money(row: Posting, target: Claim) -> None:
    """A patient's money stays with the account that paid: between accounts its receipt is moved."""
    if row.kind == "patient_payment" and row.account_id and target.account_id != row.account_id:
        raise DomainError(
            "That claim is another account's. Open the receipt and move it to that account instead.", field="claim"
        )


def _parts(made: PostingMove, row: Posting, today: dt.date) -> list[Entry]:
    there = _again(row, made.amount, today, key=posting_key("moved", row.key, "there"), memo="Moved here by hand")
    parts = [there._replace(claim_id=made.to_claim_id, line_id=made.to_line_id)]
    if rest := row.amount - made.amount:
        memo = "Rest after a part was moved"
        parts.append(_again(row, rest, today, key=posting_key("moved", row.key, "rest"), memo=memo))
    return parts


def _again(row: Posting, amount: Decimal, today: dt.date, *, key: UUID, memo: str) -> Entry:
    return Entry(
        practice_id=row.practice_id, kind=row.kind, debit=row.debit, credit=row.credit, amount=amount,
        posted_on=today, effective_on=row.effective_on, key=key, claim_id=row.claim_id, line_id=row.line_id,
        account_id=row.account_id, group=row.group, carc=row.carc, remit_claim_id=row.remit_claim_id,
        remittance_id=row.remittance_id, memo=memo,
    )  # fmt: skip


def _follow_receipt(row: Posting, entries: list[Entry]) -> None:
    """What a receipt's posting became is the receipt's too."""
    if link := ReceiptPosting.objects.filter(posting=row).first():
        name_postings({entry.key: link.receipt_id for entry in entries})


def _pays(row: Posting) -> bool:
    return row.debit in ("CASH", "UNAPPLIED", "INTERPRACTICE")


def _record(actor: "User", action: str, move: PostingMove, *, now: dt.datetime) -> None:
    facts = {"posting": move.original_id, "amount": move.amount, "from": move.from_claim_id, "to": move.to_claim_id}
    for claim_id in dict.fromkeys((move.from_claim_id, move.to_claim_id)):
        audit.record(actor, action, "claim", claim_id, practice_id=move.practice_id, after=facts, now=now)
