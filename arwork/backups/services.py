"""Make a backup, check it, restore it, drop the oldest.

A backup is a folder `arwork-YYYYMMDDTHHMMSSZ` in BACKUP_DIR: the seals of the audit trail, the database, the received
bytes (`raw`) and the keys, each encrypted. While it is written it has a name that begins with a dot; it gets its own
once it has been read back. In this order: no seal knows events that the later copy of the database lacks, and bytes are
kept before the rows that name them, so a later copy of `raw` lacks none.
"""

import datetime as dt
import fcntl
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from arwork.backups import databases
from arwork.backups.databases import Figures
from arwork.backups.sealed import BadBackup, SealedFile, Sealer, piped
from arwork.staff import audit, audit_seals

MADE, FAILED = "backup_made", "backup_failed"
_SEALS, _DATABASE, _RAW, _MANIFEST = "seals.age", "database.age", "raw.tar.age", "manifest.age"
_PREFIX = "arwork-"
_ON_ITS_WAY = ".on-its-way-"
Say = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read back: where it is, from when, of what, and how large it is on disk (bytes)."""

    folder: Path
    made_at: dt.datetime
    engine: str
    figures: Figures
    files: tuple[SealedFile, ...]
    raw_files: int
    size: int


def make_backup(*, now: dt.datetime, say: Say) -> Backup:
    """Write a backup into BACKUP_DIR, read it back, and only then give it its name.

    Raises `BadBackup` where it can't be made; nothing half made stays.
    """
    root = Path(settings.BACKUP_DIR) if settings.BACKUP_DIR else None
    if root is None:
        raise BadBackup("Set BACKUP_DIR to a folder on another disk or host; backups are written there.")
    _passphrase()  # before anything is written
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{_PREFIX}{now:%Y%m%dT%H%M%SZ}"
        with _alone(root):
            _drop_unfinished(root)
            arriving = root / f"{_ON_ITS_WAY}{name}"
            arriving.mkdir(mode=0o700)
            try:
                _write(arriving, now=now, say=say)
                say("Reading it back")
                check_backup(arriving)
                os.replace(arriving, root / name)
            finally:
                shutil.rmtree(arriving, ignore_errors=True)
        made = _described(root / name)
    except OSError as error:
        raise BadBackup(f"The backup could not be written to {root}: {error.strerror or error}.") from error
    after = {"folder": name, "size": made.size, "raw_files": made.raw_files, "rows": sum(made.figures.rows.values())}
    audit.record(None, MADE, "backup", None, practice_id=None, after=after, now=now)
    return made


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One backup at a time: another would take what is half written for left behind. Raises `BadBackup`."""
    with (root / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadBackup("Another backup is being written. Wait for it, or look at `backup --list`.") from None
        yield


def note_failure(reason: str, *, now: dt.datetime) -> None:
    """Leave in the trail that a scheduled backup failed, and why."""
    audit.record(None, FAILED, "backup", None, practice_id=None, after={"reason": reason}, now=now)


def drop_oldest(*, keep: int) -> list[str]:
    """Delete all but the newest `keep` backups (at least one stays); the names of those that went."""
    names = backup_names()
    gone = names[: -max(keep, 1)]
    for name in gone:
        shutil.rmtree(Path(settings.BACKUP_DIR) / name)
    return gone


def backup_names() -> list[str]:
    """The names of the backups in BACKUP_DIR, oldest first."""
    root = Path(settings.BACKUP_DIR)
    return sorted(path.name for path in root.glob(f"{_PREFIX}*") if path.is_dir()) if root.is_dir() else []


def check_backup(folder: Path) -> Backup:
    """Read every byte of a backup and compare it with what was written. Raises `BadBackup`."""
    sealer = _opened(folder)
    told = _manifest(sealer)
    for one in told["files"]:
        written = SealedFile(**one)
        found = sealer.read(written.name)
        if found != written:
            raise BadBackup(f"{folder / written.name} is not what was written into it. Take another backup.")
    return _as_backup(folder, told)


def secrets_of(folder: Path) -> dict[str, str]:
    """The secrets that a backup holds, by the names of their settings."""
    return _opened(folder).secrets


def unknown_secrets(folder: Path) -> dict[str, str]:
    """Those of them that this installation does not have."""
    return _unknown(_opened(folder))


def restore_backup(folder: Path, *, replace: bool, say: Say) -> Backup:
    """Put database, received bytes and seals of the backup in `folder` in place, and prove that they are those saved.

    Raises `BadBackup` before anything changes: where data stand already and `replace` is not set, where something else
    uses the database, where the keys of this installation are others than those of the backup.
    """
    sealer = _opened(folder)
    told = _manifest(sealer)
    _ensure_may_restore(sealer, told, replace=replace)
    say("Checking the backup")
    found = check_backup(folder)
    say(f"Restoring the database ({sum(found.figures.rows.values()):,} rows)")
    databases.restore_database(lambda sink: sealer.read(_DATABASE, sink))
    now_there = databases.figures()
    if now_there != found.figures:
        raise BadBackup(
            f"After the restore the database differs from the backup: {_difference(found.figures, now_there)}."
        )
    say(f"Restoring {found.raw_files:,} received files")
    _unpack(sealer)
    if any(one.name == _SEALS for one in found.files):  # older backups have none
        audit_seals.put_back(_read_small(sealer, _SEALS))
    return found


def _write(folder: Path, *, now: dt.datetime, say: Say) -> None:
    sealer = Sealer.new(folder, passphrase=_passphrase(), secrets=_secrets())
    seals = audit_seals.kept_bytes()
    files = [sealer.write(_SEALS, lambda sink: sink.write(seals))]
    say("Copying the database")
    with databases.database_copy() as (pour, found):
        files.append(sealer.write(_DATABASE, pour))
    say("Copying the received files")
    counted: list[int] = []
    files.append(sealer.write(_RAW, lambda sink: counted.append(_pack(sink))))
    manifest = {
        "made_at": now.isoformat(),
        "engine": databases.engine(),
        "figures": asdict(found),
        "raw_files": counted[0],
        "files": [asdict(one) for one in files],
    }
    spelled = json.dumps(manifest).encode()
    sealer.write(_MANIFEST, lambda sink: sink.write(spelled))


def _pack(sink: IO[bytes]) -> int:
    """The raw store as a tar, in order; how many files it holds. What is half arrived (a leading dot) is left out."""
    root, count = Path(settings.RAW_FILES_DIR), 0
    with tarfile.open(fileobj=sink, mode="w|") as archive:
        for path in sorted(root.rglob("*")) if root.is_dir() else ():
            if path.is_file() and not path.name.startswith("."):
                archive.add(path, arcname=path.relative_to(root).as_posix(), recursive=False)
                count += 1
    return count


def _unpack(sealer: Sealer) -> None:
    root = Path(settings.RAW_FILES_DIR)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    unsealed = piped(lambda sink: sealer.read(_RAW, sink))
    with unsealed as source, tarfile.open(fileobj=source, mode="r|") as archive:
        archive.extractall(root, filter="data")
        while source.read(1 << 18):  # the padding behind the archive, so that the writer is not cut off
            pass


def _ensure_may_restore(sealer: Sealer, told: dict[str, Any], *, replace: bool) -> None:
    if told["engine"] != databases.engine():
        raise BadBackup(
            f"This backup is of {told['engine']}, DATABASE_URL names {databases.engine()}. Restore it on the "
            "engine it was made on."
        )
    if other := sorted(_unknown(sealer)):
        raise BadBackup(
            f"Other than in the backup: {' and '.join(other)}. With other keys, people whom the books know would be "
            "opened again, and nothing encrypted could be read. Write the backup's keys into a file (--keys FILE), set "
            "them, and restore again."
        )
    if not replace and not databases.is_empty():
        raise BadBackup("The database is not empty. To put the backup in its place, add --replace.")
    if users := databases.other_users():
        raise BadBackup(f"{users} other connections use the database. Stop web, worker and beat first.")


def _unknown(sealer: Sealer) -> dict[str, str]:
    return {name: value for name, value in sealer.secrets.items() if not _is_known(name, value)}


def _is_known(name: str, value: str) -> bool:
    """Whether this installation has a secret of the backup. Of keys that rotate it may have newer ones besides."""
    if name in ("SECRET_KEY", "SECRET_KEY_FALLBACKS"):
        return _entries(value) <= {settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS}
    here = _spelled(name)
    return _entries(value) <= _entries(here) if name in ("AUDIT_KEY", "FIELD_KEYS") else here == value


def _entries(keys: str) -> set[str]:
    return {key.strip() for key in keys.split(",")} - {""}


def _difference(saved: Figures, found: Figures) -> str:
    for table in sorted(saved.rows.keys() | found.rows.keys()):
        if saved.rows.get(table) != found.rows.get(table):
            return f"{table} has {found.rows.get(table)} rows, {saved.rows.get(table)} were saved"
    return "its migrations are others"


def _manifest(sealer: Sealer) -> dict[str, Any]:
    return dict(json.loads(_read_small(sealer, _MANIFEST)))


def _read_small(sealer: Sealer, name: str) -> bytes:
    held = io.BytesIO()
    sealer.read(name, held)
    return held.getvalue()


def _described(folder: Path) -> Backup:
    return _as_backup(folder, _manifest(_opened(folder)))


def _as_backup(folder: Path, told: dict[str, Any]) -> Backup:
    return Backup(
        folder=folder,
        made_at=dt.datetime.fromisoformat(told["made_at"]),
        engine=told["engine"],
        figures=Figures(**told["figures"]),
        files=tuple(SealedFile(**one) for one in told["files"]),
        raw_files=told["raw_files"],
        size=sum(path.stat().st_size for path in folder.iterdir()),
    )


def _opened(folder: Path) -> Sealer:
    return Sealer.open(folder, passphrase=_passphrase())


def _passphrase() -> str:
    if not settings.BACKUP_PASSPHRASE:
        raise BadBackup(
            "Set BACKUP_PASSPHRASE, and keep it elsewhere than the backups: without it nobody can read them."
        )
    return str(settings.BACKUP_PASSPHRASE)


def _secrets() -> dict[str, str]:
    return {name: _spelled(name) for name in settings.SECRETS_OF_THE_DATA}


def _spelled(name: str) -> str:
    """A setting as the environment would give it."""
    value = getattr(settings, name)
    return ",".join(value) if isinstance(value, list) else str(value)


def _drop_unfinished(root: Path) -> None:
    for path in root.glob(f"{_ON_ITS_WAY}*"):
        with suppress(OSError):
            shutil.rmtree(path)
