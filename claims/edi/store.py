"""The raw store: every file that came in, compressed and encrypted, under its SHA-256; its bytes never change.

A file appears under its name only after its bytes have reached the disk (write beside it, fsync, rename), so a
crash leaves at most a temporary file that nobody reads. The hash is taken while the bytes pass; at no time is
more than one block in memory. Files kept before anything was encrypted (`.gz`) are read as they are; `renew` encrypts
them, and gives the others the newest key.
"""

import fcntl
import gzip
import hashlib
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from django.conf import settings

from arwork.lib.encrypted_files import EncryptedWriter, decrypting, rewrap, wrapped_by
from arwork.lib.encryption import keyring
from arwork.lib.errors import DomainError
from arwork.lib.retention import within

BLOCK = 1 << 18
_LEVEL = 5
_ARRIVING = ".incoming-"
ENCRYPTED, PLAIN = ".enc", ".gz"
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
    with _arriving() as (raw, temporary):
        kept = _compress(stream, raw)
        if not stored_path(kept.sha256).exists():
            _publish(raw, temporary, _path(kept.sha256, ENCRYPTED))
    return kept


@contextmanager
def _arriving() -> Iterator[tuple[BinaryIO, Path]]:
    root = _root()
    root.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=root, prefix=_ARRIVING)
    try:
        with os.fdopen(handle, "wb") as raw:
            yield raw, Path(temporary)
    finally:
        Path(temporary).unlink(missing_ok=True)


@contextmanager
def open_stored(sha256: str) -> Iterator[BinaryIO]:
    """The kept bytes as a stream. Raises `FileNotFoundError` when the store lost them, and `Undecipherable`."""
    with ExitStack() as held:
        path = stored_path(sha256)
        packed: IO[bytes] = held.enter_context(path.open("rb"))
        if path.suffix == ENCRYPTED:
            packed = held.enter_context(decrypting(cast(BinaryIO, packed), bound_to=sha256.encode()))
        yield cast(BinaryIO, held.enter_context(gzip.open(packed, "rb")))


def stored_hashes() -> list[str]:
    """What the store holds, in order."""
    return sorted({path.stem for path in _root().glob(f"??/*{ENCRYPTED}")} | _plain_hashes())


def _plain_hashes() -> set[str]:
    return {path.stem for path in _root().glob(f"??/*{PLAIN}")}


def is_outdated(sha256: str) -> bool:
    """Whether a kept file is not encrypted, or under another key than the newest. Raises `Undecipherable`."""
    path = stored_path(sha256)
    if path.suffix != ENCRYPTED:
        return True
    with path.open("rb") as raw:
        return wrapped_by(raw) != keyring().newest


def renew(sha256: str) -> bool:
    """Have a kept file encrypted under the newest key, its bytes unchanged; whether there was anything to do.

    Raises `Undecipherable`, and `BlockingIOError` while somebody takes the file in.
    """
    if not is_outdated(sha256):
        return False
    path = stored_path(sha256)
    with reading_lock(sha256) as is_free, _arriving() as (target, temporary):
        if not is_free:
            raise BlockingIOError(f"{path.name} is being read")
        if path.suffix == ENCRYPTED:
            with path.open("rb") as raw:
                rewrap(raw, target, bound_to=sha256.encode())
        else:
            with gzip.open(path, "rb") as plain:
                found = _compress(cast(BinaryIO, plain), target).sha256
            if found != sha256:
                raise StoreUnavailable(f"The kept file {path.name} is damaged: its bytes have another hash.")
        _publish(target, temporary, _path(sha256, ENCRYPTED))
        _path(sha256, PLAIN).unlink(missing_ok=True)
    return True


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
    """Where the bytes of that hash stand, or would."""
    plain = _path(sha256, PLAIN)
    encrypted = _path(sha256, ENCRYPTED)
    return plain if plain.exists() and not encrypted.exists() else encrypted


def _path(sha256: str, suffix: str) -> Path:
    return _root() / sha256[:2] / f"{sha256}{suffix}"


def drop_stored(sha256: str) -> bool:
    """Delete the kept bytes; whether there were any. Whoever reads them at this moment reads on to their end."""
    was_there = stored_path(sha256).exists()
    for suffix in (ENCRYPTED, PLAIN):
        _path(sha256, suffix).unlink(missing_ok=True)
    return was_there


def half_arrived() -> list[Path]:
    """What a crash left of files on their way in."""
    return within(_root(), _ARRIVING)


def _root() -> Path:
    return Path(settings.RAW_FILES_DIR)


def _compress(stream: BinaryIO, raw: BinaryIO) -> StoredFile:
    """Compressed, then encrypted: ciphertext can not be compressed."""
    sealed = EncryptedWriter(raw)
    digest, size, claims, tail = hashlib.sha256(), 0, 0, b"\n"
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)  # 31: a gzip member
    while block := stream.read(BLOCK):
        digest.update(block)
        size += len(block)
        window = tail + block
        claims += sum(1 for found in _CLAIM.finditer(window) if found.end() > len(tail))
        tail = window[-_OVERLAP:]
        sealed.write(packer.compress(block))
    sealed.write(packer.flush())
    sealed.finish(bound_to=digest.hexdigest().encode())
    return StoredFile(digest.hexdigest(), size, claims)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: of two readers one finds the other ahead and leaves
        return True
    return True


def _publish(raw: BinaryIO, temporary: Path, target: Path) -> None:
    raw.flush()
    os.fsync(raw.fileno())
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
