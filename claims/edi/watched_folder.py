"""The watched folder: what a clearinghouse drops there is taken in and put aside under done/ or rejected/.

What was kept is encrypted in the raw store, whatever came of reading it: done/ and rejected/ get a receipt under its
name, without its bytes. Only a file that could not be kept goes to rejected/ as it came, for whoever looks into it.

Several workers may watch at once. A worker claims a file by a lock that dies with it and by moving the file to
working/; what a killed worker leaves there is taken up by the next one. A link is left alone for good: whoever drops
files there may be allowed to read less than this process is.

Whoever writes a file may not be finished. So it is left alone until it has not changed for two seconds; one that begins
with ISA also until it ends with IEA, or has not changed for an hour: then it is refused, for half a file is none. What
changed while it was read is read again. A time ahead of this host's clock says nothing, and is said under Imports: such
a file is looked at twice.

One file never keeps the others waiting. One that stops being read for no foreseen reason goes to rejected/, and its
page under Imports says so and offers to try it again; where the disk or the database failed, it stays in working/.
"""

import datetime as dt
import fcntl
import logging
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import InterfaceError, OperationalError

from arwork.lib.errors import DomainError
from arwork.lib.retention import within
from claims.edi import services, store
from claims.edi.files import AlreadyBeingRead
from claims.edi.x12.delimiters import find_isa

log = logging.getLogger(__name__)

QUIET_SECONDS = 2
_RECEIPT = (
    "Kept {at:%Y-%m-%d %H:%M} UTC. The bytes are kept encrypted: Imports shows and gives them. SHA-256 {sha256}\n"
)
AHEAD_SECONDS = 60  # by less than this clocks may differ
_TAIL = 4_096
WORKING, DONE, REJECTED = "working", "done", "rejected"  # folders, and what became of a file


def take_in_watched_files(*, today: dt.date, now: dt.datetime) -> dict[str, str]:
    """Take in every file that waits; what became of each, by name. Creates the folder where it is missing."""
    inbox = Path(settings.WATCH_DIR)
    for folder in (inbox, inbox / WORKING, inbox / DONE, inbox / REJECTED):
        folder.mkdir(parents=True, exist_ok=True)
    outcomes: dict[str, str] = {}
    for path in _waiting(inbox, now):
        if _may_still_come(path, now):
            continue
        with _claimed(path, inbox / WORKING) as mine:
            if mine:
                outcomes[path.name] = _take_in(mine, inbox, today=today, now=now)
    return outcomes


def put_aside(folder: str) -> list[Path]:
    """What lies in done/ or rejected/."""
    return within(Path(settings.WATCH_DIR) / folder)


def _waiting(inbox: Path, now: dt.datetime) -> list[Path]:
    """Files that nobody is writing at this moment, those first that a killed worker left."""
    fresh = (path for path in inbox.iterdir() if not path.name.startswith("."))
    seen = {path: found for path in [*sorted((inbox / WORKING).iterdir()), *sorted(fresh)] if (found := _look(path))}
    ahead = {path for path, look in seen.items() if _is_ahead(look, now)}
    if ahead:
        time.sleep(QUIET_SECONDS)
    return [
        path
        for path, look in seen.items()
        if (_look(path) == look if path in ahead else now.timestamp() - look.changed >= QUIET_SECONDS)
    ]


class _Look(NamedTuple):
    """What tells that a file has changed: seconds since the epoch, by whoever keeps the file; bytes."""

    changed: float
    size: int
    arrived: float


def _look(path: Path) -> _Look | None:
    """None for what is no file, or gone: another worker was quicker."""
    try:
        found = path.stat()
    except OSError:
        return None
    return _Look(found.st_mtime, found.st_size, found.st_ctime) if stat.S_ISREG(found.st_mode) else None


def _is_ahead(look: _Look, now: dt.datetime) -> bool:
    return look.changed - now.timestamp() > AHEAD_SECONDS


def _may_still_come(path: Path, now: dt.datetime) -> bool:
    """Whether the end of an X12 file is missing, and not for so long that nobody will bring it."""
    look = _look(path)
    if look is None or not _lacks_its_end(path):
        return False
    since = look.arrived if _is_ahead(look, now) else look.changed
    return 0 <= now.timestamp() - since < settings.WATCH_INCOMPLETE_MINUTES * 60


def _lacks_its_end(path: Path) -> bool:
    """Whether the file begins with ISA and what comes last is no IEA."""
    try:
        with path.open("rb") as stream:
            head = find_isa(stream.read(_TAIL))
            stream.seek(max(0, path.stat().st_size - _TAIL))
            tail = stream.read()
    except OSError:
        return False
    if head is None:
        return False
    mark = head.delimiters.element.encode("ascii")
    return tail.rfind(b"IEA" + mark) <= tail.rfind(b"ISA" + mark)


@contextmanager
def _claimed(path: Path, working: Path) -> Iterator[Path | None]:
    """The path under which the file is ours, or None where somebody else has it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:  # gone, not for us, or a link
        yield None
        return
    try:
        yield working / path.name if _lock(handle) and _moved(handle, path, working / path.name) else None
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _moved(handle: int, path: Path, target: Path) -> bool:
    """Move our file to working/; False where it was moved away before we had the lock, or its name is taken there."""
    try:
        if not os.path.samestat(os.fstat(handle), path.stat()):
            return False
        if path != target:
            if target.exists():
                return False
            path.rename(target)
    except FileNotFoundError:
        return False
    return True


def _take_in(path: Path, inbox: Path, *, today: dt.date, now: dt.datetime) -> str:
    before = _look(path)
    kept = ""  # the hash under which the raw store has the bytes
    try:
        if _lacks_its_end(path):
            kept = services.keep_incomplete(path, name=path.name, via="folder", now=now).sha256
            folder = REJECTED
        else:
            file, _ = services.keep_file(path, name=path.name, via="folder", now=now)
            kept = file.sha256
            result = services.take_in_kept(file.pk, name=path.name, today=today, now=now)
            folder = REJECTED if result.is_rejected else DONE
            if before and _is_ahead(before, now):
                services.note_time_ahead(result.file_id, by_seconds=before.changed - now.timestamp())
    except AlreadyBeingRead:  # the same bytes are being read from another door; they get their result there
        folder = DONE
    except store.StoreUnavailable:
        log.error("the disk takes no files; a watched file waits")
        return WORKING
    except DomainError as error:
        log.warning("watched file refused: %s", error.code)
        folder = REJECTED
    except (OSError, OperationalError, InterfaceError):  # the disk or the database; another run may find them well
        log.exception("a watched file could not be taken in now and stays in working/")
        return WORKING
    except Exception:  # a file that nobody foresaw must not keep those behind it from being read
        log.exception("a watched file could not be taken in")
        folder = REJECTED
    if before and (after := _look(path)) and after[:2] != before[:2]:
        log.warning("a watched file changed while it was read; it is read again")
        return WORKING
    target = _free_name(inbox / folder, path.name)
    if kept:
        target.write_text(_RECEIPT.format(at=now, sha256=kept))
        path.unlink()
    else:
        path.rename(target)
    return folder


def _free_name(folder: Path, name: str) -> Path:
    target, count = folder / name, 1
    while target.exists():
        count += 1
        target = folder / f"{Path(name).stem}-{count}{Path(name).suffix}"
    return target
