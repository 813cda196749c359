"""Small documents of each kind, as bytes that browsers show."""

import io
import struct
import zlib

from collections_app.demo.papers import pdf_page


def pdf(text: str = "EXPLANATION OF BENEFITS") -> io.BytesIO:
    """A PDF of one page with a line of text."""
    return pdf_page([text])


def png() -> io.BytesIO:
    """A PNG of one white dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00\xff")) + chunk(b"IEND", b""))


def tiff() -> io.BytesIO:
    """The beginning of a TIFF."""
    return io.BytesIO(b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00")
