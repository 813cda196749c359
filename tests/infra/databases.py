"""A database of a test's own, beside the tests' database, for what other processes migrate, serve and break."""

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
from django.db import connection

from tests.schema import TEMPLATE, lay_kept_schema

ROOT = Path(__file__).resolve().parent.parent.parent
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
Row = tuple[Any, ...]


@dataclass(frozen=True)
class OwnDatabase:
    """`url` as DATABASE_URL wants it; `place` as the engine's driver wants it. `folder` is for DATA_DIR."""

    url: str
    place: str
    folder: Path

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Python with `words`, in a process that knows this database and nothing of the tests."""
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        ours = {"DATABASE_URL": self.url, "DATA_DIR": str(self.folder), "DEMO": "0", "C_FORCE_ROOT": "1"}
        return subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=inherited | ours | env,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`manage.py` with `words`."""
        return self.run("manage.py", *words)

    def load(self, script: str) -> None:
        """Run a script of many statements, as a dump is one."""
        with self._connected() as own:
            own.executescript(script) if isinstance(own, sqlite3.Connection) else own.cursor().execute(script)
            own.commit()

    def rows(self, query: str) -> list[Row]:
        """What `query` finds."""
        with self._connected() as own, closing(own.cursor()) as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def _connected(self) -> Any:
        return closing(sqlite3.connect(self.place) if connection.vendor == "sqlite" else psycopg2.connect(self.place))


@contextmanager
def own_database(folder: Path, *, migrated: bool = False) -> Iterator[OwnDatabase]:
    """An empty one, or one with the tables of this version, on the engine that the tests run on: a file in `folder`, or
    beside theirs on their server."""
    copied = migrated and connection.vendor == "sqlite" and lay_kept_schema(folder / "own.sqlite3")
    copied = copied or (migrated and connection.vendor == "postgresql" and bool(TEMPLATE))
    with _made(folder, template=TEMPLATE if copied else "") as database:
        if migrated and not copied:
            done = database.manage("migrate", "-v0")
            assert done.returncode == 0, done.stderr
        yield database


@contextmanager
def _made(folder: Path, *, template: str) -> Iterator[OwnDatabase]:
    if connection.vendor == "sqlite":
        yield OwnDatabase(f"sqlite:///{folder / 'own.sqlite3'}", str(folder / "own.sqlite3"), folder)
        return
    server = connection.settings_dict
    name = f"arwork_own_{secrets.token_hex(4)}"
    keys = {"host": server["HOST"], "user": server["USER"], "password": server["PASSWORD"], "port": server["PORT"]}
    given = {key: str(value) for key, value in keys.items() if value}
    with closing(psycopg2.connect(dbname="postgres", **given)) as admin:
        admin.autocommit = True
        admin.cursor().execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        try:
            yield OwnDatabase(_url(server, name), psycopg2.extensions.make_dsn(dbname=name, **given), folder)
        finally:
            admin.cursor().execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _url(server: dict[str, Any], name: str) -> str:
    place = quote(str(server["HOST"]), safe="") + (f":{server['PORT']}" if server["PORT"] else "")
    login = quote(str(server["USER"])) + (f":{quote(str(server['PASSWORD']))}" if server["PASSWORD"] else "")
    return f"postgres://{login}@{place}/{name}"
