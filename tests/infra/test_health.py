"""Probes and figures: what they tell, and to whom."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client

from arwork.lib import heartbeats
from arwork.lib.beat import LEASE
from arwork.web import health
from tests.cast import make_practice, make_sol

SCRAPER = {"HTTP_AUTHORIZATION": "Bearer token-of-the-scraper"}


@pytest.fixture(autouse=True)
def _no_sign_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeats, "_given", {})


@pytest.fixture
def no_broker(settings: object) -> None:
    settings.BROKER_URL = "unix:///nowhere/broker.sock"  # type: ignore[attr-defined]


def test_healthz_needs_nothing_but_the_process(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.usefixtures("no_broker")
def test_readyz_names_the_part_that_fails(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    fit = {"database": "ok", "schema": "ok", "announcements": "ok", "disk": "ok", "trail": "ok"}
    assert answer.json() == fit | {"broker": "failing", "beat": "failing", "worker": "degraded", "backup": "ok"}


def test_a_database_that_refuses_is_failing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DatabaseError

    monkeypatch.setattr(health.connection, "cursor", refuse)
    assert not health.database_answers()


@pytest.mark.redis
@pytest.mark.django_db
def test_readyz_is_content_when_all_work(client: Client, settings: object, redis_url: str) -> None:
    settings.BROKER_URL = redis_url  # type: ignore[attr-defined]
    heartbeats.broker().set(LEASE, "somebody", ex=30)
    heartbeats.record_heartbeat(heartbeats.WORKER)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert set(answer.json().values()) == {"ok"}


@pytest.mark.redis
@pytest.mark.django_db
def test_a_missing_worker_is_told_and_sends_nobody_elsewhere(client: Client, settings: object, redis_url: str) -> None:
    settings.BROKER_URL = redis_url  # type: ignore[attr-defined]
    heartbeats.broker().set(LEASE, "somebody", ex=30)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["worker"]) == (200, "degraded")
    for parts in ((), ("worker",)):
        with pytest.raises(CommandError, match="failing: worker"):
            call_command("ready", *parts)
    call_command("ready", "database", "schema", "broker", "beat")
    heartbeats.record_heartbeat(heartbeats.WORKER)
    call_command("ready")


@pytest.mark.django_db
@pytest.mark.usefixtures("no_broker")
def test_figures_are_for_the_scraper_with_the_token(client: Client, settings: object) -> None:
    settings.METRICS_TOKEN = "token-of-the-scraper"  # type: ignore[attr-defined]
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer other").status_code == 403
    assert client.get("/metrics", **SCRAPER).status_code == 200


@pytest.mark.django_db
def test_an_empty_token_opens_nothing(client: Client, settings: object) -> None:
    settings.METRICS_TOKEN = ""  # type: ignore[attr-defined]
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 403


@pytest.mark.django_db
@pytest.mark.usefixtures("no_broker")
@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("supervisor", 403), ("collector", 403)])
def test_figures_are_for_administrators(client: Client, django_user_model: type, role: str, status: int) -> None:
    user = django_user_model.objects.create_user(username="somebody", password="x", role=role)
    client.force_login(user)
    assert client.get("/metrics").status_code == status


@pytest.mark.django_db
@pytest.mark.usefixtures("no_broker")
def test_requests_are_counted_by_route_and_never_by_address(client: Client, settings: object) -> None:
    settings.METRICS_TOKEN = "token-of-the-scraper"  # type: ignore[attr-defined]
    client.get("/healthz")
    client.get("/no/such/page/of-somebody")
    body = client.get("/metrics", **SCRAPER).content.decode()
    assert 'route="healthz"' in body
    assert 'route="unmatched"' in body
    assert "of-somebody" not in body


@pytest.mark.django_db
@pytest.mark.usefixtures("no_broker")
def test_words_that_a_client_makes_up_open_no_series(client: Client, settings: object) -> None:
    settings.METRICS_TOKEN = "token-of-the-scraper"  # type: ignore[attr-defined]
    for number in range(3):
        client.generic(f"MADEUP{number}", "/healthz")
    text = client.get("/metrics", **SCRAPER).content.decode()
    assert "MADEUP" not in text
    assert 'method="other"' in text


@pytest.mark.django_db
def test_a_full_disk_is_told_to_probes_and_supervisors(client: Client, settings: object) -> None:
    client.force_login(make_sol(make_practice()), backend="django.contrib.auth.backends.ModelBackend")
    told = "The disk that holds received files is full"
    assert told not in client.get("/imports").content.decode()
    settings.DISK_LOW_MB = 10**9  # type: ignore[attr-defined]
    assert client.get("/readyz").json()["disk"] == "degraded"
    for address in ("/imports", "/team", "/my-day"):
        assert told in client.get(address).content.decode()
