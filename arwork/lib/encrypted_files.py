"""Files encrypted as they are written and decrypted as they are read, a frame at a time.

    header   magic, version, key id, and the file's own random data key, wrapped by the newest of FIELD_KEYS
    frames   64 KiB of plain bytes each, AES-256-GCM under the data key; the last may be shorter

The nonce of a frame is its number and whether it is the last, so frames that were dropped, repeated, put in another
order or cut off do not open (the STREAM construction). What the wrapped key is bound to (the hash that names the file)
is known only when the last byte was written, so the header is written at last, where room was left for it. A new key
wraps the data key again; the frames stay as they are.
"""

import io
import os
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from arwork.lib.encryption import NONCE, Undecipherable, key_id_of, opened, seal, unseal

FRAME = 1 << 16
_MAGIC = b"ARWFILE\x01"
_KIND = b"file."
_TAG = 16


class EncryptedWriter:
    """Encrypts into `raw`, which can seek. Until `finish` says what the file is bound to, nobody can read it."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw, self._start = raw, raw.tell()
        self._key = AESGCM.generate_key(256)
        self._cipher, self._waiting, self._frames = AESGCM(self._key), bytearray(), 0
        self._room = len(_header(self._key, b""))
        raw.write(bytes(self._room))

    def write(self, block: bytes) -> None:
        """Take plain bytes. A frame is written once another byte follows it."""
        self._waiting += block
        while len(self._waiting) > FRAME:
            self._seal(bytes(self._waiting[:FRAME]), is_last=False)
            del self._waiting[:FRAME]

    def finish(self, *, bound_to: bytes) -> None:
        """Write the last frame and the header; `raw` stays open, behind the last byte."""
        self._seal(bytes(self._waiting), is_last=True)
        header = _header(self._key, bound_to)
        if len(header) != self._room:
            raise ValueError("the keys changed while a file was written")
        self._raw.seek(self._start)
        self._raw.write(header)
        self._raw.seek(0, os.SEEK_END)

    def _seal(self, plain: bytes, *, is_last: bool) -> None:
        self._raw.write(self._cipher.encrypt(_nonce(self._frames, is_last=is_last), plain, None))
        self._frames += 1


class _Reader(io.RawIOBase):
    """The plain bytes of a file; raises `Undecipherable` at the first frame that is not what was written."""

    def __init__(self, raw: BinaryIO, *, bound_to: bytes) -> None:
        self._raw, self._frames, self._plain = raw, 0, b""
        self._cipher = AESGCM(unseal(_wrapped_key(raw), bound_to=_KIND + bound_to))
        self._next = raw.read(FRAME + _TAG)
        if not self._next:
            raise _cut_off()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        """The next plain bytes; 0 only behind the last frame."""
        while not self._plain and self._next:
            self._open_frame()
        count = min(len(buffer), len(self._plain))
        buffer[:count], self._plain = self._plain[:count], self._plain[count:]
        return count

    def _open_frame(self) -> None:
        frame, self._next = self._next, self._raw.read(FRAME + _TAG)
        self._plain = opened(self._cipher, _nonce(self._frames, is_last=not self._next), frame, None)
        self._frames += 1


def decrypting(raw: BinaryIO, *, bound_to: bytes) -> io.BufferedReader:
    """The plain bytes behind `raw`, as a stream. Raises `Undecipherable`, now or while it is read."""
    return io.BufferedReader(_Reader(raw, bound_to=bound_to), FRAME)


def wrapped_by(raw: BinaryIO) -> str:
    """The id of the key that opens the file."""
    return key_id_of(_wrapped_key(raw))


def rewrap(raw: BinaryIO, target: BinaryIO, *, bound_to: bytes) -> None:
    """The file `raw` under the newest key, into `target`: only its header is another."""
    key = unseal(_wrapped_key(raw), bound_to=_KIND + bound_to)
    target.write(_header(key, bound_to))
    while block := raw.read(FRAME):
        target.write(block)


def _header(key: bytes, bound_to: bytes) -> bytes:
    wrapped = seal(key, bound_to=_KIND + bound_to)
    return _MAGIC + len(wrapped).to_bytes(2, "big") + wrapped


def _wrapped_key(raw: BinaryIO) -> bytes:
    start = raw.read(len(_MAGIC) + 2)
    if start[: len(_MAGIC)] != _MAGIC or len(start) < len(_MAGIC) + 2:
        raise _cut_off()
    return raw.read(int.from_bytes(start[-2:], "big"))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(NONCE - 1, "big") + bytes((is_last,))


def _cut_off() -> Undecipherable:
    return Undecipherable("A kept file is not whole. Nothing of it is shown. Tell whoever runs arwork.")
