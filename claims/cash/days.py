"""The day of a practice: closed when all cash of it is in closed batches and, if nobody says why not, at the bank."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.cash.batches import without_counted
from claims.cash.models import CashBatch, DayClose, DepositSlip
from claims.cash.takings import COUNTED, Taking, takings, total_of

if TYPE_CHECKING:
    from arwork.staff.models import User

#: So many days are listed.
LISTED = dt.timedelta(days=45)
_Day = tuple[dt.date, int]


@dataclass(frozen=True)
class DayOfCash:
    """How a day stands: what was taken in, what is in no closed batch, and its batches. Dollars."""

    practice_id: int
    day: dt.date
    taken: Sequence[Taking]
    uncounted: Sequence[Taking]
    batches: Sequence[CashBatch]
    closed: DayClose | None

    @property
    def counted_kinds(self) -> Decimal:
        """What has to be counted: all but electronic payments."""
        return total_of(one for one in self.taken if one.kind in COUNTED)

    @property
    def electronic(self) -> Decimal:
        return total_of(one for one in self.taken if one.kind not in COUNTED)

    @property
    def uncounted_amount(self) -> Decimal:
        return total_of(self.uncounted)

    @property
    def over_short(self) -> Decimal:
        return sum((one.over_short_amount for one in self.batches), ZERO)

    @property
    def open_batches(self) -> list[CashBatch]:
        return [one for one in self.batches if one.state != CashBatch.State.CLOSED and one.kind in COUNTED]

    @property
    def undeposited(self) -> list[CashBatch]:
        """Closed batches that hold something and are not at the bank."""
        return [one for one in self.batches if _holds_money(one) and not _is_at_bank(one)]

    @property
    def needs_closing(self) -> bool:
        return self.closed is None and bool(self.counted_kinds or self.open_batches or self.over_short)


def days_of_cash(practice_id: int, *, since: dt.date, until: dt.date) -> list[DayOfCash]:
    """Each day on which something was taken in, counted or closed, the latest first. Five queries."""
    return _days_of([practice_id], since=since, until=until)


def waiting_count(actor: "User", today: dt.date) -> int:
    """How many of the days that are listed wait to be closed, in all practices of the actor. Five queries."""
    found = _days_of(sorted(practice_ids(actor)), since=today - LISTED, until=today)
    return sum(one.needs_closing for one in found)


def _days_of(practices: Sequence[int], *, since: dt.date, until: dt.date) -> list[DayOfCash]:
    """The days of these practices, the latest first."""
    taken: dict[_Day, list[Taking]] = defaultdict(list)
    for practice_id, some in takings(practices, since=since, until=until).items():
        for one in some:
            taken[one.day, practice_id].append(one)
    of_hand = {day: [one for one in some if one.kind in COUNTED] for day, some in taken.items()}
    uncounted = {one.key for one in without_counted([one for some in of_hand.values() for one in some])}
    batches: dict[_Day, list[CashBatch]] = defaultdict(list)
    within = {"practice__in": practices, "day__gte": since, "day__lte": until}
    for batch in CashBatch.objects.filter(**within).select_related("owner", "slip").order_by("pk"):
        batches[batch.day, batch.practice_id].append(batch)
    standing = DayClose.objects.filter(reopened_at=None, **within).select_related("closed_by")
    closed = {(one.day, one.practice_id): one for one in standing}
    return [
        DayOfCash(
            key[1], key[0], taken.get(key, []), [one for one in of_hand.get(key, []) if one.key in uncounted],
            batches.get(key, []), closed.get(key),
        )
        for key in sorted({*taken, *batches, *closed}, reverse=True)
    ]  # fmt: skip


def day_of_cash(practice_id: int, day: dt.date) -> DayOfCash:
    """How one day stands."""
    found = days_of_cash(practice_id, since=day, until=day)
    return found[0] if found else DayOfCash(practice_id, day, [], [], [], None)


def close_day(
    *, practice_id: int, day: dt.date, note: str, actor: "User", today: dt.date, now: dt.datetime
) -> DayClose:
    """Close a day. Raises `Conflict` while cash is in no closed batch, `DomainError` where something is not at the
    bank and `note` does not say why."""
    require(actor, Capability.POST_MONEY)
    note = note.strip()[:300]
    ensure_not_sensitive(note=note)
    ensure_in_view(actor, practice_id)
    if day > today:
        raise DomainError("This day has not come yet.")
    with transaction.atomic():
        # Whoever counts locks a batch of the day: what they change is seen here, or they see the day closed.
        list(CashBatch.objects.select_for_update().filter(practice=practice_id, day=day).order_by("pk"))
        found = day_of_cash(practice_id, day)
        if found.closed:
            raise Conflict("This day is closed already.")
        if found.uncounted or found.open_batches:
            raise Conflict("Cash of this day is in no closed batch yet. Count it and close the batches first.")
        if found.undeposited and not note:
            raise DomainError("Not everything is at the bank. Say when it goes there, or why not.", field="note")
        row = DayClose.objects.create(practice_id=practice_id, day=day, closed_at=now, closed_by=actor, note=note)
        facts = {"day": day.isoformat(), "cash": found.counted_kinds, "over_short": found.over_short, "note": note}
        audit.record(actor, "day_closed", "day_close", row.pk, practice_id=practice_id, after=facts, now=now)
    return row


def reopen_day(*, practice_id: int, day: dt.date, why: str, actor: "User", now: dt.datetime) -> DayClose:
    """Open a day again, with the reason. Raises `Conflict` where it is open, `DomainError` without the reason."""
    require(actor, Capability.POST_MONEY)
    why = why.strip()[:300]
    ensure_not_sensitive(why=why)
    if not why:
        raise DomainError("Say why the day is opened again.", field="why")
    with transaction.atomic():
        rows = DayClose.objects.select_for_update().filter(practice=practice_id, practice__in=practice_ids(actor))
        row = rows.filter(day=day, reopened_at=None).first()
        if row is None:
            raise Conflict("This day is open.")
        row.reopened_at, row.reopened_by, row.reopened_why = now, actor, why
        row.save(update_fields=["reopened_at", "reopened_by", "reopened_why"])
        facts = {"day": day.isoformat(), "why": why}
        audit.record(actor, "day_reopened", "day_close", row.pk, practice_id=practice_id, after=facts, now=now)
    return row


def _holds_money(batch: CashBatch) -> bool:
    is_counted = batch.kind in COUNTED and batch.state == CashBatch.State.CLOSED
    return is_counted and bool(batch.counted_amount + batch.over_short_amount)


def _is_at_bank(batch: CashBatch) -> bool:
    return batch.slip is not None and batch.slip.state == DepositSlip.State.DEPOSITED
