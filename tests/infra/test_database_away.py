"""While the database is away people read so, in words, with 503; and a setting that is empty is not a database."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.test import Client

from tests.cast import make_ana, make_practice

ROOT = Path(settings.BASE_DIR)
SESSIONS = "arwork.staff.sessions.StaffSession.__call__"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("could not connect to server"), InterfaceError("closed")])
@pytest.mark.parametrize("part", [SESSIONS, "collections_app.worklist.my_day.my_day"])
def test_a_page_says_that_the_database_is_away(
    visitor: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, part: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    visitor.force_login(make_ana(make_practice()), backend=BACKEND)
    monkeypatch.setattr(part, fail)
    answer = visitor.get("/my-day")
    shown = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "The database does not answer at this moment" in shown
    assert '<a class="btn btn-main" href="/my-day">Try again</a>' in shown
    assert "Traceback" not in shown
    assert "could not connect" not in shown


@pytest.mark.django_db
def test_the_api_says_so_too(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("could not connect to server")

    monkeypatch.setattr(SESSIONS, fail)
    answer = visitor.get("/api/v1/claims")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_away")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_what_nobody_anticipated_is_still_a_500_in_words(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("a defect")

    visitor.force_login(make_ana(make_practice()), backend=BACKEND)
    monkeypatch.setattr("collections_app.worklist.my_day.my_day", fail)
    answer = visitor.get("/my-day")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert "a defect" not in answer.content.decode()


def settings_with(tmp_path: Path, **given: str) -> "subprocess.CompletedProcess[str]":
    code = "from arwork import settings; print(settings.DATABASES['default']['NAME'])"
    env = os.environ | {"DATA_DIR": str(tmp_path)} | given
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, text=True, capture_output=True, check=False)


def test_an_empty_database_url_counts_as_not_given(tmp_path: Path) -> None:
    done = settings_with(tmp_path, DATABASE_URL=" ")
    assert done.stdout.strip() == str(tmp_path / "arwork.sqlite3"), done.stderr


def test_an_empty_database_url_is_refused_in_production(tmp_path: Path) -> None:
    asked = {
        "ARWORK_ENV": "production",
        "SECRET_KEY": secrets.token_hex(32),
        "MATCH_KEY_SECRET": secrets.token_hex(32),
        "FIELD_KEYS": "k1:" + "Q" * 43 + "=",
        "AUDIT_KEY": secrets.token_hex(32),
        "ALLOWED_HOSTS": "a",
    }
    done = settings_with(tmp_path, DATABASE_URL="", REDIS_URL="redis://elsewhere", **asked)
    assert "Set DATABASE_URL" in done.stderr
