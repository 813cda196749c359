"""Without Redis people go on working; what would have been enqueued is kept, and found again."""

import datetime as dt
from collections.abc import Iterator

import pytest
from celery.canvas import Signature
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from arwork.lib import short_cache
from arwork.lib.background import QueueUnreachable, enqueue
from claims.edi import file_actions
from claims.edi.models import EdiFile
from tests.cast import make_practice, make_sol
from tests.edi_intake.writing import Sent, write_837

NOWHERE = "unix:///nowhere/broker.sock"


@pytest.fixture
def no_redis(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache at an address where nobody answers, and a broker that refuses."""

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError

    away = {"BACKEND": "arwork.lib.short_cache.ShortCache", "LOCATION": NOWHERE}
    settings.CACHES = {"default": away, "sessions": away}
    monkeypatch.setattr(short_cache.ShortCache, "_asked_again_at", 0.0)
    monkeypatch.setattr(Signature, "apply_async", refuse)
    yield
    caches.close_all()


@pytest.mark.django_db
@pytest.mark.usefixtures("no_redis")
def test_people_sign_in_and_work_without_redis(client: Client) -> None:
    sol = make_sol(make_practice())
    sol.set_password("four unrelated words")
    sol.save()
    answer = client.post(reverse("staff:login"), {"username": sol.username, "password": "four unrelated words"})
    assert answer.status_code == 302
    for name in ("my_day", "worklist", "claims", "imports", "team", "reports"):
        assert client.get(reverse(name), follow=True).status_code == 200, name


def test_nothing_lasts_longer_in_the_cache_than_a_minute() -> None:
    cache = short_cache.ShortCache(NOWHERE, {})
    assert [cache.get_backend_timeout(wanted) for wanted in (10, 1920, None)] == [10, 60, 60]


def test_a_cache_that_does_not_answer_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_cache.ShortCache, "_asked_again_at", 0.0)
    asked = []
    cache = short_cache.ShortCache(NOWHERE, {})
    monkeypatch.setattr(short_cache.RedisCache, "get", lambda *_: asked.append(1) or _refuse())
    assert [cache.get("name", "nothing"), cache.get("name", "nothing")] == ["nothing", "nothing"]
    assert asked == [1]


@pytest.mark.redis
def test_the_cache_keeps_and_forgets(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_cache.ShortCache, "_asked_again_at", 0.0)
    cache = short_cache.ShortCache(redis_url, {})
    cache.set("name", {"seen": 1}, 1920)
    assert cache.get("name") == {"seen": 1}
    assert "name" in cache
    assert not cache.add("name", 2)
    assert cache.delete("name")
    assert cache.get("name") is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_redis")
def test_a_bell_that_nobody_hears_is_told() -> None:
    with pytest.raises(QueueUnreachable, match="is saved"):
        enqueue("claims.tasks.take_in_file", file_id=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_redis")
def test_an_upload_without_a_queue_is_kept_and_read_later(client: Client, settings, tmp_path) -> None:
    settings.RAW_FILES_DIR = tmp_path
    client.force_login(make_sol(make_practice()))
    sent = {"file": [SimpleUploadedFile("claims.837", write_837([Sent(number="HC-1")]))]}
    page = client.post(reverse("import_upload"), sent, follow=True).content.decode()
    assert "Kept: claims.837. It will be read by itself" in page
    file = EdiFile.objects.get()
    assert file.state == EdiFile.State.RECEIVED
    day, soon = file.received_at.date(), file.received_at + dt.timedelta(minutes=5)
    assert file_actions.take_in_forgotten(today=day, now=soon) == 0, "a worker may just be busy"
    assert file_actions.take_in_forgotten(today=day, now=soon + dt.timedelta(minutes=6)) == 1
    file.refresh_from_db()
    assert file.state == EdiFile.State.DONE


def _refuse() -> None:
    import redis

    raise redis.ConnectionError
