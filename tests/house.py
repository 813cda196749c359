"""A house of one's own for tests that kill: a database and raw store driven through processes, on either engine."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg2
from django.conf import settings
from django.db import connection

from tests.schema import TEMPLATE, lay_kept_schema

ROOT = Path(settings.BASE_DIR)


class House:
    """A database and raw store of its own on the engine of this test run, driven through processes."""

    def __init__(self, folder: Path, *, like: "House | None" = None) -> None:
        self.folder = folder
        self.name = f"kill_{uuid4().hex[:12]}"
        if like:
            shutil.copytree(like.folder, folder)
        else:
            folder.mkdir()
        self.url = f"sqlite:///{folder / 'arwork.sqlite3'}"
        if connection.vendor == "postgresql":
            chosen = settings.DATABASES["default"]
            self.url = f"postgres://{chosen['USER']}:{chosen['PASSWORD']}@{quote(chosen['HOST'], safe='')}"
            self.url += f":{chosen['PORT']}/{self.name}"
            self._administer(f'CREATE DATABASE "{self.name}"' + (f' TEMPLATE "{like.name}"' if like else ""))
        self.env = os.environ | {
            "DATA_DIR": str(folder),
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "arwork.settings",
            "LOG_LEVEL": "ERROR",
            "REDIS_URL": "memory://",
            "SECRET_KEY": "one key for every house, or their people have other digests",
            "PYTHONPATH": str(ROOT),
        }

    def migrate(self) -> None:
        """The tables of this version: copied where they were made already, else by `migrate`."""
        if connection.vendor == "postgresql" and TEMPLATE:
            self.close()
            self._administer(f'CREATE DATABASE "{self.name}" TEMPLATE "{TEMPLATE}"')
        elif connection.vendor == "postgresql" or not lay_kept_schema(self.folder / "arwork.sqlite3"):
            self.run("migrate", "--skip-checks", "-v0")

    def close(self) -> None:
        if connection.vendor == "postgresql":
            self._administer(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", *arguments]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=ROOT, env=self.env, text=True, stdout=subprocess.PIPE, stderr=quiet)

    def start_python(self, *arguments: str) -> subprocess.Popen[str]:
        """A Python of its own with the house's environment."""
        return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.env, text=True)

    def run(self, *arguments: str) -> str:
        process = self.start(*arguments)
        out, _ = process.communicate(timeout=400)
        assert process.returncode == 0, out
        return out

    def progress(self) -> tuple[int, int]:
        """Claim payments staged, and of these posted or set aside."""
        sql = "SELECT count(*), count(CASE WHEN state <> 'staged' THEN 1 END) FROM claims_remitclaim"
        return self.ask(sql)

    def books(self) -> dict[str, list[object]]:
        command = [sys.executable, "-m", "tests.remits.print_books"]
        out = subprocess.run(command, cwd=ROOT, env=self.env, text=True, capture_output=True, check=True).stdout
        return json.loads(out)

    def ask(self, sql: str) -> tuple[Any, ...]:
        """The first row of an answer, from outside."""
        if connection.vendor == "postgresql":
            with self._connected(self.name) as cursor:
                cursor.execute(sql)
                return cursor.fetchone()
        with contextlib.closing(sqlite3.connect(self.folder / "arwork.sqlite3", timeout=30)) as database:
            return database.execute(sql).fetchone()

    def _administer(self, sql: str) -> None:
        with self._connected("postgres") as cursor:
            cursor.execute(sql)

    @contextlib.contextmanager
    def _connected(self, name: str) -> Iterator[Any]:
        chosen = settings.DATABASES["default"]
        link = psycopg2.connect(
            dbname=name, user=chosen["USER"], host=chosen["HOST"], port=chosen["PORT"], password=chosen["PASSWORD"]
        )
        link.autocommit = True
        with contextlib.closing(link):
            yield link.cursor()
