"""A restore drill on both engines: what comes back is what was saved, and people are found again."""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from django.db import connection

from tests.infra.databases import OwnDatabase, own_database

PASSPHRASE = "a sentence that nobody else would choose"  # noqa: S105
SEALS = "audit_seals.jsonl"
COUNTS = (
    "SELECT 'postings', COUNT(*), SUM(amount) FROM claims_posting"
    " UNION ALL SELECT 'people', COUNT(*), 0 FROM claims_person"
    " UNION ALL SELECT 'files', COUNT(*), 0 FROM claims_edifile ORDER BY 1"
)


def env(folder: Path, **more: str) -> dict[str, str]:
    return {"BACKUP_DIR": str(folder), "BACKUP_PASSPHRASE": PASSPHRASE, "MATCH_KEY_SECRET": "the match key", **more}


#: A webhook that is on, and something that waits for it.
WEBHOOK = """
from django.utils.timezone import now
from arwork.staff.models import User
from arwork.webhooks.models import Webhook, WebhookDelivery
of = {"practice_id": 1, "url": "https://ar.example.com/", "events": [], "opened_by": User.objects.first()}
hook = Webhook.objects.create(name="portal", secret="s", opened_at=now(), **of)
WebhookDelivery.objects.create(webhook=hook, event="test", data={})
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OwnDatabase, Path]]:
    """A database with a demo in it, and the folder of its backup."""
    folder = tmp_path_factory.mktemp("saved")
    with own_database(folder, migrated=True) as database:
        backups = tmp_path_factory.mktemp("backups")
        done = database.run("manage.py", "seed_demo", "--claims", "24", "--no-work", **env(backups))
        assert done.returncode == 0, done.stderr
        done = database.run("manage.py", "verify_audit", "--checkpoint", **env(backups))
        assert done.returncode == 0, done.stderr
        done = database.run("manage.py", "shell", "-c", WEBHOOK, **env(backups))
        assert done.returncode == 0, done.stderr
        done = database.run("manage.py", "backup", **env(backups))
        assert done.returncode == 0, done.stderr
        assert "whole" in done.stdout
        [made] = backups.glob("arwork-*")
        yield database, made


def test_a_restore_brings_back_books_files_and_people(saved: tuple[OwnDatabase, Path], tmp_path: Path) -> None:
    database, made = saved
    with own_database(tmp_path) as other:
        done = other.run("manage.py", "restore", str(made), **env(made.parent))
        assert done.returncode == 0, done.stderr
        assert "The books are sound" in done.stdout
        assert "1 webhooks are held" in done.stdout
        assert other.rows("SELECT off_because FROM webhooks_webhook") == [("held",)]
        [seals, *later] = (tmp_path / SEALS).read_text().splitlines()
        assert seals == (database.folder / SEALS).read_text().splitlines()[0], "from outside the database, as before"
        assert [json.loads(line)["restored"] for line in later] == [f"backup {made.name}"]
        assert other.rows(COUNTS) == database.rows(COUNTS)
        kept = sorted(path.name for path in (database.folder / "raw").rglob("*.enc"))
        assert kept
        assert sorted(path.name for path in (tmp_path / "raw").rglob("*.enc")) == kept
        people = other.rows("SELECT COUNT(*) FROM claims_person")
        # A file of people who are known opens nobody: the key they are found by came back too.
        bill = database.folder / "again.837"
        done = other.run("manage.py", "shell", "-c", AGAIN.format(target=str(bill)), **env(made.parent))
        assert done.returncode == 0, done.stderr
        done = other.run("manage.py", "import_edi", str(bill), **env(made.parent))
        assert done.returncode == 0, done.stderr
        assert other.rows("SELECT COUNT(*) FROM claims_person") == people


#: The newest 837 of the store, under another control number and other claim numbers: new claims of known people.
AGAIN = """
import re
from pathlib import Path
from claims.edi.models import EdiTransaction
from claims.edi.store import open_stored
row = EdiTransaction.objects.filter(kind__startswith="837").order_by("-pk").first()
with open_stored(row.file.sha256) as stream:
    text = stream.read().decode()
