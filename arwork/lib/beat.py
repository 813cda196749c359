"""Beat rings the bells of the schedule, and only one beat may ring them.

Every beat holds a lease in the broker while it works and renews it at each tick. A second one (left behind by
a crash, or started by a deploy that overlaps) finds the lease taken, rings nothing and stands by; when the
holder dies its lease runs out and the next in line takes over. The same lease tells `/readyz` that a beat is
alive. The schedule itself is kept in memory: what is due and what was done live in the database.
"""

import logging
from typing import Any

import redis
from celery.beat import Scheduler
from redis.exceptions import LockError

from arwork.lib import heartbeats
from arwork.lib.heartbeats import broker

LEASE = "arwork:beat"
LEASE_SECONDS = 45
TICK_SECONDS = 10.0  # several renewals fit into one lease

log = logging.getLogger(__name__)


def is_beating() -> bool:
    """Whether some beat renewed its lease lately. Raises `redis.RedisError` when the broker is away."""
    return bool(broker().exists(LEASE))


class LeasedScheduler(Scheduler):
    """Celery's in-memory scheduler, silent unless it holds the lease."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._lease = broker().lock(LEASE, timeout=LEASE_SECONDS, thread_local=False)
        self._holds = False
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Ring what is due when the lease is ours; return the seconds until the next look."""
        if not self._hold():
            return TICK_SECONDS
        heartbeats.record_heartbeat(heartbeats.BEAT)
        return min(super().tick(*args, **kwargs), TICK_SECONDS)

    def close(self) -> None:
        """Hand the lease back, so that a successor need not wait for it to run out."""
        super().close()
        if self._holds:
            self._holds = False
            try:
                self._lease.release()
            except (LockError, redis.RedisError):
                log.info("the lease of beat had run out before it was handed back")

    def _hold(self) -> bool:
        held = self._renewed() or self._taken()
        if held != self._holds:
            log.info("beat holds the schedule" if held else "another beat holds the schedule; standing by")
        self._holds = held
        return held

    def _renewed(self) -> bool:
        if not self._holds:
            return False
        try:
            return bool(self._lease.reacquire())
        except LockError:  # it ran out: the machine slept, or the broker was emptied
            return False
        except redis.RedisError:
            log.warning("the broker is away; beat waits for it")
            return False

    def _taken(self) -> bool:
        try:
            return bool(self._lease.acquire(blocking=False))
        except redis.RedisError:
            return False
