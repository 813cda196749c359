"""The raw store: every file that came in, gzip'd under its SHA-256, written once and never changed.

A file appears under its name only after its bytes have reached the disk (write beside it, fsync, rename), so a
crash leaves at most a temporary file that nobody reads. The hash is taken while the bytes pass; at no time is
more than one block in memory.
"""

import fcntl
import gzip
import hashlib
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings

from arwork.lib.errors import DomainError
from arwork.lib.retention import within

BLOCK = 1 << 18
_LEVEL = 5
_ARRIVING = ".incoming-"
# CLM and CLP segments, whatever delimits them: only for showing progress.
_CLAIM = re.compile(rb"[^A-Za-z0-9 ]\s*CL[MP][^A-Za-z0-9\s]")
_OVERLAP = 16


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store: its hash, its size in bytes, and about how many claims it holds."""

    sha256: str
    size: int
    claims: int


class StoreUnavailable(DomainError):
    """The disk of the store is full, or does not take files."""

    code = "not_kept"
    status = 503


def store_bytes(stream: BinaryIO) -> StoredFile:
    """Read `stream` to its end into the store; the same bytes are kept once. Raises `StoreUnavailable`."""
    try:
        return _kept(stream)
    except OSError as error:
        why = (error.strerror or "the disk refused").lower()
        raise StoreUnavailable(
            f"The file could not be kept ({why}), so nothing of it was taken in. Tell whoever runs arwork; once the "
            "disk takes files again, bring it again."
        ) from error


def _kept(stream: BinaryIO) -> StoredFile:
    root = _root()
    root.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=root, prefix=_ARRIVING)
    try:
        with os.fdopen(handle, "wb") as raw:
            kept = _compress(stream, raw)
            raw.flush()
            os.fsync(raw.fileno())
        _publish(Path(temporary), stored_path(kept.sha256))
    finally:
        Path(temporary).unlink(missing_ok=True)
    return kept


@contextmanager
def open_stored(sha256: str) -> Iterator[BinaryIO]:
    """The kept bytes as a stream. Raises `FileNotFoundError` when the store lost them."""
    with gzip.open(stored_path(sha256), "rb") as stream:
        yield cast(BinaryIO, stream)


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
    with open_stored(sha256) as stream:
        while block := stream.read(BLOCK):
            yield block


def stored_path(sha256: str) -> Path:
    """Where the bytes of that hash stand."""
    return _root() / sha256[:2] / f"{sha256}.gz"


def drop_stored(sha256: str) -> bool:
    """Delete the kept bytes; whether there were any. Whoever reads them at this moment reads on to their end."""
    path = stored_path(sha256)
    was_there = path.exists()
    path.unlink(missing_ok=True)
    return was_there


def half_arrived() -> list[Path]:
    """What a crash left of files on their way in."""
    return within(_root(), _ARRIVING)


def _root() -> Path:
    return Path(settings.RAW_FILES_DIR)


def _compress(stream: BinaryIO, raw: BinaryIO) -> StoredFile:
    digest, size, claims, tail = hashlib.sha256(), 0, 0, b"\n"
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)  # 31: a gzip member
    while block := stream.read(BLOCK):
        digest.update(block)
        size += len(block)
        window = tail + block
        claims += sum(1 for found in _CLAIM.finditer(window) if found.end() > len(tail))
        tail = window[-_OVERLAP:]
        raw.write(packer.compress(block))
    raw.write(packer.flush())
    return StoredFile(digest.hexdigest(), size, claims)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: of two readers one finds the other ahead and leaves
        return True
    return True


def _publish(temporary: Path, target: Path) -> None:
    if target.exists():
        return
    target.parent.mkdir(exist_ok=True)
    os.replace(temporary, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
