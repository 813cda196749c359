"""Migrated SQLite schemas, kept between test runs.

SQLite rebuilds a table for almost every migration operation, so migrating an empty database takes longer than
most test runs. The migrated database is kept in pytest's cache under a hash of everything migrations are made
of; a later run copies it in milliseconds. A clean clone has no copy and migrates for real.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".pytest_cache" / "schemas"
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
    kept = CACHE / f"{_digest()}.sqlite3"
    if kept.exists():
        sqlite3.connect(kept).backup(connection.connection)
        return
    _migrate(command, *args, **options)
    CACHE.mkdir(parents=True, exist_ok=True)
    fresh = CACHE / f"{os.getpid()}.tmp"
    target = sqlite3.connect(fresh)
    connection.connection.backup(target)
    target.close()
    fresh.replace(kept)
    for old in sorted(CACHE.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
        old.unlink(missing_ok=True)


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
