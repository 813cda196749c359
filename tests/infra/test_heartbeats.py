"""A worker or a beat that is gone is noticed, and the people who wait for it read since when."""

import time
from collections.abc import Iterator

import pytest
import redis
from django.test import Client
from django.utils import timezone

from arwork.lib import heartbeats
from arwork.lib.beat import LEASE
from arwork.web.background import QUEUE_AWAY, stopped
from tests.cast import make_ana, make_practice, make_sol

PAGES = ("/imports", "/team", "/my-day")
HOUR = 3_600


@pytest.fixture
def broker(settings, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    """A broker of one's own, with beat at work and a worker that was last heard of an hour ago."""
    settings.BROKER_URL, settings.CELERY_BROKER_URL = redis_url, redis_url
    monkeypatch.setattr(heartbeats, "_given", {})
    client = redis.Redis.from_url(redis_url)
    client.set(LEASE, "somebody")
    client.hset(heartbeats.HEARTBEATS, heartbeats.WORKER, int(time.time()) - HOUR)
    return client


@pytest.mark.redis
@pytest.mark.django_db
def test_supervisors_read_since_when_no_worker_runs(broker: redis.Redis, client: Client) -> None:
    sol = make_sol(make_practice())
    client.force_login(sol, backend="django.contrib.auth.backends.ModelBackend")
    at = heartbeats.last_heartbeat(heartbeats.WORKER).at
    assert at is not None
    told = f"{timezone.localtime(at):%H:%M}: no worker runs"
    for address in PAGES:
        page = client.get(address).content.decode()
        assert "Background work stopped " in page, address
        assert told in page, address
        assert "Scheduled work" not in page, address
    heartbeats.record_heartbeat(heartbeats.WORKER)
    assert stopped() == []
    assert "Background work" not in client.get("/team").content.decode()


@pytest.mark.redis
@pytest.mark.django_db
def test_collectors_are_not_bothered(broker: redis.Redis, client: Client) -> None:
    client.force_login(make_ana(make_practice()), backend="django.contrib.auth.backends.ModelBackend")
    assert "Background work" not in client.get("/my-day").content.decode()


@pytest.mark.redis
def test_a_beat_that_is_gone_is_told_with_its_last_sign(broker: redis.Redis) -> None:
    heartbeats.record_heartbeat(heartbeats.WORKER)
    heartbeats.record_heartbeat(heartbeats.BEAT)
    broker.delete(LEASE)
    (words,) = stopped()
    assert words.startswith("Scheduled work stopped ")
    broker.delete(heartbeats.HEARTBEATS)
    assert [words.split(":")[0] for words in stopped()] == [
        "Background work has not begun",
        "Scheduled work has not begun",
    ]


@pytest.mark.redis
def test_a_queue_that_does_not_answer_is_told(broker: redis.Redis, settings) -> None:
    settings.BROKER_URL = "unix:///nowhere/broker.sock"
    assert stopped() == [QUEUE_AWAY]
    heartbeats._given.clear()
    heartbeats.record_heartbeat(heartbeats.WORKER)  # and whoever cannot say that it lives goes on living


@pytest.mark.redis
def test_a_broker_that_goes_away_between_two_questions_is_told_and_no_error(
    broker: redis.Redis, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKUP_DIR = "/somewhere"
    ask, asked = heartbeats.last_heartbeat, []

    def once_each(who: str) -> heartbeats.Heartbeat:
        if who in asked:
            raise redis.ConnectionError("away")
        asked.append(who)
        return ask(who)

    monkeypatch.setattr(heartbeats, "last_heartbeat", once_each)
    assert "No backup was made yet" in stopped()[-1]
    assert stopped() == [QUEUE_AWAY]
