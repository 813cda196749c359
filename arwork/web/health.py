"""Probes: `/healthz` says that this process answers, `/readyz` that the whole house works.

Both are open (whoever starts processes has no account) and tell nothing but the names of the parts.
"""

from collections.abc import Callable

import redis
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from arwork.lib.beat import broker, is_beating
from arwork.staff.access import Capability


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


PARTS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "broker": broker_answers,
    "beat": beat_is_fresh,
}


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all: restart it when it does not."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every part works, else 503 with the part that does not: send no one here until it does."""
    state = {name: "ok" if works() else "failing" for name, works in PARTS.items()}
    return JsonResponse(state, status=200 if set(state.values()) == {"ok"} else 503)


healthz.capability = Capability.PUBLIC  # type: ignore[attr-defined]
readyz.capability = Capability.PUBLIC  # type: ignore[attr-defined]
