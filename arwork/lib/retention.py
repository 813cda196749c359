"""What is older than its rule allows: counted before it goes, and deleted in portions.

Each slice says of its own rows which those are; `collections_app.retention` has the rules and the run.
"""

import datetime as dt
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

BATCH = 500


@dataclass(frozen=True, slots=True)
class Due:
    """How many are past their term, and the day of the oldest of them (None where there are none)."""

    count: int = 0
    oldest: dt.date | None = None

    def __add__(self, other: "Due") -> "Due":
        return Due(self.count + other.count, min((day for day in (self.oldest, other.oldest) if day), default=None))


def due_rows(rows: QuerySet, since: str) -> Due:
    """What `rows` hold; `since` is the field from which their age counts. One query."""
    found = rows.order_by().aggregate(count=Count("pk"), oldest=Min(since))
    return Due(found["count"], _day(found["oldest"]))


def drop_rows(rows: QuerySet) -> int:
    """Delete `rows`, with what hangs on them, a few hundred at a time; how many. Cut off, it goes on the next time."""
    count = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.model._default_manager.filter(pk__in=keys).delete()
        count += len(keys)
    return count


def old_paths(paths: Iterable[Path], *, before: dt.datetime) -> Iterator[tuple[Path, dt.date]]:
    """Files and folders put where they are before that moment, with the day; links are left alone.

    By the time of the last change to the entry itself: a sender may have dated the contents anyhow.
    """
    for path in paths:
        try:
            found = path.lstat()
        except OSError:  # gone meanwhile
            continue
        if found.st_ctime < before.timestamp() and (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            yield path, timezone.localdate(dt.datetime.fromtimestamp(found.st_ctime, dt.UTC))


def due_paths(paths: Iterable[Path], *, before: dt.datetime) -> Due:
    """How many of `paths` were put there before that moment."""
    days = [day for _, day in old_paths(paths, before=before)]
    return Due(len(days), min(days, default=None))


def drop_paths(paths: Iterable[Path], *, before: dt.datetime) -> int:
    """Delete those of `paths`; how many. Raises `OSError` where the disk refuses."""
    count = 0
    for path, _ in old_paths(list(paths), before=before):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        count += 1
    return count


def within(folder: Path, prefix: str = "") -> list[Path]:
    """What lies in a folder, in order, under names that begin with `prefix`; nothing where the folder is missing."""
    if not folder.is_dir():
        return []
    return [folder / name for name in sorted(os.listdir(folder)) if name.startswith(prefix)]


def _day(moment: dt.datetime | dt.date | None) -> dt.date | None:
    return timezone.localdate(moment) if isinstance(moment, dt.datetime) else moment
