"""A receipt taken back or moved: the mirror of what it posted, to the cent, whatever was applied of it since.

A check that the bank returned never paid anything; what was entered by mistake never came; what came for another
account is posted there as of the day it was received. Money that was moved on in parts stays one check: taken back,
all its parts are. Nothing is charged for a returned check: a fee is no service, and no charge of a claim.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.ledger import services as ledger
from claims.ledger.models import Posting
from claims.parties.models import Account
from claims.receipts.allocation import ReceiptShare, oldest_first
from claims.receipts.models import Receipt, ReceiptPosting
from claims.receipts.recording import (
    ReceivedMoney,
    lock_accounts,
    name_postings,
    new_receipts,
    patient_lines,
    post_shares,
)

if TYPE_CHECKING:
    from arwork.staff.models import User

#: So long who entered something may take it back without a word.
UNDO_WITHIN = dt.timedelta(minutes=10)
RETURNS = (Receipt.Why.NSF, Receipt.Why.ACCOUNT_CLOSED, Receipt.Why.STOPPED, Receipt.Why.REFUSED)
MISTAKES = (Receipt.Why.WRONG_AMOUNT, Receipt.Why.TWICE, Receipt.Why.NOT_RECEIVED)
WORDS = 200


def return_receipt(
    receipt_id: int, *, actor: "User", why: str, returned_on: dt.date, words: str = "", today: dt.date, now: dt.datetime
) -> Receipt:
    """The bank returned the check: what it paid is owed again, since when it was owed before.

    Raises `DomainError` naming the field, `Conflict` where it does not stand any more, `PeriodClosed`, `NotFound`.
    """
    require(actor, Capability.POST_MONEY)
    if why not in RETURNS:
        raise DomainError("Choose why the bank returned it.", field="why")
    with transaction.atomic():
        receipt, family = _locked(receipt_id, actor)
        if receipt.method == Receipt.Method.CASH:
            raise DomainError("Cash is not returned by a bank. Take it back as entered by mistake.", field="why")
        if not receipt.received_on <= returned_on <= today:
            raise DomainError("It came back between the day it was received and today.", field="returned_on")
        _take_back(family, Receipt.State.RETURNED, why, words, on=returned_on, today=today, now=now, actor=actor)
    return receipt


def void_receipt(
    receipt_id: int, *, actor: "User", why: str = "", words: str = "", today: dt.date, now: dt.datetime
) -> Receipt:
    """It was entered by mistake: as if it had never come. Within ten minutes who entered it needs no reason.

    Raises `DomainError` naming the field, `Conflict` where it does not stand any more, `PeriodClosed`, `NotFound`.
    """
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        receipt, family = _locked(receipt_id, actor)
        if not may_undo(receipt, actor, now=now) and why not in MISTAKES:
            raise DomainError("Choose what was wrong with it.", field="why")
        _take_back(family, Receipt.State.VOIDED, why, words, on=today, today=today, now=now, actor=actor)
    return receipt


def may_undo(receipt: Receipt, actor: "User", *, now: dt.datetime) -> bool:
    """Whether `actor` entered it less than ten minutes ago."""
    return receipt.recorded_by_id == actor.pk and now - receipt.recorded_at <= UNDO_WITHIN


def move_receipt(
    receipt_id: int,
    *,
    to_account: str,
    amount: Decimal,
    words: str = "",
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> Receipt:
    """Move a receipt, or `amount` of it, to the account of this number: posted there as of the day it was received.

    A part comes from what is unapplied first, then from the visit paid last. The new receipt of the other account.
    Raises `DomainError` naming the field, `Conflict` where it does not stand any more, `PeriodClosed`, `NotFound`.
    """
    require(actor, Capability.POST_MONEY)
    ensure_not_sensitive(words=words)
    with transaction.atomic():
        target = _account_to(receipt_id, actor, to_account)
        receipt, _ = _locked(receipt_id, actor, also=[target.pk])
        standing = standing_postings([receipt])
        lines, unapplied = where_it_is(standing)
        left = sum(lines.values(), unapplied)
        if not ZERO < amount <= left:
            raise DomainError(f"Enter up to ${left:,.2f}, what of it is on this account.", field="amount")
        _mirror(standing, {row.pk: receipt for row in standing}, on=today, today=today, now=now, actor=actor)
        if amount == left:
            _end(receipt, Receipt.State.MOVED, Receipt.Why.WRONG_ACCOUNT, words, on=today, now=now, actor=actor)
        else:
            stays = _what_stays(lines, unapplied, left - amount)
            round_ = ReceiptPosting.objects.filter(receipt=receipt).count()
            post_shares([(receipt, stays)], posted_on=today, now=now, actor=actor, round_=round_)
        money = ReceivedMoney(
            target.pk, receipt.practice_id, amount, receipt.received_on, receipt.reference, receipt.method
        )
        [moved] = new_receipts([money], posted_on=today, now=now, actor=actor, moved_from=receipt)
        shares = oldest_first(amount, patient_lines([target.pk], today=today)[target.pk])
        post_shares([(moved, shares)], posted_on=today, now=now, actor=actor)
        for account_id, number in ((receipt.account_id, receipt.number), (target.pk, moved.number)):
            facts = {"number": number, "amount": amount, "from": receipt.account_id, "to": target.pk}
            audit.record(
                actor, "receipt_moved", "account", account_id, practice_id=receipt.practice_id, after=facts, now=now
            )
    return moved


def give_back(
    receipt_id: int,
    *,
    amount: Decimal,
    state: str,
    why: str,
    on: dt.date,
    actor: "User | None",
    today: dt.date,
    now: dt.datetime,
) -> None:
    """`amount` of a receipt left again (`state` and `why` say how), wherever it was moved: of what is unapplied first,
    then of the visit paid last. It ends where nothing of it stays. The caller holds the transaction and decided that
    this is so: a card's processor, or a person who may.

    Raises `Conflict` where less of it is left, or where what was unapplied is refunded already.
    """
    found = Receipt.objects.get(pk=receipt_id)
    family = _family(found)
    lock_accounts(one.account_id for one in family)
    ids = [one.pk for one in family]
    rows = list(Receipt.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("-pk"))
    here = {one.pk: _what_is_left(one) for one in rows if one.stands}
    left = sum(here.values(), ZERO)
    if amount > left:
        raise Conflict(f"Only ${left:,.2f} of {found} is still on an account. Look at what became of it.")
    if amount == left:
        standing = [row for row in rows if row.state in (Receipt.State.RECORDED, Receipt.State.MOVED)]
        return _take_back(standing, state, why, "", on=on, today=today, now=now, actor=actor)
    for receipt in rows:
        if part := min(amount, here.get(receipt.pk, ZERO)):
            amount -= part
            _lower(receipt, part, state, why, on=on, today=today, now=now, actor=actor)


def _what_is_left(receipt: Receipt) -> Decimal:
    lines, unapplied = where_it_is(standing_postings([receipt]))
    return sum(lines.values(), unapplied)


def _lower(
    receipt: Receipt, by: Decimal, state: str, why: str, *, on: dt.date, today: dt.date, now: dt.datetime,
    actor: "User | None",
) -> None:  # fmt: skip
    standing = standing_postings([receipt])
    by_posting = {row.pk: receipt for row in standing}
    _ensure_still_here([receipt], standing, by_posting)
    lines, unapplied = where_it_is(standing)
    left = sum(lines.values(), unapplied) - by
    _mirror(standing, by_posting, on=on, today=today, now=now, actor=actor)
    if not left:
        return _end(receipt, state, why, "", on=on, now=now, actor=actor)
    round_ = ReceiptPosting.objects.filter(receipt=receipt).count()
    stays = [(receipt, _what_stays(lines, unapplied, left))]
    post_shares(stays, posted_on=today, now=now, actor=actor, round_=round_)
    receipt.given_back += by
    receipt.save(update_fields=["given_back"])
    facts = {"number": receipt.number, "amount": by, "why": why, "on": on}
    audit.record(
        actor, "receipt_lowered", "account", receipt.account_id, practice_id=receipt.practice_id, after=facts, now=now
    )
    return None


def standing_postings(receipts: Iterable[Receipt]) -> list[Posting]:
    """The postings of receipts that nothing has undone, in order."""
    rows = Posting.objects.filter(of_receipt__receipt__in=list(receipts), reverses=None, reversed_by=None)
    return list(rows.order_by("pk"))


def where_it_is(standing: Iterable[Posting]) -> tuple[dict[tuple[int, int], Decimal], Decimal]:
    """What standing postings of a receipt pay, by claim and line, and what of it is unapplied. Dollars."""
    lines: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    unapplied = ZERO
    for row in standing:
        if row.claim_id and row.line_id:
            lines[row.claim_id, row.line_id] += row.amount
        unapplied += row.amount * ((row.credit == "UNAPPLIED") - (row.debit == "UNAPPLIED"))
    return lines, unapplied


def _what_stays(lines: dict[tuple[int, int], Decimal], unapplied: Decimal, left: Decimal) -> list[ReceiptShare]:
    shares = []
    for (claim_id, line_id), paid in lines.items():
        if part := min(paid, left):
            shares.append(ReceiptShare(part, claim_id, line_id))
            left -= part
    return [*shares, ReceiptShare(min(left, unapplied))] if left else shares


def _locked(receipt_id: int, actor: "User", also: Sequence[int] = ()) -> tuple[Receipt, list[Receipt]]:
    """The receipt and all of the same money, those that it was moved from and to, locked after their accounts."""
    mine = Receipt.objects.filter(practice__in=practice_ids(actor))
    found = mine.filter(pk=receipt_id).first()
    if found is None:
        raise NotFound("There is no such receipt in your practices.")
    family = _family(found)
    lock_accounts([*(one.account_id for one in family), *also])
    ids = [one.pk for one in family]
    rows = list(Receipt.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    receipt = next(row for row in rows if row.pk == receipt_id)
    if not receipt.stands:
        raise Conflict(f"{receipt} is not recorded any more: {receipt.get_state_display().lower()}. Nothing was done.")
    return receipt, [row for row in rows if row.state in (Receipt.State.RECORDED, Receipt.State.MOVED)]


def _family(receipt: Receipt) -> list[Receipt]:
    while receipt.moved_from is not None:
        receipt = receipt.moved_from
    found = step = [receipt]
    while step := list(Receipt.objects.filter(moved_from__in=step)):
        found = [*found, *step]
    return found


def _take_back(
    family: Sequence[Receipt], state: str, why: str, words: str, *, on: dt.date, today: dt.date, now: dt.datetime,
    actor: "User | None",
) -> None:  # fmt: skip
    ensure_not_sensitive(words=words)
    standing = standing_postings(family)
    receipts = {one.pk: one for one in family}
    links = ReceiptPosting.objects.filter(posting__in=standing).values_list("posting_id", "receipt_id")
    by_posting = {posting_id: receipts[receipt_id] for posting_id, receipt_id in links}
    _ensure_still_here(family, standing, by_posting)
    _mirror(standing, by_posting, on=on, today=today, now=now, actor=actor)
    for one in family:
        _end(one, state, why, words, on=on, now=now, actor=actor)
        facts = {"number": one.number, "state": state, "why": why, "on": on}
        audit.record(
            actor, "receipt_taken_back", "account", one.account_id, practice_id=one.practice_id, after=facts, now=now
        )


def _ensure_still_here(family: Sequence[Receipt], standing: Sequence[Posting], by: dict[int, Receipt]) -> None:
    """What of it is unapplied must be on the account still: a refund may have taken it."""
    for one in family:
        _, unapplied = where_it_is(row for row in standing if by[row.pk] is one)
        held = Account.objects.values_list("unapplied", flat=True).get(pk=one.account_id)
        if unapplied > held:
            raise Conflict(
                f"${unapplied - held:,.2f} of {one} was refunded since. Cancel that refund first, then take it back."
            )


def _mirror(
    standing: Sequence[Posting], by_posting: dict[int, Receipt], *, on: dt.date, today: dt.date, now: dt.datetime,
    actor: "User | None",
) -> None:  # fmt: skip
    entries = []
    for row in standing:
        memo = f"Receipt {by_posting[row.pk]} taken back"
        entries.append(ledger.mirror(row, posted_on=today, memo=memo)._replace(effective_on=on))
    ledger.post(entries, now=now, actor=actor, reason="payment")
    name_postings({
        entry.key: by_posting[row.pk].pk for row, entry in zip(standing, entries, strict=True)
    })  # fmt: skip


def _end(
    receipt: Receipt, state: str, why: str, words: str, *, on: dt.date, now: dt.datetime, actor: "User | None"
) -> None:  # fmt: skip
    receipt.state, receipt.why, receipt.words = state, why, words.strip()[:WORDS]
    receipt.ended_on, receipt.ended_at, receipt.ended_by = on, now, actor
    receipt.save(update_fields=["state", "why", "words", "ended_on", "ended_at", "ended_by"])


def _account_to(receipt_id: int, actor: "User", number: str) -> Account:
    receipt = Receipt.objects.filter(pk=receipt_id, practice__in=practice_ids(actor)).first()
    if receipt is None:
        raise NotFound("There is no such receipt in your practices.")
    rows = list(Account.objects.filter(number=number.strip().upper(), practice__in=practice_ids(actor)))
    found = next((row for row in rows if row.practice_id == receipt.practice_id), None)
    if found is None and rows:
        raise DomainError(
            "That account is another practice's, and so is its cash: take the receipt back here as entered by mistake,"
            " and record it there.",
            field="to_account",
        )
    if found is None:
        raise DomainError("No account of this practice has that number.", field="to_account")
    if found.pk == receipt.account_id:
        raise DomainError("It is on that account already.", field="to_account")
    return found
