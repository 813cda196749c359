"""What is wrong with the house (background work that stopped, a trail that does not hold), in words for the people who
can have it put right: one answer for every page that tells."""

from django.conf import settings
from django.utils import timezone
from redis import RedisError

from arwork.lib import clock, heartbeats
from arwork.lib.beat import is_beating
from arwork.staff import audit_proof
from arwork.web.formats import when
from arwork.web.health import disk_has_room, is_overdue

QUEUE_AWAY = "The queue of background work does not answer. Uploads are kept and wait."
NO_WORKER = "Background work {since}: no worker runs. Files that come in, and whatever else is left to it, wait."
TRAIL_BROKEN = (
    "The audit trail did not hold when it was last proven: somebody may have changed what was recorded. Tell whoever "
    "is responsible for security; verify_audit and the log name the events."
)
NO_BACKUP = "No backup {since}: see docs/operations.md, and the log of the workers."
NO_BEAT = "Scheduled work {since}: the day does not open by itself, and the watched folder is not read."
DISK_FULL = (
    "The disk that holds received files is full, or nearly. Uploads are refused and the watched folder waits until "
    "there is room."
)


def broken_trail() -> str:
    """What to tell where the audit trail does not hold; empty where it does."""
    return TRAIL_BROKEN if audit_proof.is_known_broken() else ""


def stopped() -> list[str]:
    """What has stopped, and since when; nothing where all goes on."""
    return [*([] if disk_has_room() else [DISK_FULL]), *_stopped_processes()]


def _stopped_processes() -> list[str]:
    if settings.CELERY_TASK_ALWAYS_EAGER or settings.CELERY_BROKER_URL.startswith("memory:"):
        return []
    try:
        worker, beat, backup = map(heartbeats.last_heartbeat, (heartbeats.WORKER, heartbeats.BEAT, heartbeats.BACKUP))
        beats = is_beating()
    except RedisError:
        return [QUEUE_AWAY]
    found = [] if worker.is_fresh else [NO_WORKER.format(since=_since(worker))]
    if not beats:
        found.append(NO_BEAT.format(since=_since(beat)))
    if is_overdue(backup):
        since = f"since {when(timezone.localtime(backup.at), clock.today())}" if backup.at else "was made yet"
        found.append(NO_BACKUP.format(since=since))
    return found


def _since(sign: heartbeats.Heartbeat) -> str:
    if sign.at is None:
        return "has not begun"
    return f"stopped {when(timezone.localtime(sign.at), clock.today())}"
