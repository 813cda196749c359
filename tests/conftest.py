"""Fixtures and marks for every test.

Marks: `postgres` needs rows that are really locked by real connections; `redis` needs a real broker;
`browser` needs Chromium. What this machine can't run is skipped with the reason, and `make test` sums up.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from hypothesis import HealthCheck, settings

from tests.engines import alone, says_something_of_a_database
from tests.schema import keep_migrated_schemas
from tests.support import let_transactional_tests_flush

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"

# A busy machine is no defect of what is tested: examples are judged by what they show, not by how long they take. Where
# a change is judged (CI) the examples are the same each time; a developer's runs go on looking for new ones.
settings.register_profile(
    "arwork",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("arwork")


def pytest_configure(config: pytest.Config) -> None:
    # Playwright's loop runs in the main thread; the ORM calls beside it are plain synchronous code.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    keep_migrated_schemas()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs an engine, a broker or a browser that is not here; leave out what an earlier stage ran."""
    from django.db import connection

    if os.environ.get("TEST_ENGINES") == "second":
        again = [item for item in items if says_something_of_a_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if not says_something_of_a_database(item)])
        items[:] = again

    missing = {
        "postgres": "" if connection.vendor == "postgresql" else "needs PostgreSQL",
        "redis": "" if os.environ.get("TEST_REDIS_URL") else "needs a Redis or Valkey server (TEST_REDIS_URL)",
        "browser": "" if CHROMIUM else "needs Chromium",
    }
    for item in items:
        for mark, reason in missing.items():
            if reason and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _what_runs_on_one_engine_starts_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    if says_something_of_a_database(request.node):
        yield
    else:
        with alone():
            yield


@pytest.fixture(autouse=True, scope="session")
def _append_only_tables_can_be_flushed() -> None:
    let_transactional_tests_flush()


@pytest.fixture(autouse=True)
def _nothing_is_kept_from_one_test_to_the_next() -> Iterator[None]:
    from arwork.staff import audit_seals
    from arwork.webhooks import listening

    # Asked every few seconds in each process: no test shall count that query by chance.
    listening._known, listening._known_until = frozenset(), float("inf")
    yield
    cache.clear()
    (Path(django_settings.DATA_DIR) / audit_seals.FILE).unlink(missing_ok=True)  # its trail was rolled back


@pytest.fixture(autouse=True)
def _statements_are_sent_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patients of the tests are billed on the day on which they come to owe, by a figure that no installation ships."""
    from collections_app.limits import selectors
    from collections_app.limits.figures import LimitRow, shipped_limits

    figure = LimitRow(name="first_statement_days", value=0, source="tests")
    monkeypatch.setattr(selectors, "shipped_limits", lambda: (*shipped_limits(), figure))


@pytest.fixture
def no_statements(_statements_are_sent_elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is shipped: nobody has said when statements are sent."""
    from collections_app.limits import figures, selectors

    monkeypatch.setattr(selectors, "shipped_limits", figures.shipped_limits)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference files beside the checkout; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("needs the reference files in ../shared")
    return SHARED


@pytest.fixture
def redis_url() -> Iterator[str]:
    """An empty database of the test broker, another one for each of xdist's workers."""
    import redis

    server = os.environ.get("TEST_REDIS_URL") or pytest.skip("needs a broker (TEST_REDIS_URL)")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = f"{server}?db={worker}" if server.startswith("unix:") else f"{server.rstrip('/')}/{worker}"
    client = redis.Redis.from_url(url)
    client.flushdb()
    yield url
    client.flushdb()


@pytest.fixture
def eager_tasks() -> Iterator[None]:
    """Tasks run at once, in this process, and raise what they raise."""
    from arwork.celery import app

    before = app.conf.task_always_eager
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = before


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium of this machine, headless, without its own traffic."""
    from playwright.sync_api import sync_playwright

    quiet = ["gpu", "quic", "background-networking", "component-update", "sync"]
    flags = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=flags)
        yield chromium
        chromium.close()
