"""Signs of life of the processes that nobody sees: the workers and beat; and of the last backup.

They stand in the broker, by its own clock, and outlive whoever gave them: so a page can say since when there is none.
A worker's come from the process that hands its tasks out, so one that is busy with long tasks is alive.
"""

import datetime as dt
import logging
import time
from dataclasses import dataclass

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

HEARTBEATS = "arwork:signs"  # a hash: who, and the second of the last sign
GIVE_EVERY = 10.0
FRESH_SECONDS = 60
WORKER, BEAT, BACKUP = "worker", "beat", "backup"

log = logging.getLogger(__name__)
_given: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last sign of one kind of process; `at` is None when there never was one."""

    at: dt.datetime | None
    is_fresh: bool


def broker() -> redis.Redis:
    """A client of the broker that gives up quickly: probes must not hang."""
    never_again = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(settings.BROKER_URL, socket_timeout=2, socket_connect_timeout=2, retry=never_again)


def record_heartbeat(who: str) -> None:
    """Say that `who` is alive, at most every ten seconds. Without a broker nothing is said."""
    moment = time.monotonic()
    if moment - _given.get(who, -GIVE_EVERY) < GIVE_EVERY:
        return
    _given[who] = moment
    try:
        client = broker()
        client.hset(HEARTBEATS, who, str(_seconds(client)))
    except redis.RedisError:
        log.debug("the broker is away; no sign of %s", who)


def last_heartbeat(who: str) -> Heartbeat:
    """The last sign of `who`. Raises `redis.RedisError` when the broker is away."""
    client = broker()
    given = client.hget(HEARTBEATS, who)
    if given is None:
        return Heartbeat(None, is_fresh=False)
    seconds = int(given)
    return Heartbeat(dt.datetime.fromtimestamp(seconds, dt.UTC), is_fresh=_seconds(client) - seconds <= FRESH_SECONDS)


def _seconds(client: redis.Redis) -> int:
    return int(client.time()[0])
