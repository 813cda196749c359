"""Batches: what one person took in on a day, counted against the tape of an adding machine.

While a batch is open its members are whatever the books hold of its day, kind and person and no other batch has. The
tape says how many there are and what they come to. When it closes, the members are kept; what the tape has more or less
is posted as over or short, with a reason, so that the cash of the books is the cash in the bag. Opened again, that is
reversed.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.cash.models import BatchItem, CashBatch, DayClose
from claims.cash.takings import Taking, takings_of_day, total_of
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting
from claims.practices.selectors import practice_in_view

if TYPE_CHECKING:
    from arwork.staff.models import User


def open_batch(
    *, practice_id: int, day: dt.date, kind: str, owner_id: int | None, actor: "User", today: dt.date, now: dt.datetime
) -> CashBatch:
    """The open batch of a day, kind and person (None: what came by itself), opened if there is none.

    Raises `NotFound`, `DomainError` for a day to come or a stranger, `Conflict` on a closed day.
    """
    require(actor, Capability.POST_MONEY)
    practice = practice_in_view(practice_id, actor=actor)
    if kind not in CashBatch.Kind.values:
        raise DomainError("Choose what kind of batch it is.", field="kind")
    if day > today:
        raise DomainError("This day has not come yet. Choose today or an earlier one.", field="day")
    if owner_id is not None and not practice.staff.filter(pk=owner_id).exists():
        raise DomainError("Choose somebody who works for this practice.", field="owner_id")
    with transaction.atomic():
        _ensure_day_open(practice_id, day)
        facts = {"practice": practice, "day": day, "kind": kind, "owner_id": owner_id}
        found = CashBatch.objects.filter(**facts).exclude(state=CashBatch.State.CLOSED).first()
        if found is None:
            found = CashBatch.objects.create(**facts, opened_at=now, opened_by=actor)
            _note(
                "batch_opened", found, {"day": day.isoformat(), "kind": kind, "owner": owner_id}, actor=actor, now=now
            )
    return found


def members(batch: CashBatch) -> list[Taking]:
    """What is in the batch as the books stand: of its day, kind and person, and in no closed batch."""
    mine = [one for one in takings_of_day(batch.practice_id, batch.day) if _fits(one, batch)]
    return without_counted(mine)


def without_counted(some: Sequence[Taking]) -> list[Taking]:
    """Those that are in no closed batch. One query, none for nothing."""
    ids = {one.source_id for one in some}
    counted = set(BatchItem.objects.filter(source_id__in=ids).values_list("source", "source_id")) if ids else set()
    return [one for one in some if one.key not in counted]


def set_tape(batch_id: int, *, count: int, amount: Decimal, actor: "User", now: dt.datetime) -> CashBatch:
    """Say what the tape of the adding machine says: how many, and what they come to. Raises `Conflict` once closed."""
    if count < 0 or amount < ZERO:
        raise DomainError("The tape says how many there are and what they come to: nothing below zero.", field="count")
    with transaction.atomic():
        batch = _locked(batch_id, actor)
        _ensure_open(batch)
        batch.expected_count, batch.expected_amount = count, amount
        _weigh(batch, members(batch))
        batch.save(update_fields=["expected_count", "expected_amount", "state", "counted_count", "counted_amount"])
        _note("batch_tape", batch, {"count": count, "amount": amount}, actor=actor, now=now)
    return batch


def close_batch(batch_id: int, *, why: str, actor: "User", now: dt.datetime) -> CashBatch:
    """Keep what is in it, and post what the tape has over or short; `why` is needed for a difference.

    Raises `Conflict` without a tape or once closed, `DomainError` without the reason, `PeriodClosed`.
    """
    why = why.strip()[:300]
    ensure_not_sensitive(why=why)
    with transaction.atomic():
        batch = _locked(batch_id, actor)
        _ensure_open(batch)
        _ensure_day_open(batch.practice_id, batch.day)
        if batch.expected_amount is None:
            raise Conflict("Type what the tape says first: how many there are and what they come to.")
        inside = members(batch)
        _weigh(batch, inside)
        batch.over_short_amount = batch.expected_amount - batch.counted_amount
        differs = batch.over_short_amount or batch.expected_count != batch.counted_count
        if differs and not why:
            raise DomainError("Tape and books differ. Look for the reason and write it down.", field="why")
        batch.over_short_why = why if differs else ""
        batch.state, batch.closed_at, batch.closed_by = CashBatch.State.CLOSED, now, actor
        batch.closings += 1
        batch.save()
        BatchItem.objects.bulk_create(
            BatchItem(
                batch=batch, source=one.source, source_id=one.source_id, method=one.method,
                reference=one.reference[:50], amount=one.amount,
            )
            for one in inside
        )  # fmt: skip
        if batch.over_short_amount:
            ledger.post([_over_short(batch)], now=now, actor=actor, reason="cash")
        facts = {"count": batch.counted_count, "amount": batch.counted_amount, "over_short": batch.over_short_amount}
        _note("batch_closed", batch, facts, actor=actor, now=now)
    return batch


def reopen_batch(batch_id: int, *, actor: "User", now: dt.datetime) -> CashBatch:
    """Count again. What was over or short is reversed. Raises `Conflict` once it is on a slip or its day is closed."""
    with transaction.atomic():
        batch = _locked(batch_id, actor)
        if batch.state != CashBatch.State.CLOSED:
            raise Conflict("This batch is open already.")
        if batch.slip_id is not None:
            raise Conflict("This batch is on a deposit slip. Void the slip first.")
        _ensure_day_open(batch.practice_id, batch.day)
        others = CashBatch.objects.exclude(state=CashBatch.State.CLOSED)
        if others.filter(practice=batch.practice_id, day=batch.day, kind=batch.kind, owner=batch.owner_id).exists():
            raise Conflict("A later batch of the same day and person is open. Close that one first.")
        posted = Posting.objects.filter(key=_over_short_key(batch)).values_list("pk", flat=True)
        ledger.reverse(posted, posted_on=batch.day, now=now, actor=actor, memo="batch counted again", reason="cash")
        batch.items.all().delete()
        batch.state, batch.closed_at, batch.closed_by = CashBatch.State.OPEN, None, None
        batch.over_short_amount, batch.over_short_why = ZERO, ""
        _weigh(batch, members(batch))
        batch.save()
        _note("batch_reopened", batch, {}, actor=actor, now=now)
    return batch


def _weigh(batch: CashBatch, inside: Sequence[Taking]) -> None:
    """Set what the books say, and whether the tape says the same."""
    batch.counted_count, batch.counted_amount = len(inside), total_of(inside)
    is_equal = (batch.expected_count, batch.expected_amount) == (batch.counted_count, batch.counted_amount)
    batch.state = CashBatch.State.BALANCED if is_equal else CashBatch.State.OPEN


def _fits(one: Taking, batch: CashBatch) -> bool:
    return one.kind == batch.kind and one.owner_id == batch.owner_id


def _over_short(batch: CashBatch) -> Entry:
    is_over = batch.over_short_amount > ZERO
    return Entry(
        practice_id=batch.practice_id,
        kind="over_short",
        debit="CASH" if is_over else "OVER_SHORT",
        credit="OVER_SHORT" if is_over else "CASH",
        amount=abs(batch.over_short_amount),
        posted_on=batch.day,
        effective_on=batch.day,
        key=_over_short_key(batch),
        memo=f"Batch {batch.pk}",
    )


def _over_short_key(batch: CashBatch) -> UUID:
    return posting_key("over_short", batch.pk, batch.closings)


def _locked(batch_id: int, actor: "User") -> CashBatch:
    require(actor, Capability.POST_MONEY)
    ours = CashBatch.objects.select_for_update().filter(practice__in=practice_ids(actor))
    found = ours.filter(pk=batch_id).first()
    if found is None:
        raise NotFound("There is no such batch in your practices.")
    return found


def _ensure_open(batch: CashBatch) -> None:
    if batch.state == CashBatch.State.CLOSED:
        raise Conflict("This batch is closed. Open it again to count anew.")


def _ensure_day_open(practice_id: int, day: dt.date) -> None:
    if DayClose.objects.filter(practice=practice_id, day=day, reopened_at=None).exists():
        raise Conflict("This day is closed. Open it again first, with a reason.")


def _note(action: str, batch: CashBatch, facts: dict[str, object], *, actor: "User", now: dt.datetime) -> None:
    audit.record(actor, action, "cash_batch", batch.pk, practice_id=batch.practice_id, after=facts, now=now)
