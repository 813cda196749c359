"""Migrated schemas, made once and copied.

Django draws all models anew for almost every operation, so migrating an empty database takes longer than most test
runs. On SQLite the migrated database is kept in pytest's cache under a hash of everything migrations are made of; a
later run, and processes with databases of their own, copy it in milliseconds. On PostgreSQL the run migrates one
database (`TEST_TEMPLATE`), and the others are made from it. A clean clone has no copy and migrates for real, once.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".pytest_cache" / "schemas"
#: A migrated database beside the tests' own on PostgreSQL, to make others from; empty: there is none.
TEMPLATE = os.environ.get("TEST_TEMPLATE", "")
_KEPT = 5
_migrate = Migrate.handle


def keep_migrated_schemas() -> None:
    """Make `migrate` of an empty SQLite database copy a kept schema where there is one. Called by conftest."""
    Migrate.handle = _handle


def _handle(command: Migrate, *args: Any, **options: Any) -> None:
    connection = connections[options["database"]]
    if connection.vendor != "sqlite" or options["app_label"] or connection.introspection.table_names():
        _migrate(command, *args, **options)
        return
    connection.ensure_connection()
    with _one_at_a_time():
        kept = _kept()
        if kept.exists():
            sqlite3.connect(kept).backup(connection.connection)
            return
        _migrate(command, *args, **options)
        fresh = CACHE / f"{os.getpid()}.tmp"
        target = sqlite3.connect(fresh)
        connection.connection.backup(target)
        target.close()
        fresh.replace(kept)
        for old in sorted(CACHE.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            old.unlink(missing_ok=True)


def lay_kept_schema(place: Path) -> bool:
    """Copy the kept SQLite schema to `place`, where there is one."""
    with _one_at_a_time():
        if kept := _kept() if _kept().exists() else None:
            shutil.copyfile(kept, place)
        return kept is not None


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Of all workers of a clean clone one migrates, and the others wait for what it keeps."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _kept() -> Path:
    return CACHE / f"{_digest()}.sqlite3"


def _digest() -> str:
    """A hash over migrations, their SQL and the seeds they load, of ours and of the installed Django."""
    digest = hashlib.sha256(f"{django.get_version()} {sqlite3.sqlite_version}".encode())
    for path in sorted(_ingredients()):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:24]


def _ingredients() -> Iterator[Path]:
    yield ROOT / "requirements.txt"
    yield ROOT / "arwork" / "settings.py"
    for app in ("arwork", "claims", "collections_app"):
        for path in (ROOT / app).rglob("*"):
            parts = set(path.parts)
            seeds = "seeds" in parts or path.suffix in (".yaml", ".csv", ".json", ".sql")
            if path.is_file() and ("migrations" in parts or seeds) and path.suffix != ".pyc":
                yield path
