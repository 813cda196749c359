"""The encrypted files of one backup (the format of age-encryption.org/v1, by `pyrage`), streamed in both directions.

Each backup has a key pair of its own. Its private half and the installation's secrets lie in `keys.age`, encrypted by
the passphrase; every other file is encrypted to the public half. So a backup can also be opened without arwork:
`age -d keys.age`, then `age -d -i IDENTITY database.age`.
"""

import hashlib
import io
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import pyrage

from arwork.lib.errors import DomainError

KEYS = "keys.age"
_BLOCK = 1 << 18


class BadBackup(DomainError):
    """This backup cannot be made, read or restored; the sentence says why and what to do."""

    code = "bad_backup"


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One file of a backup: its name, and size (bytes) and SHA-256 of what is inside."""

    name: str
    size: int
    sha256: str


class Counted(io.RawIOBase):
    """A stream that counts and hashes what passes, read from or written to."""

    def __init__(self, inner: IO[bytes] | None = None) -> None:
        self._inner = inner
        self._digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes of the inner stream, counted."""
        block = cast(IO[bytes], self._inner).read(_BLOCK if size < 0 else size)
        self._count(block)
        return block

    def write(self, block: Any) -> int:
        """Count `block` and hand it on, where there is an inner stream."""
        self._count(block)
        if self._inner is not None:
            self._inner.write(block)
        return len(block)

    def file(self, name: str) -> SealedFile:
        """What has passed so far."""
        return SealedFile(name, self.size, self._digest.hexdigest())

    def _count(self, block: bytes) -> None:
        self._digest.update(block)
        self.size += len(block)


class Sealer:
    """Writes and reads the files of the backup in `folder`."""

    def __init__(self, folder: Path, identity: pyrage.x25519.Identity, secrets: dict[str, str]) -> None:
        self.folder = folder
        self.secrets = secrets
        self._identity = identity

    @classmethod
    def new(cls, folder: Path, *, passphrase: str, secrets: dict[str, str]) -> "Sealer":
        """A key pair of its own for a new backup; it and `secrets` are kept in `keys.age`."""
        sealer = cls(folder, pyrage.x25519.Identity.generate(), secrets)
        kept = json.dumps({"identity": str(sealer._identity), "secrets": secrets}).encode()
        _write_durably(folder / KEYS, lambda out: out.write(pyrage.passphrase.encrypt(kept, passphrase)))
        return sealer

    @classmethod
    def open(cls, folder: Path, *, passphrase: str) -> "Sealer":
        """That of a backup that was made before. Raises `BadBackup` on a wrong passphrase or no backup."""
        try:
            kept = pyrage.passphrase.decrypt((folder / KEYS).read_bytes(), passphrase)
        except FileNotFoundError:
            raise BadBackup(f"There is no backup in {folder}: {KEYS} is missing.") from None
        except pyrage.DecryptError:
            raise BadBackup(
                f"{folder / KEYS} does not open with this passphrase. Set BACKUP_PASSPHRASE to the one of that day."
            ) from None
        told = json.loads(kept)
        return cls(folder, pyrage.x25519.Identity.from_str(told["identity"]), told["secrets"])

    def write(self, name: str, fill: Callable[[IO[bytes]], Any]) -> SealedFile:
        """Encrypt what `fill` writes into the file `name`, block by block."""
        with piped(fill) as source:
            counted = Counted(source)
            _write_durably(
                self.folder / name,
                lambda out: pyrage.encrypt_io(counted, out, [self._identity.to_public()]),
            )
        return counted.file(name)

    def read(self, name: str, sink: IO[bytes] | None = None) -> SealedFile:
        """Decrypt the file `name` into `sink` (None: only count it). Raises `BadBackup` where it was damaged."""
        counted = Counted(sink)
        try:
            with (self.folder / name).open("rb") as sealed:
                pyrage.decrypt_io(sealed, counted, [self._identity])
        except FileNotFoundError:
            raise BadBackup(f"{self.folder / name} is missing: the backup is not whole. Take another one.") from None
        except (pyrage.DecryptError, OSError) as error:
            raise BadBackup(f"{self.folder / name} cannot be read ({error}). Take another backup.") from error
        return counted.file(name)


@contextmanager
def piped(fill: Callable[[IO[bytes]], Any]) -> Iterator[IO[bytes]]:
    """What `fill` writes in a thread, as a stream to read; what it raises is raised at the end of the block."""
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(writing, "wb") as sink:
                fill(sink)
        except BaseException as error:  # noqa: BLE001 - raised below, where somebody hears it
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as source:
            yield source
    except BaseException:
        thread.join()
        if failed and isinstance(failed[0], BadBackup):  # the cause; what the reader met is its consequence
            raise failed[0] from None
        raise
    thread.join()
    if failed:
        raise failed[0]


def _write_durably(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        write(out)
        out.flush()
        os.fsync(out.fileno())
