"""Opening the business day: every day once, holidays included, missed days first and in order.

A run leaves a mark after each step, so one that was killed is taken up where it stopped: by the next ring of the
clock once it has been silent for ten minutes, or at once by a person. Every step is idempotent for its day.

A day that has not come is never opened. Where a clock that ran ahead opened some, those runs are set aside as soon as
it is put right and count as not done: each is opened again when it comes, and `withdrawal` takes back what they did.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone

from arwork.lib.errors import Conflict, DomainError
from arwork.staff import audit
from collections_app.day.models import DayRun
from collections_app.day.steps import OF_THE_DAY, OF_THE_WORKLIST, STEPS, DayOpening

log = logging.getLogger(__name__)
SILENT_AFTER = dt.timedelta(minutes=10)
#: Further back than this nothing is caught up: the books can still tell every day's aging.
FARTHEST_BACK = dt.timedelta(days=62)


class BeingOpened(Conflict):
    """Somebody else opens this day right now."""

    code = "day_being_opened"


class DayToCome(DomainError):
    """The day lies ahead of the clock."""

    code = "day_to_come"


class DayNotOpen(Conflict):
    """The day was not opened to its end yet."""

    code = "day_not_open"


def open_day(
    *,
    today: dt.date,
    now: dt.datetime,
    clock: Callable[[], dt.datetime],
    take_over: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> list[DayRun]:
    """Open `today` and the days missed before it; the runs that were made, none when all was done before.

    A day that a later one has overtaken is remembered for the trend; the worklist stays as of the later day.

    `clock` tells the time while it runs (signs of life), `tell` gets a line per step. `take_over` goes on with a run
    that looks alive. Raises `DayToCome` and `BeingOpened`; any other error of a step propagates after being noted on
    the run.
    """
    present = timezone.localdate(now)
    if today > present:
        raise DayToCome(f"{today} has not come: by this clock it is {present}. Only days up to it are opened.")
    set_aside_ahead(today=present, now=now)
    runs = []
    for day in _missed(today):
        run = _begin(day, now=now, take_over=take_over)
        if run is not None:
            _go(run, now=now, clock=clock, tell=tell)
            runs.append(run)
    return runs


def set_aside_ahead(*, today: dt.date, now: dt.datetime) -> list[dt.date]:
    """Note that the runs of days after `today` were made by a clock that ran ahead: they count as not done."""
    aside = (DayRun.State.AHEAD, DayRun.State.WITHDRAWN)
    with transaction.atomic():
        runs = list(DayRun.objects.select_for_update().filter(day__gt=today).exclude(state__in=aside).order_by("day"))
        for run in runs:
            facts = {"day": str(run.day), "state": run.state}
            audit.record(None, "day_ahead", "day", run.pk, practice_id=None, before=facts, now=now)
        DayRun.objects.filter(pk__in=[run.pk for run in runs]).update(state=DayRun.State.AHEAD)
    days = [run.day for run in runs]
    if days:
        log.error("the clock ran ahead: %s to %s were opened and have not come", days[0], days[-1])
    return days


def refresh_again(*, today: dt.date, now: dt.datetime, clock: Callable[[], dt.datetime]) -> DayRun:
    """Bring the worklist to the books once more on a day that is open; its run says what that did.

    Raises `DayNotOpen`.
    """
    run = DayRun.objects.filter(day=today, state=DayRun.State.DONE).first()
    if run is None:
        raise DayNotOpen(f"{today} is not open. Open it: that refreshes everything.", day=str(today))
    found = Counter[str]()
    for name, step in STEPS:
        if name in OF_THE_WORKLIST:
            found.update(step(DayOpening(day=today, now=now, progress=lambda done, total: None)))
    with transaction.atomic():
        run = DayRun.objects.select_for_update().get(pk=run.pk)
        run.counts = {**run.counts, "again": dict(found), "again_at": {"at": clock().isoformat()}}
        run.save(update_fields=["counts"])
    log.info("day refreshed again", extra={"day": str(run.day), "counts": dict(found)})
    return run


def _missed(today: dt.date) -> list[dt.date]:
    """The days after the last one that is done, up to `today`; `today` alone on the first day ever or once more
    after a later day was opened."""
    last = DayRun.objects.filter(state=DayRun.State.DONE, day__lt=today).aggregate(last=Max("day"))["last"]
    first = today if last is None else max(last + dt.timedelta(days=1), today - FARTHEST_BACK)
    return [first + dt.timedelta(days=number) for number in range((today - first).days + 1)]


def _begin(day: dt.date, *, now: dt.datetime, take_over: bool) -> DayRun | None:
    """Claim the run of a day; None when it is done. Raises `BeingOpened`."""
    try:
        with transaction.atomic():
            return DayRun.objects.create(day=day, started_at=now, beat_at=now)
    except IntegrityError:
        pass
    run = DayRun.objects.get(day=day)
    if run.state == DayRun.State.DONE:
        return None
    if run.state in (DayRun.State.AHEAD, DayRun.State.WITHDRAWN):  # made before its day: all of it anew
        anew = {"counts": {}, "started_at": now, "finished_at": None, "beat_at": now - 2 * SILENT_AFTER}
        DayRun.objects.filter(pk=run.pk, state=run.state).update(state=DayRun.State.FAILED, **anew)
        run.refresh_from_db()
    free = Q() if take_over else Q(state=DayRun.State.FAILED) | Q(beat_at__lt=now - SILENT_AFTER)
    claimed = DayRun.objects.filter(free, pk=run.pk, beat_at=run.beat_at).exclude(state=DayRun.State.DONE)
    if not claimed.update(state=DayRun.State.RUNNING, beat_at=now, message=""):
        raise BeingOpened(f"{day} is being opened at this moment.", day=str(day))
    run.refresh_from_db()
    return run


def _is_overtaken(day: dt.date, now: dt.datetime) -> bool:
    """Whether a later day was opened that is no longer to come."""
    later = DayRun.objects.filter(state=DayRun.State.DONE, day__gt=day, day__lte=timezone.localdate(now))
    return later.exists()


def _go(run: DayRun, *, now: dt.datetime, clock: Callable[[], dt.datetime], tell: Callable[[str], None]) -> None:
    def progress(done: int, total: int) -> None:
        DayRun.objects.filter(pk=run.pk).update(done=done, total=total, beat_at=clock())

    steps = [(name, step) for name, step in STEPS if name in OF_THE_DAY] if _is_overtaken(run.day, now) else STEPS
    for name, step in steps:
        if name in run.counts:
            continue
        run.step, run.done, run.total, run.beat_at = name, 0, 0, clock()
        run.save(update_fields=["step", "done", "total", "beat_at"])
        try:
            counts = step(DayOpening(day=run.day, now=now, progress=progress))
        except Exception as error:
            run.state, run.message = DayRun.State.FAILED, f"{name}: {type(error).__name__}"
            run.save(update_fields=["state", "message"])
            raise
        run.counts = {**run.counts, name: counts}
        run.save(update_fields=["counts"])
        tell(f"{run.day} {name}: " + ", ".join(f"{count:,} {what}" for what, count in counts.items()))
    run.state, run.step, run.finished_at = DayRun.State.DONE, "", clock()
    run.save(update_fields=["state", "step", "finished_at"])
    log.info("day opened", extra={"day": str(run.day), "counts": run.counts})
