"""Holding settlements against the ledger: late, broken, settled; what comes off when all is there (RULES 13.9).

What was settled is written off in the transaction that finds it complete, and never before. A payment that the bank
took back afterwards takes the write-off back with it: the whole is owed again. Idempotent: a second run of a day
changes no row. One that is over is looked at again for as long as a bank may return a payment.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from arwork.lib import bulk
from arwork.lib.money import ZERO
from arwork.staff import audit
from claims.adjustments.agreed import post_agreed, take_back_agreed
from claims.adjustments.models import WriteOff
from claims.adjustments.standing import Target
from claims.practices.closures import ClosureBook, closure_book
from claims.receipts.recording import lock_accounts
from collections_app.limits.selectors import limit_book
from collections_app.settlements.books import SettlementBooks, books_of
from collections_app.settlements.models import OPEN_STATES, Settlement, SettlementEvent
from collections_app.settlements.terms import MatchedSettlement, MoneyStands

BATCH = 500
State = Settlement.State
#: The class of what comes off, by kind (`claims.adjustments.classes`).
CLASS = {"settlement": "WO_SETTLEMENT", "prompt_pay": "WO_DISCOUNT"}
_ENDS = {MoneyStands.MISSED: State.BROKEN, MoneyStands.COMPLETE: State.SETTLED, MoneyStands.GONE: State.GONE}


@dataclass(frozen=True)
class SettledSettlements:
    """What looking at the ledger changed, and the accounts of it."""

    settled: int = 0
    broken: int = 0
    late: int = 0
    returned: int = 0
    gone: int = 0
    accounts: frozenset[int] = frozenset()

    def __add__(self, other: "SettledSettlements") -> "SettledSettlements":
        names = ("settled", "broken", "late", "returned", "gone")
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return SettledSettlements(**sums, accounts=self.accounts | other.accounts)


class SettlementColumns(NamedTuple):
    """The columns of a settlement that settling writes."""

    state: str
    received: Decimal
    next_due_on: dt.date | None
    next_amount: Decimal
    late_since: dt.date | None
    ended_on: dt.date | None
    ended_at: dt.datetime | None
    written_off: Decimal


class SettlingTurn(NamedTuple):
    """A settlement that turned: what its history says, and the columns it gets."""

    books: SettlementBooks
    code: str
    words: str
    to: SettlementColumns


def settle_settlements(
    *, today: dt.date, now: dt.datetime, accounts: Iterable[int] | None = None
) -> SettledSettlements:
    """Hold settlements against the ledger, of the accounts named or (None) of all: bounded batches, each in a
    transaction. The number of queries depends on batches, not on settlements."""
    returnable = today - dt.timedelta(days=limit_book().value("payment_return_days", on=today))
    over = Q(state__in=(State.SETTLED, State.BROKEN), ended_on__gte=returnable)
    rows = Settlement.objects.filter(Q(state=State.ACCEPTED) | over)
    if accounts is not None:
        rows = rows.filter(bulk.Among("account", set(accounts)))
    found, closures = SettledSettlements(), closure_book()
    for ids in bulk.chunks(rows.order_by("pk").values_list("pk", flat=True), BATCH):
        found += _settle_batch(ids, closures, today, now)
    return found


def _settle_batch(ids: list[int], closures: ClosureBook, today: dt.date, now: dt.datetime) -> SettledSettlements:
    with transaction.atomic():
        known = Settlement.objects.filter(pk__in=ids).values_list("account_id", flat=True)
        lock_accounts(known)
        states = (State.ACCEPTED, State.SETTLED, State.BROKEN)
        rows = list(
            Settlement.objects.select_for_update(of=("self",)).filter(pk__in=ids, state__in=states).order_by("pk")
        )
        # Another one stands in its place by now: what is over stays over.
        open_rows = Settlement.objects.filter(bulk.Among("account", {one.account_id for one in rows}))
        taken = set(open_rows.filter(state__in=OPEN_STATES).values_list("account_id", flat=True))
        turns = []
        for books in books_of(rows, closures).values():
            turn = _turn(books, books.matched(today), taken, today, now)
            if turn is not None:
                turns.append(turn)
                taken |= {books.settlement.account_id} if turn.to.state in OPEN_STATES else set()
        _write_off([one for one in turns if one.to.state == State.SETTLED], today=today, now=now)
        _restore([one for one in turns if one.books.settlement.state == State.SETTLED], today=today, now=now)
        bulk.write(Settlement, SettlementColumns._fields, {one.books.settlement.pk: tuple(one.to) for one in turns})
        _tell([one for one in turns if one.code], today=today, now=now)
    codes = [one.code for one in turns]
    return SettledSettlements(
        **{name: codes.count(name) for name in ("settled", "broken", "late", "returned", "gone")},
        accounts=frozenset(one.books.settlement.account_id for one in turns),
    )


def _turn(
    books: SettlementBooks, found: MatchedSettlement, taken: Collection[int], today: dt.date, now: dt.datetime
) -> SettlingTurn | None:
    """What becomes of a settlement by what the ledger says; None where nothing changes.

    Settled, it turns only where money went back; broken, only where money of its time was entered late.
    """
    one = books.settlement
    if one.state == State.SETTLED and found.received >= one.offer:
        return None
    state = _ENDS.get(found.stands, State.ACCEPTED)
    if one.state != State.ACCEPTED and one.account_id in taken:
        state = State.BROKEN
    if one.state == State.BROKEN and state not in (State.ACCEPTED, State.SETTLED):
        return None
    is_over = state != State.ACCEPTED
    off = sum(books.comes_off().values(), ZERO) if state == State.SETTLED else ZERO
    to = SettlementColumns(
        state, found.received, None if is_over else found.next_due_on, ZERO if is_over else found.next_amount,
        None if is_over else found.late_since, today if is_over else None, now if is_over else None, off,
    )  # fmt: skip
    was = SettlementColumns(*(getattr(one, name) for name in SettlementColumns._fields))
    return SettlingTurn(books, *_event(one, to, found), to) if to != was else None


def _event(one: Settlement, to: SettlementColumns, found: MatchedSettlement) -> tuple[str, str]:
    if one.state == State.SETTLED:
        return "returned", f"${one.offer - found.received:,.2f} of it went back, and what came off is owed again"
    if to.state == State.SETTLED:
        return "settled", f"${to.received:,.2f} was received, ${to.written_off:,.2f} comes off"
    if to.state == State.BROKEN:
        return "broken", f"${found.next_amount:,.2f} was due {found.next_due_on}: the whole is owed again"
    if to.state == State.GONE:
        return "gone", "Nothing is owed on its visits any more"
    if one.state == State.BROKEN:
        return "healed", "Money of its time was entered"
    if to.late_since and not one.late_since:
        return "late", f"${to.next_amount:,.2f} was due {to.next_due_on}"
    return "", ""


def _write_off(turns: Sequence[SettlingTurn], *, today: dt.date, now: dt.datetime) -> None:
    """Take off what is owed still of settlements whose money is all here."""
    for kind, books_to in CLASS.items():
        mine = [one for one in turns if one.books.settlement.kind == kind]
        targets, reasons, of_claim = [], {}, {}
        for turn in mine:
            settlement = turn.books.settlement
            for claim, amount in turn.books.comes_off().items():
                targets.append(Target("PATIENT", amount, claim))
                reasons[claim] = f"Settlement {settlement.pk}: ${settlement.offer:,.2f} was received as agreed"
                of_claim[claim] = settlement.pk
        posted = post_agreed(targets, books_to=books_to, reasons=reasons, today=today, now=now)
        through = Settlement.write_offs.through
        bulk.insert_rows(
            through, ("settlement_id", "writeoff_id"), [(of_claim[row.claim_id or 0], row.pk) for row in posted]
        )


def _restore(turns: Sequence[SettlingTurn], *, today: dt.date, now: dt.datetime) -> None:
    """Reverse what came off settlements whose money went back."""
    ids = [one.books.settlement.pk for one in turns]
    if ids:
        taken = Settlement.objects.filter(pk__in=ids).values("write_offs")
        posted = WriteOff.objects.filter(pk__in=taken, state=WriteOff.State.POSTED)
        rows = list(posted.order_by("pk").select_for_update(of=("self",)))
        take_back_agreed(rows, reason="The money of the settlement went back", today=today, now=now)


def _tell(turns: Sequence[SettlingTurn], *, today: dt.date, now: dt.datetime) -> None:
    """An event in the history of each settlement that turned, and in the audit trail."""
    events, deeds = [], []
    for turn in turns:
        one = turn.books.settlement
        events.append(SettlementEvent(settlement=one, code=turn.code, words=turn.words, on=today, at=now, by=None))
        before, after = {"state": one.state}, {"state": str(turn.to.state), "account": one.account_id}
        deeds.append(audit.Deed(f"settlement_{turn.code}", "settlement", one.pk, one.practice_id, before, after))
    bulk.insert(SettlementEvent, events)
    audit.record_many(None, deeds, now=now)


def reopen_ended_after(*, today: dt.date, now: dt.datetime) -> frozenset[int]:
    """Undo what days after `today` ended, in the caller's transaction: a clock that ran ahead let these offers expire,
    and broke or settled these. The caller settles their accounts again. Returns the accounts."""
    early = Settlement.objects.select_for_update().filter(ended_on__gt=today)
    rows = list(early.filter(state__in=(State.EXPIRED, State.BROKEN)).order_by("-pk"))
    open_rows = Settlement.objects.filter(account__in={one.account_id for one in rows}, state__in=OPEN_STATES)
    taken = set(open_rows.values_list("account_id", flat=True))
    deeds = []
    changed: dict[int, tuple[str, dt.date | None, dt.datetime | None]] = {}
    for one in rows:
        stands = State.ACCEPTED if one.state == State.BROKEN else State.OFFERED
        changed[one.pk] = (one.state, today, now) if one.account_id in taken else (stands.value, None, None)
        taken.add(one.account_id)
        after = {"state": changed[one.pk][0]}
        deeds.append(
            audit.Deed("settlement_reopened", "settlement", one.pk, one.practice_id, {"state": one.state}, after)
        )
    bulk.write(Settlement, ("state", "ended_on", "ended_at"), changed)
    audit.record_many(None, deeds, now=now)
    return frozenset(one.account_id for one in rows)
