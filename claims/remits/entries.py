"""From plans to ledger entries: keys that post once, and money that waited before it was applied. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from arwork.lib.money import ZERO
from claims.ledger.chart import SISTERS
from claims.ledger.entries import Entry, posting_key
from claims.remits.era import Move

OVER_SHORT = "over/short"


@dataclass(frozen=True, slots=True)
class EntrySource:
    """Where entries come from: one claim payment of one remittance, `undone` so often by people.

    `claim_practice_id` is whose claim it is, where that is another practice than the one that got the money.
    """

    practice_id: int
    remittance_id: int
    remittance_key: str
    paid_on: dt.date
    posted_on: dt.date
    position: int = 0
    remit_claim_id: int | None = None
    claim_id: int | None = None
    undone: int = 0
    claim_practice_id: int | None = None


def posting_entries(source: EntrySource, moves: Sequence[Move], *, waited: Decimal) -> list[Entry]:
    """The entries of a plan. `waited` is the cash of this payment that stands in UNAPPLIED already (0 if none).

    Cash that waited is applied from UNAPPLIED. A reversal mirrors its original exactly, so there the waiting
    cash is released first.

    A payment on a sister practice's claim always waited: its cash is due to that practice here, and due from this one
    there. What a reversal mirrors in cash that another practice has is due likewise.
    """
    is_reversal = any(move.reverses_id for move in moves)
    is_across = source.claim_practice_id is not None
    again = [source.undone] if source.undone else []
    theirs = replace(source, practice_id=source.claim_practice_id or 0) if is_across else source
    found = []
    if waited and is_across:
        found.append(_due(source, "UNAPPLIED", waited, "here"))
    elif waited and is_reversal:
        found.append(_cash(source, -waited, "released"))
    if is_reversal:
        found += _made_good(theirs, moves, accounts=("CASH", "UNAPPLIED") if is_across else (SISTERS,))
    instead = {"CASH": SISTERS if is_across else "UNAPPLIED"} if waited and not is_reversal else {}
    for index, (kind, debit, credit, amount, line_id, group, carc, reverses_id) in enumerate(moves):
        # Positional, in the order of the record: an import makes half a million of them.
        found.append(
            Entry(
                theirs.practice_id,
                kind,
                instead.get(debit, debit),
                instead.get(credit, credit),
                amount,
                source.posted_on,
                source.paid_on,
                posting_key("835", source.remittance_key, source.position, index, line_id, kind, *again),
                source.claim_id if line_id else None,
                line_id,
                None,
                group,
                carc,
                source.remit_claim_id,
                source.remittance_id,
                reverses_id,
            )
        )
    return found


def _made_good(source: EntrySource, moves: Sequence[Move], *, accounts: Sequence[str]) -> list[Entry]:
    """What a reversal moves in `accounts`, the other way: that cash is not there, another practice has it."""
    found = []
    for account in accounts:
        gone = sum((one.amount * ((one.credit == account) - (one.debit == account)) for one in moves), ZERO)
        if gone and account == SISTERS:
            found.append(_due(source, "CASH", -gone, "back"))
        elif gone:
            found.append(_due(source, account, gone, "back"))
    return found


def _due(source: EntrySource, account: str, amount: Decimal, memo: str) -> Entry:
    """Cash that leaves `account` for a sister practice; below zero, that a sister owes it."""
    debit, credit = (account, SISTERS) if amount > 0 else (SISTERS, account)
    again = [source.undone] if source.undone else []
    key = posting_key("835", source.remittance_key, source.position, "sister", account, memo, *again)
    return _entry(source, "interpractice", debit, credit, abs(amount), key, memo)


def waiting_cash(source: EntrySource, amount: Decimal) -> list[Entry]:
    """Cash of a claim payment that can't be posted yet: CASH to UNAPPLIED, the other way for a takeback."""
    return [_cash(source, amount, "waiting")] if amount else []


def over_short(source: EntrySource, amount: Decimal, *, nth: int = 0) -> list[Entry]:
    """What a deposit has more (or less) than its claims and provider adjustments explain; `nth` change of it."""
    return [_cash(source, amount, OVER_SHORT, nth=nth)] if amount else []


def provider_adjustment(source: EntrySource, *, account: str, amount: Decimal) -> list[Entry]:
    """A PLB: positive as sent reduces the payment, so cash goes out to `account`; negative brings cash in."""
    if not amount:
        return []
    debit, credit = (account, "CASH") if amount > 0 else ("CASH", account)
    key = posting_key("835", source.remittance_key, "plb", source.position)
    return [_entry(source, "provider_adjustment", debit, credit, abs(amount), key, "")]


def _cash(source: EntrySource, amount: Decimal, memo: str, *, nth: int = 0) -> Entry:
    debit, credit = ("CASH", "UNAPPLIED") if amount > 0 else ("UNAPPLIED", "CASH")
    key = posting_key("835", source.remittance_key, source.position, memo, *([nth] if nth else []))
    return _entry(source, "unapplied", debit, credit, abs(amount), key, memo)


def _entry(source: EntrySource, kind: str, debit: str, credit: str, amount: Decimal, key: UUID, memo: str) -> Entry:
    return Entry(
        practice_id=source.practice_id,
        kind=kind,
        debit=debit,
        credit=credit,
        amount=amount,
        posted_on=source.posted_on,
        effective_on=source.paid_on,
        key=key,
        remit_claim_id=source.remit_claim_id,
        remittance_id=source.remittance_id,
        memo=memo,
    )
