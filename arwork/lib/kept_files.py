"""Files kept by what they hold: compressed and encrypted, each under its SHA-256; their bytes never change.

A file appears under its name only after its bytes have reached the disk (write beside it, fsync, rename), so a
crash leaves at most a temporary file that nobody reads. The hash is taken while the bytes pass; at no time is
more than one block in memory.
"""

import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from arwork.lib.encrypted_files import EncryptedWriter, decrypting, rewrap, wrapped_by
from arwork.lib.encryption import keyring
from arwork.lib.errors import DomainError
from arwork.lib.retention import within

BLOCK = 1 << 18
_LEVEL = 5
_ARRIVING = ".incoming-"
ENCRYPTED = ".enc"
Watch = Callable[[bytes], None]


class StoreUnavailable(DomainError):
    """The disk of the store is full, or does not take files."""

    code = "not_kept"
    status = 503


class KeptFiles:
    """A folder of kept files. `root` is asked each time: tests and restores move it."""

    def __init__(self, root: Callable[[], Path]) -> None:
        self._root = root

    def keep(self, stream: BinaryIO, *, watch: Watch | None = None) -> tuple[str, int]:
        """Read `stream` to its end into the store; its hash and size. The same bytes are kept once; `watch` sees each
        block pass. Raises `StoreUnavailable`."""
        try:
            with self.arriving() as (raw, temporary):
                sha256, size = compress(stream, raw, watch=watch)
                if not self.has(sha256):
                    self.publish(raw, temporary, sha256)
        except OSError as error:
            why = (error.strerror or "the disk refused").lower()
            raise StoreUnavailable(
                f"The file could not be kept ({why}), so nothing of it was taken in. Tell whoever runs arwork; once "
                "the disk takes files again, bring it again."
            ) from error
        return sha256, size

    @contextmanager
    def opened(self, sha256: str) -> Iterator[BinaryIO]:
        """The kept bytes as a stream. Raises `FileNotFoundError` when the store lost them, and `Undecipherable`."""
        with ExitStack() as held:
            path = self.path(sha256)
            packed: IO[bytes] = held.enter_context(path.open("rb"))
            if path.suffix == ENCRYPTED:
                packed = held.enter_context(decrypting(cast(BinaryIO, packed), bound_to=sha256.encode()))
            yield cast(BinaryIO, held.enter_context(gzip.open(packed, "rb")))

    def blocks(self, sha256: str) -> Iterator[bytes]:
        """The kept bytes block by block, for a download."""
        with self.opened(sha256) as stream:
            while block := stream.read(BLOCK):
                yield block

    def path(self, sha256: str) -> Path:
        """Where the bytes of that hash stand, or would."""
        return self._root() / sha256[:2] / f"{sha256}{ENCRYPTED}"

    def has(self, sha256: str) -> bool:
        """Whether the bytes are there."""
        return self.path(sha256).exists()

    def hashes(self) -> list[str]:
        """What the store holds, in order."""
        return sorted(path.stem for path in self._root().glob(f"??/*{ENCRYPTED}"))

    def is_outdated(self, sha256: str) -> bool:
        """Whether a kept file is under another key than the newest. Raises `Undecipherable`."""
        with self.path(sha256).open("rb") as raw:
            return wrapped_by(raw) != keyring().newest

    def renew(self, sha256: str) -> bool:
        """Have a kept file encrypted under the newest key, its bytes unchanged; whether there was anything to do.
        Raises `Undecipherable`."""
        if not self.is_outdated(sha256):
            return False
        with self.arriving() as (target, temporary), self.path(sha256).open("rb") as raw:
            rewrap(raw, target, bound_to=sha256.encode())
            self.publish(target, temporary, sha256)
        return True

    def drop(self, sha256: str) -> bool:
        """Delete the kept bytes; whether there were any. Whoever reads them at this moment reads on to their end."""
        was_there = self.has(sha256)
        self.path(sha256).unlink(missing_ok=True)
        return was_there

    def half_arrived(self) -> list[Path]:
        """What a crash left of files on their way in."""
        return within(self._root(), _ARRIVING)

    @contextmanager
    def arriving(self) -> Iterator[tuple[BinaryIO, Path]]:
        """A file that nobody reads yet, and where it stands; gone at the end of the block unless it was published."""
        root = self._root()
        root.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=root, prefix=_ARRIVING)
        try:
            with os.fdopen(handle, "wb") as raw:
                yield raw, Path(temporary)
        finally:
            Path(temporary).unlink(missing_ok=True)

    def publish(self, raw: BinaryIO, temporary: Path, sha256: str) -> None:
        """Let what arrived stand under its hash, once it has reached the disk."""
        raw.flush()
        os.fsync(raw.fileno())
        target = self._root() / sha256[:2] / f"{sha256}{ENCRYPTED}"
        target.parent.mkdir(exist_ok=True)
        os.replace(temporary, target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def compress(stream: BinaryIO, raw: BinaryIO, *, watch: Watch | None = None) -> tuple[str, int]:
    """Write `stream` to `raw`, compressed, then encrypted: ciphertext can not be compressed. Its hash and size."""
    sealed = EncryptedWriter(raw)
    digest, size = hashlib.sha256(), 0
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)  # 31: a gzip member
    while block := stream.read(BLOCK):
        digest.update(block)
        size += len(block)
        if watch:
            watch(block)
        sealed.write(packer.compress(block))
    sealed.write(packer.flush())
    sealed.finish(bound_to=digest.hexdigest().encode())
    return digest.hexdigest(), size
