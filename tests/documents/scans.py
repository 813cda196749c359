"""Small documents of each kind, as bytes that browsers show."""

import io
import struct
import zlib

_PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1"
    b"/BaseFont/Helvetica>>>>>>>>"
)


def pdf(text: str = "EXPLANATION OF BENEFITS") -> io.BytesIO:
    """A PDF of one page with a line of text."""
    said = f"BT /F1 18 Tf 72 700 Td ({text}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        _PAGE,
        b"<</Length %d>>stream\n%s\nendstream" % (len(said), said),
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return io.BytesIO(bytes(out))


def png() -> io.BytesIO:
    """A PNG of one white dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00\xff")) + chunk(b"IEND", b""))


def tiff() -> io.BytesIO:
    """The beginning of a TIFF."""
    return io.BytesIO(b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00")