text = re.sub(r"(CLM\\*)", r"\\1Z", text)
Path("{target}").write_text(text)
"""


def test_without_its_keys_a_backup_is_not_restored(saved: tuple[OwnDatabase, Path], tmp_path: Path) -> None:
    _, made = saved
    with own_database(tmp_path) as other:
        done = other.run("manage.py", "restore", str(made), **env(made.parent, MATCH_KEY_SECRET="another"))
        assert done.returncode == 1
        assert "Other than in the backup: INDEX_KEY and MATCH_KEY_SECRET" in done.stderr
        keys = tmp_path / "keys.env"
        done = other.run("manage.py", "restore", str(made), "--keys", str(keys), **env(made.parent))
        assert done.returncode == 0, done.stderr
        assert "MATCH_KEY_SECRET=the match key" in keys.read_text()
        assert keys.stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_over_unless_asked(saved: tuple[OwnDatabase, Path]) -> None:
    database, made = saved
    before = database.rows(COUNTS)
    done = database.run("manage.py", "restore", str(made), **env(made.parent))
    assert done.returncode == 1
    assert "The database is not empty" in done.stderr
    done = database.run("manage.py", "restore", str(made), "--replace", "--yes", **env(made.parent))
    assert done.returncode == 0, done.stderr
    assert database.rows(COUNTS) == before


def test_nothing_of_a_backup_is_legible(saved: tuple[OwnDatabase, Path]) -> None:
    database, made = saved
    [[name]] = database.rows("SELECT MIN(last) FROM claims_person")
    for path in made.iterdir():
        held = path.read_bytes()
        assert held.startswith(b"age-encryption.org/v1")
        assert name.encode() not in held
        assert b"the match key" not in held
        assert path.stat().st_mode & 0o077 == 0


def test_a_backup_opens_without_arwork(saved: tuple[OwnDatabase, Path]) -> None:
    _, made = saved
    keys = json.loads(pyrage.passphrase.decrypt((made / "keys.age").read_bytes(), PASSPHRASE))
    identity = pyrage.x25519.Identity.from_str(keys["identity"])
    database = pyrage.decrypt((made / "database.age").read_bytes(), [identity])
    assert database.startswith(b"SQLite format 3" if connection.vendor == "sqlite" else b"PGDMP")


@pytest.mark.parametrize("name", ["seals.age", "database.age", "raw.tar.age", "manifest.age"])
def test_a_damaged_or_missing_part_is_found(saved: tuple[OwnDatabase, Path], tmp_path: Path, name: str) -> None:
    database, made = saved
    copy = tmp_path / made.name
    copy.mkdir()
    for path in made.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    held = bytearray((copy / name).read_bytes())
    held[-1] ^= 1
    (copy / name).write_bytes(held)
    done = database.run("manage.py", "backup", "--check", str(copy), **env(made.parent))
    assert done.returncode == 1
    assert f"{name} cannot be read" in done.stderr
    (copy / name).unlink()
    done = database.run("manage.py", "backup", "--check", str(copy), **env(made.parent))
    assert done.returncode == 1
    assert f"{name} is missing" in done.stderr


def test_a_wrong_passphrase_and_no_folder_say_so(saved: tuple[OwnDatabase, Path], tmp_path: Path) -> None:
    database, made = saved
    done = database.run("manage.py", "backup", "--check", str(made), **env(made.parent, BACKUP_PASSPHRASE="wrong"))
    assert "does not open with this passphrase" in done.stderr
    done = database.run("manage.py", "backup", **env(made.parent, BACKUP_DIR=""))
    assert "Set BACKUP_DIR" in done.stderr
    done = database.run("manage.py", "backup", **env(tmp_path, BACKUP_PASSPHRASE=""))
    assert "Set BACKUP_PASSPHRASE" in done.stderr
    assert not list(tmp_path.iterdir())


def test_only_the_newest_are_kept_and_what_was_cut_off_goes(saved: tuple[OwnDatabase, Path], tmp_path: Path) -> None:
    database, _ = saved
    for name in ("arwork-20260101T000000Z", "arwork-20260102T000000Z", ".on-its-way-arwork-20260103T000000Z"):
        (tmp_path / name).mkdir()
    done = database.run("manage.py", "backup", **env(tmp_path, BACKUP_KEEP="2"))
    assert done.returncode == 0, done.stderr
    left = sorted(name for name in os.listdir(tmp_path) if name != ".lock")
    assert left[0] == "arwork-20260102T000000Z"
    assert re.fullmatch(r"arwork-\d{8}T\d{6}Z", left[1])
    assert len(left) == 2


def test_two_backups_do_not_meet(saved: tuple[OwnDatabase, Path], tmp_path: Path) -> None:
    database, _ = saved
    (tmp_path / ".on-its-way-arwork-20260103T000000Z").mkdir()
    with (tmp_path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = database.run("manage.py", "backup", **env(tmp_path))
    assert done.returncode == 1
    assert "Another backup is being written" in done.stderr
    assert (tmp_path / ".on-its-way-arwork-20260103T000000Z").exists()


def test_the_way_back_past_an_upgrade(saved: tuple[OwnDatabase, Path], tmp_path: Path) -> None:
    """What a newer version made goes too, though it points at a table that is put back."""
    database, made = saved
    before = database.rows(COUNTS)
    with own_database(tmp_path) as other:
        assert other.run("manage.py", "restore", str(made), **env(made.parent)).returncode == 0
        other.load("CREATE TABLE of_a_newer_version (id integer PRIMARY KEY, by integer REFERENCES staff_user (id));")
        done = other.run("manage.py", "restore", str(made), "--replace", "--yes", **env(made.parent))
        assert done.returncode == 0, done.stderr
        assert other.rows(COUNTS) == before
        tables = "sqlite_master" if connection.vendor == "sqlite" else "pg_tables"
        name = "name" if connection.vendor == "sqlite" else "tablename"
        assert not other.rows(f"SELECT 1 FROM {tables} WHERE {name} = 'of_a_newer_version'")


def test_keys_that_were_rotated_since_still_open_a_backup(saved: tuple[OwnDatabase, Path], tmp_path: Path) -> None:
    _, made = saved
    old = dict(line.split("=", 1) for line in _keys_of(saved, tmp_path).splitlines())
    newer = {
        "FIELD_KEYS": f"k9:{'B' * 43}=,{old['FIELD_KEYS']}",
        "SECRET_KEY": "another",
        "SECRET_KEY_FALLBACKS": old["SECRET_KEY"],
    }
    with own_database(tmp_path) as other:
        done = other.run("manage.py", "restore", str(made), **env(made.parent, **newer))
        assert done.returncode == 0, done.stderr


def test_keys_of_before_are_in_a_backup_and_asked_for_at_a_restore(
    saved: tuple[OwnDatabase, Path], tmp_path: Path
) -> None:
    database, _ = saved
    older = env(tmp_path / "backups", SECRET_KEY_FALLBACKS="one of before,another of before")
    done = database.run("manage.py", "backup", **older)
    assert done.returncode == 0, done.stderr
    [made] = (tmp_path / "backups").glob("arwork-*")
    keys = _keys_of((database, made), tmp_path)
    assert "SECRET_KEY_FALLBACKS=one of before,another of before" in keys
    with own_database(tmp_path / "other") as other:
        done = other.run("manage.py", "restore", str(made), **env(made.parent))
        assert "Other than in the backup: SECRET_KEY_FALLBACKS" in done.stderr
        done = other.run("manage.py", "restore", str(made), **older)
        assert done.returncode == 0, done.stderr


def test_seals_that_go_on_from_those_of_the_backup_stay_and_others_are_laid_aside(
    saved: tuple[OwnDatabase, Path], tmp_path: Path
) -> None:
    database, made = saved
    ours = (database.folder / SEALS).read_text()
    for here, there in ((ours + "more\n", ours + "more\n"), ("of another trail\n", ours.splitlines()[0])):
        folder = tmp_path / str(len(here))
        folder.mkdir()
        (folder / SEALS).write_text(here)
        with own_database(folder) as other:
            other.run("manage.py", "restore", str(made), **env(made.parent))
        assert (folder / SEALS).read_text().startswith(there)
        assert (folder / f"{SEALS}.before-restore").exists() == (here.startswith("of another"))


def test_keys_that_nothing_was_written_under_give_way_to_the_backups(
    saved: tuple[OwnDatabase, Path], tmp_path: Path
) -> None:
    database, made = saved
    with own_database(tmp_path) as other:
        assert other.run("manage.py", "check", **env(made.parent)).returncode == 0
        own = (tmp_path / "field_keys").read_text()
        done = other.run("manage.py", "restore", str(made), **env(made.parent))
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "field_keys").read_text() == (database.folder / "field_keys").read_text()
        assert (tmp_path / "field_keys.before-restore").read_text() == own


def _keys_of(saved: tuple[OwnDatabase, Path], folder: Path) -> str:
    database, made = saved
    done = database.run("manage.py", "restore", str(made), "--keys", str(folder / "k.env"), **env(made.parent))
    assert done.returncode == 0, done.stderr
    return (folder / "k.env").read_text()
