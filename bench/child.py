"""Commands of the product in a process of their own: its seconds, its greatest memory, its last lines."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Ran:
    """What a command took. `peak_mb` is the resident set of its process, without the database's."""

    seconds: float
    peak_mb: float
    output: str


def manage(*words: str, env: Mapping[str, str]) -> Ran:
    """Run `manage.py WORDS`. Raises `RuntimeError` with its last lines when it fails."""
    return run([sys.executable, "manage.py", *words], env=env)


def run(command: Sequence[str], *, env: Mapping[str, str]) -> Ran:
    """Run a command to its end."""
    with tempfile.TemporaryFile("w+") as output:
        started = time.monotonic()
        process = subprocess.Popen(command, env=dict(env), cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        status, usage = _wait(process)
        seconds = time.monotonic() - started
        output.seek(0)
        text = output.read()
    if status:
        raise RuntimeError(f"{' '.join(command[1:])} failed:\n{text[-2000:]}")
    return Ran(seconds, usage.ru_maxrss / 1024, text)


def _wait(process: "subprocess.Popen[bytes]"):
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        process.wait()
        raise
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage
