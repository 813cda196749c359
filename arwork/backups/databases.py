"""One consistent copy of the database out of either engine, and into it.

SQLite copies itself while it is used (its online backup); no `sqlite3` program is needed. PostgreSQL is dumped and
restored by its own `pg_dump` and `pg_restore`, which must be at least as new as the server. The figures that prove a
restore (rows of each table, migrations) are read from the very copy: the same snapshot, or the copied file.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.db import connection, connections

from arwork.backups.sealed import BadBackup
from arwork.lib.retention import within

_BLOCK = 1 << 18
_COPY = ".backup-"
_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
}
Fetch = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a copy holds: rows of each table, and its migrations as `app.name`."""

    rows: dict[str, int]
    migrations: list[str]


@contextmanager
def database_copy() -> Iterator[tuple[Callable[[IO[bytes]], None], Figures]]:
    """A consistent copy as what writes it into a stream, with its figures; it is as old as the entry of the block."""
    with _sqlite_copy() if connection.vendor == "sqlite" else _postgres_copy() as found:
        yield found


def engine() -> str:
    """`sqlite` or `postgresql`."""
    return connection.vendor


def is_empty() -> bool:
    """Whether the configured database has no table yet."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES[connection.vendor])
        return cursor.fetchone() is None


def other_users() -> int:
    """How many other connections the database has; what runs would write behind a restore. 0 where it can't be told."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def figures() -> Figures:
    """Those of the configured database as it stands."""
    with connection.cursor() as cursor:
        return _figures(lambda query: _fetched(cursor, query), connection.vendor)


def restore_database(fill: Callable[[IO[bytes]], Any]) -> None:
    """Put what `fill` writes in the place of the configured database. Raises `BadBackup`, with nothing changed.

    On SQLite the file that stood there is kept beside it as `NAME.before-restore`.
    """
    if connection.vendor == "sqlite":
        _restore_sqlite(fill)
    else:
        _restore_postgres(fill)


def _figures(fetch: Fetch, vendor: str) -> Figures:
    tables = [row[0] for row in fetch(_TABLES[vendor])]
    rows = {table: int(fetch(f'SELECT COUNT(*) FROM "{table}"')[0][0]) for table in tables}  # noqa: S608 - our own names
    migrations = fetch("SELECT app, name FROM django_migrations ORDER BY id") if "django_migrations" in rows else []
    return Figures(rows, [f"{app}.{name}" for app, name in migrations])


def _fetched(cursor: Any, query: str) -> list[tuple[Any, ...]]:
    cursor.execute(query)
    return list(cursor.fetchall())


def copies_left_behind() -> list[Path]:
    """Copies beside a SQLite database that a backup made and, cut off, could not delete."""
    return within(_database_file().parent, _COPY) if connection.vendor == "sqlite" else []


def _database_file() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


@contextmanager
def _sqlite_copy() -> Iterator[tuple[Callable[[IO[bytes]], None], Figures]]:
    # Beside the database, so that the copy stands under the same protection as what it is copied from.
    with tempfile.TemporaryDirectory(dir=_database_file().parent, prefix=_COPY) as folder:
        copy = Path(folder) / "copy.sqlite3"
        source = sqlite3.connect(f"file:{_database_file()}?mode=ro", uri=True)
        with closing(source), closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            found = _figures(lambda query: target.execute(query).fetchall(), "sqlite")
        yield (lambda sink: _pour(copy, sink)), found


def _pour(path: Path, sink: IO[bytes]) -> None:
    with path.open("rb") as source:
        shutil.copyfileobj(source, sink, _BLOCK)


def _restore_sqlite(fill: Callable[[IO[bytes]], Any]) -> None:
    place = _database_file()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    arriving = place.with_name(f".{place.name}.arriving")
    try:
        with os.fdopen(os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            fill(out)
            out.flush()
            os.fsync(out.fileno())
        with closing(sqlite3.connect(arriving)) as copy:
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BadBackup("The copy of the database is damaged. Nothing was changed; take another backup.")
        connections.close_all()
        if place.exists():
            os.replace(place, place.with_name(f"{place.name}.before-restore"))
        for suffix in ("-wal", "-shm"):  # of the file that stood there; over another one they would corrupt it
            place.with_name(place.name + suffix).unlink(missing_ok=True)
        os.replace(arriving, place)
    finally:
        arriving.unlink(missing_ok=True)


@contextmanager
def _postgres_copy() -> Iterator[tuple[Callable[[IO[bytes]], None], Figures]]:
    program = _program("pg_dump")
    own = connection.copy()  # a transaction of its own: it holds the snapshot that both the figures and the dump read
    try:
        with own.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            found = _figures(lambda query: _fetched(cursor, query), "postgresql")
            words = [program, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
            yield (lambda sink: _run_postgres(words, stdout=sink)), found
    finally:
        own.close()


def _restore_postgres(fill: Callable[[IO[bytes]], Any]) -> None:
    """In one transaction: everything that stood there goes first, also what a newer version than the backup's made."""
    connections.close_all()
    words = [_program("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    script = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-"]

    def feed(sink: IO[bytes]) -> None:
        sink.write(b"DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\nGRANT USAGE ON SCHEMA public TO PUBLIC;\n")
        sink.flush()
        _run_postgres(script, feed=fill, stdout=sink)

    _run_postgres(words, feed=feed)


def _run_postgres(
    words: list[str], *, stdout: IO[bytes] | None = None, feed: Callable[[IO[bytes]], Any] | None = None
) -> None:
    """Run one of PostgreSQL's programs. Raises `BadBackup` with its last line, which names tables and never rows."""
    process = subprocess.Popen(  # noqa: S603 - a program of PostgreSQL, without a shell
        words,
        stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
        stdout=stdout or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **_login()},
    )
    with process:
        try:
            if feed and process.stdin:
                with process.stdin:
                    feed(process.stdin)
        except BrokenPipeError:
            pass  # it ended early; what it says tells why
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read().decode(errors="replace").strip() if process.stderr else ""
    if process.returncode:
        line = next((one for one in said.splitlines() if "error" in one.lower()), said[-200:])
        raise BadBackup(f"{Path(words[0]).name} failed: {line}")


def _login() -> dict[str, str]:
    """Whom and where PostgreSQL's programs connect; in the environment, where no list of processes shows it."""
    given = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    return {name: str(given[key]) for name, key in names.items() if given[key]}


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    program = str(found[-1]) if found else shutil.which(name)
    if program is None:
        raise BadBackup(
            f"The program {name} is not installed. Install PostgreSQL's client programs of the server's version."
        )
    return program
