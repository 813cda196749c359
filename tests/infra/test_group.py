"""Processes under one supervisor live and die together, however the end comes."""

import os
import signal
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path

import pytest

from tests.infra.processes import linux_only, marked_with, until

pytestmark = linux_only
ROOT = Path(__file__).resolve().parent.parent.parent
# Two members; the first forks a grandchild, the second does not react to SIGTERM.
HOUSE = """
    import sys
    from arwork.runner.group import Ended, ProcessGroup
    with ProcessGroup() as group:
        group.start("forks", ["sh", "-c", "sleep 300 & echo up; sleep 300"], rank=1)
        group.start("stubborn", ["sh", "-c", "trap '' TERM; echo deaf; while true; do sleep 0.1; done"])
        EXTRA
        try:
            group.wait()
        except Ended as ended:
            print(ended)
            sys.exit(ended.code)
"""


def _house(mark: str, extra: str = "") -> subprocess.Popen[str]:
    script = textwrap.dedent(HOUSE).replace("EXTRA", extra)
    return subprocess.Popen(
        [sys.executable, "-u", "-c", script],
        env={**os.environ, "HOUSE_MARK": mark, "GRACE_SECONDS": "1"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _all_up(mark: str) -> bool:
    return len(marked_with(mark)) >= 6  # supervisor, watchdog, shell and two sleeps, shell (and its sleep)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_supervisor_ends_everyone(number: signal.Signals) -> None:
    mark = uuid.uuid4().hex
    house = _house(mark)
    until(lambda: _all_up(mark), seconds=15, what="the house is up")
    house.send_signal(number)
    assert house.wait(timeout=30) == (0 if number == signal.SIGINT else 128 + number)
    assert marked_with(mark) == []


def test_when_the_supervisor_is_killed_nobody_is_left_behind() -> None:
    mark = uuid.uuid4().hex
    house = _house(mark, extra='print("ready")')  # both are started, and the watchdog was told of both
    assert house.stdout is not None
    assert any("ready" in line for line in house.stdout)  # a member's line may stand before its end
    until(lambda: _all_up(mark), seconds=15, what="the house is up")
    house.kill()
    house.wait()
    until(lambda: not marked_with(mark), seconds=40, what="orphans are ended by the watchdog")


def test_when_one_ends_the_others_end_and_it_is_named() -> None:
    mark = uuid.uuid4().hex
    house = _house(mark, 'group.start("brief", ["sh", "-c", "sleep 0.5; exit 3"])')
    said, _ = house.communicate(timeout=40)
    assert house.returncode == 1
    assert "brief ended with exit code 3" in said
    assert "forks  | up" in said
    assert marked_with(mark) == []
