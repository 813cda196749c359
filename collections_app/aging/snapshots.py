"""What each day leaves behind: the aging as the day's books had it, and the trend that comes of it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from arwork.lib.retention import Due, drop_rows, due_rows
from claims.practices.models import Practice
from collections_app.aging import summaries
from collections_app.aging.buckets import Basis
from collections_app.aging.models import AgingSnapshot, AgingState
from collections_app.aging.table_columns import FIELDS
from collections_app.aging.tables import AgingRow, Cell


@dataclass(frozen=True)
class TrendPoint:
    """One point of the trend."""

    day: dt.date
    ages: AgingRow

    @property
    def total(self) -> Decimal:
        return self.ages.debits.amount


def take_snapshot(*, day: dt.date, practice_ids: Sequence[int] | None = None, now: dt.datetime) -> int:
    """Remember the aging of `day` for each practice; how many were written. Twice for a day changes nothing.

    Days before it that were left open are finished first, as of their own evening. `day` itself stays open, is brought
    up to date while it lasts and is finished by the next call. A day that is over is told from the postings up to it.
    """
    today = timezone.localdate(now)
    wanted = (
        Practice.objects.filter(is_active=True)
        if practice_ids is None
        else Practice.objects.filter(pk__in=practice_ids)
    )
    ids = list(wanted.order_by("pk").values_list("pk", flat=True))
    unfinished = AgingState.objects.filter(practice__in=ids, day__lt=min(day, today), is_final=False).order_by("day")
    for practice_id, past in unfinished.values_list("practice_id", "day"):
        summaries.refresh_summaries(practice_ids=[practice_id], day=past, today=today, now=now)
    done = set(
        AgingState.objects.filter(practice__in=ids, day=day, is_final=True).values_list("practice_id", flat=True)
    )
    return summaries.refresh_summaries(practice_ids=[pk for pk in ids if pk not in done], day=day, today=today, now=now)


def snapshots_due(before: dt.datetime) -> Due:
    """Remembered days of before that moment, one for each practice."""
    return due_rows(_remembered(before), "day")


def forget_snapshots(before: dt.datetime) -> int:
    """Forget them; how many. The trend begins later; what was owed on such a day is still told from the postings."""
    return drop_rows(_remembered(before))


def _remembered(before: dt.datetime) -> QuerySet[AgingState]:
    return AgingState.objects.filter(day__lt=timezone.localdate(before), is_final=True)


def trend(
    *, practice_ids: Sequence[int], basis: Basis, since: dt.date, until: dt.date, points: int = 26
) -> list[TrendPoint]:
    """Up to `points` remembered days between two days, evenly apart, counted back from the last; oldest first.

    Only days on which every one of the practices was remembered: another would show a fall that never was.
    """
    states = AgingState.objects.filter(
        practice__in=practice_ids, day__gte=since, day__lte=until, computed_at__isnull=False
    )
    counted = states.order_by("day").values_list("day").annotate(practices=Count("pk"))
    whole = [day for day, practices in counted if practices == len(set(practice_ids))]
    step = max(1, -(-len(whole) // points))
    chosen = whole[::-1][::step][::-1]
    rows = (
        AgingSnapshot.objects.filter(state__practice__in=practice_ids, state__day__in=chosen, basis=basis.value)
        .order_by("state__day")
        .values("state__day")
        .annotate(**summaries.sums())
    )
    days = {row["state__day"]: _row(dict(row)) for row in rows}
    return [TrendPoint(day, days.get(day, AgingRow("", ""))) for day in chosen]


def _row(row: Mapping[str, Any]) -> AgingRow:
    return AgingRow(
        "", "", {code: Cell(row[f"{name}_sum"], int(row[f"{name}_count"])) for code, name in FIELDS.items()}
    )
