"""The raw store: every file that came in, as `arwork.lib.kept_files` keeps files; its bytes never change.

Files kept before anything was encrypted (`.gz`) are read as they are; `renew` encrypts them, and gives the others the
newest key.
"""

import fcntl
import gzip
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings

from arwork.lib.kept_files import ENCRYPTED, KeptFiles, StoreUnavailable, compress

__all__ = ["StoreUnavailable"]

PLAIN = ".gz"
# CLM and CLP segments, whatever delimits them: only for showing progress.
_CLAIM = re.compile(rb"[^A-Za-z0-9 ]\s*CL[MP][^A-Za-z0-9\s]")
_OVERLAP = 16


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store: its hash, its size in bytes, and about how many claims it holds."""

    sha256: str
    size: int
    claims: int


class _RawFiles(KeptFiles):
    """Received files, those among them that were kept before anything was encrypted."""

    def path(self, sha256: str) -> Path:
        encrypted = super().path(sha256)
        plain = encrypted.with_suffix(PLAIN)
        return plain if plain.exists() and not encrypted.exists() else encrypted

    def hashes(self) -> list[str]:
        return sorted({*super().hashes(), *(path.stem for path in self._root().glob(f"??/*{PLAIN}"))})

    def is_outdated(self, sha256: str) -> bool:
        return self.path(sha256).suffix == PLAIN or super().is_outdated(sha256)

    def drop(self, sha256: str) -> bool:
        was_there = super().drop(sha256)
        self.path(sha256).unlink(missing_ok=True)  # the other one, where both stood
        return was_there

    def renew(self, sha256: str) -> bool:
        path = self.path(sha256)
        if path.suffix == ENCRYPTED:
            return super().renew(sha256)
        with self.arriving() as (target, temporary):
            with gzip.open(path, "rb") as plain:
                found, _ = compress(cast(BinaryIO, plain), target)
            if found != sha256:
                raise StoreUnavailable(f"The kept file {path.name} is damaged: its bytes have another hash.")
            self.publish(target, temporary, sha256)
        path.unlink(missing_ok=True)
        return True


_files = _RawFiles(lambda: Path(settings.RAW_FILES_DIR))


def store_bytes(stream: BinaryIO) -> StoredFile:
    """Read `stream` to its end into the store; the same bytes are kept once. Raises `StoreUnavailable`."""
    counter = _ClaimCounter()
    sha256, size = _files.keep(stream, watch=counter.watch)
    return StoredFile(sha256, size, counter.claims)


class _ClaimCounter:
    def __init__(self) -> None:
        self.claims, self._tail = 0, b"\n"

    def watch(self, block: bytes) -> None:
        window = self._tail + block
        self.claims += sum(1 for found in _CLAIM.finditer(window) if found.end() > len(self._tail))
        self._tail = window[-_OVERLAP:]


def open_stored(sha256: str) -> AbstractContextManager[BinaryIO]:
    """The kept bytes as a stream. Raises `FileNotFoundError` when the store lost them, and `Undecipherable`."""
    return _files.opened(sha256)


def stored_hashes() -> list[str]:
    """What the store holds, in order."""
    return _files.hashes()


def is_outdated(sha256: str) -> bool:
    """Whether a kept file is not encrypted, or under another key than the newest. Raises `Undecipherable`."""
    return _files.is_outdated(sha256)


def renew(sha256: str) -> bool:
    """Have a kept file encrypted under the newest key, its bytes unchanged; whether there was anything to do.

    Raises `Undecipherable`, and `BlockingIOError` while somebody takes the file in.
    """
    if not is_outdated(sha256):
        return False
    with reading_lock(sha256) as is_free:
        if not is_free:
            raise BlockingIOError(f"{stored_path(sha256).name} is being read")
        return _files.renew(sha256)


@contextmanager
def reading_lock(sha256: str) -> Iterator[bool]:
    """Whether these bytes are the caller's to take in, until the end of the block; False while somebody else does.

    The lock dies with its process, so it also tells whose reader is gone.
    """
    try:
        handle = os.open(stored_path(sha256), os.O_RDONLY)
    except FileNotFoundError:  # the store lost them: whoever opens them says so
        yield True
        return
    try:
        yield _locked(handle)
    finally:
        os.close(handle)


def stored_blocks(sha256: str) -> Iterator[bytes]:
    """The kept bytes block by block, for a download."""
    return _files.blocks(sha256)


def stored_path(sha256: str) -> Path:
    """Where the bytes of that hash stand, or would."""
    return _files.path(sha256)


def drop_stored(sha256: str) -> bool:
    """Delete the kept bytes; whether there were any. Whoever reads them at this moment reads on to their end."""
    return _files.drop(sha256)


def half_arrived() -> list[Path]:
    """What a crash left of files on their way in."""
    return _files.half_arrived()


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: of two readers one finds the other ahead and leaves
        return True
    return True


class _WithoutNul:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """The next block with its NULs left out; empty only at the end of the stream."""
        while block := self._stream.read(size):
            kept = block.replace(b"\x00", b"") if b"\x00" in block else block
            if kept:
                return kept
        return b""


def without_nul_bytes(stream: BinaryIO) -> BinaryIO:
    """`stream` as the reader of X12 should see it; the bytes in the raw store stay as they came."""
    return cast(BinaryIO, _WithoutNul(stream))
