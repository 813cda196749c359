"""Received bytes that are past their term: which, and deleting them.

Only bytes go. The file's row stays with its name, hash, figures and problems, and whatever the books took from it stays
in the books; the row says when its bytes went. A file about which somebody still has to decide (refused or taken in
partly and not settled, waiting to be read, given up) is kept however old it is.
"""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.dateparse import parse_datetime

from arwork.lib.retention import BATCH, Due, drop_paths, due_paths, due_rows, within
from claims.documents.retention import half_arrived as half_arrived_documents
from claims.edi import store, watched_folder
from claims.edi.file_actions import PARTLY_STATUS, REFUSED_STATUS
from claims.edi.models import EdiFile, EdiTransaction

_READ = (EdiFile.State.DONE, EdiFile.State.REJECTED)


def refused_due(before: dt.datetime) -> Due:
    """Files of which nothing is in the books and that were settled before that moment."""
    found = _settled_before(before)
    return due_rows(EdiFile.objects.filter(pk__in=found), "received_at") if found else Due()


def drop_refused(before: dt.datetime, *, now: dt.datetime) -> int:
    """Delete their bytes; how many files."""
    return _drop(_settled_before(before), now=now)


def accepted_due(before: dt.datetime) -> Due:
    """Files that were taken in, wholly or in part, and received before that moment."""
    return due_rows(_accepted_before(before), "received_at")


def drop_accepted(before: dt.datetime, *, now: dt.datetime) -> int:
    """Delete their bytes; how many files. The segments of their payments can't be shown any more."""
    count = 0
    while found := list(_accepted_before(before).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        count += _drop(found, now=now)
    return count


def copies_due(before: dt.datetime) -> Due:
    """What the watched folder put aside under done/ before that moment."""
    return due_paths(watched_folder.put_aside(watched_folder.DONE), before=before)


def drop_copies(before: dt.datetime) -> int:
    """Delete it; how many files."""
    return drop_paths(watched_folder.put_aside(watched_folder.DONE), before=before)


def refused_copies_due(before: dt.datetime) -> Due:
    """The same under rejected/."""
    return due_paths(watched_folder.put_aside(watched_folder.REJECTED), before=before)


def drop_refused_copies(before: dt.datetime) -> int:
    """Delete it; how many files."""
    return drop_paths(watched_folder.put_aside(watched_folder.REJECTED), before=before)


def half_arrived_due(before: dt.datetime) -> Due:
    """What crashes left of files on their way in, before that moment."""
    return due_paths(_half_arrived(), before=before)


def drop_half_arrived(before: dt.datetime) -> int:
    """Delete it; how many files."""
    return drop_paths(_half_arrived(), before=before)


def _half_arrived() -> list[Path]:
    return [*store.half_arrived(), *half_arrived_documents(), *within(Path(settings.UPLOAD_DIR))]


def _accepted_before(before: dt.datetime) -> QuerySet[EdiFile]:
    inside = EdiTransaction.objects.filter(file=OuterRef("pk"))
    in_part = Q(status=PARTLY_STATUS, kind__startswith="837")  # of an 835 the exceptions stand in the books
    refused = Q(status=REFUSED_STATUS) & ~Q(summary__has_key="settled")
    taken = inside.exclude(status=REFUSED_STATUS)
    return _kept(before).filter(Exists(taken)).exclude(Exists(inside.filter(in_part | refused | Q(status="received"))))


def _settled_before(before: dt.datetime) -> list[int]:
    """By the last of their transactions; a file that nobody could read has one too, which stands for none."""
    taken = EdiTransaction.objects.filter(file=OuterRef("pk")).exclude(status=REFUSED_STATUS)
    rows = _kept(before).exclude(Exists(taken))
    found, waits = set[int](), set[int]()
    of_files = EdiTransaction.objects.filter(file__in=rows.values("pk"))
    for file_id, summary in of_files.values_list("file_id", "summary"):
        settled = parse_datetime(str(summary.get("settled", {}).get("on", "")))
        (found if settled is not None and settled < before else waits).add(file_id)
    return sorted(found - waits)


def _kept(before: dt.datetime) -> QuerySet[EdiFile]:
    return EdiFile.objects.filter(state__in=_READ, bytes_dropped_at=None, received_at__lt=before).order_by()


def _drop(file_ids: list[int], *, now: dt.datetime) -> int:
    """The bytes first: cut off in between, the next run finds the rows again and writes them."""
    for start in range(0, len(file_ids), BATCH):
        some = file_ids[start : start + BATCH]
        for sha256 in EdiFile.objects.filter(pk__in=some).values_list("sha256", flat=True):
            store.drop_stored(sha256)
        EdiFile.objects.filter(pk__in=some).update(bytes_dropped_at=now)
    return len(file_ids)
