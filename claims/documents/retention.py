"""Documents past their term: only their bytes go; the row stays, with what it was, whose and since when."""

import datetime as dt
from pathlib import Path

from django.db.models import QuerySet

from arwork.lib.retention import BATCH, Due, due_rows
from claims.documents.models import Document
from claims.documents.store import kept_documents


def documents_due(before: dt.datetime) -> Due:
    """Documents that were added before that moment."""
    return due_rows(_due(before), "added_at")


def drop_documents(before: dt.datetime, *, now: dt.datetime) -> int:
    """Delete their bytes, unless another practice's document has the same; how many documents."""
    count = 0
    while found := list(_due(before).order_by("pk").values_list("pk", "sha256")[:BATCH]):
        held = Document.objects.filter(sha256__in={sha256 for _, sha256 in found}, bytes_dropped_at=None)
        others = set(held.exclude(pk__in=[pk for pk, _ in found]).values_list("sha256", flat=True))
        for _, sha256 in found:
            if sha256 not in others:
                kept_documents.drop(sha256)
        count += Document.objects.filter(pk__in=[pk for pk, _ in found]).update(bytes_dropped_at=now)
    return count


def half_arrived() -> list[Path]:
    """What a crash left of documents on their way in."""
    return kept_documents.half_arrived()


def _due(before: dt.datetime) -> QuerySet[Document]:
    return Document.objects.filter(added_at__lt=before, bytes_dropped_at=None)
