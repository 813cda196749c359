"""Only one beat rings, and another takes over when it dies."""

from collections.abc import Callable

import pytest
import redis

from arwork.celery import app
from arwork.lib import beat
from arwork.lib.beat import LEASE, TICK_SECONDS, LeasedScheduler

pytestmark = pytest.mark.redis


class Ringing(LeasedScheduler):
    """The scheduler under test, which notes that it rang instead of sending a task."""

    rang = 0

    def apply_async(self, *args: object, **options: object) -> None:
        self.rang += 1


@pytest.fixture
def scheduler(settings: object, redis_url: str) -> Callable[[], Ringing]:
    settings.BROKER_URL = redis_url  # type: ignore[attr-defined]
    schedule = {"bell": {"task": "bell", "schedule": 0.0}}

    def make() -> Ringing:
        made = Ringing(app, schedule=None)
        made.merge_inplace(schedule)
        return made

    return make


def _tick(scheduler: Ringing, times: int = 3) -> int:
    """Ticks of a scheduler whose every entry is due; how often it rang."""
    before = scheduler.rang
    for _ in range(times):
        assert scheduler.tick() <= TICK_SECONDS
    return scheduler.rang - before


def test_a_second_beat_stands_by(scheduler: Callable[[], Ringing]) -> None:
    first, second = scheduler(), scheduler()
    assert _tick(first) > 0
    assert _tick(second) == 0
    assert _tick(first) > 0


def test_the_second_takes_over_when_the_first_hands_back(scheduler: Callable[[], Ringing]) -> None:
    first, second = scheduler(), scheduler()
    _tick(first)
    first.close()
    assert _tick(second) > 0
    assert _tick(first) == 0


def test_the_second_takes_over_when_the_lease_of_a_dead_one_runs_out(
    scheduler: Callable[[], Ringing], redis_url: str
) -> None:
    first, second = scheduler(), scheduler()
    _tick(first)
    redis.Redis.from_url(redis_url).pexpire(LEASE, 1)
    while beat.is_beating():
        pass
    assert _tick(second) > 0
    assert _tick(first) == 0, "the first noticed that it had lost the lease"


def test_a_beat_is_alive_only_while_one_holds_the_lease(scheduler: Callable[[], Ringing]) -> None:
    first = scheduler()
    assert not beat.is_beating()
    _tick(first)
    assert beat.is_beating()
    first.close()
    assert not beat.is_beating()


def test_without_a_broker_it_waits_and_does_not_fall(scheduler: Callable[[], Ringing], settings: object) -> None:
    settings.BROKER_URL = "unix:///nowhere/broker.sock"  # type: ignore[attr-defined]
    assert _tick(scheduler()) == 0
