"""Days on which the office of a practice, or of all, is closed beside weekends and federal holidays.

Nobody works on them: no follow-up falls on one, and what has to be done by one is done before. A payer's last day is
the payer's and moves for nobody.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from arwork.lib.dates import add_years, is_business_day, long_day
from arwork.lib.errors import DomainError, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, practice_choice, require
from claims.practices.models import OfficeClosure

if TYPE_CHECKING:
    from arwork.staff.models import User


class BadClosure(DomainError):
    """A day that could not be entered or withdrawn. Facts: the `field`."""

    code = "bad_closure"


@dataclass(frozen=True, slots=True)
class ClosureBook:
    """Every closed day: those of all offices, and by practice those of its own with them."""

    everywhere: frozenset[dt.date] = frozenset()
    of_practices: Mapping[int, frozenset[dt.date]] = field(default_factory=dict)

    def of(self, practice_id: int) -> frozenset[dt.date]:
        """The days on which a practice's office is closed."""
        return self.of_practices.get(practice_id, self.everywhere)

    def of_all(self, practice_ids: Collection[int]) -> frozenset[dt.date]:
        """The days on which every one of these offices is closed: who works for several has work on others."""
        first, *more = [self.of(pk) for pk in practice_ids] or [self.everywhere]
        return first.intersection(*more)


def closure_book() -> ClosureBook:
    """All closed days, past ones too. One query."""
    everywhere: set[dt.date] = set()
    own: dict[int, set[dt.date]] = {}
    for practice_id, day in OfficeClosure.objects.order_by().values_list("practice_id", "day"):
        (everywhere if practice_id is None else own.setdefault(practice_id, set())).add(day)
    return ClosureBook(frozenset(everywhere), {pk: frozenset(days | everywhere) for pk, days in own.items()})


def closures_of(actor: "User", *, since: dt.date) -> QuerySet[OfficeClosure]:
    """From a day on, those of all practices and of the actor's own."""
    mine = [practice.id for practice in practice_choice(actor).practices]
    rows = OfficeClosure.objects.filter(Q(practice=None) | Q(practice__in=mine), day__gte=since)
    return rows.select_related("practice", "entered_by")


def add_closure(
    day: dt.date, name: str, *, practice_id: int | None, actor: "User", today: dt.date, now: dt.datetime
) -> OfficeClosure:
    """Close an office, or (None) all of them, on a day. Raises `BadClosure` naming the field, `Forbidden`."""
    _require(actor, practice_id)
    if practice_id is not None and practice_id not in {practice.id for practice in practice_choice(actor).practices}:
        raise BadClosure("This practice is not among yours.", field="practice_id")
    if day < today:
        raise BadClosure("This day is past: what was done on it was done.", field="day")
    if day > add_years(today, 2):
        raise BadClosure("Enter days of the next two years.", field="day")
    if not is_business_day(day):
        raise BadClosure("Nobody works on this day anyway: a weekend or a federal holiday.", field="day")
    if not name.strip():
        raise BadClosure("Say why the office is closed.", field="name")
    row = OfficeClosure(practice_id=practice_id, day=day, name=name.strip(), entered_by=actor, entered_at=now)
    try:
        with transaction.atomic():
            row.save()
            _record(row, "closure_added", actor=actor, now=now, after=_facts(row))
    except IntegrityError as error:
        raise BadClosure(f"{long_day(day)} is entered already.", field="day") from error
    return row


@transaction.atomic
def withdraw_closure(closure_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> OfficeClosure:
    """Open the office after all, on a day that has not come. Raises `BadClosure`, `NotFound`, `Forbidden`."""
    row = closures_of(actor, since=dt.date.min).select_for_update(of=("self",)).filter(pk=closure_id).first()
    if row is None:
        raise NotFound("This closure is not among those of your practices, or was withdrawn already.")
    _require(actor, row.practice_id)
    if row.day <= today:
        raise BadClosure("This day has begun: work was planned around it. Only days to come can be withdrawn.")
    _record(row, "closure_withdrawn", actor=actor, now=now, before=_facts(row))
    OfficeClosure.objects.filter(pk=row.pk).delete()
    return row


def _require(actor: "User", practice_id: int | None) -> None:
    """A day of all practices is an owner's; an administrator closes those of their own."""
    require(actor, Capability.CONFIGURE_SHARED if practice_id is None else Capability.CONFIGURE_PAYERS)


def _facts(row: OfficeClosure) -> dict[str, Any]:
    return {"practice_id": row.practice_id, "day": row.day, "name": row.name}


def _record(row: OfficeClosure, action: str, *, actor: "User", now: dt.datetime, **facts: Any) -> None:
    audit.record(actor, action, "closure", row.pk, practice_id=row.practice_id, now=now, **facts)
