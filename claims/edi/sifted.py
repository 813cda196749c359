"""A stream without NUL bytes. Some mainframes pad with them, and PostgreSQL takes none in text."""

from typing import BinaryIO, cast


class _Sifted:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """The next block with its NULs left out; empty only at the end of the stream."""
        while block := self._stream.read(size):
            kept = block.replace(b"\x00", b"") if b"\x00" in block else block
            if kept:
                return kept
        return b""


def sifted(stream: BinaryIO) -> BinaryIO:
    """`stream` as the reader of X12 should see it; the bytes in the raw store stay as they came."""
    return cast(BinaryIO, _Sifted(stream))
