"""kill -9 at any point of an import: running it again ends exactly as if nothing had happened."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from tests.edi_intake.writing import Sent, many, write_837
from tests.schema import lay_kept_schema

ROOT = Path(settings.BASE_DIR)
CLAIMS = 1_500


class House:
    """A database and raw store of its own, driven through processes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.env = os.environ | {
            "DATA_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'arwork.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "arwork.settings",
            "LOG_LEVEL": "ERROR",
            "REDIS_URL": "memory://",  # the worklist is told, and nobody listens
            "SECRET_KEY": "one key for both houses, or their people have other digests",
            "PYTHONPATH": str(ROOT),
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self.env, text=True, stdout=subprocess.PIPE)

    def run(self, *arguments: str) -> str:
        process = self.start(*arguments)
        out, _ = process.communicate(timeout=400)
        assert process.returncode == 0, out
        return out

    def migrate(self) -> None:
        if not lay_kept_schema(self.folder / "arwork.sqlite3"):
            self.run("migrate", "--skip-checks", "-v0")

    def done(self) -> int:
        with sqlite3.connect(self.folder / "arwork.sqlite3", timeout=30) as database:
            return database.execute("SELECT coalesce(sum(done), 0) FROM claims_editransaction").fetchone()[0]

    def books(self) -> dict[str, list[object]]:
        command = [sys.executable, "-m", "tests.edi_intake.print_books"]
        out = subprocess.run(command, cwd=ROOT, env=self.env, text=True, capture_output=True, check=True).stdout
        return json.loads(out)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """1,500 claims; among them a conflict, an unreadable one and a replacement, so that every path is cut."""
    claims = many(CLAIMS - 3)
    claims.insert(400, claims[10].but(charge="9.99", lines=()))
    claims.insert(700, Sent(number="HC-BAD", charge="12.3.4"))
    claims.insert(1100, claims[20].but(frequency="7", charge="80.00", lines=(("99212", "80.00"),)))
    path = tmp_path / "claims.837"
    path.write_bytes(write_837(claims))
    return path


def test_a_killed_import_ends_as_if_nothing_had_happened(tmp_path: Path, file: Path) -> None:
    whole = House(tmp_path / "whole")
    whole.migrate()
    shutil.copytree(whole.folder, tmp_path / "killed")
    killed = House(tmp_path / "killed")
    whole.run("import_edi", str(file), "--create-missing-claims")

    chance, stops = random.Random(837), []
    for goal in (0, 1, 501, 1001):
        process = killed.start("import_edi", str(file), "--create-missing-claims")
        while process.poll() is None and killed.done() < goal:
            time.sleep(0.05)
        time.sleep(chance.random() * 0.4)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        stops.append(killed.done())
    assert any(0 < stop < CLAIMS for stop in stops), f"no kill hit the middle: {stops}"

    report = json.loads(killed.run("import_edi", str(file), "--create-missing-claims", "--json"))
    assert (report["claims"], report["posted"], report["exceptions"]) == (CLAIMS, CLAIMS - 2, 2)
    mine, theirs = killed.books(), whole.books()
    assert mine.keys() == theirs.keys()
    for name in theirs:
        assert mine[name] == theirs[name], name
