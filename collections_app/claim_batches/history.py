"""What happened to a batch, kept once: its own steps, and the deed in the audit trail."""

import datetime as dt
from typing import TYPE_CHECKING

from arwork.staff import audit
from collections_app.claim_batches.models import BatchEvent, ClaimBatch

if TYPE_CHECKING:
    from arwork.staff.models import User

SUBJECT = "claim_batch"


def claims_in_words(count: int) -> str:
    """How many claims, as people say it."""
    return f"{count} claim" if count == 1 else f"{count} claims"


def keep(batch: ClaimBatch, kind: str, *, actor: "User | None", now: dt.datetime, words: str = "") -> None:
    """Keep one step, in the caller's transaction; `actor` None is a job."""
    BatchEvent.objects.create(batch=batch, kind=kind, words=words[:300], at=now, by=actor)
    after = {"state": batch.state, "count": batch.count, "file": batch.file_id, "words": words}
    audit.record(actor, f"claim_batch_{kind}", SUBJECT, batch.pk, practice_id=batch.practice_id, after=after, now=now)
