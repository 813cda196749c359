"""`make run` as a newcomer meets it: starts, answers, refuses a second copy, stops clean, keeps the data."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from arwork.lib.keyring import read_keys
from tests.infra.processes import free_port, get, linux_only, marked_with, until

pytestmark = linux_only
ROOT = Path(__file__).resolve().parent.parent.parent


class House:
    """One `make run` without the demo, on a port and a data folder of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.port = data_dir, free_port()
        self.log = data_dir.parent / f"run-{self.port}.log"

    def start(self) -> subprocess.Popen[bytes]:
        drop = ("DATABASE_URL", "REDIS_URL", "LOG_LEVEL", "DJANGO_SETTINGS_MODULE")
        env = {name: value for name, value in os.environ.items() if name not in drop}
        env |= {"DATA_DIR": str(self.data_dir), "PORT": str(self.port), "DEMO": "0"}
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "arwork.runner"],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def ready(self) -> bool:
        return get(self.url("/readyz"))[0] == 200

    def said(self) -> str:
        return self.log.read_text()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    place = House(tmp_path / "data")
    yield place
    for process in marked_with(str(place.data_dir)):
        os.kill(process, signal.SIGKILL)


def test_it_starts_answers_stops_and_starts_again_with_the_same_data(house: House) -> None:
    first = house.start()
    until(house.ready, seconds=300, what=house.said())
    assert get(house.url("/healthz")) == (200, "ok\n")
    everything = {"database": "ok", "schema": "ok", "broker": "ok", "beat": "ok", "worker": "ok", "backup": "ok"}
    everything |= {"announcements": "ok", "disk": "ok", "trail": "ok"}
    until(lambda: json.loads(get(house.url("/readyz"))[1]) == everything, seconds=60, what="the worker tells of itself")
    until(lambda: "arwork is running at" in house.said(), seconds=10, what="the greeting")
    until(lambda: "manage.py first_admin USERNAME" in house.said(), seconds=10, what="how to sign in without the demo")
    key = (house.data_dir / "secret_key").read_text()

    second = House(house.data_dir)
    assert second.start().wait(timeout=30) == 1
    assert "already runs" in second.said()

    first.send_signal(signal.SIGINT)
    assert first.wait(timeout=40) == 0, house.said()
    assert marked_with(str(house.data_dir)) == []

    again = house.start()
    until(house.ready, seconds=60, what=house.said())
    assert (house.data_dir / "secret_key").read_text() == key
    field_keys = house.data_dir / "field_keys"
    assert field_keys.stat().st_mode & 0o777 == 0o600
    assert read_keys(field_keys.read_text()).newest == "k1"
    again.kill()
    again.wait()
    until(lambda: not marked_with(str(house.data_dir)), seconds=60, what="no orphans after kill -9")


def test_it_says_that_the_port_is_taken(house: House) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", house.port))
        other.listen()
        assert house.start().wait(timeout=30) == 1
    assert f"Port {house.port} is taken" in house.said()
    assert marked_with(str(house.data_dir)) == []
