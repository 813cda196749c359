"""How the months of practices stand: closed, next to close, or still to come."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max, Min

from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_ids, require
from claims.approvals.models import ApprovalRequest
from claims.approvals.selectors import questions_about_any, requests_seen_by
from claims.closing.models import FrozenReport
from claims.closing.months import Month, end_of_month, next_end
from claims.ledger.models import Period, Posting
from claims.practices.models import Practice
from claims.practices.selectors import practice_in_view

if TYPE_CHECKING:
    from arwork.staff.models import User

#: So many months are listed, the running one first.
LISTED = 18


@dataclass(frozen=True)
class StandingMonth:
    """A month in the list: its period where it was closed by itself, whether the books are closed through it, and
    whether it is the next to close."""

    month: Month
    period: Period | None
    is_next: bool
    is_shut: bool = False

    @property
    def words(self) -> str:
        """How it stands, in a word or two."""
        if self.period:
            return "closed"
        if self.is_shut:
            return "closed with a later month"
        if not self.month.is_over:
            return "running"
        return "to be closed next" if self.is_next else "open"


@dataclass(frozen=True)
class MonthsOfPractice:
    """The months of one practice, the latest first; `closed_through` None where none was ever closed."""

    practice: Practice
    closed_through: dt.date | None
    months: Sequence[StandingMonth]

    @property
    def waiting(self) -> int:
        """How many months are over and not closed, of those listed."""
        return sum(1 for one in self.months if one.month.is_over and not one.is_shut)


def months_of(actor: "User", *, today: dt.date) -> list[MonthsOfPractice]:
    """The months of each of the actor's practices. Three queries."""
    require(actor, Capability.SEE_REPORTS)
    practices = list(Practice.objects.filter(pk__in=practice_ids(actor)))
    standing: dict[int, dict[dt.date, Period]] = {one.pk: {} for one in practices}
    for period in Period.objects.filter(practice__in=standing, reopened_at=None).select_related("closed_by"):
        standing[period.practice_id][period.ends_on] = period
    firsts = dict(
        Posting.objects.filter(practice__in=standing).order_by().values_list("practice").annotate(Min("posted_on"))
    )
    return [_of_practice(one, standing[one.pk], firsts.get(one.pk), today) for one in practices]


def practice_for(practice_id: int, *, actor: "User") -> Practice:
    """One of the actor's practices. Raises `NotFound`."""
    require(actor, Capability.SEE_REPORTS)
    return practice_in_view(practice_id, actor=actor)


def periods_of(month: Month) -> list[Period]:
    """Every time the month was closed, the latest first."""
    rows = Period.objects.filter(practice=month.practice_id, ends_on=month.ends_on)
    return list(rows.select_related("closed_by", "reopened_by").prefetch_related("reports").order_by("-pk"))


def questions_of(periods: Sequence[Period], *, actor: "User") -> list[ApprovalRequest]:
    """Every question to open a month again, the latest first; `periods` are the times it was closed."""
    about = questions_about_any("period", [one.pk for one in periods])
    return list(requests_seen_by(actor).filter(pk__in=about.values("pk")).order_by("-pk"))


def month_of_period(period_id: int, *, actor: "User", today: dt.date) -> Month:
    """The month that a period closed, of the actor's practices. Raises `NotFound`."""
    require(actor, Capability.SEE_REPORTS)
    found = Period.objects.filter(pk=period_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such month in your practices.")
    return Month(found.practice_id, found.ends_on, today)


def due_count(actor: "User", today: dt.date) -> int:
    """How many months of the actor's practices are over and not closed, of practices that close their months."""
    last = Period.objects.filter(practice__in=practice_ids(actor), reopened_at=None).order_by()
    ends = last.values_list("practice").annotate(Max("ends_on")).values_list("ends_on__max", flat=True)
    return sum((today.year - day.year) * 12 + today.month - day.month - 1 for day in ends)


def frozen_report(report_id: int, *, actor: "User") -> FrozenReport:
    """One frozen report of the actor's practices. Raises `NotFound`."""
    require(actor, Capability.SEE_REPORTS)
    rows = FrozenReport.objects.filter(period__practice__in=practice_ids(actor))
    found = rows.select_related("period__practice", "period__closed_by").filter(pk=report_id).first()
    if found is None:
        raise NotFound("There is no such report in your practices.")
    return found


def is_next_to_close(month: Month, last: dt.date | None) -> bool:
    """Whether a month may close now as far as the calendar goes: over, and after the one closed last."""
    return month.is_over and (last is None or month.ends_on == next_end(last))


def _of_practice(
    practice: Practice, closed: dict[dt.date, Period], first: dt.date | None, today: dt.date
) -> MonthsOfPractice:
    last = max(closed, default=None)
    months: list[StandingMonth] = []
    ends_on = end_of_month(today)
    earliest = min((day for day in (first, last) if day), default=today)
    while ends_on >= earliest and len(months) < LISTED:
        month = Month(practice.pk, ends_on, today)
        is_next, is_shut = (is_next_to_close(month, last), ends_on <= last) if last else (False, False)
        months.append(StandingMonth(month, closed.get(ends_on), is_next, is_shut))
        ends_on = ends_on.replace(day=1) - dt.timedelta(days=1)
    return MonthsOfPractice(practice, last, months)
