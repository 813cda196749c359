"""The watched folder: what a clearinghouse drops there is taken in and put aside under done/ or rejected/.

What was taken in, or read and refused, is kept encrypted in the raw store: done/ and rejected/ get a receipt under its
name, without its bytes. A file that could not be kept or read goes to rejected/ as it came, for whoever looks into it.

Several workers may watch at once. A worker claims a file by a lock that dies with it and by moving the file to
working/; what a killed worker leaves there is taken up by the next one. A file is left alone until it has not
changed for two seconds, because whoever writes it may not be finished. A link is left alone for good: whoever drops
files there may be allowed to read less than this process is.

One file never keeps the others waiting. One that stops being read for no foreseen reason goes to rejected/, and its
page under Imports says so and offers to try it again; where the disk or the database failed, it stays in working/.
"""

import datetime as dt
import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError

from arwork.lib.errors import DomainError
from claims.edi import services, store
from claims.edi.files import AlreadyBeingRead

log = logging.getLogger(__name__)

QUIET_SECONDS = 2
_RECEIPT = (
    "Read {at:%Y-%m-%d %H:%M} UTC. The bytes are kept encrypted: Imports shows and gives them. SHA-256 {sha256}\n"
)
WORKING, DONE, REJECTED = "working", "done", "rejected"  # folders, and what became of a file


def take_in_watched_files(*, today: dt.date, now: dt.datetime) -> dict[str, str]:
    """Take in every file that waits; what became of each, by name. Creates the folder where it is missing."""
    inbox = Path(settings.WATCH_DIR)
    for folder in (inbox, inbox / WORKING, inbox / DONE, inbox / REJECTED):
        folder.mkdir(parents=True, exist_ok=True)
    outcomes: dict[str, str] = {}
    for path in _waiting(inbox, now):
        with _claimed(path, inbox / WORKING) as mine:
            if mine:
                outcomes[path.name] = _take_in(mine, inbox, today=today, now=now)
    return outcomes


def _waiting(inbox: Path, now: dt.datetime) -> list[Path]:
    left_behind = sorted((inbox / WORKING).iterdir())
    fresh = sorted(path for path in inbox.iterdir() if not path.name.startswith(".") and _is_quiet(path, now))
    return [*left_behind, *fresh]


def _is_quiet(path: Path, now: dt.datetime) -> bool:
    try:
        return path.is_file() and now.timestamp() - path.stat().st_mtime >= QUIET_SECONDS
    except FileNotFoundError:  # another worker was quicker
        return False


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
    receipt = ""
    try:
        result = services.take_in(path, name=path.name, via="folder", today=today, now=now)
        folder = REJECTED if result.is_rejected else DONE
        receipt = _RECEIPT.format(at=now, sha256=result.sha256)
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
    target = _free_name(inbox / folder, path.name)
    if receipt:
        target.write_text(receipt)
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
