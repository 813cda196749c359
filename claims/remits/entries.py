"""From plans to ledger entries: keys that post once, and money that waited before it was applied. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from claims.ledger.entries import Entry, posting_key
from claims.remits.era import Move

OVER_SHORT = "over/short"


@dataclass(frozen=True, slots=True)
class EntrySource:
    """Where entries come from: one claim payment of one remittance, `undone` so often by people."""

    practice_id: int
    remittance_id: int
    remittance_key: str
    paid_on: dt.date
    posted_on: dt.date
    position: int = 0
    remit_claim_id: int | None = None
    claim_id: int | None = None
    undone: int = 0


def posting_entries(source: EntrySource, moves: Sequence[Move], *, waited: Decimal) -> list[Entry]:
    """The entries of a plan. `waited` is the cash of this payment that stands in UNAPPLIED already (0 if none).

    Cash that waited is applied from UNAPPLIED. A reversal mirrors its original exactly, so there the waiting
    cash is released first.
    """
    is_reversal = any(move.reverses_id for move in moves)
    again = [source.undone] if source.undone else []
    found = []
    if waited and is_reversal:
        found.append(_cash(source, -waited, "released"))
    for index, move in enumerate(moves):
        debit, credit = move.debit, move.credit
        if waited and not is_reversal:
            debit, credit = ("UNAPPLIED" if account == "CASH" else account for account in (debit, credit))
        found.append(
            Entry(
                practice_id=source.practice_id,
                kind=move.kind,
                debit=debit,
                credit=credit,
                amount=move.amount,
                posted_on=source.posted_on,
                effective_on=source.paid_on,
                key=posting_key("835", source.remittance_key, source.position, index, move.line_id, move.kind, *again),
                claim_id=source.claim_id if move.line_id else None,
                line_id=move.line_id,
                group=move.group,
                carc=move.carc,
                remit_claim_id=source.remit_claim_id,
                remittance_id=source.remittance_id,
                reverses_id=move.reverses_id,
            )
        )
    return found


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
