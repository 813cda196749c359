"""A task that was given out is done, whatever happens to the worker that had it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from arwork.lib import heartbeats
from tests.infra.processes import linux_only, marked_with, until

pytestmark = [pytest.mark.redis, linux_only]
ROOT = Path(__file__).resolve().parent.parent.parent
Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes"
    path.touch()
    return path


@pytest.fixture
def start_worker(tmp_path: Path, redis_url: str) -> Iterator[Start]:
    """Starts workers of the product's settings on the test broker; kills what is left of them afterwards."""
    env = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ} | {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/nowhere/away.sqlite3",  # a worker starts while its database is away
        "REDIS_URL": redis_url,
        "REMAP_SIGTERM": "SIGQUIT",
        "TASK_VISIBILITY_SECONDS": "2",
        "WORKER_SHUTDOWN_SECONDS": "1",
    }
    command = [sys.executable, "-m", "celery", "-A", "tests.infra.bell", "--quiet", "worker", "--concurrency", "1"]

    def start() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(command, env=env, cwd=ROOT, start_new_session=True)

    yield start
    for process in marked_with(str(tmp_path)):
        os.kill(process, signal.SIGKILL)


def _ring(redis_url: str, notes: Path, *, seconds: float) -> None:
    broker = redis_url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    with Celery(broker=broker, set_as_current=False) as app:
        app.send_task("tests.bell", kwargs={"path": str(notes), "seconds": seconds}, ignore_result=True)


def _said(notes: Path, word: str, times: int = 1) -> Callable[[], bool]:
    return lambda: notes.read_text().split().count(word) >= times


def test_a_task_of_a_worker_that_was_killed_is_done_by_the_next(
    start_worker: Start, redis_url: str, notes: Path
) -> None:
    first = start_worker()
    _ring(redis_url, notes, seconds=4)
    until(_said(notes, "begun"), seconds=40, what="the task began")
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert "done" not in notes.read_text()
    start_worker()
    until(_said(notes, "done"), seconds=60, what="the next worker did it")
    assert _said(notes, "begun", times=2)(), "it ran twice: tasks are idempotent for this"


def test_a_worker_that_is_told_to_end_gives_back_what_it_cannot_finish(
    start_worker: Start, redis_url: str, notes: Path
) -> None:
    first = start_worker()
    _ring(redis_url, notes, seconds=300)
    until(_said(notes, "begun"), seconds=40, what="the task began")
    first.send_signal(signal.SIGTERM)
    first.wait(timeout=40)
    start_worker()
    until(_said(notes, "begun", times=2), seconds=60, what="the next worker took it")


def test_a_worker_tells_that_it_lives_while_all_its_hands_are_busy(
    start_worker: Start, redis_url: str, notes: Path, settings: Any
) -> None:
    settings.BROKER_URL = redis_url
    first = start_worker()
    _ring(redis_url, notes, seconds=300)
    until(_said(notes, "begun"), seconds=60, what="the task began")
    heartbeats.broker().hdel(heartbeats.HEARTBEATS, heartbeats.WORKER)
    until(lambda: heartbeats.last_heartbeat(heartbeats.WORKER).is_fresh, seconds=30, what="a sign of the busy worker")
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    heartbeats.broker().hdel(heartbeats.HEARTBEATS, heartbeats.WORKER)
    time.sleep(heartbeats.GIVE_EVERY + 1)
    assert heartbeats.last_heartbeat(heartbeats.WORKER).at is None
