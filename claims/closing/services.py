"""Closing a month: points accepted, then the books shut and the reports kept, in one transaction.

Months close in order, once they are over. The first month that is ever closed closes everything before it too.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import locks
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, require
from claims.closing import reports
from claims.closing.checks import check_of, points_of
from claims.closing.models import AcceptedPoint
from claims.closing.months import Month, next_end
from claims.ledger.periods import close_period, closed_through
from claims.ledger.services import BOOKS

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.ledger.models import Period


class PointsOpen(Conflict):
    """Something has to be solved or accepted before the month closes. Facts: `points`, the titles."""

    code = "points_open"


def close_month(month: Month, *, actor: "User", now: dt.datetime) -> "Period":
    """Close a month and keep its reports.

    Raises `Conflict` for one that is not over, is closed, or does not follow the month closed last, and `PointsOpen`
    naming what is neither solved nor accepted.
    """
    _ensure_ours(month, actor)
    with transaction.atomic():
        # From here to the end nobody posts: what is checked is what is frozen.
        locks.hold(BOOKS, month.practice_id)
        _ensure_next(month)
        if left := [one.check.title for one in points_of(month) if one.is_open]:
            raise PointsOpen(f"Solve or accept first: {', '.join(left)}.", points=left)
        period = close_period(actor=actor, practice_id=month.practice_id, ends_on=month.ends_on, now=now)
        kept = reports.freeze(period, month, now=now)
        facts = {"ends_on": month.ends_on.isoformat(), "reports": {one.name: one.sha256 for one in kept}}
        audit.record(actor, "month_frozen", "period", period.pk, practice_id=month.practice_id, after=facts, now=now)
    return period


def accept_point(month: Month, code: str, *, why: str, actor: "User", now: dt.datetime) -> AcceptedPoint:
    """Let an open point stand as it is, with the reason. Raises `Conflict` for a proof, and where nothing is open."""
    _ensure_ours(month, actor)
    why = why.strip()[:300]
    ensure_not_sensitive(why=why)
    check = check_of(code)
    if check is None:
        raise NotFound("There is no such point. Look at the list again.")
    if check.is_proof:
        raise Conflict("A proof must hold: nobody accepts that it does not.")
    if not why:
        raise DomainError("Say why the month closes with it.", field="why")
    with transaction.atomic():
        _ensure_open(month)
        found = check.ask(month)
        if not found.count:
            raise Conflict("Nothing is open there any more.")
        row, _ = AcceptedPoint.objects.update_or_create(
            practice_id=month.practice_id, ends_on=month.ends_on, code=code,
            defaults={
                "count": found.count, "amount": found.amount, "why": why, "accepted_at": now, "accepted_by": actor,
            },
        )  # fmt: skip
        facts = {
            "code": code,
            "ends_on": month.ends_on.isoformat(),
            "count": found.count,
            "amount": found.amount,
            "why": why,
        }
        audit.record(
            actor, "point_accepted", "closing_point", row.pk, practice_id=month.practice_id, after=facts, now=now
        )
    return row


def withdraw_acceptance(month: Month, code: str, *, actor: "User", now: dt.datetime) -> None:
    """Take back that a point was accepted. Raises `Conflict` where it was not, or the month is closed."""
    _ensure_ours(month, actor)
    with transaction.atomic():
        _ensure_open(month)
        row = AcceptedPoint.objects.filter(practice=month.practice_id, ends_on=month.ends_on, code=code).first()
        if row is None:
            raise Conflict("It was not accepted.")
        before = {"code": code, "why": row.why}
        audit.record(
            actor, "point_withdrawn", "closing_point", row.pk, practice_id=month.practice_id, before=before, now=now
        )
        row.delete()


def _ensure_ours(month: Month, actor: "User") -> None:
    require(actor, Capability.POST_MONEY)
    ensure_in_view(actor, month.practice_id)


def _ensure_open(month: Month) -> None:
    last = closed_through(month.practice_id)
    if last is not None and month.ends_on <= last:
        raise Conflict("This month is closed. Open it again first.")


def _ensure_next(month: Month) -> None:
    if not month.is_over:
        raise Conflict(f"{month.words} is not over. It can be closed from the first day of the next month on.")
    _ensure_open(month)
    last = closed_through(month.practice_id)
    if last is not None and month.ends_on != next_end(last):
        raise Conflict(f"Months close in order: {next_end(last):%B %Y} comes first.")
