"""Settings fail closed: a typo or a weak secret ends the start with a sentence, and open files are closed."""

import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.test import Client

from arwork.lib.safe_settings import keep_private
from arwork.lib.short_cache import JsonSerializer, ShortCache
from arwork.staff.access import Capability
from arwork.staff.session_store import SessionStore
from tests.cast import PASSWORD, make_ana, make_practice

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD = {
    "ARWORK_ENV": "production",
    "SECRET_KEY": "Vx8-qTz2mLw9_rKc4nHd7pBs1yGj6fEu3aQo5tRi",
    "MATCH_KEY_SECRET": "k3Jd-9sLq0Xw7vBn2Mz_5cRt8yUi1oPe4aSf6gHh",
    "FIELD_KEYS": "k1:" + "Q" * 43 + "=",
    "AUDIT_KEY": "h8Gq2-vNd4Xs6bZy_1LmCw9pKr3tEj5uFo7aQiTx",
    "ALLOWED_HOSTS": "ar.example.com",
    "DATABASE_URL": "sqlite:////nowhere/none.sqlite3",
    "REDIS_URL": "unix:///nowhere/none.sock",
    "DATA_DIR": "/nowhere",
}


def start(**changed: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"]} | GOOD | changed
    code = "from django.conf import settings; settings.configure; import arwork.settings"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_production_starts_with_safe_settings() -> None:
    done = start()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("https", "prefix"), [("true", "__Host-"), ("false", "")])
def test_cookies_of_production_are_of_this_host_alone(https: str, prefix: str) -> None:
    code = "from arwork import settings as s; print(s.COOKIE_PREFIX, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"
    env = {"PATH": os.environ["PATH"], "HTTPS": https} | GOOD
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == f"{prefix} {prefix}sessionid {prefix}csrftoken".strip(), done.stderr


def test_every_cookie_is_one_that_a_browser_takes_under_such_a_name(db: None, settings) -> None:
    """`__Host-` wants `Secure`, the path / and no domain, or the cookie is thrown away."""
    settings.COOKIE_PREFIX, settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-", "__Host-s", "__Host-c"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    make_ana(make_practice())
    client = Client(enforce_csrf_checks=True)
    client.get("/login", secure=True)
    token = client.cookies["__Host-c"].value
    form = {"username": "ana", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post("/login", form, secure=True, headers={"referer": "https://testserver/login"}).status_code == 302
    client.post(
        "/theme", {"theme": "dark", "csrfmiddlewaretoken": client.cookies["__Host-c"].value}, secure=True,
        headers={"referer": "https://testserver/"},
    )  # fmt: skip
    assert set(client.cookies) == {"__Host-s", "__Host-c", "__Host-known", "__Host-theme"}
    assert {(one["secure"], one["path"], one["domain"]) for one in client.cookies.values()} == {(True, "/", "")}
    assert 'data-theme="dark"' in client.get("/my-day", secure=True).content.decode()


@pytest.mark.parametrize("name", ["prod", "Production", "production ", "", "test"])
def test_an_environment_that_nobody_knows_is_refused(name: str) -> None:
    done = start(ARWORK_ENV=name)
    assert done.returncode != 0
    assert f'ARWORK_ENV is "{name}", which arwork does not know' in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY is too weak"),
        ("SECRET_KEY", "a" * 60, "SECRET_KEY is too weak"),
        ("MATCH_KEY_SECRET", "x" * 31, "MATCH_KEY_SECRET is too weak"),
        ("MATCH_KEY_SECRET", "", "MATCH_KEY_SECRET"),
        ("AUDIT_KEY", "old", "AUDIT_KEY is too weak"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name the hosts"),
        ("ALLOWED_HOSTS", "ar.example.com, *", "ALLOWED_HOSTS must name the hosts"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS must name the hosts"),
        ("DEBUG", "1", "DEBUG shows settings"),
    ],
)
def test_production_refuses_what_opens_the_house(name: str, value: str, words: str) -> None:
    done = start(**{name: value})
    assert done.returncode != 0
    assert words in done.stderr


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_open_files_are_closed_and_named_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    names = ("arwork.sqlite3", "arwork.sqlite3-wal", "arwork.sqlite3-shm")
    for name in names:
        (folder / name).touch()
        (folder / name).chmod(0o644)
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / names[0])}
    with caplog.at_level(logging.WARNING):
        keep_private(folder, database)
    assert mode(folder) == 0o700
    assert {mode(folder / name) for name in names} == {0o600}
    assert len(caplog.messages) == 4
    assert "was open to others (644); it is now 600" in caplog.text
    caplog.clear()
    keep_private(folder, database)
    assert not caplog.messages, "what is closed already is no news"


def test_a_server_starts_only_after_closing_its_files(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    path = tmp_path / "arwork.sqlite3"
    path.touch(mode=0o644)
    path.chmod(0o644)
    env = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "arwork.settings"}
    subprocess.run([sys.executable, "-m", "arwork.runner.fits"], cwd=ROOT, env=env, capture_output=True, check=False)
    assert (mode(tmp_path), mode(path)) == (0o700, 0o600)


@pytest.mark.parametrize("value", [0, 7, -3, True, None, "ü", 1.5, [1, 2], {"a": [None, "b"]}])
def test_a_cached_value_comes_back_as_it_was(value: object) -> None:
    kept = JsonSerializer().dumps(value)
    back = JsonSerializer().loads(kept if isinstance(kept, bytes) else str(kept).encode())
    assert (back, type(back)) == (value, type(value))


@pytest.mark.redis
@pytest.mark.django_db
def test_sessions_are_kept_in_the_cache_as_json(redis_url: str, settings: object, client: Client) -> None:
    kept = {"BACKEND": "arwork.lib.short_cache.ShortCache", "LOCATION": redis_url}
    settings.CACHES = {"default": kept, "sessions": kept}  # type: ignore[attr-defined]
    ShortCache._asked_again_at = 0.0
    client.force_login(make_ana(), backend=django_settings.AUTHENTICATION_BACKENDS[-1])
    assert client.get("/password").status_code == 200
    key = SessionStore.cache_key_prefix + client.cookies["sessionid"].value
    raw = caches["sessions"]._cache.get_client().get(caches["sessions"].make_key(key))
    assert raw.startswith(b"{")
    assert b"_auth_user_id" in raw
    caches["sessions"]._cache.get_client().set(caches["sessions"].make_key(key), b"\x80\x05K\x07.")  # a pickle
    assert client.get("/password").status_code == 200, "read from the database instead"


@pytest.mark.django_db
def test_the_schema_is_for_those_who_may_see_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/api/v1/schema").status_code == 401
    client.force_login(make_ana(), backend=django_settings.AUTHENTICATION_BACKENDS[-1])
    assert client.get("/api/v1/schema").status_code == 200
    monkeypatch.setattr("arwork.api.endpoints.Schema.capability", Capability.SEE_AUDIT)
    refused = client.get("/api/v1/schema")
    assert (refused.status_code, refused.headers["Content-Type"]) == (403, "application/problem+json")
    assert refused.json()["code"] == "permission_denied"
