"""The processes of docker-compose.yml, with its own commands, against a real PostgreSQL and a real Redis.

No container engine is needed: what is proven is that the production settings, gunicorn, Celery's worker and
beat start, answer, ring and do tasks, stand in for one another and end. The images themselves are not.
"""

import json
import os
import secrets
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import redis
import yaml

from arwork.lib.keyring import new_key
from arwork.runner.group import ProcessGroup
from tests.infra.databases import INHERITED, own_database
from tests.infra.processes import free_port, get, until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
ROOT = Path(__file__).resolve().parent.parent.parent
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
HOST = {"Host": "arwork.example", "X_Forwarded_Proto": "https"}


def command(service: str) -> list[str]:
    """The service's own command, with the programs of this environment and the defaults of its variables."""
    words = [word.split(":-")[1].rstrip("}") if ":-" in word else word for word in SERVICES[service]["command"]]
    programs = {"python": [sys.executable], "gunicorn": [sys.executable, "-m", "gunicorn"]}
    return [*programs.get(words[0], [sys.executable, "-m", words[0]]), *words[1:]]


@pytest.fixture
def production(tmp_path: Path, redis_url: str) -> Iterator[dict[str, str]]:
    """The environment of a new production database, nothing in it yet, beside the tests' own."""
    with own_database(tmp_path, migrated=True) as database:
        yield {key: os.environ[key] for key in INHERITED if key in os.environ} | {
            "ARWORK_ENV": "production",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "MATCH_KEY_SECRET": secrets.token_urlsafe(50),
            "FIELD_KEYS": new_key("k1"),
            "AUDIT_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "arwork.example",
            "DATABASE_URL": database.url,
            "REDIS_URL": redis_url,
            "DATA_DIR": str(tmp_path),
            "STATIC_ROOT": str(tmp_path / "static"),
            "PORT": str(free_port()),
            "REMAP_SIGTERM": "SIGQUIT",
            "C_FORCE_ROOT": "1",
        }


def _run(arguments: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, env=dict(env), cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


def _manage(words: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return _run([sys.executable, "manage.py", *shlex.split(words)], env)


def test_the_deployment_check_is_silent(production: dict[str, str]) -> None:
    done = _manage("check --deploy --fail-level WARNING", production)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "MATCH_KEY_SECRET", "FIELD_KEYS", "AUDIT_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"]
)
def test_production_has_no_default_for(name: str, production: dict[str, str]) -> None:
    done = _manage("check", {key: value for key, value in production.items() if key != name})
    assert done.returncode != 0
    assert name in done.stderr


@pytest.mark.parametrize("keys", ["", "k1:short", "k2:" + "*" * 44])
def test_production_does_not_start_without_a_key_of_its_own(keys: str, production: dict[str, str]) -> None:
    done = _manage("check", production | {"FIELD_KEYS": keys})
    assert done.returncode != 0
    assert "FIELD_KEYS" in done.stderr


def test_the_house_starts_works_and_ends(production: dict[str, str]) -> None:
    assert _run(command("migrate"), production).returncode == 0
    assert _manage("collectstatic --noinput -v 0", production).returncode == 0
    url = f"http://127.0.0.1:{production['PORT']}"
    broker = redis.Redis.from_url(production["REDIS_URL"])
    with ProcessGroup() as group:
        for name in ("web", "worker"):
            group.start(name, command(name), env=production, cwd=ROOT)
        until(lambda: get(f"{url}/healthz", **HOST)[0] == 200, seconds=60, what="the web server answers")
        until(
            lambda: '"worker": "ok"' in get(f"{url}/readyz", **HOST)[1], seconds=60, what="the worker tells of itself"
        )
        status, body = get(f"{url}/readyz", **HOST)
        parts = ("database", "schema", "broker", "worker", "announcements", "disk", "trail", "backup")
        fine = dict.fromkeys(parts, "ok")
        assert (status, json.loads(body)) == (503, fine | {"beat": "failing"})

        beat = group.start("beat", command("beat"), env=production, cwd=ROOT)
        until(lambda: get(f"{url}/readyz", **HOST)[0] == 200, seconds=60, what="everything is ready")
        assert get(f"{url}/", Host="arwork.example")[0] == 301, "plain HTTP is sent to HTTPS"
        assert get(f"{url}/healthz", Host="arwork.example")[0] == 200, "but not a probe"
        assert get(f"{url}/readyz", Host="elsewhere.example")[0] == 400
        assert get(f"{url}/", **HOST)[0] == 302, "a stranger is sent to the login page"
        assert get(f"{url}/metrics", **HOST)[0] == 403

        probe = _run([sys.executable, "arwork/runner/probe.py"], production)
        assert probe.returncode == 0, "the health check of the web container"
        assert _manage("ready beat", production).returncode == 0, "the health check of the beat container"
        ping = [sys.executable, "-m", "celery", "-A", "arwork", "inspect", "ping", "-t", "5"]
        assert "pong" in _run(ping, production).stdout, "the health check of the worker container"

        second = group.start("beat-2", command("beat"), env=production, cwd=ROOT)
        token = broker.get("arwork:beat")
        os.killpg(beat.pid, signal.SIGTERM)
        beat.wait(timeout=30)
        until(lambda: broker.get("arwork:beat") not in (None, token), seconds=60, what="the second beat takes over")
        assert second.poll() is None


def test_a_scraper_with_the_token_reads_the_figures(production: dict[str, str]) -> None:
    env = production | {"METRICS_TOKEN": "a-scrapers-token"}
    assert _run(command("migrate"), env).returncode == 0
    assert _manage("collectstatic --noinput -v 0", env).returncode == 0
    url = f"http://127.0.0.1:{env['PORT']}"
    with ProcessGroup() as group:
        group.start("web", command("web"), env=env, cwd=ROOT)
        until(lambda: get(f"{url}/healthz", **HOST)[0] == 200, seconds=60, what="the web server answers")
        assert get(f"{url}/metrics", Authorization="Bearer wrong", **HOST)[0] == 403
        status, body = get(f"{url}/metrics", Authorization="Bearer a-scrapers-token", **HOST)
    assert status == 200
    assert 'arwork_requests_total{method="GET",route="healthz",status="200"}' in body
    assert "arwork_tasks_waiting 0.0" in body
