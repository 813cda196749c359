"""A PostgreSQL cluster and a cache of the benchmark's own, on unix sockets, gone when the benchmark is.

The settings are those of a small production server: commits are durable (fsync, synchronous_commit on), so leases
pay for the disk as they would at work. Everything not named here is PostgreSQL's default. The folder can be kept:
building a world of a million claims takes long, reading it again doesn't.
"""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg2

from arwork.runner.group import ProcessGroup
from tests.servers import _servant, _until, postgres_binaries

SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "6GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "listen_addresses": "",
    "log_min_messages": "error",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
USER = "arwork"
_STOP_SECONDS = 120


class Cluster:
    """A running cluster: databases are made, copied and dropped by name."""

    def __init__(self, group: ProcessGroup, folder: Path) -> None:
        binaries = postgres_binaries()
        if binaries is None:
            raise SystemExit("The benchmark needs PostgreSQL on this machine. On Debian: apt-get install postgresql")
        self.place = folder / "postgres"
        data, user = self.place / "data", _servant()
        self.place.mkdir(parents=True, exist_ok=True)
        if user:
            shutil.chown(self.place, user)
        if not (data / "PG_VERSION").exists():
            _initialize(binaries, data, user, self.place)
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [str(binaries / "postgres"), "-D", str(data), "-k", str(self.place), *options]
        self._server = group.start("postgres", command, user=user, cwd=self.place, rank=1)
        _until([str(binaries / "psql"), "-h", str(self.place), "-U", USER, "-d", "postgres", "-c", "SELECT 1"], group)

    def stop(self) -> None:
        """End it fast and clean: sessions are cut, nothing has to be recovered at the next start."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(_STOP_SECONDS)

    def url(self, database: str) -> str:
        """The DATABASE_URL of a database."""
        return f"postgres://{USER}@{quote(str(self.place), safe='')}/{database}"

    def connect(self, database: str = "postgres", *, autocommit: bool = True) -> "psycopg2.extensions.connection":
        """A bare connection, for floors and for building."""
        connection = psycopg2.connect(host=str(self.place), user=USER, dbname=database)
        connection.autocommit = autocommit
        return connection

    def run(self, sql: str, *, database: str = "postgres", args: tuple = ()) -> list[tuple]:
        """One statement; its rows."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, args or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def exists(self, database: str) -> bool:
        """Whether a database is there."""
        return bool(self.run("SELECT 1 FROM pg_database WHERE datname = %s", args=(database,)))

    def drop(self, database: str) -> None:
        """Drop a database if it is there."""
        self.run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def copy(self, source: str, target: str) -> None:
        """Make `target` a copy of `source`, file by file; whatever was there before is dropped."""
        self.drop(target)
        self.run(f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY FILE_COPY')
        os.sync()  # else gigabytes are still on their way to the disk while commits are measured

    def rename(self, source: str, target: str) -> None:
        """Give a database its final name: only what was built to its end bears it."""
        self.run(f'ALTER DATABASE "{source}" RENAME TO "{target}"')

    def remark(self, database: str, text: str | None = None) -> str:
        """Set the remark kept with a database, or read it."""
        if text is not None:
            self.run(f'COMMENT ON DATABASE "{database}" IS %s', args=(text,))
            return text
        sql = "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = %s"
        return self.run(sql, args=(database,))[0][0]


def _initialize(binaries: Path, data: Path, user: str | None, cwd: Path) -> None:
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"],
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd=cwd,
        check=True,
        capture_output=True,
    )
