"""Probes: `/healthz` says that this process answers, `/readyz` that the whole house works.

Both are open (whoever starts processes has no account) and tell nothing but the names of the parts.
"""

import datetime as dt
import shutil
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from arwork.lib import clock, events, heartbeats, schema
from arwork.lib.beat import is_beating
from arwork.lib.heartbeats import broker
from arwork.staff import audit_proof
from arwork.staff.access import Capability

OK, DEGRADED = "ok", "degraded"
BACKUP_AGE = dt.timedelta(hours=26)  # a night, and two hours to write it


def database_answers() -> bool:
    """Whether the database answers a question."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def broker_answers() -> bool:
    """Whether the broker answers a ping."""
    try:
        return bool(broker().ping())
    except redis.RedisError:
        return False


def beat_is_fresh() -> bool:
    """Whether a beat renewed its lease within the last seconds."""
    try:
        return is_beating()
    except redis.RedisError:
        return False


def worker_is_alive() -> bool:
    """Whether some worker gave a sign of life within the last minute."""
    try:
        return heartbeats.last_heartbeat(heartbeats.WORKER).is_fresh
    except redis.RedisError:
        return False


def backup_is_recent() -> bool:
    """Whether tonight's backup, or last night's, is whole; also where none is asked for (BACKUP_DIR)."""
    try:
        return not is_overdue(heartbeats.last_heartbeat(heartbeats.BACKUP))
    except redis.RedisError:
        return not settings.BACKUP_DIR


def is_overdue(backup: heartbeats.Heartbeat) -> bool:
    """Whether backups are asked for, and the last that became whole is more than a night old."""
    return bool(settings.BACKUP_DIR) and (backup.at is None or clock.now() - backup.at >= BACKUP_AGE)


def schema_fits() -> str:
    """`ok`, or the word for how the database does not fit this version: behind, ahead, different."""
    found = schema.misfit()
    return found.word if found else OK


def announcements_arrive() -> bool:
    """Whether nothing that the books announced has waited for minutes."""
    try:
        return not events.waiting(now=clock.now()).count
    except DatabaseError:  # said by the part of that name
        return True


def disk_has_room() -> bool:
    """Whether the folder where received files are kept has room for more."""
    try:
        return shutil.disk_usage(settings.DATA_DIR).free >= settings.DISK_LOW_MB * 1_000_000
    except OSError:  # gone altogether
        return False


def trail_holds() -> bool:
    """Whether the audit trail held when it was last proven."""
    try:
        return not audit_proof.is_known_broken()
    except DatabaseError:
        return False


def _told(works: Callable[[], bool], otherwise: str = "failing") -> Callable[[], str]:
    return lambda: OK if works() else otherwise


#: Each part with the question for its word.
PARTS: dict[str, Callable[[], str]] = {
    "database": _told(database_answers),
    "schema": schema_fits,
    "broker": _told(broker_answers),
    "beat": _told(beat_is_fresh),
    # No reason to send people elsewhere: without a worker every page answers, and what is enqueued waits.
    "worker": _told(worker_is_alive, DEGRADED),
    "announcements": _told(announcements_arrive, DEGRADED),
    "disk": _told(disk_has_room, DEGRADED),
    "trail": _told(trail_holds, DEGRADED),  # an incident, and no reason to send people elsewhere
    "backup": _told(backup_is_recent, DEGRADED),
}


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all: restart it when it does not."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every part works that pages need, else 503 with the part that does not: send no one here until it does.

    A part that only holds work up is told as `degraded`, with 200.
    """
    state = {name: word() for name, word in PARTS.items()}
    return JsonResponse(state, status=200 if set(state.values()) <= {OK, DEGRADED} else 503)


healthz.capability = Capability.PUBLIC  # type: ignore[attr-defined]
readyz.capability = Capability.PUBLIC  # type: ignore[attr-defined]
